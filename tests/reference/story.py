"""One line of therapy as sections 11 to 13 read it: its baseline, its visits, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from .confirmation import Verdict
from .measurable import Course
from .visits import Line, Visit


@dataclass(frozen=True)
class Story:
    """A line with its verdicts. is_told: whether progression, or that there was none, is known from somewhere."""

    line: Line
    start: Course
    visits: list[Visit]
    verdicts: list[Verdict]
    progressed_on: date | None
    is_told: bool
