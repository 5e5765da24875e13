"""Run one made-up registry through the vectorised path and through the scalar second opinion, and say where they
differ.
"""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from math import isclose
from typing import Any

import polars as pl

from rules.criterion import load_edition
from tests.differential.histories import Registry
from tests.reference import evaluate
from transforms.derive import derive
from transforms.intake.contracts import CONTRACTS, REFUSED_ROW, stored

KEYS = {
    "staging": ["patient_id"],
    "lines": ["patient_id", "line"],
    "visits": ["patient_id", "line", "visit_date"],
    "mrd_status": ["patient_id", "collected_on", "category"],
    "time_to_event": ["patient_id", "line", "endpoint", "origin"],
    "pfs_by_censoring": ["patient_id", "line", "censoring"],
    "diagnosis": ["patient_id"],
    "diagnosis_disagreement": ["patient_id", "clause"],
    "precursor_risk": ["patient_id", "model"],
    "precursor_course": ["patient_id", "precursor"],
    "refractoriness": ["patient_id", "line", "drug"],
    "refractory_level": ["patient_id", "level"],
    "relapse": ["patient_id", "line"],
    "car_t_eligibility": ["patient_id", "line", "visit_date"],
    "frailty": ["patient_id", "line", "model"],
    "al_transplant": ["patient_id"],
    "al_poems_visits": ["patient_id", "line", "visit_date"],
}

# What may have ended a precursor's course and could not be read, is defined by one path only.
NO_SECOND_OPINION_OF_LOSSES = ("precursor_course",)


def frames(registry: Registry) -> dict[str, pl.DataFrame]:
    """The registry as the validated tables of the contract, and `refused_row`."""
    return {
        table: pl.DataFrame(
            {
                column: pl.Series(column, [_plain(row.get(column)) for row in registry.get(table, [])], dtype)
                for column, dtype in columns.items()
            }
        )
        for table, columns in {**{name: stored(name) for name in CONTRACTS}, "refused_row": REFUSED_ROW}.items()
    }


def derived(registry: Registry, edition: str, without: Collection[str] = ()) -> dict[str, pl.DataFrame]:
    """What the vectorised path makes of a registry, `without` some of the edition's relaxations."""
    settings = {clause: {"is_taken": False} for clause in without}
    return derive(frames(registry), load_edition(edition, settings))


def differences(registry: Registry, edition: str, but: Collection[str] = ()) -> list[str]:
    """One line per cell in which the two paths disagree, `but` for some tables."""
    return compared(registry, edition, but)[0]


def differences_and_visits(registry: Registry, edition: str, but: Collection[str] = ()) -> tuple[list[str], int]:
    """The lines of `differences`, and how many visits were compared."""
    lines, found = compared(registry, edition, but)
    return lines, found["visits"].height


def compared(
    registry: Registry, edition: str, but: Collection[str] = (), without: Collection[str] = ()
) -> tuple[list[str], dict[str, pl.DataFrame]]:
    """The lines of `differences`, and what the vectorised path made of the registry."""
    expected, found = evaluate(registry, edition, without=without), derived(registry, edition, without)
    lines = []
    for table, key in KEYS.items():
        if table in but:
            continue
        ours = {tuple(row[name] for name in key): _told(row) for row in found[table].to_dicts()}
        theirs = {tuple(row[name] for name in key): row for row in expected[table]}
        lines += [f"{table} {row}: only in one of the two" for row in sorted(ours.keys() ^ theirs.keys(), key=str)]
        for row in sorted(ours.keys() & theirs.keys(), key=str):
            lines += _cells(table, row, theirs[row], ours[row])
    return lines, found


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """A derived row; of the clauses of a visit the reference names the relaxations only."""
    clauses = row.get("clauses")
    return row if clauses is None else row | {"routine": [name for name in clauses if name.startswith("ROUTINE.")]}


def _cells(table: str, key: tuple[Any, ...], theirs: dict[str, Any], ours: dict[str, Any]) -> list[str]:
    # the reason a time is unknown is worded by this project, not of the criteria
    compared = [name for name in theirs if name in ours and not (name == "reason" and theirs[name] is None)]
    return [
        f"{table} {key} {name}: reference {theirs[name]!r}, vectorised {ours[name]!r}"
        for name in compared
        if not _is_same(theirs[name], ours[name])
    ]


def _is_same(theirs: Any, ours: Any) -> bool:
    """Lists whatever their order; figures that are divided are rounded once in either path."""
    if isinstance(theirs, list) and isinstance(ours, list):
        return sorted(theirs) == sorted(ours)
    if isinstance(theirs, Decimal) and isinstance(ours, float):
        return isclose(theirs, ours, rel_tol=1e-12, abs_tol=1e-9)
    return bool(theirs == ours)


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value
