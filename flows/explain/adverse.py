"""The adverse events of a line, or of the time before any: what, how severe, and when it was over."""

from __future__ import annotations

from datetime import date

from flows.explain.course import Course, Row

Facts = list[tuple[str, str]]  # name and what is said of it


def adverse_events(course: Course, start: date | None, end: date | None) -> Facts:
    """Events from the start of a line (null: from the beginning) to the day before the next; none where there are
    none, or none were recorded.
    """
    found = [
        row
        for row in course.adverse_events
        if (start is None or row["onset_on"] >= start) and (end is None or row["onset_on"] < end)
    ]
    return [("adverse events", "; ".join(map(_said, found)))] if found else []


def _said(row: Row) -> str:
    grade = f", grade {row['grade']}" if row["grade"] is not None else ""
    resolved = f", resolved {row['resolved_on']}" if row["resolved_on"] else ""
    return f"{row['event'].replace('_', ' ')} {row['onset_on']}{grade}{resolved}"
