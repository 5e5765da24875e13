"""Curves and courses that leave the house: what a step, a number at risk and a drawn course may be of."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest

from transforms.disclosure import (
    CurveRelease,
    DisclosureError,
    landmarks_of_curve,
    protect_courses,
    protect_curve,
)

SURVIVAL = CurveRelease("survival", "stratum", ("stratum_by",))


def curve(n: int, stratum: str = "I", censored_every: int = 3, start: int = 1) -> pl.DataFrame:
    """Of n patients one leaves each day; every third is censored, the others die."""
    days = np.arange(start, n + start)
    is_censored = np.arange(n) % censored_every == censored_every - 1
    at_risk = n - np.arange(n)
    survival = np.cumprod(np.where(is_censored, 1, 1 - 1 / at_risk))
    first = {"day": [0], "at_risk": [n], "events": [0], "censored": [0], "survival": [1.0], "ci_low": [None]}
    rest = {"day": days, "at_risk": at_risk, "events": (~is_censored).astype(int), "censored": is_censored.astype(int)}
    rest |= {"survival": survival, "ci_low": survival / 2}
    schema = {"day": pl.Int64, "at_risk": pl.Int64, "events": pl.Int64, "censored": pl.Int64}
    schema |= {"survival": pl.Float64, "ci_low": pl.Float64}
    frames = [pl.DataFrame(columns, schema=schema) for columns in (first, rest)]
    return pl.concat(frames).with_columns(stratum_by=pl.lit("iss"), stratum=pl.lit(stratum))


def events_until(whole: pl.DataFrame, day: int) -> int:
    return int(whole.filter(pl.col("day") <= day)["events"].sum())


def test_a_step_is_of_ten_events_and_says_the_estimate_of_its_day() -> None:
    whole = curve(100)
    shown = protect_curve(whole, SURVIVAL)
    steps = [0, 14, 29, 44, 59, 74, 89]  # two of three die: the tenth on day 14, the twentieth on day 29
    assert [events_until(whole, day) for day in steps] == [0, 10, 20, 30, 40, 50, 60]
    at_steps = shown.filter(pl.col("day").is_in(steps))
    assert at_steps["survival"].to_list() == whole.filter(pl.col("day").is_in(steps))["survival"].round(2).to_list()
    assert shown["day"].max() == 89
    # What lies between is on a straight line between two steps, so whoever has the steps has it.
    line = np.interp(shown["day"], at_steps["day"], at_steps["survival"])
    assert np.abs(shown["survival"].to_numpy() - line).max() <= 0.0051


def test_numbers_at_risk_are_rounded_ten_apart_and_ten_at_least() -> None:
    whole = curve(100)
    shown = protect_curve(whole, SURVIVAL)
    at_risk = shown["at_risk"].unique(maintain_order=True)
    assert at_risk.to_list() == [100, 90, 80, 70, 60, 50, 40, 30, 20]
    assert (shown["at_risk"] % 5 == 0).all()


def test_events_of_a_single_day_are_not_shown() -> None:
    shown = protect_curve(curve(100), SURVIVAL)
    assert shown["events"].null_count() == shown["censored"].null_count() == shown.height > 0
    assert shown.columns == curve(100).columns


def test_a_curve_of_fewer_than_ten_events_is_none() -> None:
    assert protect_curve(curve(40, censored_every=3).with_columns(events=pl.lit(0, pl.Int64)), SURVIVAL).is_empty()
    assert protect_curve(curve(9), SURVIVAL).is_empty()
    assert protect_curve(curve(0).head(0), SURVIVAL).is_empty()


def test_events_on_the_first_day_alone_do_not_show_in_where_a_curve_begins() -> None:
    """Three of forty die on day 0."""
    whole = curve(40, start=0).filter(~((pl.col("day") == 0) & (pl.col("events") == 0)))
    assert whole["survival"][0] < 1
    assert protect_curve(whole, SURVIVAL)["survival"][0] == 1


@pytest.mark.parametrize(
    ("sizes", "shown"),
    [
        ({"I": 90, "II": 60, "III": 50}, ["I", "II", "III"]),
        ({"I": 90, "II": 60, "III": 9}, ["I"]),  # the total less I and II would be nine
        ({"I": 90, "II": 8, "III": 9}, ["I"]),
        ({"I": 90, "II": 60, "III": 2, "unknown": 3}, ["I"]),
    ],
)
def test_a_small_stratum_goes_and_takes_along_what_would_give_it_away(sizes: dict[str, int], shown: list[str]) -> None:
    strata = pl.concat([curve(n, stratum) for stratum, n in sizes.items()])
    assert protect_curve(strata, SURVIVAL)["stratum"].unique().sort().to_list() == shown


def test_a_curve_of_incidence_begins_at_zero() -> None:
    rising = curve(100).with_columns(incidence=1 - pl.col("survival"), cause=pl.lit("death")).drop("survival")
    shown = protect_curve(rising, CurveRelease("incidence", "stratum", ("stratum_by", "cause")))
    assert shown["incidence"][0] == 0
    assert shown["incidence"].is_sorted()


def test_survival_at_a_day_is_read_from_what_is_shown() -> None:
    shown = pl.DataFrame(
        {
            "stratum_by": "iss",
            "stratum": ["I", "I", "I"],
            "day": [0, 100, 300],
            "survival": [1.0, 0.9, 0.5],
            "ci_low": [None, 0.8, 0.4],
        }
    )
    summaries = pl.DataFrame(
        {"stratum_by": "iss", "stratum": ["I", "II"], "at_1": [0.123, 0.456], "at_1_low": [0.1, 0.4], "n": [50, 60]}
    )
    read = {day: landmarks_of_curve(summaries, shown, SURVIVAL, {"at_1": day}) for day in (50.0, 100.0, 200.0, 301.0)}
    assert {day: frame["at_1"][0] for day, frame in read.items()} == {50.0: 0.95, 100.0: 0.9, 200.0: 0.7, 301.0: None}
    assert [frame["at_1_low"][0] for frame in read.values()] == [None, 0.8, 0.6, None]
    assert all(frame["at_1"][1] is None for frame in read.values())  # of a stratum without a curve nothing is known
    assert read[50.0].columns == summaries.columns


@pytest.mark.parametrize("more", [{"patient_id": "P1"}, {"on": date(2020, 1, 1)}, {"other": 1}])
def test_a_curve_with_anything_else_is_refused(more: dict[str, Any]) -> None:
    with pytest.raises(DisclosureError):
        protect_curve(curve(100).with_columns(**{name: pl.lit(value) for name, value in more.items()}), SURVIVAL)


COURSES = pl.DataFrame(
    {
        "row": [1, 1, 1, 2, 2],
        "line": [1, 1, None, 1, None],
        "state": ["none", "PR", None, "CR", None],
        "mark": [None, None, "death", None, "alive"],
        "first_month": [0.0, 1.2, 40.4, 0.0, 39.1],
        "last_month": [1.2, 40.4, 40.4, 39.1, 39.1],
    }
)


def test_courses_are_in_quarters_and_in_an_order_that_reveals_no_more() -> None:
    shown = protect_courses(COURSES, 100)
    assert (shown["last_month"] % 3 == 0).all()
    assert shown.filter(state="none").is_empty()  # 1.2 months are nothing to be seen
    # Both end in month 39 then, and the one that was followed longer may not stand first for that.
    swapped = COURSES.with_columns(row=3 - pl.col("row")).sort("row")
    assert protect_courses(swapped, 100).equals(shown)


def test_courses_of_a_small_cohort_are_not_drawn() -> None:
    assert protect_courses(COURSES, 99).is_empty()


def test_courses_with_an_id_are_refused() -> None:
    with pytest.raises(DisclosureError, match="patient_id"):
        protect_courses(COURSES.with_columns(patient_id=pl.lit("P1")), 1000)
