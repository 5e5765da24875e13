"""From a registry that shows a fault to the smallest one that still does: one patient, and as few rows as it takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.differential.situations import Registry


def of_patients(made: Registry) -> dict[str, Registry]:
    """A registry of its own for each patient."""
    own: dict[str, Registry] = {row["patient_id"]: {name: [] for name in made} for row in made["patients"]}
    for name, rows in made.items():
        for row in rows:
            own[row["patient_id"]][name].append(row)
    return own


def smallest(made: Registry, fails: Callable[[Registry], bool]) -> Registry:
    """The rows of one patient without which nothing would fail; of several where no patient fails alone."""
    found = made
    while (less := next(filter(fails, _halves(found)), None)) is not None:
        found = less
    while (less := next(filter(fails, _with_fewer_rows(found)), None)) is not None:
        found = less
    return found


def _halves(made: Registry) -> Iterator[Registry]:
    """The first half of the patients, and the second."""
    patients = list(of_patients(made).values())
    middle = len(patients) // 2
    for part in (patients[:middle], patients[middle:]) if middle else ():
        yield {name: [row for own in part for row in own[name]] for name in made}


def _with_fewer_rows(made: Registry) -> Iterator[Registry]:
    """The registry without half of a table, a quarter, … a row: never without its patients."""
    for name, rows in made.items():
        size = len(rows)
        while name != "patients" and size:
            for first in range(0, len(rows), size):
                yield made | {name: rows[:first] + rows[first + size :]}
            size //= 2
