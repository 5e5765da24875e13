"""Numbers read off curves: rows of `survival_curve`, whose survival holds from their day to the next one's.

Shared curves (events are null) end where few are left, and nothing is said of what comes after.
"""

import math
from typing import Literal

import polars as pl

from transforms.survival import DAYS_PER_MONTH, Origin

SHARES = ["survival", "ci_low", "ci_high"]


def end_of(curve: pl.DataFrame) -> int:
    """The last month of the axis: whole years."""
    return 12 * max(1, math.ceil(_last_day(curve) / DAYS_PER_MONTH / 12))


def ticks(end: int) -> list[int]:
    """Months to label up to `end`, a multiple of 12: quarters, halves or whole years, seven of them or fewer."""
    apart = {12: 3, 24: 6, 36: 6}.get(end, 12 * math.ceil(end / 72))
    return list(range(0, end + 1, apart))


def thinned(curve: pl.DataFrame, bins: int, of: str | None = None) -> pl.DataFrame:
    """Of each stratum day 0 and the last row of each of so many equal stretches of time: of all rows, or of those that
    share a value of the column `of`.
    """
    if curve.is_empty():
        return curve
    last = pl.col("day").max().cast(pl.Int64)
    stretch = (-(-(last.over(of) if of else last) // bins)).clip(lower_bound=1)
    is_last = pl.col("day") == pl.col("day").max().over("stratum", pl.col("day") // stretch)
    return curve.filter(is_last | (pl.col("day") == 0))


def at_risk(curve: pl.DataFrame, months: list[int]) -> pl.DataFrame:
    """Patients of each stratum whose time is as long as each of these months, or longer.

    Of shared curves, which end before all have left, there is no number beyond their end.
    """
    followed = curve.select("stratum", pl.col("day").cast(pl.Float64), "at_risk")
    numbers = _asked(curve, months).join_asof(
        followed.sort("day", "stratum"), on="day", by="stratum", strategy="forward", check_sortedness=False
    )
    return (
        numbers.with_columns(pl.col("at_risk").fill_null(0)) if not _is_shared(curve) else numbers.drop_nulls("at_risk")
    )


def decimals(curves: pl.DataFrame) -> int:
    """Decimals that a share in per cent is worth: shared curves are in whole per cent."""
    per_cent = 100 * curves["survival"].drop_nulls()
    return 0 if ((per_cent - per_cent.round()).abs() < 1e-6).all() else 1


def shape(curve: pl.DataFrame) -> Literal["linear", "step-after"]:
    """How a curve goes on from row to row: it steps, or, where it is shared, runs straight between rows far apart."""
    return "linear" if _is_shared(curve) else "step-after"


def by_month(curve: pl.DataFrame, end: int) -> pl.DataFrame:
    """Each stratum on each month up to `end`: survival, ci_low, ci_high, at_risk; read off the curve as it is drawn.

    Survival is null where no patient is followed that far, at_risk where it is not given.
    """
    months = list(range(end + 1))
    rows = curve.select("stratum", pl.col("day").cast(pl.Float64), *SHARES)
    asked = _asked(curve, months)
    values = _between_points(rows, asked) if _is_shared(curve) else _on_steps(rows, asked)
    risk = at_risk(curve, months).select("stratum", "month", "at_risk")
    read = values.select("stratum", "month", *SHARES)
    return read.join(risk, on=["stratum", "month"], how="left").sort("stratum", "month")


def _on_steps(rows: pl.DataFrame, asked: pl.DataFrame) -> pl.DataFrame:
    steps = rows.with_columns(last=pl.col("day").max().over("stratum")).sort("day", "stratum")
    found = asked.join_asof(steps, on="day", by="stratum", strategy="backward", check_sortedness=False)
    return found.with_columns(pl.when(pl.col("day") <= pl.col("last")).then(name).alias(name) for name in SHARES)


def _between_points(rows: pl.DataFrame, asked: pl.DataFrame) -> pl.DataFrame:
    points = pl.concat([rows, asked], how="diagonal").sort("stratum", "day", "month", nulls_last=False)
    # An asked day that has a row takes the row's values, which come first; others lie between two rows.
    known = points.with_columns(pl.col(SHARES).forward_fill().over("stratum", "day"))
    straight = known.with_columns(pl.col(SHARES).interpolate_by("day").over("stratum"))
    return straight.filter(pl.col("month").is_not_null()).with_columns(pl.col(SHARES).round(2))


def _is_shared(curve: pl.DataFrame) -> bool:
    return "events" in curve.columns and curve["events"].null_count() > 0


def _asked(curve: pl.DataFrame, months: list[int]) -> pl.DataFrame:
    """Each stratum with each of these months, in days."""
    strata = curve.select(pl.col("stratum").unique())
    days = pl.DataFrame({"month": months}).with_columns(day=pl.col("month") * DAYS_PER_MONTH)
    return strata.join(days, how="cross").sort("day", "stratum")


def _last_day(curve: pl.DataFrame) -> int:
    return int(curve["day"].sort()[-1])


def of_origin(rows: pl.DataFrame, origin: Origin) -> pl.DataFrame:
    """The rows of a table of outcomes that are about one endpoint and its origin."""
    return rows.filter(
        pl.col("endpoint") == origin.endpoint,
        pl.col("origin") == origin.origin,
        pl.col("line").eq_missing(pl.lit(origin.line)),
    )
