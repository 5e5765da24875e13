"""Adverse events, causes of death and exposures against R's package survival and its poisson.test, on made-up patients.

Conventions as in test_models.py.
"""

from __future__ import annotations

import math
import shutil
import subprocess
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.transforms.test_models_events import LENALIDOMIDE, tables
from transforms.models.adverse import FOLLOWED, adverse_incidence, first_events
from transforms.models.exposures import EXPOSURES, adverse_by_exposure, exposed_intervals
from transforms.models.inputs import Tables
from transforms.models.mortality import mortality

HERE = Path(__file__).parent
RSCRIPT = shutil.which("Rscript")
PATIENTS = 400
pytestmark = [pytest.mark.r, pytest.mark.skipif(RSCRIPT is None, reason="needs Rscript (make check-r)")]


def made_up() -> Tables:
    """Patients who die, or not, of this and that, with events, maintenance, IMiDs and supportive care by chance."""
    rng = np.random.default_rng(19)
    ids = [f"p{i:03}" for i in range(PATIENTS)]
    days = rng.integers(1, 2500, PATIENTS)
    causes = rng.choice(["", "myeloma", "infection", "?"], PATIENTS, p=[0.5, 0.3, 0.15, 0.05])
    progressed = np.where(rng.random(PATIENTS) < 0.5, rng.integers(0, 2500, PATIENTS) % days, -1)
    texts = [
        f"{day} {cause}" + (f" pd {pd}" if pd > 0 else "")
        for day, cause, pd in zip(days, causes, progressed, strict=True)
    ]
    some = {name: rng.choice(ids, 150) for name in ("lenalidomide", "imid", "bone", "thrombosis", *FOLLOWED)}
    onset = {name: rng.integers(0, 1800, 150) for name in some}
    length = {name: rng.integers(20, 900, 150) for name in some}

    def rows(name: str, end: str) -> list[dict[str, object]]:
        spans = zip(some[name], onset[name], length[name], strict=True)
        return [{"patient_id": str(who), "start_date": int(on), end: int(on + more)} for who, on, more in spans]

    found = tables(
        dict(zip(ids, texts, strict=True)),
        adverse_events=[
            {"patient_id": str(who), "onset_on": int(on), "event": name}
            for name in FOLLOWED
            for who, on in zip(some[name], onset[name], strict=True)
        ],
        given_drug=[
            row | LENALIDOMIDE | {"phase": phase}
            for name, phase in (("lenalidomide", "maintenance"), ("imid", "salvage"))
            for row in rows(name, "last_dose_on")
        ],
        given_care=[row | {"purpose": name} for name in ("bone", "thrombosis") for row in rows(name, "end_date")],
    )
    late = pl.when(pl.int_range(pl.len()) % 3 == 0).then(pl.date(2020, 3, 1))
    return found | {"patients": found["patients"].with_columns(registered_on=late)}


def _competing(given: Tables) -> pl.DataFrame:
    """One row per patient at risk of an adverse event, with what ended the time as a number."""
    found = []
    for name in FOLLOWED:
        people = first_events(given, name).filter(
            ~pl.col("is_before"), pl.col("days") > pl.col("entry_days").fill_null(-1)
        )
        state = pl.when(pl.col("cause") == name).then(1).when(pl.col("cause") == "death").then(2).otherwise(0)
        found.append(
            people.select("days", state=state, analysis=pl.lit(name), entry=pl.col("entry_days").fill_null(-1))
        )
    times = given["time_to_event"].filter(endpoint="OS", origin="diagnosis").join(given["patients"], on="patient_id")
    entry = (pl.col("registered_on") - pl.col("start_date")).dt.total_days().fill_null(-1)
    of = {"myeloma": 1, "infection": 2}
    state = pl.when("event").then(pl.col("death_cause").replace_strict(of, default=3)).otherwise(0)
    died = times.with_columns(entry=entry).filter(pl.col("days") > pl.col("entry"))
    found.append(died.select("days", state=state, analysis=pl.lit("death_cause"), entry="entry"))
    numbers = pl.col("days", "state", "entry").cast(pl.Int64)
    return pl.concat([one.with_columns(numbers) for one in found]).with_columns(stratum=pl.lit("all"))


def _intervals(given: Tables) -> pl.DataFrame:
    pieces = [
        exposed_intervals(first_events(given, of.event).filter(~pl.col("is_before")), given, of).with_columns(
            analysis=pl.lit(f"{of.event} {of.exposure}"), **{"from": pl.lit(0)}
        )
        for of in EXPOSURES
    ]
    return pl.concat(pieces).drop("patient_id").with_columns(pl.col("event").cast(pl.Int8))


@pytest.fixture(scope="module")
def given() -> Tables:
    return made_up()


@pytest.fixture(scope="module")
def r(given: Tables, tmp_path_factory: pytest.TempPathFactory) -> dict[str, pl.DataFrame]:
    folder = tmp_path_factory.mktemp("r")
    names = ["analysis", "stratum", "entry", "days", "event", "x1", "level"]
    none = pl.DataFrame(schema=dict.fromkeys(names, pl.Int64))
    inputs = {"cox.in": none, "times.in": none, "intervals.in": _intervals(given), "competing.in": _competing(given)}
    inputs["concordance.in"] = none
    for name, frame in inputs.items():
        frame.write_csv(folder / name)
    command = [str(RSCRIPT), str(HERE / "models.R"), *(str(folder / name) for name in inputs), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {path.stem: pl.read_csv(path, infer_schema_length=None) for path in folder.glob("*.csv")}


def test_incidences_with_two_and_three_causes_are_r_s(given: Tables, r: dict[str, pl.DataFrame]) -> None:
    curves = pl.concat([adverse_incidence(given)[1], mortality(given)[1].filter(origin="diagnosis")])
    causes = dict.fromkeys(FOLLOWED, 1) | {"death": 2, "myeloma_death": 1, "other_death": 2, "unknown_cause": 3}
    ours = curves.with_columns(cause=pl.col("cause").replace_strict(causes, return_dtype=pl.Int64))
    key = ["analysis", "cause", "day"]
    together = r["incidence"].join(ours, on=key, suffix="_ours", validate="1:1")
    assert together.height == r["incidence"].height > 1000
    for name in ("at_risk", "incidence", "ci_low", "ci_high"):
        assert (together[name] - together[f"{name}_ours"]).abs().max() < 1e-6, name  # type: ignore[operator]


def test_hazard_ratios_of_exposures_are_r_s(given: Tables, r: dict[str, pl.DataFrame]) -> None:
    ours = (
        adverse_by_exposure(given)
        .filter("is_exposed")
        .with_columns(analysis=pl.format("{} {}", "event", "exposure"), coefficient=pl.col("hazard_ratio").log())
    )
    together = r["intervals"].join(ours, on="analysis", suffix="_ours", validate="1:1")
    assert together.height == len(EXPOSURES)
    for name in ("coefficient", "p"):
        assert (together[name] - together[f"{name}_ours"]).abs().max() < 1e-6, name  # type: ignore[operator]


def test_limits_of_rates_are_r_s(given: Tables) -> None:
    found = adverse_by_exposure(given).select("events", "person_years", "rate_low", "rate_high")
    calls = ";".join(f"cat(poisson.test({events}, {years})$conf.int, '\\n')" for events, years, *_ in found.rows())
    said = subprocess.run(
        [str(RSCRIPT), "-e", f"options(digits=15);{calls}"], capture_output=True, text=True, check=True
    )
    theirs = [[float(x) for x in line.split()] for line in said.stdout.strip().splitlines()]
    for row, (low, high) in zip(found.rows(), theirs, strict=True):
        assert math.isclose(row[2], 100 * low, rel_tol=1e-5, abs_tol=1e-9)
        assert math.isclose(row[3], 100 * high, rel_tol=1e-5)
