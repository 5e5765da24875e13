"""The job on two open cohorts of real patients, read where they are (see the cohorts' own README for their sources)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.batch import Job, run

DATA = Path(__file__).parents[2] / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the real cohorts (../shared/data) are not on this machine")


@pytest.fixture(scope="module")
def uams(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    return _run("uams", tmp_path_factory)


@pytest.fixture(scope="module")
def commpass(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    return _run("commpass", tmp_path_factory)


def _run(name: str, factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    store = factory.mktemp(name) / "store"
    return store, run(Job(DATA / name, store))


def _table(store: Path, name: str) -> pl.DataFrame:
    return pl.read_parquet(store / "exports" / f"{name}.parquet")


def _survival_in_order(store: Path, stages: list[str]) -> list[float]:
    curves = _table(store, "survival").filter((pl.col("origin") == "diagnosis") & (pl.col("stratum_by") == "iss"))
    return [curves.filter(pl.col("stratum") == stage)["at_36"].item() for stage in stages]


def test_uams_is_accepted_whole(uams: tuple[Path, dict[str, Any]]) -> None:
    counts = {file["table"]: file["rows_accepted"] for file in uams[1]["files"]}
    assert counts["patients"] == 340
    assert not uams[1]["quarantine_entries"]


def test_uams_iss_is_derived_wherever_beta2_microglobulin_and_albumin_are(uams: tuple[Path, dict[str, Any]]) -> None:
    labs = pl.read_csv(DATA / "uams" / "labs.csv", schema_overrides={"value": pl.Float64})
    both = labs.filter(pl.col("analyte").is_in(["beta2_microglobulin", "albumin"]) & pl.col("value").is_not_null())
    complete = both.group_by("patient_id").agg(pl.col("analyte").n_unique()).filter(pl.col("analyte") == 2)
    staging = _table(uams[0], "staging")
    derived = staging.filter(pl.col("iss_source") == "derived")
    assert complete.height >= 330
    assert set(complete["patient_id"]) <= set(derived["patient_id"])


def test_uams_r_iss_is_ii_for_iss_ii_and_unknown_for_the_rest(uams: tuple[Path, dict[str, Any]]) -> None:
    staging = _table(uams[0], "staging")
    assert set(staging.filter(pl.col("iss") == "II")["r_iss"]) == {"II"}
    others = staging.filter(pl.col("iss").is_in(["I", "III"]))
    assert others["r_iss"].is_null().all()
    assert others["unknown_because"].str.contains("R-ISS: ldh_ref_high, del17p").all()


def test_uams_51_died_within_720_days(uams: tuple[Path, dict[str, Any]]) -> None:
    # Shi et al., Nat Biotechnol 2010;28:827: 51 of 340 died within 24 months of 30 days
    survival = _table(uams[0], "time_to_event").filter((pl.col("endpoint") == "OS") & (pl.col("origin") == "diagnosis"))
    assert survival.filter(pl.col("event") & (pl.col("days") <= 720)).height == 51


def test_uams_survival_falls_with_iss(uams: tuple[Path, dict[str, Any]]) -> None:
    i, ii, iii = _survival_in_order(uams[0], ["I", "II", "III"])
    assert i > ii > iii


def test_uams_progression_is_the_recorded_one_and_marked(uams: tuple[Path, dict[str, Any]]) -> None:
    times = _table(uams[0], "time_to_event").filter(pl.col("endpoint") == "PFS")
    assert times.height == 340
    assert set(times["progression_source"]) == {"reported"}
    lines = _table(uams[0], "lines")
    progressed = lines.filter(pl.col("progression_date").is_not_null())
    assert progressed.height == 135
    assert set(progressed["progression_confirmed_by"]) == {"reported"}
    curves = _table(uams[0], "survival").filter(pl.col("endpoint") == "PFS")
    assert set(curves["progression_source"]) == {"reported"}


def test_commpass_refuses_530_rows_without_start_and_35_repeats(commpass: tuple[Path, dict[str, Any]]) -> None:
    counts = {file["table"]: file for file in commpass[1]["files"]}
    assert counts["patients"]["rows_accepted"] == 493
    assert counts["treatments"]["rows_read"] == 3633
    assert counts["treatments"]["rows_quarantined"] == 565
    quarantine = _table(commpass[0], "quarantine")
    assert quarantine.filter(pl.col("rule") == "duplicate").height == 35
    assert quarantine.filter(pl.col("column") == "start_date")["row_number"].n_unique() == 530


def test_commpass_iss_is_the_recorded_one_and_survival_falls_with_it(commpass: tuple[Path, dict[str, Any]]) -> None:
    staging = _table(commpass[0], "staging")
    assert set(staging.filter(pl.col("iss").is_not_null())["iss_source"]) == {"reported"}
    i, ii, iii = _survival_in_order(commpass[0], ["I", "II", "III"])
    assert i > ii > iii


def test_commpass_has_lines_1_to_8_and_time_to_next_treatment_but_no_pfs(
    commpass: tuple[Path, dict[str, Any]],
) -> None:
    lines = _table(commpass[0], "lines")
    assert sorted(lines["line"].unique()) == list(range(1, 9))
    assert lines.select("patient_id", "line").is_duplicated().sum() == 0
    times = _table(commpass[0], "time_to_event")
    assert set(times["endpoint"]) == {"OS", "TTNT"}
    assert times.filter(pl.col("endpoint") == "TTNT").height == lines.height
    assert times["days"].min() == 0
