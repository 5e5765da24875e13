"""Scores: points for what is found, as a range where something was not looked for, and the group that a total is in."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl

from rules.verdict import Quantity, Verdict, mask


def points(found: Verdict, worth: float) -> Quantity:
    """What is found counts in full, what was not looked for may count or not."""
    surely = pl.when(found.truth).then(worth).otherwise(0.0)
    perhaps = pl.when(found.truth.fill_null(value=True)).then(worth).otherwise(0.0)
    return Quantity(surely, perhaps, found.missing)


def group_of(total: pl.Expr, groups: Sequence[tuple[str, float]], beyond: str) -> pl.Expr:
    """The first of the groups, each with the most points that it takes, that takes the total; else `beyond`."""
    names, limits = zip(*groups, strict=True)
    return total.bin_intervals(limits, labels=[*names, beyond], right_closed=True).cast(pl.String)


def is_in_one_group(total: Quantity, group: Callable[[pl.Expr], pl.Expr]) -> Verdict:
    """True where every total that the missing tests allow is in one group, else unknown for want of them."""
    one_group = group(total.low) == group(total.high)
    return Verdict(pl.when(one_group).then(True), pl.when(one_group).then(mask(0)).otherwise(total.missing))
