"""`mspike map` drafts a registry.toml that `check` takes, asks where two readings would change an answer, and shows no
patient's value."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pyreadstat
import pytest
from click.testing import CliRunner

from flows.cli import main
from flows.mapping.draft import ANSWER
from flows.mapping.extract import draft_of
from flows.mapping.header_words import meanings
from tests.flows.drafts import PATIENTS, accepted, answered, checked, drafted

WIDE = """\
患者番号,検査日,M蛋白 (g/dL),κ FLC mg/L,LDH (U/L),LDH 基準値上限,血清免疫固定法,骨髄形質細胞 (%),効果判定
P1,2020-01-05,3.1,12,410,222,陽性,60,
P1,2020-03-05,1.0,9,180,222,陰性,,部分奏効
"""


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    folder = tmp_path / "extract"
    folder.mkdir()
    return folder


def test_a_wide_file_in_japanese_is_drafted_with_units_limits_and_words_and_check_takes_it(extract):
    text = drafted(extract, patients=PATIENTS, kensa=WIDE)
    assert 'wide."M蛋白 (g/dL)" = {analyte = "serum_m_protein", unit = "g/dL"}' in text
    assert 'wide."κ FLC mg/L" = {analyte = "flc_kappa", unit = "mg/L"}' in text
    assert 'wide."LDH (U/L)" = {analyte = "ldh", unit = "U/L", columns = {ref_high = "LDH 基準値上限"}}' in text
    assert 'codes.response."部分奏効" = "PR"' in text
    assert "? 1." not in text
    assert checked(extract, text).exit_code == 0
    assert accepted(extract, text) == {
        "patients.csv": (1, 0),
        "kensa.csv [labs]": (8, 0),
        "kensa.csv [marrow]": (1, 0),
        "kensa.csv [assessments]": (1, 0),
    }


def test_what_is_missing_is_said_with_the_answer_that_lacks_it(extract):
    text = drafted(extract, patients=PATIENTS, kensa=WIDE.replace(",LDH 基準値上限", ",x"))
    assert "no limit of normal for LDH: R-ISS is unknown" in text
    assert "no β2-microglobulin and no albumin: ISS is unknown" in text
    assert "no treatments" in text


def test_days_need_a_day_0_which_is_asked_or_named_or_invented(extract):
    visits = "PUBLIC_ID,VISITDY,LDH (U/L)\nP1,-6,200\nP1,92,180\n"
    text = drafted(extract, patients=PATIENTS, visits=visits)
    assert f'{ANSWER}index_date = "diagnosis_date"' in text
    assert f"{ANSWER}epoch = 2000-01-01" in text
    (extract / "patients.csv").write_text("PUBLIC_ID,sex,D_PT_deathdy,D_PT_lstalive\nP1,Male,,1034\n")
    text = draft_of(extract).text()
    assert "\nepoch = 2000-01-01" in text
    assert "which run and report say" in text
    assert accepted(extract, answered(text))["visits.csv"] == (2, 0)


def test_codes_of_the_vital_status_are_told_by_the_dates_of_death_and_else_asked(extract):
    patients = "id,date of diagnosis,vital,date of death,last follow up,sex\n"
    patients += "P1,2020-01-01,0,,2024-01-01,1\nP2,2020-01-01,1,2021-01-01,2021-01-01,2\n"
    text = drafted(extract, pat=patients)
    assert 'codes.vital_status.1 = "dead"  # sure: 1 of 1 row have a date of death' in text
    assert f'{ANSWER}codes.sex.1 = "M"' in text
    assert accepted(extract, answered(text)) == {"pat.csv": (2, 0)}
    text = drafted(extract, pat=patients.replace(",2021-01-01,2021", ",,2021"))
    assert "Which is alive, which is dead?" in text


def test_an_isotype_that_names_the_light_chain_too_is_read_as_both(extract):
    rows = "P1,2020-01-01,alive,2021-01-01,IgG kappa\nP2,2020-01-01,alive,2021-01-01,IgA-λ\n"
    rows += "P3,2020-01-01,alive,2021-01-01,Kappa (free chains)\n"
    header = "patient_id,diagnosis_date,vital_status,last_contact_date,m_component_type\n"
    text = drafted(extract, patients=header + rows)
    assert 'codes.isotype."Kappa (free chains)" = "light_chain"' in text
    assert 'codes.light_chain."IgA-λ" = "lambda"' in text
    assert accepted(extract, text) == {"patients.csv": (3, 0)}


def test_isotypes_of_patients_make_no_table_of_labs(extract):
    header = "MRN,Date of diagnosis,Alive/Dead,Last seen,Type,M蛋白の型\n"
    text = drafted(
        extract, cases=header + "P1,2020-01-01,Alive,2021-01-01,IgG,IgG κ\nP2,2020-01-02,Alive,2021-01-01,IgA,IgA λ\n"
    )
    assert "[tables.labs]" not in text
    assert 'columns.isotype = "M蛋白の型"' in text


def test_no_id_date_free_text_or_value_of_a_patient_is_written(extract):
    patients = "id,date of diagnosis,status,last seen,sex,comment\n"
    patients += "SECRET77,1987-06-05,alive,1999-08-07,M,fell from a ladder\n"
    patients += "SECRET78,1987-06-06,alive,1999-08-08,Mrs Doe 1987-06-06,spoke to her son\n"
    visits = "id,date,LDH (U/L),SIFE,drug\nSECRET77,1988-01-02,431.7,see letter of Dr Smith of 1988-01-02,x\n"
    text = drafted(extract, pat=patients, visits=visits)
    for hidden in ("SECRET", "1987", "1988", "1999", "431", "ladder", "son", "Doe"):
        assert hidden not in text


def test_a_draft_is_the_same_each_time_and_keeps_what_is_there(extract, tmp_path):
    (extract / "patients.csv").write_text(PATIENTS)
    (extract / "labs.csv").write_text("patient_id,date,LDH (U/L)\nP1,2020-01-01,210\n")
    (extract / "registry.toml").write_text("not even TOML")  # the site's own is not read
    place = tmp_path / "registry.toml"
    result = CliRunner().invoke(main, ["map", str(extract), "--output", str(place)])
    assert result.exit_code == 0
    assert "2 sections, 0 questions" in result.output
    assert CliRunner().invoke(main, ["map", str(extract)]).output == place.read_text(encoding="utf-8")
    again = CliRunner().invoke(main, ["map", str(extract), "--output", str(place)])
    assert (again.exit_code, again.output.count("\n")) == (1, 1)
    assert "is there already" in again.output


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        ([], 2, "give either EXTRACT or --profile NAME"),
        (["--profile", "nothing", "--output", "registry.toml"], 2, "no profile 'nothing'"),
        (["--profile", "redcap"], 2, "--output FOLDER/registry.toml"),
        (["nowhere"], 1, "an extract is a folder"),
        (["."], 1, "no file that a draft can be made of"),
    ],
)
def test_what_map_cannot_use_is_one_line(tmp_path, monkeypatch, arguments, status, says):
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["map", *arguments])
    assert result.exit_code == status
    assert says in result.output


def test_a_profile_is_copied_to_be_changed(tmp_path):
    result = CliRunner().invoke(main, ["map", "--profile", "redcap", "--output", str(tmp_path / "registry.toml")])
    assert result.exit_code == 0
    assert (tmp_path / "registry.toml").read_text(encoding="utf-8").strip()


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_drafted(extract):
    (extract / "bad.csv").write_bytes(b"PK\x03\x04 no CSV")
    (extract / "figures.csv").write_text("1,2,3\n4,5,6\n")
    text = drafted(extract, patients=PATIENTS)
    assert "not read: bad.csv: " in text
    assert "not read: figures.csv: its first line looks like data" in text
    assert "-- patients: patients.csv" in text


ONE_ROW = """\
patient,sex,date_dx,alive,last_fu,isotype,b2m_dx,alb_dx,del17p,line1_regimen,line1_start,line2_regimen,line2_start
1,M,2019-03-01,1,2022-01-01,IgG,3.4,3.9,neg,VRd,2019-04-01,Kd,2021-05-01
2,F,2019-03-02,0,2022-01-01,IgA,4.4,3.5,pos,VRd,2019-04-02,,
"""


def test_a_row_per_patient_gives_lines_of_therapy_by_their_number_and_asks_for_the_day_of_its_tests(extract):
    text = drafted(extract, registry=ONE_ROW)
    assert 'codes.vital_status.1 = "alive"' in text
    assert text.count(f'{ANSWER}columns.collected_on = "date_dx"') == 2
    assert 'where_not.line2_start = ""' in text
    assert accepted(extract, answered(text)) == {
        "registry.csv [patients]": (2, 0),
        "registry.csv [labs]": (4, 0),
        "registry.csv [cytogenetics]": (2, 0),
        "registry.csv [treatments]": (2, 0),
        "registry.csv [treatments 2]": (1, 0),
    }


def test_files_of_a_known_data_model_are_pointed_to_its_profile(extract):
    text = drafted(
        extract, person="person_id,birth_datetime\n1,1950-01-01\n", measurement="person_id\n1\n", death="person_id\n1\n"
    )
    assert text.startswith("# These files look like OMOP Common Data Model 5.4: use --profile omop")


def test_a_column_that_several_files_begin_with_is_the_patients_where_no_name_says_so(extract):
    visits = "bed key,date,LDH (U/L)\nx1,2020-01-01,200\n"
    patients = "bed key,date of diagnosis,status,last seen\nx1,2020-01-01,alive,2021-01-01\n"
    text = drafted(extract, pat=patients, visits=visits)
    assert text.count('columns.patient_id = "bed key"  # likely: the first column of several files') == 2
    assert accepted(extract, text) == {"pat.csv": (1, 0), "visits.csv": (1, 0)}


FAULTS = Path(__file__).parents[3] / "shared" / "faults"


@pytest.mark.skipif(not FAULTS.exists(), reason="needs ../shared/faults")
@pytest.mark.parametrize(
    ("folder", "rows"),
    [
        ("cbioportal_clinical", {"data_clinical_patient.txt": (3, 0)}),
        ("omop_cdm", {"person.csv": (2, 0), "measurement.csv": (8, 0)}),
        ("sdtm_dm_dthfl_blank", {"dm.csv": (4, 0)}),
        (
            "immunofixation_words",
            {"patients.csv": (1, 0), "results.csv": (11, 0), "marrow.csv": (1, 0), "treatments.csv": (1, 0)},
        ),
        (
            "commpass_per_patient_visit",
            {
                "PER_PATIENT.csv": (2, 0),
                "PER_PATIENT_VISIT.csv [labs]": (39, 0),
                "PER_PATIENT_VISIT.csv [marrow]": (2, 0),
                "PER_PATIENT_VISIT.csv [imaging]": (2, 0),
                "PER_PATIENT_VISIT.csv [assessments]": (2, 0),
                "STAND_ALONE_TRTRESP.csv": (2, 0),
            },
        ),
    ],
)
def test_extracts_of_other_systems_are_read_by_an_answered_draft(tmp_path, folder, rows):
    text = draft_of(FAULTS / folder).text()
    place = tmp_path / folder
    place.symlink_to(FAULTS / folder)
    assert accepted(place, answered(text)) == rows


IDS = "Hosp. No.|Hospital number|Chart No|Pat-ID|ID|UPN|URN|NHS No|Fall-Nr.|Medical Record No|NHC|N° patient"
IDS += "|カルテ番号|登録番号|研究番号|症例No.|병록번호|病案号"


def test_names_of_patients_ids_are_known():
    assert [
        name for name in IDS.split("|") if "patient_id" not in {found.name for found in meanings(name, "columns")}
    ] == []


def test_a_file_without_a_known_name_of_its_patients_is_asked_for_it_with_its_columns(extract):
    labs = "zz,date,LDH (U/L),ward\nP1,2020-01-01,200,x\n"
    patients = "code,date of diagnosis,status,last seen\nP1,2020-01-01,alive,2021-01-01\n"
    text = drafted(extract, people=patients, values=labs)
    assert "No column of people.csv looks like the patient's. Which is it?" in text
    assert f'{ANSWER}columns.patient_id = "code"  # 1 row, 1 different' in text
    assert f'{ANSWER}columns.patient_id = "zz"  # 1 row, 1 different' in text
    assert accepted(extract, answered(text)) == {"people.csv": (1, 0), "values.csv": (1, 0)}


def test_files_that_no_section_reads_are_named(extract):
    (extract / "klinik.db").write_bytes(b"SQLite format 3\x00" + b"\x00" * 100)
    (extract / "letter.pdf").write_bytes(b"%PDF")
    text = " ".join(drafted(extract, patients=PATIENTS, colours="a,b\nred,1\n").replace("\n#", "").split())
    assert "no section reads colours.csv, which has a, b" in text
    assert 'klinik.db: a database of SQLite; say [source] uri = "sqlite:///klinik.db"' in text
    assert "letter.pdf: no kind of file that tables are read from" in text


def test_labels_of_variables_name_columns_whose_names_say_nothing(extract):
    frame = pl.DataFrame({"mrn": ["P1"], "v1": ["2020-01-01"], "v2": ["alive"], "v3": ["2021-01-01"], "v4": [3.5]})
    labels = ["", "Date of diagnosis", "Vital status", "Date of last contact", "Albumin (g/dL)"]
    pyreadstat.write_sav(frame, extract / "stamm.sav", column_labels=labels)
    text = draft_of(extract).text()
    assert 'columns.diagnosis_date = "v1"  # sure: by its label' in text
    assert 'wide.v4 = {analyte = "albumin", unit = "g/dL"}' in text
    assert accepted(extract, answered(text))["stamm.sav [patients]"] == (1, 0)


def test_a_required_date_that_no_name_says_is_asked_with_the_columns_of_dates_before_constants(extract):
    text = drafted(extract, people="MRN,zeit,status,last seen\nP1,2020-01-01,alive,2021-01-01\n")
    answers = [line for line in text.splitlines() if "diagnosis_date" in line and line.startswith(ANSWER)]
    assert answers[0] == f'{ANSWER}columns.diagnosis_date = "zeit"  # 1 row have it'
    assert "constants" in answers[-1]


def test_columns_that_need_no_line_are_named(extract):
    text = drafted(extract, people="MRN,diagnosis_date,vital_status,last seen\nP1,2020-01-01,alive,2021-01-01\n")
    assert "named as in the contract, and read without a line: diagnosis_date, vital_status" in text


def test_months_of_survival_are_said_to_be_the_time_of_death_too(extract):
    text = drafted(extract, people="PATIENT_ID,OS_STATUS,OS_MONTHS\nP1,0:LIVING,12.5\nP2,1:DECEASED,40\n")
    assert "ends with death for the dead" in text
    assert 'columns.death_date = "OS_MONTHS"' in " ".join(text.replace("\n#", "").split())


def test_check_says_that_laboratory_rows_have_no_result(extract):
    labs = "patient_id,collected_on,analyte\nP1,2020-01-01,ldh\n"
    (extract / "patients.csv").write_text(PATIENTS)
    (extract / "labs.csv").write_text(labs)
    assert "laboratory rows without a result: 1" in checked(extract, "").output
