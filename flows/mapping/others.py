"""Treatments, assessments by the clinic and the other tables with one row a fact."""

from __future__ import annotations

import re
from dataclasses import replace

import polars as pl

from flows.mapping.coded_columns import code_entries, unread_texts
from flows.mapping.columns import Column, Columns
from flows.mapping.decimal_sign import decimal_entries
from flows.mapping.draft import Asked, Choice, Entry, Note, Said, key, rows, toml
from flows.mapping.header_words import LIKELY, SURE, code, meanings, spelled
from flows.mapping.lab_columns import tests_of
from flows.mapping.looks import as_read
from rules.intake.drugs import classes, folded, names, purposes
from transforms.drugs import TEXTS, unknown_drugs
from transforms.intake import contracts
from transforms.intake.contracts import dated_by, dtypes, required

_NUMBERED = re.compile(r"\b(?:line|lot|linie|ligne|linea|tx|treatment|therapy|regimen|ライン) ?([1-9])\b")
_LINE = re.compile(r"(?:^|[^0-9])([1-9][0-9]?)(?:[^0-9]|$)")
# A column holds responses where at least this share of its cells is one.
_SHARE = 0.5
# A file has one row an examination where so many of its rows have a result of one.
_EACH = 0.9
_SUPPORT = r"support|concomitant|comedic|支持療法|begleit"
_GIVEN = ("cycles", "dose", "stem_cells_10e6_kg", "radiation_gy")
_OF_TREATMENT = ("drugs", "line", "phase", "stop_reason", *_GIVEN, "dose_unit")
_METHODS = (("NGF", "flow, next generation"), ("NGS", "sequencing"), ("MFC", "flow, other"), ("PCR", "PCR"))


def numbered_lines(columns: Columns) -> list[list[Entry]]:
    """The lines of [tables.treatments] for each line that has columns of its own: line1_start, line2_start."""
    groups: dict[int, list[Column]] = {}
    for one in columns.all:
        text = spelled(one.name)
        if (found := _NUMBERED.search(text)) and one.look.filled:
            rest = f"{text[: found.start()]} {text[found.end() :]}".strip() or "drugs"
            meant = {meaning.kind: meaning for meaning in meanings(rest, "columns")}
            groups.setdefault(int(found.group(1)), []).append(replace(one, columns=meant, test=None))
    drafted = []
    for number, of in sorted(groups.items()):
        part = Columns(columns.sheet, of)
        if (entries := treatments(part, number)) is not None:
            drafted.append(entries)
            columns.read |= part.read
    return drafted


def treatments(columns: Columns, number: int | None = None) -> list[Entry] | None:
    """The lines of [tables.treatments]; null where the file has none. `number`: the line that the columns are of."""
    start = columns.date("treatments", "start_date")
    known = {name: columns.first("treatments", name) for name in _OF_TREATMENT}
    if start is None or not any(known[name] for name in ("line", "phase", "drugs")):
        return None
    entries: list[Entry] = []
    for name in _OF_TREATMENT:
        if one := known[name]:
            entries += columns.line("treatments", name, one)
    entries += columns.dated("treatments", "start_date", start)[0]
    if end := columns.date("treatments", "end_date"):
        entries += columns.dated("treatments", "end_date", end)[0]
    if number:
        entries.append(Said("constants.line", str(number), SURE, "the number in the names of these columns"))
        entries += columns.rows_with(start)
    elif known["line"]:
        entries += _numbers(known["line"])
    else:
        choices = [Choice("constants.line = 1", "all of them are first-line treatments")]
        entries.append(Asked("No column looks like the line of therapy, which every treatment needs.", choices))
    if known["phase"]:
        entries += code_entries("treatments", "phase", known["phase"])
    if known["drugs"]:
        entries += _drugs(known["drugs"])
    return [*entries, *decimal_entries([one.look for name in _GIVEN if (one := known[name])])]


def _numbers(one: Column) -> list[Entry]:
    """Lines of therapy that are written with words: Line 1."""
    read = as_read("treatments", "line", one.look.texts)
    as_numbers = pl.Series(read, dtype=pl.String).cast(pl.Float64, strict=False)
    entries: list[Entry] = []
    rest = 0
    for (text, n), number in zip(one.look.codes, as_numbers, strict=True):
        if number is not None:
            continue
        found = _LINE.search(text)
        if found and one.look.is_coded:
            entries.append(
                Said(f"codes.line.{key(text)}", toml(found.group(1)), LIKELY, f"the number in it; {rows(n)}")
            )
        else:
            rest += n
    return [
        *entries,
        *([Note(f"{rows(rest)} of {toml(one.name)} have no number of a line that can be read")] if rest else []),
    ]


def _drugs(one: Column) -> list[Entry]:
    cells = one.look.counts.lazy().select(
        pl.lit("").alias("patient_id"), *(pl.col("text").alias(name) for name in TEXTS.values())
    )
    found = unknown_drugs({"treatments": cells, "supportive_care": cells.clear()}).collect()
    if found.is_empty():
        return []
    return [
        Note(
            f"{toml(one.name)}: {found.height:,} names of drugs are not known to the vocabulary; mspike check "
            f"lists them"
        )
    ]


def assessments(columns: Columns) -> list[Entry] | None:
    """The lines of [tables.assessments]; null where no column has responses with a date."""
    found = [one for one in columns.all if _has_responses(one)]
    date = columns.date("assessments")
    if not found or date is None:
        return None
    one = min(found, key=lambda each: ("assessments" not in each.columns, each.position))
    entries = columns.line("assessments", "response", one)
    entries += columns.dated("assessments", "assessed_on", date)[0]
    if line := columns.first("assessments", "line") or columns.first("treatments", "line"):
        entries += (
            []
            if line.own("assessments") == "line"
            else [Said("columns.line", toml(line.name), LIKELY, "the line of therapy")]
        )
        columns.read.add(line.name)
    entries += columns.rows_with(one)
    return [*entries, *code_entries("assessments", "response", one)]


def _has_responses(one: Column) -> bool:
    """Whether its cells are responses, and it is called so or holds hardly anything else."""
    if not one.look.filled or len(one.look.texts) > 60 or (one.test and one.look.number_share > 0):
        return False
    unread = dict(unread_texts("assessments", "response", one.look))
    known = one.look.filled - sum(n for text, n in unread.items() if not code("response", text))
    meaning = one.columns.get("assessments")
    is_called = (meaning is not None and meaning.name == "response") or one.own("assessments") == "response"
    if is_called and one.look.is_coded and one.look.number_share == 1:  # codes, to be asked
        return True
    return known >= (_SHARE if is_called else 0.9) * one.look.filled and (is_called or len(one.look.texts) > 2)


def supportive_care(columns: Columns) -> list[Entry] | None:
    """The lines of [tables.supportive_care]: courses of drugs without a line, most of them given for support."""
    drug = columns.first("supportive_care", "drug") or columns.first("treatments", "drugs")
    start = columns.date("treatments", "start_date")
    if drug is None or start is None or not drug.look.is_coded or columns.first("treatments", "line"):
        return None
    known = names()
    given = [(known.get(folded(text), ()), n) for text, n in drug.look.codes]
    support = sum(n for drugs, n in given if drugs and all(each in purposes() for each in drugs))
    against = sum(n for drugs, n in given if any(each in classes() for each in drugs))
    if support <= against and not re.search(_SUPPORT, f"{columns.sheet.file} {columns.sheet.part}".lower()):
        return None
    entries = columns.line("supportive_care", "drug", drug)
    entries += columns.dated("supportive_care", "start_date", start)[0]
    if end := columns.date("treatments", "end_date"):
        entries += columns.dated("supportive_care", "end_date", end)[0]
    return entries


def examinations(columns: Columns, table: str) -> list[Entry] | None:
    """The lines of marrow or imaging for a file with one row an examination; null where most rows have none."""
    date = columns.date(table)
    found: dict[str, Column | None] = {}
    for name in dtypes(table):
        if name not in ("patient_id", dated_by(table)):
            tested = (one for one in tests_of(columns, table) if one.test and one.test.name == name)
            found[name] = columns.first(table, name) or next(tested, None)
    there = [one for one in found.values() if one]
    if date is None or len(there) < 2:
        return None
    any_ = pl.any_horizontal(columns.has(one) for one in there)
    if columns.sheet.rows.filter(any_).height < _EACH * columns.sheet.rows.height:
        return None
    columns.tests |= {name: False for name, one in found.items() if one}
    return _lines(columns, table, {dated_by(table): date, **found})


def long_table(columns: Columns, table: str) -> list[Entry] | None:
    """The lines of a table with one row a fact, whose required columns are all there; null where they are not."""
    date = dated_by(table)
    found = {name: columns.date(table) if name == date else columns.first(table, name) for name in dtypes(table)}
    found.pop("patient_id")
    missing = [name for name in required(table) if name != "patient_id" and not found.get(name)]
    if table == "mrd" and missing == ["method"] and found["result"] and _is_called_mrd(found["result"]):
        return [*_lines(columns, table, found), *columns.rows_with(found["result"]), _method()]
    if missing:
        return None
    named = [one for name in required(table) if (one := found.get(name)) and one.own(table) is None]
    sparse = max(named, key=lambda one: one.look.rows - one.look.filled, default=None)
    return [*_lines(columns, table, found), *(columns.rows_with(sparse) if sparse else [])]


def _is_called_mrd(one: Column) -> bool:
    return "mrd" in one.name.lower()


def _method() -> Asked:
    choices = [Choice(f"constants.method = {toml(method)}", says) for method, says in _METHODS]
    return Asked("No column looks like the method of the MRD test. Which one is it?", choices)


def _lines(columns: Columns, table: str, found: dict[str, Column | None]) -> list[Entry]:
    entries: list[Entry] = []
    for name, one in found.items():
        if one is None:
            continue
        if dtypes(table)[name] == pl.Date:
            entries += columns.dated(table, name, one)[0]
            continue
        entries += columns.line(table, name, one)
        if contracts.codes(table, name) or dtypes(table)[name] == pl.Boolean:
            entries += code_entries(table, name, one)
    numbers = [one.look for name, one in found.items() if one and dtypes(table)[name] == pl.Float64]
    return [*entries, *decimal_entries(numbers)]
