"""Unfiltered, a cohort is the one that the job's own tables are of: the same patients, strata and landmarks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from flows.query.asked_registry import Registry
from flows.sql_files import SQL, make_cohort
from transforms.cohorts import SPLITS, Analysis, Cohort
from transforms.cohorts.catalogue import ABNORMALITIES
from transforms.models.landmark import NOT_AT_RISK
from transforms.survival import CURVES, LINE_STRATA, STRATA


@pytest.fixture(scope="module")
def registry(synthetic: Path) -> Iterator[Registry]:
    registry = Registry(synthetic)
    yield registry
    registry.close()


def test_every_split_of_the_reports_curves_can_be_asked_for() -> None:
    assert {*STRATA, *LINE_STRATA, "line"} - {"overall"} <= set(SPLITS)


@pytest.mark.parametrize("curve", CURVES)
def test_the_strata_of_a_curve_have_as_many_patients(registry: Registry, curve: tuple[str, str, int | None]) -> None:
    endpoint, origin, line = curve
    table = registry.frame("survival").filter(
        pl.col("endpoint") == endpoint, pl.col("origin") == origin, pl.col("line").eq_missing(pl.lit(line))
    )
    splits = [by for by in table["stratum_by"].unique().sort() if by != "overall"]
    for by in splits:
        found = registry.members(Analysis(origin, line, None, endpoint, by=by)).filter("has_time")
        counted = found.group_by("stratum").len().sort("stratum").rows()
        expected = table.filter(stratum_by=by).select("stratum", pl.sum_horizontal("n", "n_unknown", "n_never_at_risk"))
        assert counted == expected.sort("stratum").rows(), by
    assert splits or endpoint == "TTD" or line == 2


@pytest.mark.parametrize("endpoint", ["OS", "PFS"])
@pytest.mark.parametrize("months", [6, 12, 18])
def test_a_landmark_is_the_jobs_landmark(registry: Registry, endpoint: str, months: int) -> None:
    table = registry.frame("landmark").filter(pl.col("endpoint") == endpoint, pl.col("landmark_months") == months)
    assert table["factor"].n_unique() == 4
    for factor in table["factor"].unique().sort():
        analysis = Analysis("line_start", 1, float(months), endpoint, by=factor)
        found = registry.members(analysis)
        # a treatment that may have been a transplant is none for the job; here it can't be told
        stratum = pl.col("stratum").replace("unknown", "no") if factor == "transplant" else pl.col("stratum")
        counted = found.group_by(stratum).agg(
            n=pl.len(), events=pl.col("event").sum(), n_entered_late=pl.col("entry_days").count()
        )
        expected = table.filter(factor=factor).select(counted.columns).sort("stratum")
        assert counted.with_columns(pl.exclude("stratum").cast(pl.Int64)).sort("stratum").equals(expected)
        [step] = registry.steps(analysis).filter(attribute="landmark").rows(named=True)
        assert [step[f"n_{place}"] for place in NOT_AT_RISK] == [
            table.row(0, named=True)[f"n_{place}"] for place in NOT_AT_RISK
        ]


def test_abnormalities_are_those_of_table_one(registry: Registry) -> None:
    with registry.connection() as connection:
        make_cohort(connection)
        table = connection.sql((SQL / "figures" / "table_one.sql").read_text(encoding="utf-8")).pl()
    found = registry.members(Analysis())
    here = found.select(
        "patient_id",
        *(
            pl.when(pl.col("abnormality").list.contains(name))
            .then(statement=True)
            .when(~pl.col("abnormality_open").list.contains(name))
            .then(statement=False)
            .alias(name)
            for name in ABNORMALITIES
        ),
    )
    assert here.sort("patient_id").equals(table.select("patient_id", *ABNORMALITIES).sort("patient_id"))
    assert found["abnormality"].list.len().sum() > 50


def test_pfs_by_the_runs_own_rule_of_censoring_is_the_runs_pfs(registry: Registry) -> None:
    own = registry.settings["PFS.censoring"]
    as_run = registry.members(Analysis("line_start", 1, None, "PFS"))
    by_rule = registry.members(Analysis("line_start", 1, None, "PFS", own))
    assert as_run.equals(by_rule)
    assert not as_run["days"].equals(registry.members(Analysis("line_start", 1, None, "PFS", "ema"))["days"])


def test_refractoriness_is_that_of_the_table_of_refractoriness(registry: Registry) -> None:
    """By the start of a line, no drug is one that the table knows not to have failed in any line before it."""
    found = registry.members(Analysis("line_start", None)).select("patient_id", "line", "start_date", "refractory_to")
    table = registry.frame("refractoriness").filter("refractory")
    sure = found.explode("refractory_to").drop_nulls("refractory_to")
    of_drug = sure.filter(pl.col("refractory_to").is_in(table["drug"].implode()))
    known = of_drug.join(table, left_on=["patient_id", "refractory_to"], right_on=["patient_id", "drug"])
    first = known.group_by("patient_id", "line", "refractory_to", "start_date").agg(pl.col("since").min())
    assert first.height == of_drug.height > 20
    assert first.filter(pl.col("since") > pl.col("start_date")).is_empty()
    # and none is left out that had failed by then
    pairs = found.join(table.select("patient_id", "drug", "since"), on="patient_id").filter(
        pl.col("since") <= pl.col("start_date")
    )
    assert pairs.filter(~pl.col("refractory_to").list.contains(pl.col("drug"))).is_empty()


def test_steps_add_up_and_end_with_the_members(registry: Registry) -> None:
    cohorts = (
        Cohort("one", {"year": ("2012..",), "not.refractory_to": ("LEN",), "iss": ("II", "III")}),
        Cohort("two", {"drug": ("PI",), "response": ("VGPR..",), "not.transplant": ("no",)}),
    )
    analysis = Analysis("line_start", None, 6.0, "PFS", by="line", cohorts=cohorts)
    table, found = registry.steps(analysis), registry.members(analysis)
    for letter, rows in table.group_by("cohort", maintain_order=True):
        before = rows["kept"].shift()
        assert (rows["kept"] + rows["left_out"] + rows["unknown"]).equals(
            pl.concat([rows["kept"].head(1), before.drop_nulls()]).rename("kept")
        )
        assert rows["kept"][-1] == found.filter(cohort=letter[0]).height > 0
        assert rows["patients"][-1] == found.filter(cohort=letter[0])["patient_id"].n_unique()


def test_what_was_worked_out_once_is_not_again(registry: Registry) -> None:
    analysis = Analysis("line_start", 1, None, "PFS")
    assert registry.candidates(analysis) is registry.candidates(Analysis("line_start", 1, None, "PFS", by="iss"))
