"""What a line's progression is: biochemical or clinical, aggressive, and what it left the patient refractory to."""

from __future__ import annotations

from flows.drawing.words import name_of_test
from flows.explain.course import Course, Line, Row

SIGNS = {
    "RR.clinical": "clinical",
    "LDH.high": "LDH above its limit",
    "CA.high": "high-risk cytogenetics",
    "RR.doubled": "M-protein doubled",
}


def relapse(course: Course, line: Line) -> str | None:
    """One sentence on the line's progression; null where it has none, or the store does not tell its kind."""
    row = next((row for row in course.relapses if row["line"] == line.number), None)
    if row is None:
        return None
    failed = [one["drug"] for one in course.refractory if one["since"] <= row["progression_date"]]
    said = [_kind(row), _aggressive(row), f"refractory to {', '.join(failed) or 'no drug'}"]
    if row["unknown_because"]:
        said.append(f"missing: {', '.join(map(name_of_test, row['unknown_because']))}")
    return "; ".join(said)


def _kind(row: Row) -> str:
    kinds = {name: row[name] for name in ("biochemical", "clinical")}
    known = [name if holds else f"{name} not known" for name, holds in kinds.items() if holds is not False]
    return ", ".join(known) or "neither biochemical nor clinical"


def _aggressive(row: Row) -> str:
    if row["aggressive"]:
        return f"aggressive ({', '.join(SIGNS[part] for part in row['aggressive_because'])})"
    return "aggressive not known" if row["aggressive"] is None else "not aggressive"
