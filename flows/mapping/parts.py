"""The columns of an extract's files, form by form; and what the files as a whole look like."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl

from flows.mapping.columns import ANY, FIRST_OF_SEVERAL, Columns
from flows.mapping.draft import Said, key, rows, toml
from flows.mapping.header_words import SURE, is_a_unit
from flows.mapping.sheets import Sheet
from flows.settings.profiles import profiles
from transforms.intake.contracts import CONTRACTS

_TYPES = (
    "text",
    "date",
    "number",
    "integer",
    "float",
    "string",
    "yyyy-mm-dd",
    "文字列",
    "日付",
    "数値",
    "datum",
    "zahl",
    "%",
)
_LEAST_OF_A_PROFILE = 2


def name_first_columns(parts: list[Columns]) -> None:
    """Where no name says which column is the patient's: that which several files begin with."""
    begun = Counter(columns.all[0].name for columns in parts if columns.all)
    for columns in parts:
        first = columns.all[0] if columns.all else None
        if first and begun[first.name] > 1 and columns.first("patients", "patient_id") is None and not first.columns:
            columns.all[0] = replace(first, columns={ANY: FIRST_OF_SEVERAL}, test=None)


def known_layouts(names: set[str]) -> list[str]:
    """The profiles whose files these look like."""
    stems = {Path(name).stem.lower() for name in names} - {*CONTRACTS}
    found = []
    for of in profiles():
        there = [name for name in of.reads if Path(name).stem.lower() in stems]
        is_its_own = bool(there) and there[0] == of.reads[0] and there[0].count("_") > 1
        if not of.is_draft and (len(there) >= _LEAST_OF_A_PROFILE or is_its_own):
            found.append(
                f"These files look like {of.title}: mspike run --profile {of.name} reads them as they are, and "
                f"mspike map --profile {of.name} --output registry.toml copies its files, to be changed."
            )
    return found


def parts_of(sheet: Sheet) -> Iterator[Columns]:
    """The columns of a file; of one whose rows are of several forms, those of each form."""
    sheet = _without_unit_row(sheet)
    columns = Columns.of(sheet)
    form = next((one for one in columns.all if (meaning := one.columns.get("parts")) and meaning.name == "form"), None)
    if form is None or not form.look.is_coded or not 1 <= len(form.look.texts) <= 40:
        yield columns
        return
    cell = pl.col(str(form.position))
    blank = sheet.rows.filter(cell.is_null()).height
    if len(form.look.texts) + (blank > 0) < 2:
        yield columns
        return
    for text, n in [*([("", blank)] if blank else []), *sorted(form.look.codes)]:
        line = Said(f"where.{key(form.name)}", toml(text), SURE, f"{rows(n)} are of this form")
        part = f"rows of {toml(text)}" if text else "rows of no form"
        yield Columns.of(sheet.where(cell == text if text else cell.is_null(), line, part=part))


def _without_unit_row(sheet: Sheet) -> Sheet:
    """A sheet with the units that its first row says, if it does, without that row."""
    if not sheet.rows.height:
        return sheet
    first = sheet.rows.row(0)
    said = {at: str(cell) for at, cell in enumerate(first) if cell is not None}
    units = {at: text for at, text in said.items() if is_a_unit(text.strip("()[] "))}
    kinds = [text for text in said.values() if text.lower().strip("()[] ") in _TYPES]
    if len(units) + len(kinds) < 2 or len(units) + len(kinds) < 0.5 * len(said):
        return sheet
    patient = Columns.of(replace(sheet, rows=sheet.rows.slice(1))).first("patients", "patient_id")
    if patient is None:
        return sheet
    cell = said.get(patient.position, "")
    line = Said(
        f"where_not.{key(patient.name)}", toml(cell), SURE, "the first row below the header says units, and is nobody's"
    )
    rest = replace(sheet, rows=sheet.rows.slice(1), form=(*sheet.form, line))
    return replace(rest, units={at: text.strip("()[] ") for at, text in units.items()})
