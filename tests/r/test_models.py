"""Every figure of `transforms.models` against R's package survival, on the sample and on mgus2.

Conventions: Efron's ties; limits log-log; a row from day a to day b is at risk after a, up to b; proportional hazards
by cox.zph with the Kaplan-Meier transform, one degree of freedom per coefficient. Who is not truncated is at risk after
day -1, where others of the analysis are. Gray's test is that of R's package cmprsk, which takes no delayed entry: it is
compared on patients who all count from the start.
"""

from __future__ import annotations

import math
import shutil
import subprocess
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from flows import steps
from flows.job import Job
from tests.transforms.test_models_competing import mgus2, tied
from transforms.models import competing_risks, cox, models, time_varying
from transforms.models.competing import STRATA
from transforms.models.competing import _people as competing_people
from transforms.models.concordance import STAGINGS
from transforms.models.inputs import LEVELS, OS, OS_FROM_DIAGNOSIS, PFS, Tables, strata, times_of
from transforms.models.known import BEFORE, history, state_on
from transforms.models.landmark import LANDMARK_MONTHS, _at_landmark

HERE = Path(__file__).parent
RSCRIPT = shutil.which("Rscript")
SAMPLE = HERE.parents[1] / "data_samples" / "registry"
NAMES = ("time_to_event", "staging", "patients", "lines", "visits", "mrd_status", "transplant")
ORIGINS = {"diagnosis": OS_FROM_DIAGNOSIS, "os": OS, "pfs": PFS}

pytestmark = [pytest.mark.r, pytest.mark.skipif(RSCRIPT is None, reason="needs Rscript (make check-r)")]


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    job = Job(SAMPLE, tmp_path_factory.mktemp("sample"), folder=tmp_path_factory.mktemp("sample"))
    steps.ingest(job)
    steps.find_changes(job)
    steps.derive(job)
    with duckdb.connect(str(job.database), read_only=True) as connection:
        return {name: connection.sql(f"select * from {name}").pl() for name in NAMES}


@pytest.fixture(scope="module")
def ours(tables: Tables) -> dict[str, pl.DataFrame]:
    return models(tables)


@pytest.fixture(scope="module")
def r(
    tables: Tables, ours: dict[str, pl.DataFrame], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, pl.DataFrame]:
    folder = tmp_path_factory.mktemp("r")
    inputs = {
        "cox.in": _cox_rows(tables, ours["hazard_ratio"]),
        "times.in": _landmark_rows(tables),
        "intervals.in": _interval_rows(tables, ours["time_varying"]),
        "competing.in": _competing_rows(tables),
        "concordance.in": _concordance_rows(tables),
    }
    for name, frame in inputs.items():
        frame.with_columns(pl.col(pl.Boolean).cast(pl.Int8)).write_csv(folder / name)
    command = [str(RSCRIPT), str(HERE / "models.R"), *(str(folder / name) for name in inputs), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {path.stem: pl.read_csv(path, infer_schema_length=None) for path in folder.glob("*.csv")}


def _cox_rows(tables: Tables, table: pl.DataFrame) -> pl.DataFrame:
    """The rows of every model that has hazard ratios, with its dummies as x1, x2, …"""
    found = []
    for name, origin in ORIGINS.items():
        people = cox._people(tables, origin)
        for factor in LEVELS:
            for adjusted in (False, True):
                rows = _models_rows(table, origin, factor, adjusted=adjusted)
                levels = [row["level"] for row in rows if row["covariate"] == factor]
                used = people.filter(
                    pl.col("days") > pl.col("entry_days").fill_null(-1),
                    pl.col("event").is_not_null(),
                    pl.col(factor).is_in([*levels, rows[0]["reference"]]),
                )
                columns = [(pl.col(factor) == level).cast(pl.Float64) for level in levels]
                columns += [pl.col("age"), pl.col("male").cast(pl.Float64)] if adjusted else []
                used = used.filter(pl.all_horizontal(column.is_not_null() for column in columns))
                found.append(
                    used.select(
                        "days",
                        "event",
                        analysis=pl.lit(f"{name} {factor} {adjusted}"),
                        entry=pl.col("entry_days").fill_null(-1),
                        **{f"x{i}": column for i, column in enumerate(columns, 1)},
                    )
                )
    return pl.concat(found, how="diagonal")


def _models_rows(table: pl.DataFrame, origin: Any, factor: str, *, adjusted: bool) -> list[dict[str, Any]]:
    return table.filter(
        pl.col("endpoint") == origin.endpoint,
        pl.col("origin") == origin.origin,
        pl.col("factor") == factor,
        pl.col("adjusted") == adjusted,
        pl.col("hazard_ratio").is_not_null(),
    ).rows(named=True)


def _landmark_rows(tables: Tables) -> pl.DataFrame:
    found = []
    for origin in (OS, PFS):
        for months in LANDMARK_MONTHS:
            at_risk, _ = _at_landmark(times_of(tables, origin), months)
            for factor in BEFORE:
                analysis = pl.lit(f"{origin.endpoint} {months} {factor}")
                states = state_on(history(tables, factor), at_risk, factor)
                entry = pl.col("entry_days").fill_null(-1)
                found.append(states.select("days", "event", stratum="state", analysis=analysis, entry=entry))
    return pl.concat(found)


def _interval_rows(tables: Tables, table: pl.DataFrame) -> pl.DataFrame:
    found = []
    for row in table.filter(pl.col("hazard_ratio").is_not_null(), pl.col("curves_from_day").is_not_null()).rows(
        named=True
    ):
        people = times_of(tables, OS if row["endpoint"] == "OS" else PFS)
        intervals = time_varying.state_intervals(
            people, history(tables, row["factor"]), time_varying.STATES[row["factor"]]
        )
        analysis = pl.lit(f"{row['endpoint']} {row['factor']}")
        found.append(intervals.drop("patient_id").with_columns(analysis=analysis, **{"from": row["curves_from_day"]}))
    return pl.concat(found)


def _competing_rows(tables: Tables) -> pl.DataFrame:
    found = []
    for name, given in competing_cohorts(tables).items():
        for by in STRATA:
            seen = competing_people(given).filter(
                pl.col("days") > pl.col("entry_days").fill_null(-1), pl.col("event").is_not_null()
            )
            found.append(
                seen.select(
                    "days",
                    state=pl.col("state").to_physical(),
                    stratum=by,
                    entry=pl.col("entry_days").fill_null(-1),
                    analysis=pl.lit(f"{name} {by}"),
                )
            )
    return pl.concat(found)


def _concordance_rows(tables: Tables) -> pl.DataFrame:
    """Of each staging the patients that it is known of, and those that all are known of."""
    found = []
    for origin in (OS_FROM_DIAGNOSIS, PFS):
        people = times_of(tables, origin).join(strata(tables), on="patient_id", how="left")
        for staging in STAGINGS:
            for patients, needed in (("same", STAGINGS), ("own", (staging,))):
                used = people.filter(
                    pl.col("days") > pl.col("entry_days").fill_null(-1),
                    pl.col("event").is_not_null(),
                    *(pl.col(name).is_not_null() for name in needed),
                )
                found.append(
                    used.select(
                        "days",
                        "event",
                        analysis=pl.lit(f"{origin.endpoint} {patients} {staging}"),
                        entry=pl.col("entry_days").fill_null(-1),
                        level=pl.col(staging).replace_strict(LEVELS[staging], range(len(LEVELS[staging]))),
                    )
                )
    return pl.concat(found)


def competing_cohorts(tables: Tables) -> dict[str, Tables]:
    """The sample as it is and as if all were registered at once, and mgus2, in which sex (as ISS) makes two strata."""
    early = tables["patients"].with_columns(registered_on=pl.lit(None, pl.Date))
    return {"sample": tables, "early": {**tables, "patients": early}, "mgus2": mgus2(), "tied": tied()}


def same(left: pl.DataFrame, right: pl.DataFrame, on: list[str], columns: list[str]) -> None:
    """Every figure within 1e-6 of R's; R's limits of a curve that has come to its end are missing here too."""
    joined = left.join(right, on=on, suffix=" r")
    assert joined.height == left.height == right.height
    for name in columns:
        difference = (joined[name] - joined[f"{name} r"].cast(pl.Float64)).abs()
        assert (difference.max() or 0) < 1e-6, name
        assert joined[name].null_count() == joined[f"{name} r"].null_count() or name.startswith("ci_"), name


def test_cox_models(ours: dict[str, pl.DataFrame], r: dict[str, pl.DataFrame]):
    names = {origin: name for name, origin in ORIGINS.items()}
    compared = 0
    for origin, name in names.items():
        for factor in LEVELS:
            for adjusted in (False, True):
                rows = _models_rows(ours["hazard_ratio"], origin, factor, adjusted=adjusted)
                theirs = r["cox"].filter(pl.col("analysis") == f"{name} {factor} {adjusted}").rows(named=True)
                for row, other in zip(rows, theirs, strict=True):
                    assert math.log(row["hazard_ratio"]) == pytest.approx(other["coefficient"], abs=1e-6)
                    error = math.log(row["ci_high"] / row["ci_low"]) / 2 / 1.959963984540054
                    assert error == pytest.approx(other["error"], abs=1e-6)
                    assert row["p"] == pytest.approx(other["p"], abs=1e-6)
                    assert row["p_proportional"] == pytest.approx(other["p_proportional"], abs=1e-6)
                    compared += 1
    assert compared > 60


def test_concordance(ours: dict[str, pl.DataFrame], r: dict[str, pl.DataFrame]):
    found = ours["concordance"].with_columns(analysis=pl.format("{} {} {}", "endpoint", "patients", "staging"))
    known = found.filter(pl.col("concordance").is_not_null())
    assert known["n_entered_late"].sum() > 0
    assert known.height >= 15
    theirs = r["concordance"].join(known, on="analysis", how="semi")
    same(known, theirs, ["analysis"], ["pairs", "concordance", "standard_error"])


def test_landmark_curves_and_tests(ours: dict[str, pl.DataFrame], r: dict[str, pl.DataFrame]):
    analysis = pl.format("{} {} {}", "endpoint", "landmark_months", "factor")
    # R has no row for a day on which a patient only enters.
    curves = ours["landmark_curve"].with_columns(analysis=analysis).filter(pl.col("events") + pl.col("censored") > 0)
    same(
        curves,
        r["landmark"],
        ["analysis", "stratum", "day"],
        ["at_risk", "events", "censored", "survival", "ci_low", "ci_high"],
    )
    tests = ours["landmark"].with_columns(analysis=analysis).filter(pl.col("p_logrank").is_not_null())
    joined = tests.join(r["logrank"], on="analysis")
    assert joined.height == tests.height > 10
    assert (joined["p_logrank"] - joined["p"]).abs().max() < 1e-6


def test_time_varying_models_and_curves(ours: dict[str, pl.DataFrame], r: dict[str, pl.DataFrame]):
    analysis = pl.format("{} {}", "endpoint", "factor")
    found = ours["time_varying"].with_columns(analysis=analysis, coefficient=pl.col("hazard_ratio").log())
    found = found.filter(pl.col("analysis").is_in(r["intervals"]["analysis"].implode()))
    same(found, r["intervals"], ["analysis"], ["coefficient", "p", "p_proportional"])
    curves = ours["time_varying_curve"].with_columns(analysis=analysis, in_state=pl.col("in_state").cast(pl.Int64))
    curves = curves.filter(pl.col("analysis").is_in(r["intervals"]["analysis"].implode()))
    begins = pl.col("day") == pl.col("day").min().over("analysis", "in_state")
    columns = ["at_risk", "events", "censored", "survival", "ci_low", "ci_high"]
    same(curves.filter(~begins), r["curves"], ["analysis", "in_state", "day"], columns)


def test_cumulative_incidence(tables: Tables, r: dict[str, pl.DataFrame]):
    for name, given in competing_cohorts(tables).items():
        found = competing_risks(given)[0].with_columns(
            analysis=pl.format("{} {}", pl.lit(name), "stratum_by"),
            cause=1 + (pl.col("cause") == "death").cast(pl.Int64),
        )
        theirs = r["incidence"].join(found, on=["analysis", "stratum"], how="semi")
        ended = found.join(theirs, on=["analysis", "stratum", "day"], how="semi")
        same(ended, theirs, ["analysis", "stratum", "cause", "day"], ["at_risk", "incidence", "ci_low", "ci_high"])


def test_gray_s_test(tables: Tables, r: dict[str, pl.DataFrame]):
    compared = 0
    for name, given in competing_cohorts(tables).items():
        if name == "sample":  # has patients who enter late
            continue
        tests = (
            competing_risks(given)[1]
            .filter(pl.col("p_gray").is_not_null())
            .with_columns(
                analysis=pl.format("{} {}", pl.lit(name), "stratum_by"),
                cause=1 + (pl.col("cause") == "death").cast(pl.Int64),
            )
        )
        joined = tests.join(r["gray"], on=["analysis", "cause"], suffix=" r")
        assert joined.height == tests.height > 0
        for column in ("statistic", "p_gray", "df"):
            assert (joined[column] - joined[f"{column} r"]).abs().max() < 1e-6, (name, column)
        compared += joined.height
    assert compared == 8
