"""One patient written in the shorthand of tests/reference/build.py, judged by the vectorised path."""

from __future__ import annotations

from typing import Any

from tests.differential.agreement import derived
from tests.reference.build import labs, patient, starts
from tests.reference.figures import Row

Outcome = dict[str, list[Row]]


def judged(text: str, *, who: Row | None = None, edition: str = "jsh2023", **tables: list[Row]) -> Outcome:
    """The verdicts on one patient, first line from 2020-01-01 unless told otherwise."""
    registry = {
        "patients": [who or patient()],
        "labs": labs(text),
        "treatments": starts("2020-01-01"),
        "marrow": [],
        "imaging": [],
        "assessments": [],
    } | tables
    return {name: frame.to_dicts() for name, frame in derived(registry, edition).items()}


def responses(out: Outcome, name: str = "response") -> str:
    return " ".join(row[name] for row in out["visits"])


def line(out: Outcome, number: int = 1) -> Row:
    return next(row for row in out["lines"] if row["line"] == number)


def last_visit(out: Outcome) -> Row:
    return out["visits"][-1]


def time_to(out: Outcome, endpoint: str, number: int = 1) -> tuple[Any, ...] | None:
    found = [row for row in out["time_to_event"] if row["endpoint"] == endpoint and row["line"] == number]
    return (found[0]["days"], found[0]["event"], found[0]["reason"]) if found else None
