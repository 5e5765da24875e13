"""Observed against predicted progression by risk group: mgus2, 1,384 real persons, and cases made by hand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import greenwood
import polars as pl
import pytest

from tests.one_patient import Outcome, judged
from tests.reference.build import patient
from transforms.precursors import calibration

START = date(2000, 1, 1)
DAYS_PER_MONTH = 30.4375
RISK = {"patient_id": pl.String, "model": pl.String, "risk_group": pl.String, "predicted": pl.Float64}
COURSE = {
    "patient_id": pl.String,
    "precursor": pl.String,
    "start_date": pl.Date,
    "end_date": pl.Date,
    "event": pl.String,
}


def calibrated(
    people: list[tuple[int, str | None, str | None]],
    *,
    years: float | None = 1,
    foretold: dict[str, float] | None = None,
    registered: list[date | None] | None = None,
) -> dict[str, dict[str, Any]]:
    """The rows of one model by group; people are (days, event, group)."""
    ids = [str(i) for i in range(len(people))]
    risk = pl.DataFrame(
        {
            "patient_id": ids,
            "model": ["MGUS.x"] * len(ids),
            "risk_group": [group for _, _, group in people],
            "predicted": [(foretold or {}).get(group or "") for _, _, group in people],
        },
        schema=RISK,
    ).with_columns(horizon_years=pl.lit(years, pl.Float64))
    course = pl.DataFrame(
        {
            "patient_id": ids,
            "precursor": ["MGUS"] * len(ids),
            "start_date": [START] * len(ids),
            "end_date": [START + timedelta(days=days) for days, _, _ in people],
            "event": [event for _, event, _ in people],
        },
        schema=COURSE,
    )
    entered = registered or [None] * len(ids)
    patients = pl.DataFrame({"patient_id": ids, "registered_on": pl.Series(entered, dtype=pl.Date)})
    return {row["risk_group"]: row for row in calibration(risk, course, patients).to_dicts()}


def mgus2(group: pl.Expr) -> list[tuple[int, str | None, str | None]]:
    found = greenwood.load_dataset("mgus2", backend="polars").with_columns(group=group)
    event = (
        pl.when(pl.col("pstat") == 1)
        .then(pl.lit("progression"))
        .when(pl.col("death") == 1)
        .then(pl.lit("death"))
        .otherwise(pl.lit("censored"))
    )
    months = pl.when(pl.col("pstat") == 1).then("ptime").otherwise("futime")
    days = (months * DAYS_PER_MONTH).floor().cast(pl.Int64)
    return found.select(days, event.alias("event"), "group").rows()


# R's package survival, mgus2: 115 of 1,384 persons progressed; R's own 10.0 % at 240 months is in test_models_competing
@pytest.mark.parametrize(("years", "percent"), [(10, 6.4), (20, 10.0), (25, 10.9)])
def test_mgus2_progresses_as_reported(years: int, percent: float) -> None:
    row = calibrated(mgus2(pl.lit("all")), years=years)["all"]
    assert row["n"] == 1384
    assert round(100 * row["observed"], 1) == percent
    assert row["observed_low"] < row["observed"] < row["observed_high"]


def test_in_mgus2_a_high_m_protein_progresses_more_often() -> None:
    by_spike = pl.when(pl.col("mspike") >= 1.5).then(pl.lit("1")).when(pl.col("mspike") < 1.5).then(pl.lit("0"))
    found = calibrated(mgus2(by_spike), years=20, foretold={"0": 0.05, "1": 0.21})
    low, high = found["0"], found["1"]
    assert low["n"] + high["n"] == 1384 - 11  # 11 have no M-protein recorded
    assert low["observed_high"] < high["observed_low"]
    # the same persons, one day after the other
    for group, row in found.items():
        people = [(days, event) for days, event, found_group in mgus2(by_spike) if found_group == group]
        assert row["observed"] == pytest.approx(incidence(people, 20 * 365.25), abs=1e-9)
        assert row["predicted"] == {"0": 0.05, "1": 0.21}[group]


def incidence(people: list[tuple[int, str | None]], horizon: float) -> float:
    alive, total = 1.0, 0.0
    for day in sorted({days for days, _ in people if days <= horizon}):
        at_risk = sum(days >= day for days, _ in people)
        ends = [event for days, event in people if days == day and event != "censored"]
        total += alive * ends.count("progression") / at_risk
        alive *= 1 - len(ends) / at_risk
    return total


def test_models_that_need_what_mgus2_does_not_have_are_unknown(
    out: Outcome = judged("2019-12-01 M 1.6 hemoglobin 13", who=patient(diagnosis="MGUS"), treatments=[]),
) -> None:
    needed = {"isotype", "flc_kappa", "flc_lambda"}
    found = [(row["risk_group"], set(row["unknown_because"])) for row in out["precursor_risk"]]
    assert found == [(None, needed), (None, needed)]


def test_death_competes_and_the_counts_are_up_to_the_horizon() -> None:
    people = [(100, "death", "1"), (200, "progression", "1"), (400, "progression", "1"), (500, "censored", "1")]
    row = calibrated(people, foretold={"1": 0.3})["1"]
    assert (row["n"], row["progressions"], row["deaths"], row["predicted"]) == (4, 1, 1, 0.3)
    assert row["observed"] == pytest.approx(0.75 / 3)  # one of the three left after the death of one in four


def test_beyond_follow_up_nothing_is_shown() -> None:
    assert calibrated([(100, "progression", "1"), (300, "censored", "1")])["1"]["observed"] is None
    # once all courses have ended the rest is known
    assert calibrated([(100, "progression", "1"), (300, "death", "1")])["1"]["observed"] == pytest.approx(0.5)
    row = calibrated([(400, "censored", "1"), (500, "progression", "1")])["1"]
    assert (row["observed"], row["observed_low"], row["progressions"]) == (0, None, 0)


def test_who_progressed_at_diagnosis_or_ends_unknown_is_left_out() -> None:
    people = [(0, "progression", "1"), (10, None, "1"), (400, "censored", "1"), (400, "censored", None)]
    assert calibrated(people)["1"]["n"] == 1
    assert calibrated([(0, "death", "1"), (400, "censored", "1")])["1"]["n"] == 2


def test_a_patient_counts_from_registration_on() -> None:
    people = [(100, "progression", "1"), (200, "progression", "1"), (400, "censored", "1"), (400, "censored", "1")]
    late = [START + timedelta(days=150), None, None, START + timedelta(days=150)]
    row = calibrated(people, registered=late)["1"]
    assert (row["n"], row["progressions"]) == (3, 1)  # the first was over before being registered
    assert row["observed"] == pytest.approx(1 / 3)


def test_no_patient_at_risk_before_the_last_enter_gives_no_figure() -> None:
    people = [(100, "progression", "1"), (400, "censored", "1")]
    assert calibrated(people, registered=[None, START + timedelta(days=200)])["1"]["observed"] is None


def test_a_model_without_a_horizon_foretells_nothing() -> None:
    assert calibrated([(100, "progression", "1")], years=None) == {}
