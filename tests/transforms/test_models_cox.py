"""Hazard ratios against numbers that R made, against arithmetic by hand, and what has no hazard ratio."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import polars as pl
import pytest

from transforms.models import fits, hazard_ratios, partial_likelihood
from transforms.survival.risk_sets import RiskSets, arrays

START = date(2015, 1, 1)


def registry(people: list[dict[str, object]], origin: str = "diagnosis") -> dict[str, pl.DataFrame]:
    """One row per patient: days, event, iss, and what else a test needs; OS from diagnosis, or from line 1."""
    rows = pl.DataFrame(people).with_row_index("row").with_columns(patient_id=pl.format("P{}", "row"))
    for name, dtype in (("iss", pl.String), ("sex", pl.String), ("age", pl.Int64), ("entry", pl.Int64)):
        if name not in rows.columns:
            rows = rows.with_columns(pl.lit(None).alias(name))
        rows = rows.with_columns(pl.col(name).cast(dtype))
    times = rows.select(
        "patient_id",
        "days",
        "event",
        endpoint=pl.lit("OS"),
        origin=pl.lit(origin),
        line=pl.lit(1 if origin == "line_start" else None, pl.Int64),
        start_date=pl.lit(START),
        reason=pl.lit(""),
    )
    none = pl.lit(None, pl.String)
    staging = rows.select(
        "patient_id", "iss", r_iss=none, r2_iss=none, cytogenetic_risk=none, high_risk_hits=pl.lit(None, pl.Int64)
    )
    patients = rows.select(
        "patient_id",
        "sex",
        diagnosis=pl.lit("MM"),
        birth_date=pl.date(2015 - pl.col("age"), 1, 1),
        registered_on=pl.lit(START) + pl.duration(days="entry"),
    )
    return {"time_to_event": times, "staging": staging, "patients": patients}


def of_iss(
    people: list[dict[str, object]], *, adjusted: bool = False, origin: str = "diagnosis"
) -> list[dict[str, object]]:
    found = hazard_ratios(registry(people, origin))
    return found.filter(endpoint="OS", origin=origin, factor="iss", adjusted=adjusted).rows(named=True)


def made_up(n: int = 60) -> list[dict[str, object]]:
    """Ties, censoring, late entry; every figure from the row's number, so that R can make them too."""
    return [
        {
            "days": 30 + (i * 37) % 50 * (3 - i % 3) * 5,
            "event": i % 4 != 0,
            "iss": ("I", "II", "III")[i % 3],
            "age": 50 + (i * 7) % 31,
            "sex": "MF"[(i // 2) % 2],
            "entry": (i % 5) * 20 - 20,
        }
        for i in range(n)
    ]


# R 4.2.2, survival 3.5-3:
# i <- 0:59
# d <- data.frame(days = 30 + (i*37) %% 50 * (3 - i %% 3) * 5, event = i %% 4 != 0, iss = factor(i %% 3),
#   age = as.numeric(as.Date("2015-01-01") - as.Date(paste0(2015 - (50 + (i*7) %% 31), "-01-01")))/3652.5,
#   male = (i %/% 2) %% 2 == 0, entry = pmax(0, (i %% 5)*20 - 20))
# d <- d[d$days > d$entry, ]
# fit <- coxph(Surv(entry, days, event) ~ iss, d); summary(fit)$coef[, c(1, 3, 5)]; cox.zph(fit, terms = FALSE)$table
# and the same of ~ iss + age + male
R = {  # level: coefficient, its standard error, p, p of proportional hazards
    False: {
        "II": (0.591640149159, 0.419680071971, 0.158616212455169, 0.371256311941),
        "III": (1.705048250978, 0.478742726089, 0.000368724410074, 0.692359254267),
    },
    True: {
        "II": (0.6099092305943, 0.418809565549, 0.145311777059178, 0.392899110101),
        "III": (1.7055028006720, 0.481218134038, 0.000393901106826, 0.791654028326),
        "per 10 years": (0.0814290138895, 0.175850924269, 0.643323460008051, 0.873670892772),
        "M": (-0.8156181253138, 0.330203801863, 0.013509619895386, 0.177664946830),
    },
}


@pytest.mark.parametrize("origin", ["diagnosis", "line_start"])
@pytest.mark.parametrize("adjusted", [False, True])
def test_delayed_entry_and_ties_as_r_has_them(adjusted: bool, origin: str):
    found = {row["level"]: row for row in of_iss(made_up(), adjusted=adjusted, origin=origin)}
    for level, (coefficient, error, p, p_proportional) in R[adjusted].items():
        row = found[level]
        assert math.log(row["hazard_ratio"]) == pytest.approx(coefficient, abs=1e-6)
        assert math.log(row["ci_high"] / row["ci_low"]) / 2 / 1.959963984540054 == pytest.approx(error, abs=1e-6)
        assert row["p"] == pytest.approx(p, abs=1e-6)
        assert row["p_proportional"] == pytest.approx(p_proportional, abs=1e-6)


def test_who_is_in_the_model_is_counted():
    people = [
        *made_up(),
        {"days": 100, "event": True},
        {"days": None, "event": None, "iss": "I", "age": 60, "sex": "F"},
    ]
    unadjusted = of_iss(people)[0]
    # By R above: of 60 patients two are gone before they enter; 43 events, 34 enter late.
    assert (unadjusted["n"], unadjusted["events"], unadjusted["n_entered_late"]) == (58, 43, 34)
    assert (unadjusted["n_stratum_unknown"], unadjusted["n_left_out"]) == (1, 3)
    no_age = [{**person, "age": None} if i == 7 else person for i, person in enumerate(made_up())]
    assert of_iss(no_age, adjusted=True)[0]["n_left_out"] == 3
    assert of_iss(no_age)[0]["n_left_out"] == 2


def test_two_groups_by_hand():
    # I dies on days 1 and 3, II on 2 and 4: with r = exp(b) the likelihood is 1/(2+2r) · r/(1+2r) · 1/(1+r) · 1. Six
    # such groups that never meet (each enters when the one before is gone) have its sixth power, so the same maximum.
    pairs = [{"days": day, "event": True, "iss": iss} for day, iss in ((1, "I"), (2, "II"), (3, "I"), (4, "II"))]
    people = [
        {**person, "days": 10 * i + int(str(person["days"])), "entry": 10 * i} for i in range(6) for person in pairs
    ]
    found = of_iss(people)[0]["hazard_ratio"]
    # d log L / db = 0: 1 - r/(1+r) - 2r/(1+2r) - r/(1+r) = 0
    r = found
    assert 1 - 2 * r / (1 + r) - 2 * r / (1 + 2 * r) == pytest.approx(0, abs=1e-6)


def test_separation_is_a_reason_and_no_warning():
    people = [{"days": i + 1, "event": True, "iss": "I"} for i in range(15)]
    people += [{"days": 100 + i, "event": True, "iss": "II"} for i in range(15)]
    [row] = of_iss(people)
    assert (row["reason"], row["hazard_ratio"], row["p"]) == ("separation", None, None)


def test_all_patients_of_a_level_dying_is_no_separation():
    people = [{"days": 10 + 3 * i, "event": i % 2 == 0, "iss": "I"} for i in range(30)]
    people += [{"days": 5 + 8 * i, "event": True, "iss": "II"} for i in range(3)]
    [row] = of_iss(people)
    assert row["reason"] is None
    assert row["hazard_ratio"] > 1


def test_level_without_events_changes_nothing_for_the_others():
    people = [{**person, "entry": None} for person in made_up()]
    quiet = [{"days": 40 + i, "event": False, "iss": "III"} for i in range(9)]
    others = [person for person in people if person["iss"] != "III"]
    rows = {row["level"]: row for row in of_iss(others + quiet)}
    assert (rows["III"]["reason"], rows["III"]["hazard_ratio"]) == ("no_events_in_level", None)
    assert (rows["III"]["n_level"], rows["III"]["events_level"]) == (9, 0)
    assert rows["II"]["hazard_ratio"] == of_iss(others)[0]["hazard_ratio"]


def test_reference_without_events_gives_way_to_the_next_level():
    people = [{**person, "entry": None} for person in made_up()]
    none = [{**person, "event": False} if person["iss"] == "I" else person for person in people]
    rows = {row["level"]: row for row in of_iss(none)}
    assert rows["III"]["reference"] == "II"
    assert (rows["I"]["reason"], rows["I"]["hazard_ratio"]) == ("no_events_in_level", None)
    assert rows["III"]["hazard_ratio"] > 0


def test_models_that_can_not_be_had_say_why():
    few = [{"days": 10 + i, "event": i < 4, "iss": ("I", "II")[i % 2]} for i in range(20)]
    one = [{"days": 10 + i, "event": True, "iss": "I"} for i in range(20)]
    assert [row["reason"] for row in of_iss(few)] == ["too_few_events"]
    assert [(row["reason"], row["level"]) for row in of_iss(one)] == [("one_level", None)]
    assert of_iss([{**person, "iss": None} for person in one])[0]["n_stratum_unknown"] == 20


def tied(n: int = 250) -> pl.DataFrame:
    """Whole days with many ties, late entry, a covariate of two levels and one of many."""
    rng = np.random.default_rng(5)
    x, y = rng.integers(0, 2, n), rng.normal(size=n)
    days = np.ceil(rng.exponential(60 * np.exp(-0.5 * x + 0.2 * y)))
    entry = np.floor(days * rng.choice([0, 0, 0.3, 0.8], n))
    return pl.DataFrame({"days": days, "event": rng.random(n) < 0.7, "x": x, "y": y, "entry": entry})


def test_coefficients_and_errors_are_lifelines_with_ties():
    rows = tied().with_columns(entry=pl.lit(-1.0))
    by_lifelines = fits._by_lifelines(rows, ["x", "y"])
    assert by_lifelines is not None
    found = partial_likelihood.fit(risk_sets(rows), rows.select("x", "y").to_numpy())
    errors = np.sqrt(np.diag(found.covariance))
    for name, *ours in zip(("x", "y"), found.coefficients, errors, strict=True):
        assert by_lifelines[name] == pytest.approx(ours, abs=1e-8)


def test_coefficients_and_errors_are_lifelines_with_late_entry():
    from lifelines import CoxPHFitter

    rows = tied()
    known = CoxPHFitter().fit(
        rows.cast(pl.Float64).to_pandas(), "days", "event", entry_col="entry", fit_options=fits.PRECISION
    )
    found = partial_likelihood.fit(risk_sets(rows), rows.select("x", "y").to_numpy())
    assert found.coefficients == pytest.approx(known.params_.to_numpy(), abs=1e-8)
    assert np.sqrt(np.diag(found.covariance)) == pytest.approx(known.standard_errors_.to_numpy(), abs=1e-8)


def test_proportional_hazards_are_tested_as_by_greenwood():
    import greenwood

    rows = tied()
    sets = risk_sets(rows)
    found = partial_likelihood.fit(sets, rows.select("x", "y").to_numpy())
    times = greenwood.Surv(rows["entry"].to_numpy(), rows["days"].to_numpy(), rows["event"].cast(pl.Int8).to_numpy())
    model = greenwood.CoxPH().fit(times, rows.select(pl.col("x", "y").cast(pl.Float64)), tol=1e-14)
    known = [test["p_value"] for test in model.cox_zph(transform="km").per_term.values()]
    assert partial_likelihood.p_proportional(sets, found) == pytest.approx(known, abs=1e-8)


def test_covariates_that_depend_on_each_other_have_no_maximum():
    rows = tied()
    with pytest.raises(partial_likelihood.NoMaximumError):
        partial_likelihood.fit(risk_sets(rows), rows.select("x", twice=2 * pl.col("x")).to_numpy())


def risk_sets(rows: pl.DataFrame) -> RiskSets:
    return RiskSets(*arrays(rows.rename({"entry": "entry_days"})))


def test_interval_covers_a_known_hazard_ratio():
    # Exponential times, hazard ratio 2, a third censored: the 95 % interval holds it in 95 % but for simulation error.
    rng = np.random.default_rng(20261123)
    covered = []
    for _ in range(100):
        x = np.repeat([0, 1], 40)
        days, last = rng.exponential(1000 / 2**x), rng.uniform(300, 2500, 80)
        rows = pl.DataFrame({"days": np.ceil(np.minimum(days, last)), "event": days <= last, "x": x})
        estimate = fits.cox(rows, ["x"], delayed=False).estimates["x"]
        covered.append(estimate.ci_low <= 2 <= estimate.ci_high)
    assert 0.95 - 3 * 0.0218 <= np.mean(covered) <= 1.0


def test_missing_table_is_named():
    tables = registry(made_up())
    del tables["staging"]
    with pytest.raises(ValueError, match="need the table staging"):
        hazard_ratios(tables)


@pytest.mark.parametrize("days", [[-1.0], [1.5], [math.nan]])
def test_impossible_times_are_refused(days: list[float]):
    tables = registry([{"days": 5, "event": True}])
    tables["time_to_event"] = tables["time_to_event"].with_columns(days=pl.Series(days))
    with pytest.raises(ValueError, match="1 rows are not"):
        hazard_ratios(tables)


def test_order_of_rows_changes_nothing():
    tables = registry(made_up())
    again = {name: frame.reverse() for name, frame in tables.items()}
    assert hazard_ratios(tables).equals(hazard_ratios(again))


def alike(**more: object) -> list[dict[str, object]]:
    """ISS III dies sooner than II; all have one age and sex unless `more` says otherwise."""
    return [
        {
            "days": 60 + (i * 31) % 97 * (2 - i % 2),
            "event": i % 5 != 0,
            "iss": ("II", "III")[i % 2],
            "age": 60,
            "sex": "F",
        }
        | {name: value(i) if callable(value) else value for name, value in more.items()}
        for i in range(40)
    ]


def test_a_covariate_that_is_constant_is_left_out_by_name_and_the_model_stands():
    # Age and sex of all 40 the same, as in an extract of one trial's stratum.
    [unadjusted] = of_iss(alike())
    rows = {row["covariate"]: row for row in of_iss(alike(), adjusted=True)}
    assert rows["iss"]["hazard_ratio"] == unadjusted["hazard_ratio"] > 1
    assert (rows["iss"]["n"], rows["iss"]["reason"]) == (40, None)
    assert {row["left_out"] for row in rows.values()} == {"age, sex"}
    assert [rows[name]["reason"] for name in ("age", "sex")] == ["constant", "constant"]
    assert unadjusted["left_out"] is None


def test_what_does_differ_is_adjusted_for_still():
    people = alike(age=lambda i: 50 + (i * 7) % 31)
    rows = {row["covariate"]: row for row in of_iss(people, adjusted=True)}
    assert rows["iss"]["left_out"] == "sex"
    assert (rows["sex"]["reason"], rows["age"]["reason"]) == ("constant", None)
    assert rows["iss"]["hazard_ratio"] != of_iss(people)[0]["hazard_ratio"]


def test_a_covariate_never_recorded_is_omitted_and_costs_no_patient():
    rows = {row["covariate"]: row for row in of_iss(alike(sex=None), adjusted=True)}
    assert (rows["iss"]["n"], rows["iss"]["n_left_out"], rows["iss"]["left_out"]) == (40, 0, "age, sex")
    assert (rows["age"]["reason"], rows["sex"]["reason"]) == ("constant", "not_recorded")


def test_a_covariate_that_separates_is_named():
    # Women all die before any man does: of ISS a hazard ratio is there, of sex none is.
    people = alike(sex=lambda i: "FM"[i % 4 > 1], days=lambda i: 50 + (i * 31) % 37 + 500 * (i % 4 > 1), event=True)
    rows = of_iss(people, adjusted=True)
    assert {(row["reason"], row["unsettled_by"]) for row in rows if row["covariate"] != "age"} == {
        ("separation", "sex")
    }
    assert rows[1]["reason"] == "constant"


def test_covariates_that_depend_on_each_other_are_both_named():
    # Every man is 70 and every woman 60: age tells nothing that sex does not.
    people = alike(sex=lambda i: "FM"[i % 4 > 1], age=lambda i: 60 + 10 * (i % 4 > 1))
    rows = of_iss(people, adjusted=True)
    assert {row["unsettled_by"] for row in rows} == {"age, sex"}
    assert {row["hazard_ratio"] for row in rows} == {None}
