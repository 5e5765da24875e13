"""Where a reading for routine care decided a visit: which relaxation, in words, and what the visit is followed by."""

from __future__ import annotations

from dataclasses import replace

from flows.drawing.words import ENGLISH
from flows.explain.course import Course, Line, Row
from flows.explain.measures import listed, source_name
from rules.clauses.routine import FLC_FOR_URINE, RELAXATIONS


def relaxations(visit: Row) -> list[str]:
    """The relaxations that decided a visit."""
    return [name for name in RELAXATIONS if name in visit["clauses"]]


def relaxed(course: Course, visit: Row) -> str | None:
    """The relaxations that decided a visit, in words; null where none did."""
    said = [f"{ENGLISH.name('relaxation', name)} ({name}) [{source_name(course, name)}]" for name in relaxations(visit)]
    return f"read for routine care: {listed(said)}" if said else None


def as_followed(line: Line, visit: Row) -> Line:
    """The line as the visit was judged: by light chains where they stood for urine."""
    if FLC_FOR_URINE not in visit["clauses"]:
        return line
    return replace(line, row={**line.row, "measurable_by": "flc"})
