"""A cohort's filters, one candidate at a time: what is asked of an attribute, and True, False or None (can't be told).

A candidate is a row as a dict. A category is None where it is unknown; what it may be then can stand under
`NAME_possible`. A list has beside it, under `NAME_open`, what may also be in it, where `any` stands for anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .logic import Truth, and3, not3, or3

Row = Mapping[str, Any]


def is_wanted(row: Row, key: str, values: Sequence[str]) -> Truth:
    """Whether the candidate has one of the values; of `not.NAME` none of them."""
    name = key.removeprefix("not.")
    possible = row.get(f"{name}_possible") if row[name] is None else None
    if possible and "unknown" not in values:
        answer = True if set(possible) <= set(values) else None if set(possible) & set(values) else False
    else:
        answer = or3(*(_has(row, name, value) for value in values))
    return not3(answer) if key.startswith("not.") else answer


def _has(row: Row, name: str, value: str) -> Truth:
    found = row[name]
    if f"{name}_open" in row:
        perhaps = row[f"{name}_open"]
        return bool(perhaps) if value == "unknown" else and3(*(_is_in(p, found, perhaps) for p in value.split("+")))
    if value == "unknown":
        return found is None
    if found is None:
        return None
    if isinstance(found, int):
        low, dots, high = value.partition("..")
        return (not low or found >= int(low)) and (not high or found <= int(high)) if dots else found == int(value)
    return bool(found == value)


def _is_in(part: str, surely: list[str], perhaps: list[str]) -> Truth:
    if part in surely:
        return True
    return None if part in perhaps or "any" in perhaps else False


def divided(rows: Sequence[Row], where: Mapping[str, Sequence[str]]) -> list[tuple[int, int, int]]:
    """After each filter how many are kept, left out, and can't be told, of those that the one before it kept."""
    found = []
    for key, values in where.items():
        answers = [(row, is_wanted(row, key, values)) for row in rows]
        kept = [row for row, answer in answers if answer]
        unknown = sum(answer is None for _, answer in answers)
        found.append((len(kept), len(rows) - len(kept) - unknown, unknown))
        rows = kept
    return found
