"""What is asked of all patients is what the batch job stored; and what is asked of others is counted and said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.query.asked_registry import Registry
from tests.explore.outcome_rows import LINE_1, asked, of_key, same
from transforms.cohorts import Analysis, AnalysisError, Cohort
from transforms.cohorts.comparability import warnings_of, who_is_compared
from transforms.cohorts.outcome_numbers import outcome_numbers
from transforms.cohorts.outcome_times import outcome_times
from transforms.models.inputs import LEVELS
from transforms.survival import CURVES, LINE_STRATA, STRATA, Origin
from transforms.survival.cohort import is_seen
from transforms.survival.line_strata import strata_of_line

FACTORS = {**{name: name for name in LEVELS}, "hits": "high_risk_hits"}


@pytest.fixture(scope="module")
def registry(synthetic: Path) -> Iterator[Registry]:
    found = Registry(synthetic)
    yield found
    found.close()


def _splits(origin: Origin) -> list[str | None]:
    by_patient = STRATA[1:] if origin.line in (None, 1) and origin.endpoint != "TTD" else ()
    return [None, *by_patient, *strata_of_line(origin)]


@pytest.mark.parametrize("origin", CURVES, ids=lambda origin: "-".join(map(str, origin)))
def test_curves_and_figures_of_all_patients_are_those_of_the_job(registry: Registry, origin: Origin) -> None:
    summaries, curves = registry.frame("survival"), registry.frame("survival_curve")
    compared = set()
    for by in _splits(origin):
        found = asked(registry, endpoint=origin.endpoint, origin=origin.origin, line=origin.line, by=by)
        name = by or "overall"
        same(found.summaries, of_key(summaries, *origin).filter(stratum_by=name), ["stratum"])
        same(found.curves, of_key(curves, *origin).filter(stratum_by=name), ["stratum", "day"])
        compared.add(name)
    assert compared == set(of_key(summaries, *origin)["stratum_by"])


@pytest.mark.parametrize("endpoint", ["OS", "PFS"])
@pytest.mark.parametrize("months", [6, 12, 18])
@pytest.mark.parametrize("factor", ["mrd", "sustained_mrd", "response"])
def test_a_landmark_of_all_patients_is_that_of_the_job(
    registry: Registry, endpoint: str, months: int, factor: str
) -> None:
    stored = registry.frame("landmark").filter(endpoint=endpoint, landmark_months=months, factor=factor)
    found = asked(registry, **LINE_1, endpoint=endpoint, landmark_months=float(months), by=factor)
    figures = ["stratum", "n", "events", "n_entered_late", "median_months", "at_12", "at_24", "at_60", "p_logrank"]
    same(found.summaries, stored.select(figures), ["stratum"])
    excluded = dict(found.excluded.filter(step="landmark").select("reason", "n").rows())
    for reason in ("event_before", "censored_before", "never_at_risk", "unknown"):
        assert stored[f"n_{reason}"].unique().to_list() == [excluded.get(reason, 0)]
    curves = registry.frame("landmark_curve").filter(endpoint=endpoint, landmark_months=months, factor=factor)
    same(found.curves, curves.select("stratum", "day", "at_risk", "survival", "ci_low"), ["stratum", "day"])


@pytest.mark.parametrize("by", [None, "iss", "r_iss"])
def test_cumulative_incidences_of_all_patients_are_those_of_the_job(registry: Registry, by: str | None) -> None:
    found = asked(registry, **LINE_1, endpoint="TTP", by=by)
    stored = registry.frame("cumulative_incidence").filter(stratum_by=by or "overall")
    same(found.curves, stored, ["stratum", "cause", "day"])
    tests = registry.frame("competing_risk_test").filter(stratum_by=by or "overall")
    assert found.gray.height == tests.height
    if by:
        same(found.gray, tests, ["cause"])


@pytest.mark.parametrize("factor", FACTORS)
@pytest.mark.parametrize("origin", [Origin("OS", "diagnosis", None), Origin("PFS", "line_start", 1)], ids=str)
def test_hazard_ratios_of_all_patients_are_those_of_the_job(registry: Registry, factor: str, origin: Origin) -> None:
    stored = of_key(registry.frame("hazard_ratio"), *origin).filter(factor=factor)
    found = asked(
        registry, endpoint=origin.endpoint, origin=origin.origin, line=origin.line, by=FACTORS[factor]
    ).hazard_ratios
    named = pl.col("factor", "covariate").replace({FACTORS[factor]: factor})
    if stored["hazard_ratio"].count():  # where fewer than two groups are there, nothing is tried
        same(found.with_columns(named), stored, ["adjusted", "covariate", "level"])


def test_the_run_s_rule_of_censoring_gives_what_no_rule_gives(registry: Registry) -> None:
    rule = registry.settings["PFS.censoring"]
    usual = asked(registry, **LINE_1, endpoint="PFS", by="iss")
    same(asked(registry, **LINE_1, endpoint="PFS", by="iss", censoring=rule).summaries, usual.summaries, ["stratum"])
    other = asked(registry, **LINE_1, endpoint="PFS", by="iss", censoring="ema")
    assert not other.summaries.equals(usual.summaries)


OTHERS: list[dict[str, Any]] = [
    {"by": "iss"},
    {**LINE_1, "endpoint": "DOR", "by": "sex"},
    {**LINE_1, "endpoint": "PFS2"},
    {"origin": "line_start", "endpoint": "TTNT", "by": "line"},
    {**LINE_1, "endpoint": "TTR"},
    {
        **LINE_1,
        "endpoint": "PFS",
        "landmark_months": 12.0,
        "by": "mrd",
        "cohorts": (Cohort("since 2015", {"year": ("2015..",)}), Cohort("stage III", {"iss": ("III",)})),
    },
]


@pytest.mark.parametrize("analysis", OTHERS, ids=lambda analysis: analysis.get("endpoint", "OS"))
def test_every_candidate_is_in_a_curve_or_left_out_for_one_reason(registry: Registry, analysis: dict[str, Any]) -> None:
    found = asked(registry, **analysis)
    for letter, everyone in registry.steps(found.analysis).filter(attribute="all").select("cohort", "kept").rows():
        in_curves = found.people.filter(is_seen(), pl.col("cohort") == letter).height
        assert in_curves + found.excluded.filter(cohort=letter)["n"].sum() == everyone
        assert in_curves > 0


def test_who_is_in_two_cohorts_is_said_and_not_taken_for_two(registry: Registry) -> None:
    both = (Cohort("all"), Cohort("women", {"sex": ("F",)}))
    found = asked(registry, cohorts=both)
    women = asked(registry, cohorts=both[1:]).summaries
    assert found.models_refused == "several_rows"
    assert found.hazard_ratios.is_empty()
    assert found.rmst.is_empty()
    said = {warning.code: warning.values for warning in warnings_of(found, who_is_compared(found)[1])}
    assert said["overlap"] == {"n": women["n"].item() + women["n_never_at_risk"].item() - _never(found, "b")}
    # a test that took the women twice, for independent patients, would find more in the same difference
    apart = asked(registry, by="sex").summaries["p_logrank"][0]
    assert 0 < found.summaries["p_logrank"][0] <= 1
    assert found.summaries["p_logrank"][0] == pytest.approx(apart, abs=0.1)


def _never(found: Any, letter: str) -> int:
    return int(found.excluded.filter(cohort=letter, reason="never_at_risk")["n"].sum())


def test_a_patient_with_several_lines_is_not_taken_for_several(registry: Registry) -> None:
    found = asked(registry, origin="line_start", endpoint="PFS", by="line")
    assert found.models_refused == "several_rows"
    codes = [warning.code for warning in warnings_of(found, {})]
    assert "not_assigned" in codes
    alone = asked(registry, origin="line_start", endpoint="PFS")
    assert "several_lines" in [warning.code for warning in warnings_of(alone, {})]


def test_cohorts_that_are_split_leave_out_who_has_no_known_value(registry: Registry) -> None:
    cohorts = (Cohort("women", {"sex": ("F",)}), Cohort("men", {"sex": ("M",)}))
    found = asked(registry, by="iss", cohorts=cohorts)
    assert found.groups == ["a I", "a II", "a III", "b I", "b II", "b III"]
    unknown = registry.members(Analysis(by="iss")).filter(stratum="unknown", sex="F")
    left_out = found.excluded.filter(cohort="a", step="stratum")["n"].sum()
    assert 0 < left_out <= unknown.height
    assert found.pairs.is_empty()  # six groups make fifteen pairs


def test_holm_s_correction_is_for_all_pairs(registry: Registry) -> None:
    pairs = asked(registry, by="iss").pairs.sort("p_logrank")
    first, second, third = pairs["p_logrank"]
    expected = [3 * first, max(3 * first, 2 * second), max(3 * first, 2 * second, third)]
    assert pairs["p_holm"].to_list() == pytest.approx([min(p, 1) for p in expected])


def test_restricted_means_are_compared_to_a_time_that_all_are_followed(registry: Registry) -> None:
    found = asked(registry, **LINE_1, endpoint="PFS", by="iss")
    [to] = found.rmst["to_months"].unique()
    last = (
        found.curves.filter(pl.col("stratum") != "unknown")
        .group_by("stratum")
        .agg(pl.col("day").last(), alive=pl.col("survival").last() > 0)
    )
    assert to <= min(60, *(last.filter("alive")["day"] / 30.4375))
    assert found.rmst["stratum"].to_list() == ["II", "III"]
    assert (found.rmst["ci_low"] < found.rmst["difference"]).all()


def test_what_is_known_only_later_is_refused_from_the_start(registry: Registry) -> None:
    with pytest.raises(AnalysisError, match="immortal time"):
        asked(registry, **LINE_1, endpoint="PFS", by="mrd")


def test_an_empty_cohort_has_no_curve_and_no_fault(registry: Registry) -> None:
    found = asked(registry, cohorts=(Cohort("none", {"year": ("1900..1901",)}),))
    assert found.groups == []
    assert found.curves.is_empty()
    assert warnings_of(found, who_is_compared(found)[1]) == []
    assert set(outcome_numbers(found)["part"]) == {"excluded"}


def test_small_groups_and_unlike_ones_are_said(registry: Registry) -> None:
    cohorts = (Cohort("old", {"age": ("75..",)}), Cohort("young", {"age": ("..60",)}))
    found = asked(registry, cohorts=cohorts)
    said = {warning.code: warning for warning in warnings_of(found, who_is_compared(found)[1])}
    assert "age" in said["unlike"].groups
    few = found.summaries.filter((pl.col("n") < 20) | (pl.col("events") < 10))["stratum"].sort().to_list()
    assert sorted(said["few"].groups if few else []) == few
    assert said["not_assigned"]


def test_every_number_is_in_the_table_once(registry: Registry) -> None:
    found = asked(registry, **LINE_1, endpoint="PFS", by="hr_ims2025", landmark_months=12.0)
    numbers = outcome_numbers(found)
    assert not numbers.select("part", "stratum", "reference", "figure", "reason").is_duplicated().any()
    [median] = numbers.filter(part="survival", stratum="high", figure="median_months").to_dicts()
    [stored] = found.summaries.filter(stratum="high").to_dicts()
    assert (median["value"], median["ci_low"]) == (stored["median_months"], stored["median_ci_low"])
    assert {"cox", "cox_adjusted", "rmst", "comparison"} <= set(numbers["part"])


def test_who_never_has_a_time_is_told_from_whose_record_contradicts_itself(registry: Registry) -> None:
    analysis = Analysis(origin="line_start", line=1, endpoint="PFS")
    members = (
        registry.members(analysis)
        .head(3)
        .with_columns(
            days=pl.Series([None, None, 10], dtype=pl.Int64),
            event=pl.Series([None, None, True], dtype=pl.Boolean),
            reason=pl.Series([None, "contradictory", "death"]),
            entry_days=pl.Series([None, None, 10], dtype=pl.Int64),
        )
    )
    people, excluded = outcome_times(members, registry.steps(analysis).clear(), analysis)
    assert people.height == 2
    assert excluded.select("reason", "n").rows() == [("contradictory", 1), ("never_at_risk", 1), ("no_time", 1)]


def test_splits_of_the_job_are_splits_here() -> None:
    from transforms.cohorts import SPLITS

    assert set(STRATA[1:]) | set(LINE_STRATA) <= set(SPLITS)
