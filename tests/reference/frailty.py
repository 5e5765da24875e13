"""Section 12: frailty at the start of each line (FRAIL.simplified, FRAIL.imwg)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from itertools import product
from typing import TypeVar

from .clinic import Around, age_years, known
from .figures import Row, Tables
from .logic import Span, Truth, above, at_least, at_most, exact
from .visits import Line

T = TypeVar("T")
Points = tuple[Decimal, ...]


def frailty(patient: Row, tables: Tables, lines: list[Line]) -> list[Row]:
    """Both models at each line's start; of an untreated patient at diagnosis."""
    dates: list[tuple[int | None, date]] = [(line.number, line.start) for line in lines]
    return [
        _row(patient, Around(tables, on), line) | one
        for line, on in dates or [(None, patient["diagnosis_date"])]
        for one in (_simplified(patient, Around(tables, on)), _imwg(patient, Around(tables, on)))
    ]


def steps(value: Span | None, *at: tuple[Callable[[Span, Span], Truth], str, str]) -> Points:
    """The points that a figure may be worth: of (test, bound, points), lowest first, the last that holds; else 0."""
    truths = [(known(test, value, bound), Decimal(points)) for test, bound, points in at]
    worth = {Decimal(0)} if all(truth is not True for truth, _ in truths) else set()
    for truth, points in truths:
        if truth is True:
            worth = {points}
        elif truth is None:
            worth.add(points)
    return tuple(sorted(worth))


def totals(parts: Iterable[Points]) -> set[Decimal]:
    """Every total that what is missing allows."""
    return {sum(one, Decimal(0)) for one in product(*parts)}


def only(values: set[T]) -> T | None:
    """The one value that is left, if one is."""
    return next(iter(values)) if len(values) == 1 else None


def _row(patient: Row, near: Around, line: int | None) -> Row:
    return {"patient_id": patient["patient_id"], "line": line, "on_date": near.on}


def _age(patient: Row, near: Around) -> Points:
    age = age_years(patient.get("birth_date"), near.on)
    return steps(None if age is None else exact(age), (at_least, "76", "1"), (above, "80", "2"))


def _simplified(patient: Row, near: Around) -> Row:
    charlson = steps(near.score("charlson"), (above, "1", "1"))
    ecog = steps(near.score("ecog"), (at_least, "1", "1"), (at_least, "2", "2"))
    sums = totals([_age(patient, near), charlson, ecog])
    groups = {"frail" if total >= 2 else "non_frail" for total in sums}
    return {"model": "FRAIL.simplified", "score": only(sums), "frailty_group": only(groups)}


def _imwg(patient: Row, near: Around) -> Row:
    parts = [
        _age(patient, near),
        steps(near.score("adl"), (at_most, "4", "1")),
        steps(near.score("iadl"), (at_most, "5", "1")),
        steps(near.score("charlson"), (at_least, "2", "1")),
    ]
    sums = totals(parts)
    groups = {"frail" if total >= 2 else "intermediate" if total >= 1 else "fit" for total in sums}
    return {"model": "FRAIL.imwg", "score": only(sums), "frailty_group": only(groups)}
