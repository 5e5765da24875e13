"""Cumulative incidence against R's survfit on real data and by hand; Gray's test against what defines it."""

from __future__ import annotations

from datetime import date

import greenwood
import numpy as np
import polars as pl
import pytest
from scipy import stats

from transforms.models import competing_risks

START = date(2015, 1, 1)


def registry(days: list[int], ends: list[str | None], iss: list[str | None]) -> dict[str, pl.DataFrame]:
    """One patient per number of days; ends are progression, death, last_contact, or None: not known."""
    ids = [f"P{i}" for i in range(len(days))]
    times = pl.DataFrame({"patient_id": ids, "days": days, "reason": ends}).with_columns(
        endpoint=pl.lit("TTP"),
        origin=pl.lit("line_start"),
        line=pl.lit(1),
        start_date=pl.lit(START),
        event=pl.col("reason") == "progression",
    )
    none = pl.lit(None, pl.String)
    staging = pl.DataFrame({"patient_id": ids, "iss": pl.Series(iss, dtype=pl.String)}).with_columns(
        r_iss=none, r2_iss=none, cytogenetic_risk=none, high_risk_hits=pl.lit(None, pl.Int64)
    )
    return {
        "time_to_event": times,
        "staging": staging,
        "patients": pl.DataFrame({"patient_id": ids}).with_columns(diagnosis=pl.lit("MM")),
    }


def mgus2() -> dict[str, pl.DataFrame]:
    """1,384 persons with MGUS: months to plasma cell malignancy, death without it competing; sex as two stages."""
    found = greenwood.load_dataset("mgus2", backend="polars").select(
        days=pl.when(pl.col("pstat") == 1).then("ptime").otherwise("futime"),
        end=pl.when(pl.col("pstat") == 1)
        .then(pl.lit("progression"))
        .when(pl.col("death") == 1)
        .then(pl.lit("death"))
        .otherwise(pl.lit("last_contact")),
        iss=pl.when(pl.col("sex") == "F").then(pl.lit("I")).otherwise(pl.lit("II")),
    )
    return registry(found["days"].to_list(), found["end"].to_list(), found["iss"].to_list())


def tied() -> dict[str, pl.DataFrame]:
    """Sixty patients in three stages, of whom many share a day; every figure from the row's number (for R too)."""
    i = range(60)
    ends = ["last_contact", "progression", "death", "progression"]
    return registry(
        [10 * (1 + (k * 7) % 9 + k % 3) for k in i],
        [ends[(k * 5 // 3) % 4] for k in i],
        [("I", "II", "III")[k % 3] for k in i],
    )


# R 4.2.2, survival 3.5-3:
# etime <- with(mgus2, ifelse(pstat == 0, futime, ptime)); event <- with(mgus2, ifelse(pstat == 0, 2*death, 1))
# fit <- survfit(Surv(etime, factor(event, 0:2, c("c", "pcm", "death"))) ~ 1, mgus2, conf.type = "log-log")
# summary(fit, times = c(30, 100, 240, 350)): pstate, lower, upper
R_MGUS2 = {
    "progression": [
        (30, 0.01953472555, 0.01320245790, 0.02789680934),
        (100, 0.05467151186, 0.04334123340, 0.06778880484),
        (240, 0.09981371594, 0.08168995071, 0.12001913172),
        (350, 0.13404164433, 0.09763167695, 0.17625307103),
    ],
    "death": [
        (30, 0.1974571193, 0.1769189408, 0.2188500820),
        (100, 0.4729987641, 0.4457553645, 0.4997259191),
        (240, 0.7240279761, 0.6920755908, 0.7532747526),
        (350, 0.7842082468, 0.7397400132, 0.8220047581),
    ],
}


@pytest.mark.parametrize("cause", ["progression", "death"])
def test_mgus2_as_r_has_it(cause: str):
    curves, _ = competing_risks(mgus2())
    curve = curves.filter(pl.col("stratum_by") == "overall", pl.col("cause") == cause)
    for day, *expected in R_MGUS2[cause]:
        step = curve.filter(pl.col("day") <= day).select("incidence", "ci_low", "ci_high").row(-1)
        assert step == pytest.approx(expected, abs=1e-6)


def test_incidences_by_hand():
    # 5 at risk; day 10 progression: 1/5; day 20 death: 4/5 · 1/4 = 1/5; day 30 censored;
    # day 40 progression: 3/5 · 1/2 = 3/10.
    ends = ["progression", "death", "last_contact", "progression", "last_contact"]
    curves, _ = competing_risks(registry([10, 20, 30, 40, 50], ends, [None] * 5))
    rows = curves.filter(pl.col("stratum_by") == "overall").select("cause", "day", "at_risk", "events", "incidence")
    assert rows.filter(pl.col("cause") == "progression").drop("cause").rows() == [
        (0, 5, 0, 0.0),
        (10, 5, 1, 0.2),
        (20, 4, 0, 0.2),
        (30, 3, 0, 0.2),
        (40, 2, 1, 0.5),
        (50, 1, 0, 0.5),
    ]
    assert rows.filter(pl.col("cause") == "death")["incidence"].to_list() == [0.0, 0.0, 0.2, 0.2, 0.2, 0.2]


def test_unknown_end_is_left_out_and_unknown_stage_is_not_tested():
    days, ends = [10, 20, 30, 40, 50, 60], ["progression", "death", "progression", "progression", None, "death"]
    curves, tests = competing_risks(registry(days, ends, ["I", "I", "II", "II", "II", None]))
    assert curves.filter(pl.col("stratum_by") == "overall", pl.col("day") == 0)["at_risk"].to_list() == [5, 5]
    assert set(curves.filter(pl.col("stratum_by") == "iss")["stratum"]) == {"I", "II", "unknown"}
    row = tests.filter(pl.col("stratum_by") == "iss", pl.col("cause") == "progression").row(0, named=True)
    assert (row["n"], row["events"], row["n_stratum_unknown"], row["n_unknown"], row["strata"]) == (4, 3, 1, 1, 2)


def test_tests_that_can_not_be_had_say_why():
    def reasons(ends: list[str | None], iss: list[str | None]) -> list[str]:
        _, tests = competing_risks(registry([10, 20, 30, 40], ends, iss))
        return tests.filter(pl.col("stratum_by") == "iss")["reason"].to_list()

    assert reasons(["progression"] * 4, ["I", "I", "II", "II"])[1] == "no_events"
    assert reasons(["progression"] * 4, ["I"] * 4) == ["one_stratum", "one_stratum"]
    assert (
        reasons(["last_contact", "last_contact", "progression", "progression"], ["I", "I", "II", "II"])[0] == "singular"
    )


def gray_numerator(days: np.ndarray, end: np.ndarray, group: np.ndarray) -> float:
    """Observed less expected progressions of group 0: at risk are Y (1 - F1) / S: the dead stay."""
    difference, incidence, alive = 0.0, np.zeros(2), np.ones(2)
    for day in np.unique(days[end > 0]):
        at_risk = np.array([((days >= day) & (group == k)).sum() for k in (0, 1)])
        sub = np.where(at_risk > 0, at_risk * (1 - incidence) / np.where(alive > 0, alive, 1), 0)
        progressed = np.array([((days == day) & (end == 1) & (group == k)).sum() for k in (0, 1)])
        left = np.array([((days == day) & (end > 0) & (group == k)).sum() for k in (0, 1)])
        difference += progressed[0] - progressed.sum() * sub[0] / sub.sum() if progressed.sum() else 0
        incidence = incidence + alive * progressed / np.maximum(at_risk, 1)
        alive = alive * (1 - left / np.maximum(at_risk, 1))
    return difference


def test_gray_numerator_is_that_of_subdistribution_risk_sets():
    times, staging = mgus2()["time_to_event"], mgus2()["staging"]
    end = times["reason"].replace_strict({"last_contact": 0, "progression": 1, "death": 2}).to_numpy()
    group = (staging["iss"] == "II").cast(pl.Int8).to_numpy()
    found = greenwood.grays_test(
        greenwood.Surv(
            times["days"].to_numpy(), event=pl.Series(end).replace_strict({0: "c", 1: "p", 2: "d"}).cast(pl.Enum("cpd"))
        ),
        group=group,
        cause="p",
    )
    difference = gray_numerator(times["days"].to_numpy(), end, group)
    assert found.observed[0] - found.expected[0] == pytest.approx(difference, abs=1e-9)


def test_gray_p_is_uniform_where_strata_are_one_and_small_where_not():
    rng = np.random.default_rng(20261123)

    def p(ratio: float) -> float:
        iss = ["I", "II"] * 50
        rate = np.where(np.array(iss) == "II", ratio, 1.0) / 800
        progression, death = rng.exponential(1 / rate), rng.exponential(1500, 100)
        last = rng.uniform(300, 2500, 100)
        days = np.ceil(np.minimum(np.minimum(progression, death), last))
        ends = np.where(progression <= np.minimum(death, last), "progression", np.where(death <= last, "death", "x"))
        _, tests = competing_risks(registry(days.astype(int).tolist(), ends.tolist(), iss))
        return tests.filter(pl.col("stratum_by") == "iss", pl.col("cause") == "progression")["p_gray"][0]

    null = [p(1.0) for _ in range(150)]
    assert stats.kstest(null, "uniform").pvalue > 0.01
    assert 0.05 - 3 * 0.0178 < np.mean(np.array(null) < 0.05) < 0.05 + 3 * 0.0178
    assert np.mean([p(3.0) < 0.05 for _ in range(20)]) > 0.8
