"""Patients written in the shorthand of tests/reference/build.py, judged by the vectorised path.

A derivation costs as much for a hundred patients as for one, so patients are judged together: `judged` notes whom to
judge, and the first question about any of them judges all that wait. Those that are arguments' defaults or stand in
tables at a module's top are noted on import, and cost one derivation.
"""

from __future__ import annotations

import os
from datetime import date
from typing import Any

from rules.criterion import load_edition
from tests.differential.agreement import frames
from tests.reference.build import day, labs, patient, starts
from tests.reference.figures import Row
from transforms.derive import derive
from transforms.follow_up import Declared


class Outcome:
    """The tables of one patient, by name; they are derived when the first is asked for."""

    def __init__(self, registry: dict[str, list[Row]], edition: str, cutoff: date) -> None:
        self.registry = registry
        self.asked = (edition, cutoff)
        self.tables: dict[str, list[Row]] = {}
        self.mutant: str | None = None
        _ALL.append(self)

    def __getitem__(self, table: str) -> list[Row]:
        if not self.tables or self.mutant != _mutant():
            _judge_together(self)
        return self.tables[table]


_ALL: list[Outcome] = []


def judged(
    text: str, *, who: Row | None = None, edition: str = "jsh2023", cutoff: str = "2024-12-31", **tables: list[Row]
) -> Outcome:
    """The verdicts on one patient, first line from 2020-01-01 unless told otherwise."""
    registry = {
        "patients": [who or patient()],
        "labs": labs(text),
        "treatments": starts("2020-01-01"),
        "marrow": [],
        "imaging": [],
        "assessments": [],
    } | tables
    return Outcome(registry, edition, day(cutoff))


def _judge_together(asked: Outcome) -> None:
    """Judge together who is asked about alike; the one alone while mutmut asks what each test reaches."""
    mutant = _mutant()
    waiting = [one for one in _ALL if one.asked == asked.asked and (not one.tables or one.mutant != mutant)]
    group = [asked] if mutant == "stats" else waiting
    whole: dict[str, list[Row]] = {}
    for number, one in enumerate(group):
        for table, rows in one.registry.items():
            whole.setdefault(table, []).extend(row | {"patient_id": f"p{number}"} for row in rows)
    edition, cutoff = asked.asked
    found = derive(frames(whole), load_edition(edition), Declared(cutoff))
    for one in group:
        one.tables, one.mutant = {table: [] for table in found}, mutant
    for table, frame in found.items():
        for row in frame.to_dicts():
            group[int(row["patient_id"][1:])].tables[table].append(row | {"patient_id": "p"})


def _mutant() -> str | None:
    """The mutant that mutation testing tries now, if it does: what another led to does not count."""
    return os.environ.get("MUTANT_UNDER_TEST") or None


def responses(out: Outcome, name: str = "response") -> str:
    return " ".join(row[name] for row in out["visits"])


def line(out: Outcome, number: int = 1) -> Row:
    return next(row for row in out["lines"] if row["line"] == number)


def last_visit(out: Outcome) -> Row:
    return out["visits"][-1]


def time_to(out: Outcome, endpoint: str, number: int = 1) -> tuple[Any, ...] | None:
    found = [row for row in out["time_to_event"] if row["endpoint"] == endpoint and row["line"] == number]
    return (found[0]["days"], found[0]["event"], found[0]["reason"]) if found else None
