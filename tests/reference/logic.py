"""Three truth values and figures known only as ranges (C.exact, C.unknown, C.comparator).

A truth is True, False, or None for unknown. A Span is what is known of one quantity: an exact figure, or a
range such as "<x" or ">x". A comparison of spans is decided only where every pair of figures agrees.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

Truth = bool | None
# A bound is (figure, hair): +1 is a hair above the figure (an open lower end), -1 a hair below it.
Bound = tuple[Decimal, int]
INFINITY = Decimal("Infinity")


def and3(*truths: Truth) -> Truth:
    """False if any is False, else unknown if any is unknown, else True."""
    if any(t is False for t in truths):
        return False
    return None if any(t is None for t in truths) else True


def or3(*truths: Truth) -> Truth:
    """True if any is True, else unknown if any is unknown, else False."""
    if any(t is True for t in truths):
        return True
    return None if any(t is None for t in truths) else False


def not3(truth: Truth) -> Truth:
    """The opposite; the opposite of unknown is unknown."""
    return None if truth is None else not truth


@dataclass(frozen=True)
class Span:
    """All figures between two bounds, bounds included (a bound may be a hair off its figure)."""

    low: Bound
    high: Bound

    def plus(self, other: Span) -> Span:
        """Every sum of a figure of this and one of the other."""
        return Span(_add(self.low, other.low), _add(self.high, other.high))

    def minus(self, other: Span) -> Span:
        """Every difference of a figure of this and one of the other."""
        return Span(_add(self.low, _negated(other.high)), _add(self.high, _negated(other.low)))

    def times(self, factor: str) -> Span:
        """Every figure times a factor above 0."""
        by = Decimal(factor)
        return Span((self.low[0] * by, self.low[1]), (self.high[0] * by, self.high[1]))


def exact(figure: Decimal | str | int) -> Span:
    """One figure, known exactly."""
    bound = (Decimal(figure), 0)
    return Span(bound, bound)


def compared(figure: Decimal, comparator: str | None) -> Span:
    """C.comparator: what "<x", "<=x", ">x", ">=x" or a plain x says; no quantity is below 0."""
    if comparator in ("<", "<="):
        return Span((Decimal(0), 0), (figure, -1 if comparator == "<" else 0))
    if comparator in (">", ">="):
        return Span((figure, 1 if comparator == ">" else 0), (INFINITY, 0))
    return exact(figure)


def at_least(left: Span, right: Span) -> Truth:
    """Whether left >= right, decided where every pair of figures agrees."""
    if left.low >= right.high:
        return True
    return False if left.high < right.low else None


def above(left: Span, right: Span) -> Truth:
    """Whether left > right."""
    return not3(at_least(right, left))


def under(left: Span, right: Span) -> Truth:
    """Whether left < right."""
    return not3(at_least(left, right))


def at_most(left: Span, right: Span) -> Truth:
    """Whether left <= right."""
    return at_least(right, left)


def higher(left: Span, right: Span) -> Span:
    """The higher of two figures."""
    return Span(max(left.low, right.low), max(left.high, right.high))


def lower(left: Span, right: Span) -> Span:
    """The lower of two figures."""
    return Span(min(left.low, right.low), min(left.high, right.high))


def _add(left: Bound, right: Bound) -> Bound:
    hair = left[1] + right[1]
    return (left[0] + right[0], (hair > 0) - (hair < 0))


def _negated(bound: Bound) -> Bound:
    return (-bound[0], -bound[1])
