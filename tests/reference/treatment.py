"""Section 8, TTD: the drugs of one line and when they ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from .figures import Row, Tables
from .lost import is_unreadable, refused
from .visits import Line

OVER_ON_ITS_DAY = ("autologous_transplant", "allogeneic_transplant", "car_t")
NO_DRUG = "radiotherapy"


@dataclass(frozen=True)
class Treatment:
    """The recorded end of each treatment of one line (None: none recorded); is_lost: one could not be read."""

    ended_on: tuple[date | None, ...]
    is_lost: bool

    def stopped_by(self, until: date) -> date | None:
        """The end of the last drug; None while one goes on after that day."""
        ends = [on for on in self.ended_on if on is not None and on <= until]
        return max(ends) if len(ends) == len(self.ended_on) else None


def treatment_of(tables: Tables, line: Line) -> Treatment | None:
    """What was given in one line; None where that was radiotherapy alone, which is no drug."""
    given = [row for row in tables["treatments"] if row["line"] == line.number and row.get("phase") != NO_DRUG]
    if not given:
        return None
    cells = any(is_unreadable(row, name) for row in given for name in ("end_date", "phase"))
    rows = any(_may_be_of(row, line) for row in refused(tables, "treatments"))
    return Treatment(tuple(_ended_on(row) for row in given), cells or rows)


def _ended_on(row: Row) -> date | None:
    is_over = row.get("phase") in OVER_ON_ITS_DAY
    return row.get("end_date") or (row["start_date"] if is_over else None)


def _may_be_of(row: Row, line: Line) -> bool:
    """Whether a refused treatment may be of a line: of no readable number it may be of any begun by its date."""
    if row.get("line") is not None:
        return bool(row["line"] == line.number)
    return (row.get("dated_on") or line.start) >= line.start
