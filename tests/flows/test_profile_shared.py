"""Files from outside by the profiles: forms that others met, and two real patients in the words of the GDC."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest

from flows.intake.ingest import ingest
from flows.intake.registry import load_registry
from flows.settings.profiles import profile
from tests.flows.profiled import Profiled

SHARED = Path(__file__).parents[2].parent / "shared"
FAULTS, GDC = SHARED / "faults", SHARED / "data" / "gdc_labs"
pytestmark = pytest.mark.skipif(not SHARED.exists(), reason="the files from outside (../shared) are not here")
TABLES = ("labs", "marrow", "imaging", "assessments", "treatments")


def _read(folder: Path, name: str | None = None) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    ingest(folder, connection, load_registry(profile(name).registry if name else None, folder))
    return connection


def test_commpass_by_its_profile_is_what_was_put_into_the_contracts_form_by_hand():
    by_profile, by_hand = (
        _read(FAULTS / "commpass_per_patient_visit", "mmrf-flat"),
        _read(FAULTS / "commpass_per_patient_visit" / "ready"),
    )
    columns = {
        "labs": "patient_id, collected_on, analyte, round(value, 6), unit",
        "marrow": "patient_id, collected_on, plasma_cell_percent",
        "imaging": "patient_id, performed_on, lytic_lesions",
        "assessments": "patient_id, assessed_on, response",
        "treatments": "patient_id, line, start_date, end_date",
        "patients": "patient_id, sex, diagnosis_date, vital_status, death_date, last_contact_date, reported_iss",
    }
    for table, of in columns.items():
        query = f"select {of} from {table} order by all"
        assert by_profile.execute(query).fetchall() == by_hand.execute(query).fetchall(), table


def test_a_study_of_cbioportal_and_a_dm_with_a_blank_flag_of_death_are_read_whole():
    study = _read(FAULTS / "cbioportal_clinical", "cbioportal")
    assert study.execute("select vital_status from patients order by patient_id").fetchall() == [
        ("alive",),
        ("dead",),
        ("alive",),
    ]
    trial = _read(FAULTS / "sdtm_dm_dthfl_blank", "sdtm")
    assert trial.execute("select vital_status, death_date::varchar from patients order by patient_id").fetchall() == [
        ("alive", None),
        ("dead", "2013-01-14"),
        ("alive", None),
        ("alive", None),
    ]


def test_an_omop_folder_without_conditions_says_that_the_date_of_diagnosis_is_what_is_missing():
    read = _read(FAULTS / "omop_cdm", "omop")
    assert read.execute('select distinct "column", rule from quarantine where "table" = \'patients\'').fetchall() == [
        ("diagnosis_date", "missing_value")
    ]


NAMES = {
    "serum_m_protein": "M Protein",
    "flc_kappa": "Serum Free Immunoglobulin Light Chain, Kappa",
    "flc_lambda": "Serum Free Immunoglobulin Light Chain, Lambda",
    "beta2_microglobulin": "Beta 2 Microglobulin",
    "albumin": "Albumin",
    "calcium": "Calcium",
    "creatinine": "Creatinine",
    "hemoglobin": "Hemoglobin",
    "ldh": "Lactate Dehydrogenase",
    "igg": "Immunoglobulin G",
    "iga": "Immunoglobulin A",
    "igm": "Immunoglobulin M",
}


def test_two_real_patients_in_the_words_of_the_gdc_are_what_they_are_in_the_contracts(tmp_path):
    labs = pl.read_csv(GDC / "labs.csv", infer_schema=False).filter(pl.col("analyte").is_in(list(NAMES)))
    patients = pl.read_csv(GDC / "patients.csv", infer_schema=False)
    tests: dict[str, dict[str, list]] = defaultdict(lambda: defaultdict(list))
    for of in labs.iter_rows(named=True):
        day = str((date.fromisoformat(of["collected_on"]) - date(2001, 1, 1)).days)
        named = {"laboratory_test": NAMES[of["analyte"]], "test_value": of["value"], "test_units": of["unit"]}
        tests[of["patient_id"]][day].append(named)
    cases = [
        {
            "submitter_id": of["patient_id"],
            "demographic": {"vital_status": "Alive"},
            "diagnoses": [{"iss_stage": of["reported_iss"], "days_to_last_follow_up": 900}],
            "follow_ups": [
                {"days_to_follow_up": day, "molecular_tests": found} for day, found in tests[of["patient_id"]].items()
            ],
        }
        for of in patients.iter_rows(named=True)
    ]
    read = Profiled("gdc", tmp_path, cases__ndjson=cases)
    assert read.refused() == []
    # day 0 is another year: 2000 has a day more before the end of February
    query = (
        "select patient_id, collected_on - {day_0}, analyte, value, unit from labs where analyte in {of} order by all"
    )
    found = read.rows(query.format(day_0="date '2000-01-01'", of=tuple(NAMES)))
    own = _read(GDC).execute(query.format(day_0="date '2001-01-01'", of=tuple(NAMES))).fetchall()
    assert found == own
    assert len(own) > 100
