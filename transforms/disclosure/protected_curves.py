"""Curves that may leave the house: each step is of many events, each number at risk many away from the last."""

from __future__ import annotations

import polars as pl

from transforms.disclosure.counts import protect
from transforms.disclosure.release import ROUNDED_TO, THRESHOLD, CurveRelease, Release, Sum

DECIMALS = 2  # of a share: whole per cent
LIMITS = ("ci_low", "ci_high")
OF_ONE = ("events", "censored", "entered")  # what happened on one day
CURVE = "curve_number"


def protect_curve(curve: pl.DataFrame, release: CurveRelease) -> pl.DataFrame:
    """The curves as they may be shared, fewer rows of the same columns.

    A row is kept where THRESHOLD events have gathered since the last step: there the value is the estimate. And where
    THRESHOLD patients have left or come since the last number at risk: there it lies between two steps, on a straight
    line, and reveals nothing more. A curve ends with its last step while THRESHOLD are at risk: a level line after it
    would claim that nothing happened. Without a step there is no curve, nor of a stratum that is few, or would give one
    away that is. What happened on one day is null. Raises DisclosureError where the frame isn't what `release` says.
    """
    release.check(curve)
    names = curve.select(release.key).unique().sort(release.key).with_row_index(CURVE)
    numbered = curve.join(names, on=release.key, how="left", nulls_equal=True, maintain_order="left")
    large = pl.col(CURVE).is_in(_large_strata(numbered, release).implode())
    followed = numbered.filter(large, pl.col("at_risk") >= THRESHOLD).sort(CURVE, "day")
    return (
        _steps(followed, release)
        .select(curve.columns)
        .with_columns(
            (pl.col("at_risk") + ROUNDED_TO // 2) // ROUNDED_TO * ROUNDED_TO,
            *(pl.lit(None, curve.schema[name]).alias(name) for name in OF_ONE if name in curve.columns),
        )
    )


def _large_strata(numbered: pl.DataFrame, release: CurveRelease) -> pl.Series:
    # Who entered late was never at risk with all others: the most at risk are fewer than the stratum, never more.
    sizes = numbered.group_by(CURVE, maintain_order=True).agg(pl.col(release.key).first(), n=pl.col("at_risk").max())
    labels = tuple(name for name in (CURVE, *release.key) if sizes.schema[name].is_numeric())
    declared = Release(counts=("n",), sums=(Sum("n", (release.over,), release.within),), labels=labels)
    return protect(sizes, declared).drop_nulls("n")[CURVE]


def _steps(followed: pl.DataFrame, release: CurveRelease) -> pl.DataFrame:
    """The rows of each curve that are kept; none where no step is."""
    placed = followed.with_columns(
        is_first=(pl.col(CURVE) != pl.col(CURVE).shift()).fill_null(value=True),
        so_far=pl.col("events").cum_sum().over(CURVE),
    )
    begins = placed["is_first"].to_list()
    steps = placed.with_columns(
        at_step=pl.Series(_apart(placed["so_far"].to_list(), begins, since=0), dtype=pl.Boolean),
        at_number=pl.Series(_apart(placed["at_risk"].to_list(), begins), dtype=pl.Boolean),
    )
    at_step, is_after = pl.col("at_step"), pl.col("at_step").cum_sum(reverse=True).over(CURVE) == 0
    # The curve starts before any event; events on that day itself need a step.
    start = pl.col("is_first") & ~at_step
    return (
        steps.with_columns(
            pl.when(start)
            .then(release.start)
            .when(at_step)
            .then(pl.col(release.value).round(DECIMALS))
            .alias(release.value),
            *(
                pl.when(at_step).then(pl.col(name).round(DECIMALS)).alias(name)
                for name in LIMITS
                if name in followed.columns
            ),
            pl.when("at_number").then("at_risk").forward_fill().over(CURVE).alias("at_risk"),
        )
        .filter((at_step | pl.col("at_number")) & ~is_after)
        .with_columns(pl.col(_shares(followed, release)).interpolate_by("day").over(CURVE).round(DECIMALS))
    )


def _shares(curve: pl.DataFrame, release: CurveRelease) -> list[str]:
    return [release.value, *(name for name in LIMITS if name in curve.columns)]


def _apart(numbers: list[int], begins: list[bool], since: int | None = None) -> list[bool]:
    """Of each curve whether its number is THRESHOLD or more away from `since`, then from the last that was; without
    `since` from the first, which is one too. Each depends on those before, so they are gone through."""
    found, last = [], 0
    for number, is_first in zip(numbers, begins, strict=True):
        if is_first:
            last = number if since is None else since
        is_apart = abs(number - last) >= THRESHOLD
        if is_apart:
            last = number
        found.append(is_apart or (is_first and since is None))
    return found


def landmarks_of_curve(
    summaries: pl.DataFrame, curve: pl.DataFrame, release: CurveRelease, days: dict[str, float]
) -> pl.DataFrame:
    """The summaries with the shares named in `days` read from the released curve at these days, on a straight line
    between its steps; and `…_low` and `…_high` from its limits. Null where the curve has ended.

    An estimate at a day would reveal those few who had an event between that day and a step that is shown.
    """
    for name, day in days.items():
        read = _at(curve, release, day)
        ends = {column: f"{name}{end}" for column, end in _ENDS.items()}
        named = read.rename(
            {release.value: name} | {column: new for column, new in ends.items() if column in read.columns}
        )
        known = [column for column in named.columns if column in summaries.columns and column not in release.key]
        summaries = (
            summaries.drop(known)
            .join(named, on=release.key, how="left", nulls_equal=True, maintain_order="left")
            .select(summaries.columns)
        )
    return summaries


_ENDS = {"ci_low": "_low", "ci_high": "_high"}


def _at(curve: pl.DataFrame, release: CurveRelease, day: float) -> pl.DataFrame:
    """Each curve's shares on a day, null where it has ended."""
    before, after = pl.col("day") <= day, pl.col("day") >= day
    first, last = pl.col("day").filter(before).last(), pl.col("day").filter(after).first()
    way = (day - first) / (last - first)
    way = pl.when(first == last).then(0.0).otherwise(way)
    return (
        curve.sort(*release.key, "day")
        .group_by(release.key, maintain_order=True)
        .agg(
            (pl.col(name).filter(before).last() * (1 - way) + pl.col(name).filter(after).first() * way).round(DECIMALS)
            for name in _shares(curve, release)
        )
    )
