"""Two libraries, one figure: lifelines and greenwood where both compute it, to 1e-9; and what greenwood gets wrong."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import greenwood
import numpy as np
import polars as pl
import pytest
from lifelines import KaplanMeierFitter
from lifelines.statistics import multivariate_logrank_test
from lifelines.utils import restricted_mean_survival_time

from transforms.survival.comparisons import p_logrank, p_values
from transforms.survival.curves import kaplan_meier, rounded, summaries

UAMS = Path(__file__).parents[3] / "shared" / "data" / "uams" / "patients.csv"
LEVELS = ("I", "II", "III")
TOLERANCE = 1e-9


def made(seed: int, patients: int = 200, longest: int = 1500, *, is_late: bool = False) -> pl.DataFrame:
    """Random times with many ties, in three strata of different hazards; half of them entering late, if asked."""
    random = np.random.default_rng(seed)
    stratum = random.integers(0, 3, patients)
    death = random.exponential(500 / (1 + 0.3 * stratum))
    censored = random.uniform(0, longest, patients)
    entry = np.where(random.random(patients) < 0.5, random.integers(1, 200, patients), 0) * int(is_late)
    days = np.floor(np.minimum(death, censored) / 10) * 10
    told = pl.DataFrame(
        {
            "curve": 0,
            "patient_id": [str(i) for i in range(patients)],
            "days": days.astype(int),
            "event": death <= censored,
            "entry_days": entry,
            "stage": [LEVELS[i] for i in stratum],
        }
    ).with_columns(entry_days=pl.when(pl.col("entry_days") > 0).then("entry_days"))
    return told.filter(pl.col("entry_days").is_null() | (pl.col("days") > pl.col("entry_days")))


def uams() -> pl.DataFrame:
    """340 real patients: days from enrolment to death or last contact, two strata by sex."""
    patients = pl.read_csv(UAMS, try_parse_dates=True, infer_schema_length=None)
    ends = pl.coalesce("death_date", "last_contact_date")
    return patients.select(
        "patient_id",
        curve=0,
        days=(ends - pl.col("diagnosis_date")).dt.total_days(),
        event=pl.col("vital_status") == "dead",
        entry_days=pl.lit(None, pl.Int64),
        stage=pl.when(pl.col("sex") == "F").then(pl.lit("I")).otherwise(pl.lit("II")),
    )


def cohorts() -> list[Any]:
    real = pytest.mark.skipif(not UAMS.exists(), reason="the real cohorts (../shared/data) are not on this machine")
    random = [pytest.param(made, (seed,), id=f"made {seed}") for seed in range(5)]
    return [*random, pytest.param(uams, (), id="uams", marks=real)]


def _surv(told: pl.DataFrame) -> Any:
    entry = told["entry_days"].fill_null(-1).to_numpy().astype(float)
    return greenwood.Surv(entry, told["days"].to_numpy().astype(float), event=told["event"].to_numpy())


@pytest.mark.parametrize(("cohort", "arguments"), cohorts())
def test_curves_and_limits_agree(cohort: Any, arguments: tuple[int, ...]) -> None:
    _agree(cohort(*arguments))


@pytest.mark.parametrize("seed", range(5))
def test_curves_with_delayed_entry_agree(seed: int) -> None:
    _agree(made(seed, is_late=True))


@pytest.mark.parametrize("is_late", [False, True])
def test_curves_of_one_call_are_those_that_lifelines_fits_one_by_one(is_late: bool) -> None:
    many = [made(seed, patients, is_late=is_late) for seed, patients in enumerate((60, 200, 900))]
    steps = kaplan_meier(pl.concat(told.with_columns(curve=place) for place, told in enumerate(many)))
    for place, told in enumerate(many):
        days, event, entry = (told[name].fill_null(0).to_numpy() for name in ("days", "event", "entry_days"))
        fit = KaplanMeierFitter().fit(days, event, entry=entry if is_late else None)
        ours = steps.filter(pl.col("curve") == place, pl.col("day").is_in(fit.event_table.index.astype(int).tolist()))
        assert ours["survival"].to_numpy() == pytest.approx(fit.survival_function_["KM_estimate"].to_numpy(), abs=1e-14)
        limits = fit.confidence_interval_.to_numpy()
        assert ours.select("ci_low", "ci_high").to_numpy() == pytest.approx(limits, abs=1e-14)


def _agree(told: pl.DataFrame) -> None:
    theirs = greenwood.KaplanMeier(conf_type="log-log").fit(_surv(told)).to_frame(format="polars")
    ours = rounded(kaplan_meier(told)).filter(pl.col("events") + pl.col("censored") > 0)
    assert ours["day"].to_list() == theirs["time"].to_list()
    assert ours["at_risk"].to_list() == theirs["n_risk"].to_list()
    for name, other in {"survival": "estimate", "ci_low": "conf_low", "ci_high": "conf_high"}.items():
        between = ours["ci_low"].is_not_null() if name != "survival" else ours["day"] >= 0
        assert np.abs(ours[name].filter(between) - theirs[other].filter(between)).max() < TOLERANCE, name


@pytest.mark.parametrize(("cohort", "arguments"), cohorts())
def test_restricted_means_and_follow_up_agree(cohort: Any, arguments: tuple[int, ...]) -> None:
    told = cohort(*arguments)
    found = summaries(told, kaplan_meier(told)).row(0, named=True)
    fit = KaplanMeierFitter().fit(told["days"].to_numpy(), told["event"].to_numpy())
    until = found["rmst_to_months"] * 30.4375
    assert found["rmst_months"] * 30.4375 == pytest.approx(restricted_mean_survival_time(fit, t=until), abs=1e-6)
    reverse = KaplanMeierFitter().fit(told["days"].to_numpy(), ~told["event"].to_numpy())
    assert found["followup_median_months"] * 30.4375 == pytest.approx(reverse.median_survival_time_)


@pytest.mark.parametrize(("cohort", "arguments"), cohorts())
def test_logrank_tests_agree(cohort: Any, arguments: tuple[int, ...]) -> None:
    told = cohort(*arguments)
    theirs = multivariate_logrank_test(told["days"].to_numpy(), told["stage"].to_numpy(), told["event"].to_numpy())
    other = greenwood.logrank_test(_surv(told), told["stage"].to_list())
    assert p_logrank(told, "stage") == pytest.approx(theirs.p_value, rel=TOLERANCE)
    assert p_logrank(told, "stage") == pytest.approx(other.p_value, rel=TOLERANCE)


@pytest.mark.parametrize("is_late", [False, True])
def test_a_trend_over_two_strata_is_the_logrank_test(is_late: bool) -> None:
    told = made(3, is_late=is_late).filter(pl.col("stage") != "III")
    logrank, trend = p_values(told, "stage", LEVELS)
    assert trend == pytest.approx(logrank, rel=TOLERANCE)


@pytest.mark.parametrize("is_late", [False, True])
def test_a_trend_hangs_on_the_distance_of_the_strata_alone(is_late: bool) -> None:
    told = made(4, is_late=is_late)
    orders = (LEVELS, ("none", *LEVELS), tuple(reversed(LEVELS)))
    trend, *others = (p_values(told, "stage", order)[1] for order in orders)
    assert trend is not None
    assert others == pytest.approx([trend, trend], rel=1e-9)


def test_greenwood_s_trend_hangs_on_where_the_scores_start() -> None:
    """Why it isn't used: its variance has no covariances. Should it be corrected, this test says so."""
    told = made(4)
    scores = [np.arange(3.0) + start for start in (0, 10)]
    first, second = (greenwood.trend_test(_surv(told), told["stage"].to_list(), scores=given) for given in scores)
    assert not math.isclose(first.p_value, second.p_value, rel_tol=0.1)


def test_a_patient_in_several_strata_is_one_patient() -> None:
    """Each patient once more in the second stratum, with the same time: nothing to tell apart."""
    told = made(5).with_columns(stage=pl.lit("I"))
    twice = pl.concat([told, told.with_columns(stage=pl.lit("II"))])
    assert p_logrank(twice, "stage", by_patient=True) is None
    later = pl.concat([told, told.with_columns(stage=pl.lit("II"), days=pl.col("days") + pl.col("days") % 7 - 2)])
    kept = later.filter(pl.col("days") >= 0)
    robust, naive = (p_logrank(kept, "stage", by_patient=by) for by in (True, False))
    assert robust is not None
    assert naive is not None
    assert robust < naive  # a patient's own two times differ less than two patients' do: a paired comparison
