"""`mspike check`: tells what a run would refuse and repair, without a store and without a patient's value."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flows.cli import main

PATIENTS = "patient_id,diagnosis_date,vital_status,last_contact_date\nP987654,2020-01-01,{},2024-01-01\n"
LABS = "patient_id,collected_on,analyte,value,unit,valu\n"


def _check(folder: Path, *options: str, **files: str) -> Result:
    for name, text in ({"patients": PATIENTS.format("alive")} | files).items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    before = sorted(folder.rglob("*"))
    result = CliRunner().invoke(main, ["check", str(folder), *options])
    assert sorted(folder.rglob("*")) == before
    return result


def test_what_would_be_refused_is_reported_by_rule_with_the_correction_and_no_value(tmp_path):
    rows = 'P987654,1.2.2020,ldh,3,U/L,\nP987654,2020-01-01,ldh,"77,77",U/L,\nP123456,2020-01-01,ldh,3,U/L,\n'
    result = _check(tmp_path, labs=LABS + rows)
    assert result.exit_code == 0
    assert "labs.csv: collected_on: 1 row, ambiguous_date: found digits" in result.output
    assert (
        "labs.csv: value: 1 row, comma_in_number: found digits with commas or points; a comma that may" in result.output
    )
    assert (
        "labs.csv: patient_id: 1 row, unknown_patient: found letters, digits and signs; no accepted row"
        in result.output
    )
    assert "'valu': did you mean value?" in result.output
    assert not any(value in result.output for value in ("987654", "123456", "77,77", "1.2.2020"))


def test_what_would_be_repaired_is_reported_by_rule(tmp_path):
    result = _check(tmp_path, patients=PATIENTS.format("生存"), labs=LABS + "P987654,2020/1/1,basophils,３,U/L,\n")
    assert result.exit_code == 0
    assert "would be refused" not in result.output
    assert "patients.csv: vital_status: 1 by word" in result.output
    assert "labs.csv: collected_on: 1 by date_form" in result.output
    assert "laboratory rows of 1 analytes that no rule reads: 1" in result.output


@pytest.mark.parametrize(
    ("options", "config", "status"),
    [
        ([], "", 0),
        (["--strict"], "", 3),
        ([], "fatal_rules = ['unknown_unit']", 3),
        ([], "fatal_rules = ['duplicate']", 0),
        ([], "fatal_rules = ['duplicated']", 2),
        ([], "registry = 'own.toml'", 2),
    ],
)
def test_the_exit_status_is_that_of_a_run(tmp_path, options, config, status):
    (tmp_path / "config").write_text(config)
    folder = tmp_path / "extract"
    folder.mkdir()
    named = ["--config", str(tmp_path / "config")] if config else []
    result = _check(folder, *options, *named, labs=LABS + "P987654,2020-01-01,ldh,3,stone,\n")
    assert result.exit_code == status


def test_every_file_that_would_stop_a_run_is_reported(tmp_path):
    result = _check(tmp_path, labs="a;b\n", marrow="patient_id\n")
    assert result.exit_code == 1
    assert "labs.csv: required column missing" in result.output
    assert "marrow.csv: required column missing" in result.output


def test_a_registry_that_does_not_fit_is_a_wrong_configuration(tmp_path):
    registry = tmp_path.parent / "own.toml"
    registry.write_text("[tables.labs.columns]\nvalue = 'wert'\n")
    result = _check(tmp_path, "--registry", str(registry), labs=LABS)
    assert result.exit_code == 2
    assert "labs.csv has no column 'wert'; write it as the header has it" in result.output


TREATED = """patient_id,line,drugs,start_date
tanaka,1,Bortezomid;Xyzmab 10 mg,2020-01-01
tanaka,2,VRd;Xyzmab,2021-01-01
tanaka,3,asked by Dr House on the ward,2022-01-01
tanaka,4,Tanaka,2023-01-01
"""
PATIENT = "patient_id,diagnosis_date,vital_status,last_contact_date\ntanaka,2019-01-01,alive,2024-01-01\n"


def test_names_of_drugs_that_are_not_known_are_counted_with_the_nearest_and_free_text_is_not_shown(tmp_path):
    care = "patient_id,drug,start_date\ntanaka,Valacyclovia,2020-01-01\n"
    told = _check(tmp_path, patients=PATIENT, treatments=TREATED, supportive_care=care)
    assert told.exit_code == 0
    _, _, lines = told.output.partition("names of drugs that the vocabulary does not know")
    assert [line.strip() for line in lines.splitlines()[1:6]] == [
        "treatments: 'xyzmab' in 2 rows",
        "supportive_care: 'valacyclovia' in 1 row; nearest known: valaciclovir",
        "treatments: a text (not shown) in 1 row",
        "treatments: 'bortezomid' in 1 row; nearest known: bortezomib",
        "treatments: a text (not shown) in 1 row",
    ]
    assert "House" not in told.output
    assert "tanaka" not in told.output.lower()


def test_what_a_name_may_be_meant_for_is_a_drug(tmp_path):
    treated = "patient_id,line,drugs,start_date\ntanaka,1,study drug XYZ,2020-01-01\n"
    told = _check(tmp_path, patients=PATIENT, treatments=treated).output
    assert "treatments: a text (not shown) in 1 row\n" in told


def test_an_extract_whose_drugs_are_all_known_is_told_nothing_of_names(tmp_path):
    treated = "patient_id,line,drugs,start_date\ntanaka,1,VRd,2020-01-01\n"
    assert "vocabulary" not in _check(tmp_path, patients=PATIENT, treatments=treated).output
