"""What was recorded and could not be read (C.unknown): cells set aside, and rows refused.

A row's `unreadable` names its columns whose cell was set aside. The table `refused_row` has, of each row that was
refused, its table and what could be read of it: dated_on, line, kind (analyte, finding, abnormality, MRD method or
treatment phase). Both are as no test at all. But where no test at all would be read as something's not having
happened (no progression recorded, no plasmacytoma, no transplant, no figure beside a negative immunofixation), it is
unknown whether it happened.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from .figures import Row, Tables


def is_unreadable(row: Row, column: str) -> bool:
    """Whether the cell held something that could not be read."""
    return column in (row.get("unreadable") or ())


def without_doubtful_serum(labs: list[Row]) -> list[Row]:
    """V.iga: nobody knows whether electrophoresis or IgA is the serum M-protein: a figure of neither tells."""
    both = ("serum_m_protein", "iga")
    unread = {"value": None, "unreadable": ["value"]}
    return [row | unread if row["analyte"] in both else row for row in labs]


def refused(tables: Tables, table: str, kinds: Collection[str] = ()) -> list[Row]:
    """The refused rows of a table that may be of one of these kinds (of any, where none is given)."""
    rows = [row for row in tables.get("refused_row", []) if row["table"] == table]
    return [row for row in rows if not kinds or row.get("kind") is None or row["kind"] in kinds]


def refused_on(tables: Tables, table: str, dates: Collection[date]) -> bool:
    """Whether a refused row may be of one of these dates: of no date that could be read it may be of any."""
    return any(row.get("dated_on") is None or row["dated_on"] in dates for row in refused(tables, table))


def lost_by(tables: Tables, table: str, on: date, column: str, kinds: Collection[str]) -> bool:
    """Whether a record of one of these kinds, of which the column could not be read, may be dated up to a date."""
    kind, dated = {"findings": ("finding", "observed_on"), "labs": ("analyte", "collected_on")}[table]
    cells = [row for row in tables[table] if row[kind] in kinds and is_unreadable(row, column) and row[dated] <= on]
    return bool(cells) or any(may_be_by(row, on) for row in refused(tables, table, kinds))


def may_be_by(row: Row, on: date) -> bool:
    """Whether a refused row may be dated on or before a date."""
    return row.get("dated_on") is None or row["dated_on"] <= on
