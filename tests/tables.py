"""Tables of cases: what the `spec` fixture reads, and how it asks a clause about every row.

A table has reference columns, then the criterion's, `||`, then the verdict (T, F or blank for unknown), optionally
`missing` (the tests that an unknown verdict waits for, comma separated) and `why`. A blank cell is null; `>100` and
`<100` are what a laboratory reports so. What a clause reads and the table does not mention is null of its type.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from rules.criterion import EXPRESSIONS, edition_names, load_edition
from rules.quantities import TESTS, UNITS
from rules.verdict import WIDE_MASK, Verdict, bit
from tests.rules_page import READINGS, import_rules
from transforms.results import STRICTLY

import_rules()  # so that each clause's expression is registered before a table asks it
FIGURES = (*UNITS, "_lesions", "_count", "_ratio")  # how the name of a figure ends
DATES = ("_on", "_date")
WORDS = {
    *("involved_chain", "iss", "iss_source", "r_iss", "r_iss_source"),
    *("sex", "diagnosis", "recorded", "derived", "isotype", "light_chain"),
}
# transforms never leave these null, and rules read them as facts
FACTS = {
    "is_beta",
    "has_baseline_plasmacytoma",
    "has_had_plasmacytoma",
    "hope.followed_by_marrow",
    "new_plasmacytoma_since_latest_size",
    "negative_since_a_year",
    "course_is_known",
    "is_seen_at_visit",
    "urine_tested_before",
    "urine_positive_before",
    "urine_positive_in_line",
}
ANSWERS = {"T": True, "F": False, "": None}
Value = float | bool | str | date | None


class TableError(ValueError):
    """A table that can't be read: says which line, and what was expected."""


@dataclass(frozen=True)
class Case:
    """One row of a table."""

    text: str
    given: dict[str, str]
    verdict: bool | None
    missing: set[str] | None
    why: str


@dataclass(frozen=True)
class Spec:
    """Asks one clause of some editions about every row of a table; fails with the rows that it answers otherwise."""

    clause_id: str
    editions: list[str]

    def __call__(self, table: str, **given: str) -> None:
        """`given` are columns that every row shares; a name that is no identifier is given as `**{"MEAS.flc": "F"}`."""
        __tracebackhide__ = True
        header, cases = read_table(table)
        known = columns_of(self.clause_id)
        unread = (set(cases[0].given) | set(given)) - known
        if unread:
            raise TableError(f"{self.clause_id} does not read {', '.join(sorted(unread))}; it reads {sorted(known)}")
        rows = [{**given, **case.given} for case in cases]
        wrong: list[str] = []
        for edition in self.editions:
            verdict = load_edition(edition).decide(self.clause_id)
            pairs = zip(cases, answer(verdict, frame(rows, columns_of(self.clause_id, edition))), strict=True)
            differing = [_difference(case, *found) for case, found in pairs if _is_wrong(case, *found)]
            if differing:
                title = f"{self.clause_id} of {edition}: {len(differing)} of {len(cases)} rows are answered otherwise"
                wrong += [title, f"    {header}", *differing]
        if wrong:
            raise AssertionError("\n".join(wrong))


def answered_otherwise(table: str, said: Mapping[str, pl.Expr], columns: set[str], **given: str) -> list[str]:
    """The rows of a table of which expressions say something else than stands in their columns after `||`.

    A truth is T, F or blank there, null is blank; `why` is not asked about. `given` are columns that every row shares.
    """
    header, *lines = _lines(table)
    inputs, outputs = _halves(header)
    halves = [_halves(line) for line in lines]
    rows = frame([given | dict(zip(inputs, cells, strict=True)) for cells, _ in halves], columns)
    names = [name for name in outputs if name != "why"]
    found = rows.select(said[name].alias(name) for name in names).rows()
    texts = [[_text(value) for value in row] for row in found]
    return [
        f"{line}: found {' | '.join(text)}"
        for line, (_, expected), text in zip(lines, halves, texts, strict=True)
        if dict(zip(names, text, strict=True)).items() - dict(zip(outputs, expected, strict=True)).items()
    ]


def answer(verdict: Verdict, rows: pl.DataFrame) -> list[tuple[bool | None, set[str]]]:
    """Truth and names of the missing tests, per row."""
    found = rows.select(truth=verdict.truth, missing=verdict.missing)
    names = [{test for test in TESTS if mask & bit(test)} for mask in found["missing"]]
    return list(zip(found["truth"], names, strict=True))


def columns_of(clause_id: str, edition: str | None = None) -> set[str]:
    """Columns that a clause reads, in one edition or in any that it applies in."""
    columns: set[str] = set()
    for name in [edition] if edition else editions_of(clause_id):
        verdict = load_edition(name).decide(clause_id)
        columns |= {*verdict.truth.meta.root_names(), *verdict.missing.meta.root_names()}
    return columns


def editions_of(clause_id: str) -> list[str]:
    """Editions in which a clause applies."""
    if clause_id not in EXPRESSIONS:
        raise TableError(f"no expression decides {clause_id!r}")
    return [name for name in edition_names() if name != READINGS.stem and load_edition(name)[clause_id].applies]


def read_table(table: str) -> tuple[str, list[Case]]:
    """The header and the cases of a table; TableError for a row that does not fit the header."""
    header, *lines = _lines(table)
    inputs, outputs = _halves(header)
    if not outputs[1:] or set(outputs[1:]) - {"missing", "why"}:
        raise TableError(f"after || comes the verdict, then `missing` and `why`: {header}")
    if not lines:
        raise TableError(f"no rows under {header}")
    return header, [_case(line, inputs, outputs) for line in lines]


def read_rows(table: str) -> list[dict[str, str]]:
    """The rows of a table without `||`, as cells by the names of the header."""
    header, *lines = [[cell.strip() for cell in line.split("|")] for line in _lines(table)]
    return [dict(zip(header, cells, strict=True)) for cells in lines]


def frame(rows: list[dict[str, str]], columns: set[str]) -> pl.DataFrame:
    """Rows of cells as the typed columns that a clause reads."""
    open_ended = {name for row in rows for name, cell in row.items() if cell.startswith(("<", ">"))}
    exact = {name for name in open_ended if name in columns and f"{name}_max" not in columns}
    if exact:
        raise TableError(f"{', '.join(sorted(exact))} can't be open-ended in this clause")
    types = {name: _type(name) for name in sorted(columns)}
    return pl.DataFrame({name: [_value(row, name) for row in rows] for name in types}, schema=types)


def _lines(table: str) -> list[str]:
    lines = [line.strip() for line in table.splitlines() if line.strip()]
    return [line for line in lines if not _is_ruler(line)]


def _halves(line: str) -> tuple[list[str], list[str]]:
    left, _, right = line.partition("||")
    return [cell.strip() for cell in left.split("|")], [cell.strip() for cell in right.split("|")]


def _is_ruler(line: str) -> bool:
    return "-" in line and set(line) <= set("-+| ")


def _case(line: str, inputs: list[str], outputs: list[str]) -> Case:
    left, right = _halves(line)
    if (len(left), len(right)) != (len(inputs), len(outputs)) or right[0] not in ANSWERS:
        raise TableError(f"the row does not fit its header, or its verdict is not T, F or blank: {line}")
    told = dict(zip(outputs[1:], right[1:], strict=True))
    missing = _names(told["missing"]) if "missing" in told else None
    return Case(line, dict(zip(inputs, left, strict=True)), ANSWERS[right[0]], missing, told.get("why", ""))


def _names(cell: str) -> set[str]:
    names = {name.strip() for name in cell.split(",") if name.strip()}
    if names - set(TESTS):
        raise TableError(f"no such test: {', '.join(sorted(names - set(TESTS)))}")
    return names


def _type(column: str) -> pl.DataType:
    if column.endswith("_missing"):
        return WIDE_MASK()
    if column.removesuffix("_max").endswith(FIGURES):
        return pl.Float64()
    if column.endswith(DATES):
        return pl.Date()
    if column in WORDS:
        return pl.String()
    return pl.Int64() if column == "line" else pl.Boolean()


def _value(row: dict[str, str], column: str) -> Value:
    kind, is_upper_bound = _type(column), column.endswith("_max") and column not in row
    cell = row.get(column.removesuffix("_max") if is_upper_bound else column, "F" if column in FACTS else "")
    if kind == WIDE_MASK():
        return sum(bit(test) for test in _names(cell))
    if cell == "":
        return None
    try:
        if kind == pl.Float64():
            return _bounds(cell)[is_upper_bound]
        if kind == pl.Date():
            return date.fromisoformat(cell)
        return ANSWERS[cell] if kind == pl.Boolean() else int(cell) if kind == pl.Int64() else cell
    except (KeyError, ValueError):
        raise TableError(f"{column}: can't read {cell!r}") from None


def _bounds(cell: str) -> tuple[float, float]:
    # as transforms.results reads a comparator where "<x" is not counted as 0
    if cell.startswith(">"):
        return float(cell[1:]) + STRICTLY, float("inf")
    if cell.startswith("<"):
        return 0.0, float(cell[1:]) - STRICTLY
    return float(cell), float(cell)


def _text(value: Value) -> str:
    if value is None or isinstance(value, bool):
        return next(cell for cell, truth in ANSWERS.items() if truth is value)
    return f"{value:g}" if isinstance(value, (int, float)) else str(value)


def _is_wrong(case: Case, truth: bool | None, missing: set[str]) -> bool:
    return truth is not case.verdict or (case.missing is not None and case.missing != missing)


def _difference(case: Case, truth: bool | None, missing: set[str]) -> str:
    answers = {value: name for name, value in ANSWERS.items() if name} | {None: "unknown"}
    expected, found = answers[case.verdict], answers[truth]
    waits = [f"for want of {', '.join(sorted(names)) or 'nothing'}" for names in (case.missing or set(), missing)]
    if case.missing is not None:
        expected, found = f"{expected} {waits[0]}", f"{found} {waits[1]}"
    return f"    {case.text}\n        expected {expected}, found {found}; why: {case.why or '(not said)'}"
