"""Tests down, dates across: a file whose header has the dates, and one of whose columns names the tests."""

from __future__ import annotations

import polars as pl

from flows.mapping.columns import Columns
from flows.mapping.dates import date_form
from flows.mapping.decimal_sign import decimal_entries
from flows.mapping.draft import Entry, Said, toml
from flows.mapping.header_words import SURE
from flows.mapping.long import NO_RESULTS, analyte_column, long_labs
from flows.mapping.looks import Look

_LEAST = 2


def across_labs(columns: Columns) -> list[Entry] | None:
    """The lines of [tables.labs]; null where the header has no dates, or no column names tests."""
    if columns.sheet.names and not any(sign.isdigit() for name in columns.sheet.names for sign in name):
        return None
    names = pl.Series([name for name in columns.sheet.names if name], dtype=pl.String)
    days = names.str.replace_all(r"-\s*[\r\n]+\s*", "-").str.replace_all(r"\s+", " ").str.strip_chars()
    kinds = Look.of("the header", 0, days).kinds.filter(pl.any_horizontal("plain", "parted"))["text"]
    dated = [name for name, day in zip(names, days, strict=True) if day in set(kinds)]
    analyte = analyte_column(columns)
    if len(dated) < _LEAST or analyte is None:
        return None
    look = Look.of("the header", 0, days.filter(days.is_in(kinds.implode())))
    form = date_form(look, "collected_on")
    columns.read.update(dated)
    said: list[Entry] = [
        Said("across", f"{{tests = {toml(analyte.name)}}}", SURE, f"{len(dated)} columns are named by dates")
    ]
    rest = [
        entry
        for entry in long_labs(columns, analyte)
        if not (isinstance(entry, Said) and entry.key == "columns.analyte") and entry != NO_RESULTS
    ]
    figures = [one.look for one in columns.all if one.name in dated]
    return [*said, *form.entries, *rest, *decimal_entries(figures)]
