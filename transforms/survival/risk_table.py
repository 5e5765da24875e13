"""Who is at risk on which day, of any number of curves at once (`followed`, as in `curves`)."""

import math

import numpy as np
import polars as pl

from transforms.survival.risk_sets import Array


def risk_table(followed: pl.DataFrame) -> pl.DataFrame:
    """Of each `curve` day 0 and every day on which someone enters late, has the event or is censored, in order.

    `at_risk` are in before that day and not out before it; who enters on it (`entered`) is at risk from the next on.
    Curves are numbered from 0: a row of the calendar each, which has the days that any of them has.
    """
    curve, days, entry = (
        followed[name].cast(pl.Int64).fill_null(0).to_numpy() for name in ("curve", "days", "entry_days")
    )
    event, is_late = followed["event"].cast(pl.Boolean).to_numpy(), followed["entry_days"].is_not_null().to_numpy()
    is_in_calendar = np.bincount(np.concatenate([[0], days, entry])) > 0  # a year typed wrong adds a day, not a century
    place, calendar = np.cumsum(is_in_calendar) - 1, np.flatnonzero(is_in_calendar)
    shape = (curve.max(initial=-1) + 1, len(calendar))

    def on_day(day: Array, counted: Array) -> Array:
        """How many of the rows that are counted, by curve and day."""
        places = np.ravel_multi_index((curve[counted], place[day[counted]]), shape)
        return np.bincount(places, minlength=math.prod(shape)).reshape(shape)

    events, censored, entered = on_day(days, event), on_day(days, ~event), on_day(entry, is_late)
    from_start, everyone = (np.bincount(curve[rows], minlength=shape[0])[:, None] for rows in (~is_late, slice(None)))
    at_risk = from_start + np.cumsum(entered - events - censored, axis=1) - entered + events + censored
    is_shown = events + censored + entered > 0
    is_shown[:, :1] |= everyone > 0
    number, day = np.nonzero(is_shown)
    counts = {"at_risk": at_risk, "events": events, "censored": censored, "entered": entered}
    return pl.DataFrame(
        {
            "curve": pl.Series(number, dtype=followed.schema["curve"]),
            "day": calendar[day],
            **{name: count[is_shown] for name, count in counts.items()},
        }
    )


def is_estimable(followed: pl.DataFrame) -> bool:
    """Of patients in one curve (whatever its number): whether it can be estimated (not `is_broken`)."""
    table = risk_table(followed.select("days", "event", "entry_days", curve=pl.lit(0)))
    return not table.select(is_broken().any()).item()


def is_broken() -> pl.Expr:
    """Of a row of `risk_table`: whether its curve loses everyone at risk before the last patients enter, so that
    nothing carries it across.

    The product then stays at zero (or, with an unobserved gap, at an unsupported level) whatever happens to those who
    enter later.
    """
    last_entry = pl.col("day").filter(pl.col("entered") > 0).max()
    gone = pl.col("events") + pl.col("censored")
    everyone_dies = (pl.col("events") == pl.col("at_risk")) & (pl.col("day") <= last_entry)
    none_stays = (pl.col("at_risk") + pl.col("entered") == gone) & (pl.col("day") < last_entry)
    return ((gone > 0) & (everyone_dies | none_stays)).any().over("curve").fill_null(value=False)
