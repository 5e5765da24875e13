"""The job on two open cohorts of real patients, read where they are (see the cohorts' own README for their sources)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows import steps
from flows.batch import run
from flows.database import connect
from flows.job import Job
from rules.criterion import load_edition
from rules.verdict import TESTS, missing_column
from transforms.derive import complete_tables
from transforms.diagnosis import judged_at
from transforms.intake.contracts import CONTRACTS, dtypes
from transforms.names import names_of

DATA = Path(__file__).parents[2] / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the real cohorts (../shared/data) are not on this machine")


@pytest.fixture(scope="module")
def uams(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    # the cohort records progressions, and of those who had none nothing
    registry = tmp_path_factory.mktemp("uams") / "registry.toml"
    registry.write_text('[tables.assessments]\nrecords = "progressions"\n', encoding="utf-8")
    store = tmp_path_factory.mktemp("uams") / "store"
    return store, run(Job(DATA / "uams", store, registry=registry))


@pytest.fixture(scope="module")
def commpass(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """As far as curves: that models, audit and page bear real patients, the other cohort shows."""
    folder = tmp_path_factory.mktemp("commpass")
    job = Job(DATA / "commpass", folder, folder=folder)
    ingested = steps.ingest(job)
    for step in (steps.find_changes, steps.derive, steps.outcomes, steps.export):
        step(job)
    return folder, ingested


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


def test_uams_252_meet_table_1_6_do_not_and_82_lack_a_test(uams: tuple[Path, dict[str, Any]]) -> None:
    diagnosis = _table(uams[0], "diagnosis")
    assert dict(diagnosis.group_by("derived").len().iter_rows()) == {"DX.myeloma": 252, None: 88}
    against = diagnosis.filter(pl.col("clauses_against").list.contains("DX.myeloma"))
    # plasma cells below 10 % and at most one lesion on MRI
    assert against.height == 6
    assert set(against["derived"]) == {None}
    unknown = diagnosis.filter(pl.col("possible").list.contains("DX.myeloma"))
    assert unknown.height == 82
    assert diagnosis.filter(pl.col("clauses_for").list.contains("DX.myeloma")).height == 252
    disagreement = _table(uams[0], "diagnosis_disagreement")
    assert disagreement["patient_id"].to_list() == against["patient_id"].to_list()
    assert set(disagreement["clause"]) == {"DX.myeloma"}


def test_uams_lacks_calcium_light_chains_and_limits_or_a_biopsy_where_myeloma_is_unknown() -> None:
    tables = complete_tables({name: _uams_table(name) for name in CONTRACTS})
    about = tables["patients"].lazy().select("patient_id", on_date="diagnosis_date")
    lazy = {name: table.lazy() for name, table in tables.items()}
    judged = judged_at(about, lazy, load_edition()).filter(pl.col("DX.myeloma").is_null()).collect()
    tests_ = judged.select(tests=names_of(pl.col(missing_column("DX.myeloma")), TESTS))["tests"]
    never_recorded = {"calcium", "calcium_ref_high", "flc_kappa", "flc_lambda", "weight", "hemoglobin_ref_low"}
    waits_for = [set(names) for names in tests_]
    # an event or biomarker: no one recorded calcium, light chains, weight, X-ray or limits
    assert len([names for names in waits_for if never_recorded <= names]) == 58
    # an event, but plasma cells below 10 % (19) or no marrow (5): a plasmacytoma proven by biopsy would make it myeloma
    assert len([names for names in waits_for if names == {"biopsy_proven_plasmacytoma"}]) == 19
    assert len([names for names in waits_for if names == {"biopsy_proven_plasmacytoma", "marrow"}]) == 5
    assert len(waits_for) == 58 + 19 + 5


def _uams_table(name: str) -> pl.DataFrame:
    file = DATA / "uams" / f"{name}.csv"
    found = pl.read_csv(file, try_parse_dates=True) if file.is_file() else pl.DataFrame()
    return pl.DataFrame(
        {column: found[column] if column in found.columns else [None] * found.height for column in dtypes(name)},
    ).cast(dtypes(name))


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


def test_uams_undeclared_has_pfs_of_those_only_who_are_recorded_and_says_so(tmp_path: Path) -> None:
    job = Job(DATA / "uams", tmp_path, folder=tmp_path)
    steps.ingest(job)
    changes = steps.find_changes(job)
    steps.derive(job)
    with connect(job.database, read_only=True) as connection:
        times = connection.sql("select event from time_to_event where endpoint = 'PFS'").pl()
    assert (times.height, times["event"].all()) == (135, True)
    assert changes["only_progressions_recorded"]


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
    assert set(times["endpoint"]) == {"OS", "TTNT", "TTD"}
    assert times.filter(pl.col("endpoint") == "TTNT").height == lines.height
    assert times["days"].min() == 0
