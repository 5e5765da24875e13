"""How groups of filtered cohorts compare, against R's packages survival and cmprsk, from the start and a landmark.

Conventions as in test_models.py. The rows that R is given are taken from what is known of each candidate, not from
`transforms.cohorts.outcome_times`. Gray's test takes no delayed entry in R: it is compared where nobody enters late.
"""

from __future__ import annotations

import math
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from flows.query.asked_outcome import outcome_of
from flows.query.asked_registry import Registry
from transforms.cohorts import Analysis, Cohort
from transforms.cohorts.outcomes import CAUSES, Outcome

HERE = Path(__file__).parent
RSCRIPT = shutil.which("Rscript")
DAYS_PER_MONTH = 30.4375
QUANTILE = 1.959963984540054
SINCE = {"year": ("2012..",)}
LATER = {"year": ("2020..",)}
ANALYSES = {
    "stages from diagnosis": Analysis(by="iss", cohorts=(Cohort("since 2012", SINCE),)),
    "sexes of line 1": Analysis("line_start", 1, None, "PFS", None, "sex", (Cohort("since 2012", SINCE),)),
    "stages at six months": Analysis("line_start", 1, 6.0, "PFS", None, "iss", (Cohort("since 2012", SINCE),)),
    "cohorts at twelve months": Analysis(
        "line_start",
        1,
        12.0,
        "PFS",
        cohorts=(Cohort("before 2020", {"year": ("..2019",)}), Cohort("since 2020", LATER)),
    ),
    "incidences at twelve months": Analysis("line_start", 1, 12.0, "TTP", None, "iss", (Cohort("since 2012", SINCE),)),
    "duration of response": Analysis("line_start", 1, 3.0, "DOR", None, "sex"),
}

pytestmark = [pytest.mark.r, pytest.mark.skipif(RSCRIPT is None, reason="needs Rscript (make check-r)")]


@dataclass(frozen=True)
class Both:
    """The outcomes by mspike, and R's figures of the same rows."""

    ours: dict[str, Outcome]
    r: dict[str, pl.DataFrame]


@pytest.fixture(scope="module")
def both(synthetic: Path, tmp_path_factory: pytest.TempPathFactory) -> Both:
    registry = Registry(synthetic)
    ours = {name: outcome_of(registry, analysis) for name, analysis in ANALYSES.items()}
    rows = pl.concat([_rows(registry, name, found) for name, found in ours.items()])
    registry.close()
    folder = tmp_path_factory.mktemp("outcomes")
    rows.with_columns(pl.col(pl.Boolean).cast(pl.Int8)).write_csv(folder / "rows.csv")
    command = [str(RSCRIPT), str(HERE / "outcomes.R"), str(folder / "rows.csv"), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return Both(ours, {name: pl.read_csv(folder / f"{name}.csv") for name in ("rmst", "cox", "gray", "logrank")})


def _rows(registry: Registry, name: str, found: Outcome) -> pl.DataFrame:
    members = registry.members(found.analysis)
    group = pl.col("stratum") if found.analysis.by else pl.col("cohort")
    causes = CAUSES.get(found.analysis.endpoint, {})
    cause = [pl.when(pl.col("reason").is_in(reasons)).then(i) for i, reasons in enumerate(causes.values(), 1)]
    to = found.rmst["to_months"].first()
    return (
        members.with_columns(entry=pl.col("entry_days").fill_null(-1), group=group)
        .filter(pl.col("days") > pl.col("entry"), pl.col("event").is_not_null(), pl.col("group") != "unknown")
        .select(
            "entry",
            "days",
            "event",
            analysis=pl.lit(name),
            stratum="group",
            state=pl.coalesce(*cause, pl.lit(0)) if cause else pl.lit(0),
            to=pl.lit((to or 24.0) * DAYS_PER_MONTH),  # type: ignore[operator]
            age=(pl.col("start_date") - pl.col("birth_date")).dt.total_days() / 3652.5,
            male=(pl.col("sex") == "M"),
        )
    )


def test_late_entries_and_landmarks_are_among_what_is_compared(both: Both) -> None:
    late = {name: found.people["entry_days"].count() for name, found in both.ours.items()}
    assert late["stages from diagnosis"] > 0
    assert late["incidences at twelve months"] == 0


def test_differences_of_restricted_means(both: Both) -> None:
    compared = 0
    for name, found in both.ours.items():
        for row in found.rmst.to_dicts():
            [theirs] = both.r["rmst"].filter(analysis=name, stratum=row["stratum"]).to_dicts()
            assert row["difference"] == pytest.approx(theirs["difference"] / DAYS_PER_MONTH, abs=1e-6)
            error = (row["ci_high"] - row["ci_low"]) / 2 / QUANTILE
            assert error == pytest.approx(theirs["error"] / DAYS_PER_MONTH, abs=1e-6)
            assert row["p"] == pytest.approx(theirs["p"], abs=1e-6)
            compared += 1
    assert compared >= 6


def test_cox_models_alone_and_adjusted(both: Both) -> None:
    compared = 0
    for name, found in both.ours.items():
        for adjusted in (False, True):
            rows = found.hazard_ratios.filter(pl.col("hazard_ratio").is_not_null(), adjusted=adjusted).to_dicts()
            theirs = both.r["cox"].filter(analysis=name, adjusted=adjusted).to_dicts()
            for row, other in zip(rows, theirs, strict=False):
                assert other["covariate"].removeprefix("group") in (row["level"], row["covariate"], "male")
                assert math.log(row["hazard_ratio"]) == pytest.approx(other["coefficient"], abs=1e-6)
                assert math.log(row["ci_high"] / row["ci_low"]) / 2 / QUANTILE == pytest.approx(
                    other["error"], abs=1e-6
                )
                assert row["p"] == pytest.approx(other["p"], abs=1e-6)
                assert row["p_proportional"] == pytest.approx(other["p_proportional"], abs=1e-6)
                compared += 1
    assert compared >= 20


def test_log_rank_tests(both: Both) -> None:
    compared = 0
    for name, found in both.ours.items():
        p = found.summaries["p_logrank"].drop_nulls()
        if p.len():
            assert p[0] == pytest.approx(both.r["logrank"].filter(analysis=name)["p"].item(), abs=1e-6)
            compared += 1
    assert compared >= 5


def test_gray_s_test_from_a_landmark(both: Both) -> None:
    rows = both.ours["incidences at twelve months"].gray.to_dicts()
    theirs = both.r["gray"].filter(analysis="incidences at twelve months").to_dicts()
    for row, other in zip(rows, theirs, strict=True):
        assert row["statistic"] == pytest.approx(other["statistic"], abs=1e-6)
        assert row["p_gray"] == pytest.approx(other["p"], abs=1e-6)
    assert len(rows) == 2
