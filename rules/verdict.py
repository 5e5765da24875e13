"""Three-valued verdicts that know which missing test they wait for.

A `Quantity` is a figure as the laboratory gave it: a number, or a range where the report says ">x" or "<x". Comparing
quantities gives a `Verdict`: true, false or unknown (null), and for an unknown one the set of tests that would decide
it, as a bit mask over `TESTS`. `&`, `|` and `~` follow Kleene's logic, so a clause reads like the guideline's sentence
and still answers "which test stood in the way?" and "from which figure on would it hold?" (`Verdict.limit`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_

import polars as pl

from rules.quantities import QUANTITIES, TESTS

MASK = pl.UInt32  # holds every test of a visit, and what stages but HR.ims2025 wait for
WIDE_MASK = pl.Int128  # holds every test; where the two meet polars widens

# C.exact: no laboratory reports more than four decimals in a canonical unit, and a threshold multiplies by two more;
# half a unit of the sixth decimal therefore separates any two reported figures that differ, and none that are equal.
TOLERANCE = 5e-7
STEP = 2 * TOLERANCE  # so "above x" is "at least x and a step"


def bit(test: str) -> int:
    """Return the mask of one test of `TESTS`; an unknown name is a programming error (ValueError)."""
    return 1 << TESTS.index(test)


def mask(bits: int) -> pl.Expr:
    """A mask as a literal, of the narrowest type that holds it."""
    return pl.lit(bits, MASK if bits >> 32 == 0 else WIDE_MASK)


def mask_where(condition: pl.Expr, *tests: str) -> pl.Expr:
    """Mask of the tests where the condition holds, 0 elsewhere and where it is null."""
    bits = sum(bit(test) for test in tests)
    return pl.when(condition).then(mask(bits)).otherwise(0)


@dataclass(frozen=True)
class Limit:
    """Where a verdict comes to hold as one figure alone rises (`sign` 1) or falls (-1): at `sign * figure >= least`.

    Never null: -inf where it holds whatever the figure is, inf where it would at none, or can't be determined to.
    """

    sign: int
    least: pl.Expr


Limits = Callable[[str], Limit | None]  # by the figure's column; None: the figure is not compared


def _no_figure(_: str) -> None:
    return None


@dataclass(frozen=True)
class Verdict:
    """A clause's answer in each row: `truth` true, false or null; `missing` the tests that a null waits for; `limits`
    where it comes to hold. `joined` is how it was joined of others, and the union of what they wait for.
    """

    truth: pl.Expr
    missing: pl.Expr
    limits: Limits = _no_figure
    joined: tuple[Callable[..., pl.Expr], pl.Expr] | None = None

    def __and__(self, other: Verdict) -> Verdict:
        return _joined(self.truth & other.truth, self, other, pl.max_horizontal)

    def __or__(self, other: Verdict) -> Verdict:
        return _joined(self.truth | other.truth, self, other, pl.min_horizontal)

    def __invert__(self) -> Verdict:
        return Verdict(~self.truth, self.missing)

    def limit(self, figure: str) -> pl.Expr:
        """The figure (by its column) from which on, or down to which, this is true, all else being as it is.

        To six decimals (C.exact): a millionth past a limit that has to be passed. Null: it would be true at no figure,
        is at any, or can't be determined to be. Raises ValueError where the figure is not compared.
        """
        found = self.limits(figure)
        if found is None:
            raise ValueError(f"{figure} is compared with nothing")
        return pl.when(found.least.is_finite()).then((found.sign * found.least).round(6))


def _joined(
    truth: pl.Expr, left: Verdict, right: Verdict, farther_or_nearer: Callable[[pl.Expr, pl.Expr], pl.Expr]
) -> Verdict:
    def limits(figure: str) -> Limit | None:
        found = [(side.limits(figure), side.truth) for side in (left, right)]
        signs = {limit.sign for limit, _ in found if limit}
        if not signs:
            return None
        [sign] = signs  # nothing is true both from a figure on and down to one
        sides = [limit.least if limit else _whatever_where(decided) for limit, decided in found]
        return Limit(sign, farther_or_nearer(*sides))

    # A decided side adds nothing: its own mask is 0. So the union of both is what an undecided whole waits for; of a
    # chain of ands, or of ors, that of all its links.
    links = [
        side.joined[1] if side.joined and side.joined[0] is farther_or_nearer else side.missing
        for side in (left, right)
    ]
    waits_for = reduce(or_, links)
    missing = pl.when(truth.is_null()).then(waits_for).otherwise(_NOTHING)
    return Verdict(truth, missing, limits, (farther_or_nearer, waits_for))


def _whatever_where(truth: pl.Expr) -> pl.Expr:
    """The limit of what no figure decides."""
    return pl.when(truth).then(-math.inf).otherwise(math.inf)


_NOTHING = mask(0)


def stated(truth: pl.Expr, *tests: str) -> Verdict:
    """A yes/no that the registry recorded, unknown where it is null, for want of the tests named."""
    return Verdict(truth, mask_where(truth.is_null(), *tests))


def fact(truth: pl.Expr) -> Verdict:
    """A condition that is always known."""
    return Verdict(truth, _NOTHING)


def required(present: pl.Expr, *tests: str) -> Verdict:
    """True where something was done; where not, unknown (never false) for want of the tests named."""
    return stated(pl.when(present).then(True), *tests)


def clause(clause_id: str) -> Verdict:
    """The verdict of another clause, already a column of the frame."""
    return Verdict(pl.col(clause_id), pl.col(missing_column(clause_id)))


def missing_column(clause_id: str) -> str:
    """Name of the column that holds the mask of a clause's missing tests."""
    return f"{clause_id}_missing"


@dataclass(frozen=True)
class Quantity:
    """A figure between `low` and `high` (equal unless reported as "<x" or ">x"; null where not measured).

    `missing` masks the tests to name where a comparison with it stays undecided: it was not measured, or not exactly.
    `column` is that of a figure found, "" where it was worked out from others; `moves` is the figure that rises and
    falls with it, by as much.
    """

    low: pl.Expr
    high: pl.Expr
    missing: pl.Expr
    column: str = ""
    moves: Quantity | None = None

    def __add__(self, other: Quantity | float) -> Quantity:
        if not isinstance(other, Quantity):
            return Quantity(self.low + other, self.high + other, self.missing)
        return Quantity(self.low + other.low, self.high + other.high, self.missing | other.missing)

    def __sub__(self, other: Quantity) -> Quantity:
        return Quantity(self.low - other.high, self.high - other.low, self.missing | other.missing)

    def __rmul__(self, factor: float) -> Quantity:
        return Quantity(factor * self.low, factor * self.high, self.missing)

    def or_zero(self) -> Quantity:
        """The same figure, 0 where none was measured."""
        missing = pl.when(self.low.is_null()).then(_NOTHING).otherwise(self.missing)
        return Quantity(self.low.fill_null(0.0), self.high.fill_null(0.0), missing, self.column)


def quantity(column: str, *tests: str, open_ended: bool = True) -> Quantity:
    """A measured figure: `column`, and `column_max` where a report can be ">x"; `tests` are what would measure it."""
    low = pl.col(column)
    if not open_ended:
        return Quantity(low, low, mask_where(low.is_null(), *tests), column)
    high = pl.col(f"{column}_max")
    return Quantity(low, high, mask_where(low.is_null() | (low != high), *tests), column)


def measured(name: str, when: str = "") -> Quantity:
    """The figure of a quantity of quantities.toml, or its `baseline`, its `nadir` and the like."""
    found = QUANTITIES[name]
    return quantity(found.at(when), *found.waits_for(when))


def limit_of_normal(name: str) -> Quantity:
    """The upper or lower limit of normal of a quantity, as the laboratory printed it beside the figure."""
    found = QUANTITIES[name]
    which = f"ref_{found.limit_of_normal}"
    return quantity(found.at(which), f"{name}_{which}", open_ended=False)


def at_least(value: Quantity, bound: Quantity | float) -> Verdict:
    """Value ≥ bound, as the reported decimals decide (C.exact); unknown where a range leaves it open."""
    return _compare(value, bound, -TOLERANCE)


def above(value: Quantity, bound: Quantity | float) -> Verdict:
    """Value > bound, as the reported decimals decide."""
    return _compare(value, bound, TOLERANCE)


def under(value: Quantity, bound: Quantity | float) -> Verdict:
    """Value < bound, as the reported decimals decide."""
    return replace(~at_least(value, bound), limits=_falling(value, _as_quantity(bound) + -STEP))


def at_most(value: Quantity, bound: Quantity | float) -> Verdict:
    """Value ≤ bound, as the reported decimals decide."""
    return replace(~above(value, bound), limits=_falling(value, _as_quantity(bound)))


def _as_quantity(bound: Quantity | float) -> Quantity:
    return bound if isinstance(bound, Quantity) else Quantity(pl.lit(bound), pl.lit(bound), _NOTHING)


def _compare(value: Quantity, bound: Quantity | float, margin: float) -> Verdict:
    bound = _as_quantity(bound)
    surely, perhaps = value.low - bound.high >= margin, value.high - bound.low >= margin
    truth = pl.when(surely).then(True).when(~perhaps).then(False)
    missing = pl.when(truth.is_null()).then(value.missing | bound.missing).otherwise(_NOTHING)
    return Verdict(truth, missing, _rising(value, bound if margin < 0 else bound + STEP))


def _rising(value: Quantity, bound: Quantity) -> Limits:
    def limits(figure: str) -> Limit | None:
        if figure == value.column:
            least = bound.high
        elif value.moves and figure == value.moves.column:
            least = value.moves.low + (bound.high - value.low)
        else:
            return None
        return Limit(1, least.fill_null(math.inf))

    return limits


def _falling(value: Quantity, bound: Quantity) -> Limits:
    def limits(figure: str) -> Limit | None:
        return Limit(-1, (-bound.low).fill_null(math.inf)) if figure == value.column else None

    return limits


def falls_by(value: Quantity, reference: Quantity, fraction: float) -> Verdict:
    """Value is down from reference by at least the fraction of it; a fall from 0 is none (C.zero)."""
    return at_most(value, (1 - fraction) * reference) & above(reference, 0)


def rises_by(value: Quantity, reference: Quantity, fraction: float) -> Verdict:
    """Value is up from reference by at least the fraction of it; from 0 any rise is enough (C.zero)."""
    return at_least(value, (1 + fraction) * reference) & above(value, reference)


def chosen(condition: pl.Expr, then: Verdict, otherwise: Verdict) -> Verdict:
    """The one verdict where the condition holds, the other where not."""

    def either(a: pl.Expr, b: pl.Expr) -> pl.Expr:
        return pl.when(condition).then(a).otherwise(b)

    return Verdict(either(then.truth, otherwise.truth), either(then.missing, otherwise.missing))


def is_known(verdict: Verdict) -> Verdict:
    """True where the verdict is true or false, else unknown as it is."""
    return Verdict(pl.when(verdict.truth.is_not_null()).then(True), verdict.missing)


def any_of(*verdicts: Verdict) -> Verdict:
    """True where one is true, false where all are false, else unknown."""
    return reduce(or_, verdicts)
