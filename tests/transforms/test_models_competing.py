"""Cumulative incidence against R's survfit and by hand; Gray's test against R's cmprsk and what defines it."""

from __future__ import annotations

from datetime import date

import greenwood
import numpy as np
import polars as pl
import pytest
from scipy import stats

from transforms.models import competing_risks
from transforms.models.gray import grays_test

START = date(2015, 1, 1)


def registry(
    days: list[int], ends: list[str | None], iss: list[str | None], entry: list[int] | None = None
) -> dict[str, pl.DataFrame]:
    """One patient per number of days; ends are progression, death, last_contact, or None: not known.

    Registered `entry` days after the start.
    """
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
        "patients": pl.DataFrame({"patient_id": ids, "entry": entry or [0] * len(ids)}).select(
            "patient_id", diagnosis=pl.lit("MM"), registered_on=START + pl.duration(days="entry")
        ),
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


def tied(*, is_late: bool = False) -> dict[str, pl.DataFrame]:
    """Sixty patients in three stages who end on six days; every figure from the row's number, so that R can make them.

    With `is_late` every second is registered after the start.
    """
    rows = range(60)
    ends = ["last_contact", "progression", "death", "progression"]
    return registry(
        [10 * (1 + (i * 7 + 2 * (i % 3)) % 11 % 6) for i in rows],
        [ends[(i * i * 5 // 7) % 4] for i in rows],
        [("I", "II", "III")[i % 3] for i in rows],
        [(0, 15, 30, 0)[i % 4] if is_late else 0 for i in rows],
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


# R 4.2.2 (2022-11-10 r83330), cmprsk 2.2-11, with etime and event as above, and:
# i <- 0:59
# d <- data.frame(days = 10 * (1 + (i*7 + 2 * (i %% 3)) %% 11 %% 6), iss = c("I","II","III")[i %% 3 + 1],
#   state = c(0, 1, 2, 1)[((i*i*5) %/% 7) %% 4 + 1])
# cuminc(etime, event, mgus2$sex)$Tests; with(d, cuminc(days, state, iss)$Tests)
R_GRAY = {  # cause: statistic, p, degrees of freedom
    "mgus2 by sex": {
        "progression": (1.19450782507551, 0.274422156788004190, 1),
        "death": (11.65125901212774, 0.000641590976407924, 1),
    },
    "tied": {
        "progression": (0.156019355653664, 0.924955474941310, 2),
        "death": (0.315376269622245, 0.854116109518996, 2),
    },
}


@pytest.mark.parametrize("cohort", ["mgus2 by sex", "tied"])
def test_gray_s_test_is_that_of_cmprsk(cohort: str):
    _, tests = competing_risks(tied() if cohort == "tied" else mgus2())
    for cause, expected in R_GRAY[cohort].items():
        row = tests.filter(stratum_by="iss", cause=cause).select("statistic", "p_gray", "df").row(0)
        assert row == pytest.approx(expected, abs=1e-6)


# R 4.2.2, survival 3.5-3, with i and d as above:
# d$entry <- c(-1, 15, 30, -1)[i %% 4 + 1]; d <- d[d$days > d$entry & d$iss == "II", ]
# fit <- survfit(Surv(entry, days, factor(state, 0:2)) ~ 1, d, id = seq_len(nrow(d)), conf.type = "log-log")
# fit$n.risk[, 1], and fit$pstate, lower, upper of progression and of death
R_LATE = {
    20: (13, (0.0769230769230769, 0.0047736602244135, 0.292016221150809), (0.153846153846154, 0.024755706636247)),
    30: (10, (0.2307692307692308, 0.0558424952831800, 0.474626472864808), (0.153846153846154, 0.024755706636247)),
    40: (9, (0.4358974358974359, 0.1789434414344437, 0.669851131856410), (0.153846153846154, 0.024755706636247)),
    50: (5, (0.5179487179487180, 0.2350609480293272, 0.741621070516385), (0.317948717948718, 0.100766405787978)),
    60: (2, (0.6000000000000001, 0.2951304491309213, 0.807486981300934), (0.317948717948718, 0.100766405787978)),
}


def test_incidences_of_patients_who_enter_late_as_r_has_them():
    curves, tests = competing_risks(tied(is_late=True))
    curve = curves.filter(stratum_by="iss", stratum="II")
    for day, (at_risk, progression, death) in R_LATE.items():
        row = curve.filter(day=day, cause="progression").row(0, named=True)
        assert row["at_risk"] == at_risk
        assert (row["incidence"], row["ci_low"], row["ci_high"]) == pytest.approx(progression, abs=1e-8)
        row = curve.filter(day=day, cause="death").row(0, named=True)
        assert (row["incidence"], row["ci_low"]) == pytest.approx(death, abs=1e-8)
    # By R above: of 60 ten are over by day 15 or 30, on which they'd enter.
    counts = tests.filter(stratum_by="iss").select("n", "n_never_at_risk", "n_entered_late").unique()
    assert counts.rows() == [(50, 10, 20)]


def test_a_stratum_whose_patients_are_gone_before_the_last_enters_has_no_curve_and_no_test():
    ends: list[str | None] = ["progression"] * 4
    curves, tests = competing_risks(registry([10, 40, 20, 30], ends, ["I", "I", "II", "II"], [0, 20, 0, 0]))
    assert curves.filter(stratum_by="iss")["stratum"].unique().to_list() == ["II"]
    assert tests.filter(stratum_by="iss", cause="progression")["reason"].to_list() == ["none_at_risk"]


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
    days = times["days"].to_numpy()
    found = grays_test(days, end, np.full(days.size, -1), group)
    assert found.surplus[0] == pytest.approx(gray_numerator(days, end, group), abs=1e-9)


@pytest.mark.parametrize("is_late", [False, True])
def test_gray_p_is_uniform_where_strata_are_one_and_small_where_not(is_late: bool):
    """With late entry stage II enters late and stage I does not: that by itself must not tell them apart."""
    rng = np.random.default_rng(20261123)

    def p(ratio: float) -> float:
        iss = np.array([0, 1] * 100)
        progression = rng.exponential(800 / np.where(iss == 1, ratio, 1.0))
        death, last = rng.exponential(1500, iss.size), rng.uniform(300, 2500, iss.size)
        entry = np.where((iss == 1) & is_late & (rng.random(iss.size) < 0.6), rng.uniform(0, 500, iss.size), 0) // 1
        days = np.ceil(np.minimum(np.minimum(progression, death), last))
        state = np.where(progression <= np.minimum(death, last), 1, np.where(death <= last, 2, 0))
        there = days > entry
        found = grays_test(*(column[there] for column in (days, state, np.where(entry > 0, entry, -1), iss)))
        return float(stats.chi2.sf(found.statistic, found.df))

    null = [p(1.0) for _ in range(100)]
    assert stats.kstest(null, "uniform").pvalue > 0.01
    assert abs(np.mean(np.array(null) < 0.05) - 0.05) < 3 * (0.05 * 0.95 / len(null)) ** 0.5
    assert np.mean([p(3.0) < 0.05 for _ in range(10)]) > 0.8
