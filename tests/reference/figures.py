"""One result of one test, and which of several counts (C.comparator, V.visit, V.flc)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from .logic import Span, Truth, above, compared, exact, higher, not3, under

Row = dict[str, Any]
Tables = dict[str, list[Row]]
T = TypeVar("T")
ZERO = exact(0)
# C.comparator treats "<x" of these as none detected; iga is read only where it is the M-protein (V.iga).
M_PROTEIN_AND_FLC = {"serum_m_protein", "urine_m_protein", "iga", "flc_kappa", "flc_lambda"}


@dataclass(frozen=True)
class Reading:
    """A figure as it counts for response, and as it counts as a nadir (they differ for "<x" only)."""

    response: Span
    nadir: Span


NONE_DETECTABLE = Reading(ZERO, ZERO)


def as_reading(span: Span | None) -> Reading | None:
    """A quantity whose "<x" is a range in a nadir too (marrow, plasmacytoma)."""
    return None if span is None else Reading(span, span)


def read(row: Row) -> Reading:
    """C.comparator: the reading of a laboratory row that has a value."""
    value, comparator = row["value"], row.get("comparator")
    if row["analyte"] in M_PROTEIN_AND_FLC and comparator in ("<", "<="):
        return Reading(ZERO, exact(value))
    span = compared(value, comparator)
    return Reading(span, span)


def span_in(row: Row, column: str) -> Span | None:
    """C.comparator: a number of any table but labs, with the comparator in the column beside it."""
    value = row.get(column)
    return None if value is None else compared(value, row.get(f"{column}_comparator"))


def by_span(span: Span) -> Any:
    """How two ranges of one date compare: by what is surely there, then by what may be."""
    return (span.low, span.high)


def by_height(reading: Reading) -> Any:
    """How two results of one date compare: by what is surely there, then by what may be."""
    return (reading.response.low, reading.response.high, reading.nadir.high)


def latest(results: Iterable[tuple[date, T]], height: Callable[[T], Any]) -> T | None:
    """V.visit: of several results of one test the latest date's, on one date the highest. None: no result."""
    found = list(results)
    return max(found, key=lambda dated: (dated[0], height(dated[1])))[1] if found else None


def nearest(results: Iterable[tuple[date, T]], to: date, height: Callable[[T], Any]) -> T | None:
    """Section 2: the result nearest a date, ties to the earlier date, on one date the highest."""
    found = list(results)
    if not found:
        return None
    best = min((abs((on - to).days), on) for on, _ in found)[1]
    return max((result for on, result in found if on == best), key=height)


def ratio_above(kappa: Span, lam: Span) -> Truth:
    """V.flc: kappa/lambda above 1.65 (lambda 0 counts as above; 0/0 is unknown)."""
    return None if _both_nothing(kappa, lam) else above(kappa, lam.times("1.65"))


def ratio_below(kappa: Span, lam: Span) -> Truth:
    """V.flc: kappa/lambda below 0.26 (0/0 is unknown)."""
    return None if _both_nothing(kappa, lam) else under(kappa, lam.times("0.26"))


def dflc(involved: Reading | None, uninvolved: Reading | None) -> Reading | None:
    """V.flc: involved minus uninvolved, not below 0; as a nadir only the involved "<x" counts x."""
    if involved is None or uninvolved is None:
        return None
    return Reading(
        higher(involved.response.minus(uninvolved.response), ZERO),
        higher(involved.nadir.minus(uninvolved.response), ZERO),
    )


def is_positive(result: str | None) -> Truth:
    """A recorded positive/negative as a truth; None where nothing was recorded."""
    return None if result is None else result == "positive"


def is_negative(result: str | None) -> Truth:
    """The opposite of is_positive."""
    return not3(is_positive(result))


def _both_nothing(kappa: Span, lam: Span) -> bool:
    return kappa == ZERO and lam == ZERO
