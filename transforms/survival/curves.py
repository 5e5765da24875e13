"""One Kaplan-Meier curve and what is read off it. Intervals are 95 %, log-log (R: conf.type="log-log").

`told` is a frame of `days`, `event` and `entry_days`, nothing null but the last: null is under observation from the
start, day 0 included; a number is at risk only after that day (R: Surv(start, stop, event), start < t <= stop).
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from transforms.survival.tables import DAYS_PER_MONTH, DECIMALS, KEY, LANDMARKS, RMST_MONTHS, SURVIVAL_CURVE

Array = npt.NDArray[Any]
NO_ONE_AT_RISK = "no patient at risk before the last ones enter"
# Before day 0, so that a patient not truncated is at risk on day 0 itself.
FROM_START = -1


def arrays(followed: pl.DataFrame) -> tuple[Array, Array, Array]:
    """Days, event, and the day after which each patient is at risk (-1: from the start)."""
    return (
        followed["days"].cast(pl.Int64).to_numpy(),
        followed["event"].cast(pl.Boolean).to_numpy(),
        followed["entry_days"].fill_null(FROM_START).cast(pl.Int64).to_numpy(),
    )


def curve(followed: pl.DataFrame) -> pl.DataFrame:
    """The estimate, one row per day on which someone enters late, has the event or is censored, and day 0.

    None without patients, and where it can't be estimated (`is_broken`).
    """
    if followed.is_empty() or is_broken(*arrays(followed)):
        return pl.DataFrame(schema=SURVIVAL_CURVE).drop(*KEY)
    # Takes seconds to import, and only a run that has someone to follow needs it.
    from lifelines import KaplanMeierFitter  # takes long to load, as greenwood

    days, event, entry = arrays(followed)
    is_late = (entry > 0).any()
    fit = KaplanMeierFitter().fit(days, event.astype(int), entry=np.maximum(entry, 0) if is_late else None)
    steps, limits = fit.event_table, fit.confidence_interval_
    is_between = (pl.col("survival") > 0) & (pl.col("survival") < 1)
    found = pl.DataFrame(
        {
            "day": steps.index.to_numpy(),
            "at_risk": steps["at_risk"].to_numpy(),
            "events": steps["observed"].to_numpy(),
            "censored": steps["censored"].to_numpy(),
            "survival": fit.survival_function_.iloc[:, 0].to_numpy(),
            "ci_low": limits.iloc[:, 0].to_numpy(),
            "ci_high": limits.iloc[:, 1].to_numpy(),
            "entered": steps["entrance"].to_numpy(),
        }
    ).with_columns(
        pl.col("day", "at_risk", "events", "censored").cast(pl.Int64),
        pl.when(pl.col("day") > 0).then("entered").otherwise(0).cast(pl.Int64).alias("entered"),
        pl.col("survival").round(DECIMALS),
        # The log-log interval doesn't exist at 0 and 1; one from 0 to 0, or 1 to 1, would claim certainty.
        pl.when(is_between).then(pl.col("ci_low", "ci_high").fill_nan(None).round(DECIMALS)),
    )
    # lifelines counts among those at risk who enters that day, though it lets none of them have that day's event.
    return _from_day_zero(found.with_columns(at_risk=pl.col("at_risk") - pl.col("entered")))


def _from_day_zero(found: pl.DataFrame) -> pl.DataFrame:
    if found["day"][0] == 0:
        return found
    start = {"day": 0, "at_risk": 0, "events": 0, "censored": 0, "survival": 1.0, "ci_low": None, "ci_high": None}
    return pl.concat([pl.DataFrame({**start, "entered": 0}, schema=found.schema), found])


def is_broken(days: Array, event: Array, entry: Array) -> bool:
    """Whether everyone at risk goes before the last patients enter, so that nothing carries the curve across.

    The product then stays at zero (or, with an unobserved gap, at an unsupported level) whatever happens
    to those who enter later.
    """
    last_entry = entry.max()
    if last_entry < 0:
        return False
    ends = np.unique(days)
    dying = np.bincount(np.searchsorted(ends, days[event]), minlength=ends.size)
    everyone_dies = (dying == at_risk(ends, days, entry)) & (ends <= last_entry)
    nobody_stays = (at_risk(ends + 1, days, entry) == 0) & (ends < last_entry)
    return bool((everyone_dies | nobody_stays).any())


def at_risk(on: Array, days: Array, entry: Array) -> Array:
    """How many are at risk on each of these days: in before it, and not out before it."""
    entered = np.searchsorted(np.sort(entry), on, side="left")
    gone = np.searchsorted(np.sort(days), on, side="left")
    return np.asarray(entered - gone)


def summary(followed: pl.DataFrame, steps: pl.DataFrame) -> dict[str, Any]:
    """Everything read off one curve; nulls as `survival` says."""
    broken = not followed.is_empty() and steps.is_empty()
    return {
        "n": followed.height,
        "events": followed["event"].cast(pl.Int64).sum(),
        "median_months": _months_to_half(steps, "survival"),
        "median_ci_low": _months_to_half(steps, "ci_low"),
        "median_ci_high": _months_to_half(steps, "ci_high"),
        **{name: value for months in LANDMARKS for name, value in _at(steps, months).items()},
        **(_restricted_mean(followed, steps) if steps.height else {}),
        "followup_median_months": _follow_up(followed) if steps.height else None,
        "at_risk_from_day": followed["entry_days"].fill_null(0).min(),
        "unestimable_because": NO_ONE_AT_RISK if broken else None,
    }


def _months_to_half(steps: pl.DataFrame, column: str) -> float | None:
    """Months to the first day at which one half or fewer survive; null if that is never reached."""
    reached = steps.filter(pl.col(column) <= 0.5)["day"]
    return _months(reached[0]) if reached.len() else None


def _at(steps: pl.DataFrame, months: int) -> dict[str, float | None]:
    days = months * DAYS_PER_MONTH
    names = {"survival": f"at_{months}", "ci_low": f"at_{months}_low", "ci_high": f"at_{months}_high"}
    # no patient is left to see whether it comes down further: only 0 stays what it is
    if not ((steps["day"] >= days) | (steps["survival"] == 0)).any():
        return dict.fromkeys(names.values())
    last = steps.filter(pl.col("day") <= days).row(-1, named=True)
    return {name: last[column] for column, name in names.items()}


def _restricted_mean(followed: pl.DataFrame, steps: pl.DataFrame) -> dict[str, float | None]:
    """The mean time lived of the first 60 months, or of as many as are followed where that is fewer.

    Once no one survives the rest of the months is known, and adds nothing.
    """
    last = steps.row(-1, named=True)
    until = RMST_MONTHS * DAYS_PER_MONTH
    if last["survival"] > 0:
        until = min(until, float(last["day"]))
    if until == 0:
        return {}
    mean, low, high = _greenwood(followed).rmst(until, ci=True)
    return {
        "rmst_months": _months(mean),
        "rmst_ci_low": _months(low),
        "rmst_ci_high": _months(min(high, until)),
        "rmst_to_months": _months(until),
    }


def _follow_up(followed: pl.DataFrame) -> float | None:
    """Median follow-up by reverse Kaplan-Meier: the event is to be censored, and a death ends it unseen."""
    days, event, entry = arrays(followed)
    if is_broken(days, ~event, entry):
        return None
    reverse = _greenwood(followed.with_columns(event=~pl.col("event").cast(pl.Boolean)))
    reached = reverse.time_[np.round(reverse.survival_, DECIMALS) <= 0.5]
    return _months(reached[0]) if reached.size else None


def _greenwood(followed: pl.DataFrame) -> Any:
    import greenwood

    days, event, entry = arrays(followed)
    times = greenwood.Surv(entry.astype(float), days.astype(float), event=event)
    return greenwood.KaplanMeier(conf_type="log-log").fit(times)


def _months(days: float) -> float:
    return round(float(days) / DAYS_PER_MONTH, DECIMALS)
