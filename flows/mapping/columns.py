"""The columns of a sheet, each with what its name may mean and what its cells look like."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

import polars as pl

from flows.mapping.dates import MOST, DateForm, date_form, is_of_dates, rank, settled
from flows.mapping.draft import Entry, Note, Said, key, toml
from flows.mapping.header_words import LIKELY, SURE, Meaning, meanings, spelled, unit_in
from flows.mapping.looks import Look
from flows.mapping.sheets import Sheet
from transforms.intake.contracts import CONTRACTS, dated_by, dtypes

ANY, LABS, PARTS = "any", "labs", "parts"
# In the names that REDCap gives the boxes of one question: line_drugs___3.
CHECK_BOX = "___"
FIRST_OF_SEVERAL = Meaning(ANY, "patient_id", "")
# Names of the patient's number that are as often a row's: any other comes first.
_SERIAL = frozenset(
    map(spelled, ("no", "nr", "id", "case", "record no", "record number", "reg no", "id番号", "整理番号"))
)
_REQUIRED_DATES = {table: dated_by(table) for table in CONTRACTS}


@dataclass(frozen=True)
class Column:
    """A column of a sheet. `columns`: what it may be of each table; `test`: the test that it may be of;
    `is_by_label`: whether the label of the variable says so, and not its name.
    """

    name: str
    position: int
    look: Look
    columns: dict[str, Meaning]
    test: Meaning | None
    unit: str | None
    is_by_label: bool = False

    def own(self, table: str) -> str | None:
        """The contract's column that the reader takes it for by its name, letter case and width apart."""
        plain = unicodedata.normalize("NFKC", self.name).strip().lower()
        return plain if plain in dtypes(table) else None


@dataclass
class Columns:
    """The columns of a sheet; which of them the sections drafted so far read (`read`); and the tests that they hold
    (`tests`), with whether an upper limit of normal stands beside them.
    """

    sheet: Sheet
    all: list[Column]
    read: set[str] = field(default_factory=set)
    tests: dict[str, bool] = field(default_factory=dict)

    @classmethod
    def of(cls, sheet: Sheet) -> Columns:
        """With a look at each that has a name of its own."""
        found = [
            _column(name, at, Look.of(name, at, sheet.rows[str(at)]), sheet.units.get(at), sheet.labels.get(at, ""))
            for at, name in enumerate(sheet.names)
            if name and sheet.names.count(name) == 1
        ]
        return cls(sheet, found)

    def first(
        self,
        table: str,
        column: str,
        *,
        fits: Callable[[Column], bool] = lambda _: True,
        worse: Callable[[Look], int] = lambda _: 0,
    ) -> Column | None:
        """The column that is most probably the contract's: named as it is, else by the longest of its names."""
        own = [one for one in self.all if table in CONTRACTS and one.own(table) == column]
        return own[0] if own else self.named(table, column, fits=fits, worse=worse)

    def named(
        self,
        table: str,
        column: str,
        *,
        fits: Callable[[Column], bool] = lambda _: True,
        worse: Callable[[Look], int] = lambda _: 0,
    ) -> Column | None:
        """The column whose name is the longest of those that the contract's has elsewhere, but not its own."""
        there = [
            one
            for one in self.all
            if (one.look.filled or not one.look.rows) and (table not in CONTRACTS or one.own(table) != column)
        ]
        found = [(one, one.columns[kind]) for one in there for kind in (table, ANY) if kind in one.columns]
        named = [(one, meaning) for one, meaning in found if meaning.name == column and fits(one)]
        named = [(one, meaning) for one, meaning in named if not (one.test and one.test.length > meaning.length)]
        if not named:
            return None
        return min(
            named,
            key=lambda pair: (
                worse(pair[0].look),
                pair[1].found in _SERIAL,
                len(pair[1].left),
                pair[0].look.filled == 0,
                pair[0].position,
            ),
        )[0]

    def date(self, table: str, column: str | None = None) -> Column | None:
        """The date of a table's rows: by a name of its own, else by one of any date."""
        wanted = column or _REQUIRED_DATES[table]
        own = self.first(table, wanted, fits=lambda one: is_of_dates(one.look), worse=rank)
        if own or column:
            return own
        any_ = self.first(LABS, "collected_on", fits=lambda one: is_of_dates(one.look), worse=rank)
        return any_ or self._only_date()

    def holds_dates(self, one: Column) -> bool:
        """Whether a column has dates, by its cells or by its name and its cells."""
        return one.name in self.forms or one.look.share(pl.any_horizontal("plain", "parted")) >= MOST

    def _only_date(self) -> Column | None:
        """The one column of dates that a file has besides those of patients; null where it has none, or several."""
        found = [
            one
            for one in self.all
            if one.look.filled
            and "patients" not in one.columns
            and one.look.share(pl.any_horizontal("plain", "parted")) >= MOST
        ]
        return found[0] if len(found) == 1 else None

    @cached_property
    def forms(self) -> dict[str, DateForm]:
        """How every column that may be one of dates writes them."""
        dates = [
            one
            for one in self.all
            if any(meaning.name in _dates(kind) for kind, meaning in one.columns.items())
            or any(one.own(table) in _dates(table) for table in CONTRACTS)
        ]
        return {one.name: date_form(one.look, "DATE") for one in dates if one.look.filled and is_of_dates(one.look)}

    def form(self, one: Column, column: str) -> DateForm:
        """How a column writes dates, in lines about the contract's column."""
        others = [form for name, form in self.forms.items() if name != one.name]
        return settled(date_form(one.look, column), others)

    def certainty(self, one: Column, table: str, column: str) -> tuple[str, str]:
        """How sure it is that a column is the contract's, and why."""
        if one.own(table) == column:
            return SURE, "named as in the contract"
        meaning = next((one.columns[kind] for kind in (table, LABS, ANY) if kind in one.columns), None)
        if meaning == FIRST_OF_SEVERAL:
            return LIKELY, "the first column of several files"
        if meaning is None:
            return LIKELY, "by its cells"
        filled = f"{one.look.filled:,} of {one.look.rows:,} filled"
        called = "label" if one.is_by_label else "name"
        if meaning.left:
            return LIKELY, f"its {called} has {toml(meaning.found)}, and more; {filled}"
        return SURE, f"by its {called}; {filled}"

    def has(self, one: Column) -> pl.Expr:
        """Whether a row of the sheet has something in a column."""
        cell = pl.col(str(one.position))
        return cell.is_not_null() & ~cell.is_in(one.look.missing)

    def rows_with(self, one: Column) -> list[Entry]:
        """The line that leaves out rows without anything in a column; none where every row has it."""
        left = one.look.rows - one.look.filled
        if not left:
            return []
        empty = [*([""] if self.sheet.rows[str(one.position)].null_count() else []), *one.look.missing]
        cells = toml(empty[0]) if len(empty) == 1 else f"[{', '.join(map(toml, empty))}]"
        why = f"{left:,} rows without it are none of this table's"
        return [Said(f"where_not.{key(one.name)}", cells, LIKELY, why)]

    def line(self, table: str, column: str, one: Column) -> list[Entry]:
        """The line that a column is the contract's; none where the reader sees it by itself."""
        self.read.add(one.name)
        if one.own(table) == column:
            return []
        certainty, why = self.certainty(one, table, column)
        return [Said(f"columns.{column}", toml(one.name), certainty, why)]

    def dated(self, table: str, column: str, one: Column) -> tuple[list[Entry], DateForm]:
        """The lines of a column of dates."""
        form = self.form(one, column)
        return [*self.line(table, column, one), *form.entries], form


def _dates(table: str) -> set[str]:
    if table not in CONTRACTS:
        return set()
    return {name for name in dtypes(table) if name.endswith(("_on", "_date"))}


def _column(name: str, at: int, look: Look, unit: str | None, label: str) -> Column:
    is_box = CHECK_BOX in name  # one choice of many; its name is that of the question
    tests = [] if is_box else meanings(name, "tests")
    columns = {} if is_box else {meaning.kind: meaning for meaning in meanings(name, "columns")}
    if label and not tests and not columns and not is_box:
        return replace(_column(label, at, look, unit, ""), name=name, is_by_label=True)
    return Column(name, at, look, columns, tests[0] if tests else None, unit or unit_in(name) or unit_in(label))


def unnamed(sheet: Sheet) -> list[Entry]:
    """What can't be said of columns without a name of their own."""
    twice = sorted({name for name in sheet.names if name and sheet.names.count(name) > 1})
    empty = sum(1 for name in sheet.names if not name)
    notes: list[Entry] = []
    if twice:
        notes.append(Note(f"in the header more than once, so that none can be named: {', '.join(map(key, twice))}"))
    if empty:
        notes.append(Note(f"{empty} columns have no name and are not read"))
    return notes
