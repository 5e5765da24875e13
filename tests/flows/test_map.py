"""`mspike map` drafts a registry.toml that `check` takes, asks where two readings would change an answer, and shows no
patient's value."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import polars as pl
import pyreadstat
import pytest
import xlsxwriter
from click.testing import CliRunner, Result

from flows.cli import main
from flows.intake.ingest import ingest
from flows.intake.registry import load_registry
from flows.mapping.draft import ANSWER
from flows.mapping.extract import draft_of
from flows.mapping.fixation_words import signs_of
from flows.mapping.header_words import as_unit, meanings, unit_in

PATIENTS = "patient_id,diagnosis_date,vital_status,last_contact_date\nP1,2020-01-01,alive,2024-01-01\n"
CONTINUED = "# with the line above"


def drafted(folder: Path, **files: str) -> str:
    """The draft of an extract of these files: NAME__txt is NAME.txt."""
    for name, text in files.items():
        stem, _, ending = name.rpartition("__")
        (folder / (f"{stem}.{ending}" if stem else f"{name}.csv")).write_text(text, encoding="utf-8")
    return draft_of(folder).text()


def answered(text: str, nth: int = 1) -> str:
    """The draft with the nth answer to each question taken (the last one, where there are fewer)."""
    lines: list[str] = []
    for block in re.split(r"(?m)^(?=# \? )", text):
        answers = re.findall(rf"(?m)^{ANSWER}(.*(?:\n{ANSWER}.*{CONTINUED})*)", block)
        lines.append(block)
        if answers and block.startswith("# ? "):
            head, rest = block.split(answers[-1], 1)
            taken = answers[min(nth, len(answers)) - 1].replace(f"\n{ANSWER}", "\n")
            lines[-1] = f"{head}{answers[-1]}\n{taken}{rest}"
    return "".join(lines)


def registry_of(folder: Path, draft: str) -> Path:
    """The draft, written beside the extract."""
    registry = folder.parent / f"{folder.name}.toml"
    registry.write_text(draft, encoding="utf-8")
    return registry


def checked(folder: Path, draft: str) -> Result:
    """What check says of the extract by a draft."""
    return CliRunner().invoke(main, ["check", str(folder), "--registry", str(registry_of(folder, draft))])


def accepted(folder: Path, draft: str) -> dict[str, tuple[int, int]]:
    """By source: rows accepted, rows refused, where the extract is read by a draft."""
    with duckdb.connect() as connection:
        files = ingest(folder, connection, load_registry(registry_of(folder, draft), folder)).files
    return {file.source_file: (file.rows_accepted, file.rows_quarantined) for file in files}


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


@pytest.mark.parametrize(
    ("dates", "says"),
    [
        (["03/04/2020", "05/06/2020"], "which"),
        (["03/04/2020", "25/06/2020"], '"%d/%m/%Y"  # sure'),
        (["03/04/2020", "06/25/2020"], '"%m/%d/%Y"  # sure'),
        (["03.04.2020", "05.06.2020"], "likely: dates with points have the day first"),
        (["2020-04-03", "2020-06-05"], ""),
    ],
)
def test_the_order_of_day_and_month_is_read_from_the_dates_or_asked(extract, dates, says):
    rows = "".join(f"P1,{day},hemoglobin,10,g/dL\n" for day in dates)
    text = drafted(extract, patients=PATIENTS, labs="patient_id,collected_on,analyte,value,unit\n" + rows)
    assert ("date_formats.collected_on" in text) == bool(says)
    if says == "which":
        assert "03/04 is 3 April" in text
        assert "03/04 is 4 March" in text
        assert f"\n{ANSWER}date_formats.collected_on" in text
        assert "\ndate_formats" not in text
    else:
        assert says in text


def test_each_answer_to_the_question_of_day_and_month_gives_a_registry_that_check_takes(extract):
    labs = "patient_id,collected_on,analyte,value,unit\nP1,03/04/2020,hemoglobin,10,g/dL\n"
    text = drafted(extract, patients=PATIENTS, labs=labs)
    assert accepted(extract, text)["labs.csv"] == (0, 1)
    for nth in (1, 2):
        assert accepted(extract, answered(text, nth))["labs.csv"] == (1, 0)


def test_another_column_of_the_same_file_shows_the_order_of_day_and_month(extract):
    drugs = "patient_id,line,drugs,start_date,end_date\nP1,1,VRd,03/04/2020,25/06/2020\n"
    text = drafted(extract, patients=PATIENTS, treatments=drugs)
    assert 'date_formats.start_date = "%d/%m/%Y"  # likely: as another column of this file shows' in text


def test_a_unit_that_no_header_says_is_taken_where_one_fits_and_asked_where_two_do(extract):
    visits = "ID,visit date,albumin,IgA,kappa FLC\nP1,2020-01-01,38,0.9,30\nP1,2020-02-01,41,1.4,40\n"
    text = drafted(extract, patients=PATIENTS, visits=visits)
    assert 'wide.albumin = {analyte = "albumin", unit = "g/L"}' in text
    assert "of the usual ones only g/L fits" in text
    assert f'{ANSWER}wide.IgA = {{analyte = "iga", unit = "g/dL"}}' in text
    assert f'{ANSWER}wide.IgA = {{analyte = "iga", unit = "g/L"}}' in text
    assert f'{ANSWER}wide."kappa FLC" = {{analyte = "flc_kappa", unit = "mg/dL"}}' in text
    assert accepted(extract, text) == {"patients.csv": (1, 0), "visits.csv": (2, 0)}
    assert accepted(extract, answered(text, 2)) == {"patients.csv": (1, 0), "visits.csv": (6, 0)}


def test_bare_kappa_and_figures_of_an_immunofixation_are_asked(extract):
    visits = "ID,date,kappa (mg/L),SIFE,IFE\nP1,2020-01-01,30,1,positiv\nP1,2020-02-01,31,0,negativ\n"
    text = drafted(extract, patients=PATIENTS, visits=visits)
    assert "free or total light chains?" in text
    assert "\nwide" not in text
    assert 'codes = {0 = "negative", 1 = "positive"}' in text
    assert 'codes = {0 = "positive", 1 = "negative"}' in text
    assert "immunofixation of serum or of urine?" in text


def test_other_quantities_of_a_known_name_are_not_taken_for_it(extract):
    header = (
        "ID,date,Urine albumin (mg/L),Corrected calcium (mg/dL),Hb (g/dL),Albumin mg/24h,FLC ratio,Creatinine comment"
    )
    text = drafted(extract, patients=PATIENTS, visits=f"{header}\nP1,2020-01-01,30,9,10,1,1.2,ok\n")
    assert re.findall(r"(?m)^wide\.(\S+)", text) == ['"Hb']
    assert "corrected or ionised calcium is another quantity" in text


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


BANDS = "MRN,Date,Band,Result,Unit\nP1,2021-02-01,{0},38,g/L\nP1,2021-04-01,{1},22,g/L\n"


@pytest.mark.parametrize(
    "isotypes", [("IgG K", "IgA L"), ("IgG kappa", "IgA lambda"), ("IgG-κ", "IgAλ型"), ("IgG-κ", "IgG")]
)
def test_isotypes_beside_figures_are_no_tests_and_what_is_measured_is_asked(extract, isotypes):
    text = drafted(extract, patients=PATIENTS, bands=BANDS.format(*isotypes))
    assert "? 1." in text
    assert "? 2." not in text
    assert not re.search("(?m)^(columns.analyte|codes)", text)
    assert accepted(extract, answered(text))["bands.csv"] == (2, 0)
    assert text.count('"serum_m_protein"') == 2


def test_bare_immunoglobulins_beside_figures_may_be_totals(extract):
    text = drafted(extract, patients=PATIENTS, bands=BANDS.format("IgG", "IgA"))
    assert f'{ANSWER}codes.analyte.IgG = "serum_m_protein"' in text
    assert f'{ANSWER}codes.analyte.IgG = "igg"' in text


def test_isotypes_among_tests_are_asked_and_plain_immunoglobulins_there_are_tests(extract):
    rows = "P1,2021-02-01,IgG kappa,38,g/L\nP1,2021-02-01,IgG,41,g/L\nP1,2021-02-01,LDH,200,U/L\n"
    text = drafted(extract, patients=PATIENTS, labs2="MRN,Date,Test,Result,Unit\n" + rows)
    assert f'{ANSWER}codes.analyte."IgG kappa" = "serum_m_protein"' in text
    assert 'codes.analyte.IgG = "serum_m_protein"' not in text
    assert '"flc_kappa"' not in text


@pytest.mark.parametrize("name", ["Serum IFE", "Serum IFX"])
def test_isotypes_of_an_immunofixation_leave_the_other_columns_their_tests(extract, name):
    bloods = f"MRN,Date,Paraprotein (g/L),LDH (U/L),{name}\nP1,2021-02-01,38,190,IgG K\nP1,2021-06-01,17,180,IgA-λ\n"
    text = drafted(extract, patients=PATIENTS, bloods=bloods)
    assert 'analyte = "serum_m_protein", unit = "g/L"' in text
    assert 'analyte = "serum_immunofixation", codes = {"IgA-λ" = "positive", "IgG K" = "positive"}' in text
    assert accepted(extract, text)["bloods.csv"] == (6, 0)


def test_isotypes_of_patients_make_no_table_of_labs(extract):
    header = "MRN,Date of diagnosis,Alive/Dead,Last seen,Type,M蛋白の型\n"
    text = drafted(
        extract, cases=header + "P1,2020-01-01,Alive,2021-01-01,IgG,IgG κ\nP2,2020-01-02,Alive,2021-01-01,IgA,IgA λ\n"
    )
    assert "[tables.labs]" not in text
    assert 'columns.isotype = "M蛋白の型"' in text


REDCAP = """\
record_id,redcap_repeat_instrument,redcap_repeat_instance,dob,sex,dx_date,vital,death_dt,last_fu,visit_dt,alb,ldh,line_no,line_start,drug
1001,,,1950-03-02,Female,2019-01-10,0,,2022-05-01,,,,,,
1001,lab,1,,,,,,,2019-01-12,38,220,,,
1001,treatment,1,,,,,,,,,,1,2019-02-01,VRd
1002,,,1944-11-20,Male,2020-02-20,1,2021-03-03,2021-03-03,,,,,,
1002,lab,1,,,,,,,2020-02-21,29,410,,,
"""


def test_a_file_of_several_forms_is_several_tables_and_no_row_is_refused(extract):
    text = drafted(extract, project=REDCAP)
    assert accepted(extract, text) == {
        "project.csv [patients]": (2, 0),
        "project.csv [labs]": (4, 0),
        "project.csv [treatments]": (1, 0),
    }


def test_semicolons_decimal_commas_a_units_row_and_a_western_encoding_are_found(extract):
    (extract / "patients.csv").write_text(PATIENTS)
    rows = "Klinik Süd;;;\nPat.-Nr.;Untersuchungsdatum;Hämoglobin;Albumin\n;;g/dl;g/l\nP1;05.01.2020;9,5;38,1\n"
    (extract / "werte.csv").write_bytes((rows + "P1;17.02.2020;10,5;39,0\n").encode("cp1252"))
    text = draft_of(extract).text()
    for line in (
        'delimiter = ";"',
        'encoding = "cp1252"',
        "header_row = 2",
        'decimal = ","',
        'where_not."Pat.-Nr." = ""',
    ):
        assert f"\n{line}  #" in text
    assert 'unit = "g/l"' in text
    assert accepted(extract, text)["werte.csv"] == (4, 0)


def results(*figures: str) -> str:
    """A file of so many results of free light chains."""
    rows = "".join(f'P1,2020-01-{day:02},FLC kappa,"{figure}",mg/L\n' for day, figure in enumerate(figures, start=1))
    return "patient_id,collected_on,analyte,value,unit\n" + rows


@pytest.mark.parametrize(
    ("figures", "says"),
    [
        (["3,125", "2,875"], None),
        (["3,125", "12.5"], None),
        (["3,125", "2.875"], None),
        (["12,5", "1.250"], None),
        (["3,125", "<2,87"], 'decimal = ","  # sure: 1 figure with'),
        (["3,125", "0,875"], 'decimal = ","  # sure: 1 figure with'),
        (["3,125", "1,234,567"], "thousands"),
        (["3,125", "1,234.5"], "thousands"),
        (["12.250,5", "1.250"], "1 figure with both signs"),
    ],
)
def test_a_comma_or_point_with_three_figures_behind_it_is_asked_for_unless_others_prove_what_it_is(
    extract, figures, says
):
    text = drafted(extract, patients=PATIENTS, labs=results(*figures))
    assert (says or "? 1.") in text
    assert ("? 1." in text) == (says is None)
    assert bool(re.search("(?m)^(decimal|thousands) =", text)) == bool(says)


def test_until_the_sign_is_said_such_figures_are_not_read_and_each_answer_reads_them(extract):
    text = drafted(extract, patients=PATIENTS, labs=results("3,125", "2,875"))
    assert f'{ANSWER}decimal = ","  # the decimal sign: 1,234 is 1.234' in text
    assert f'{ANSWER}thousands = ","  # parts thousands: 1,234 is 1234' in text
    assert "a comma that may be a decimal comma" in checked(extract, text).output
    for nth in (1, 2):
        assert accepted(extract, answered(text, nth))["labs.csv"] == (2, 0)


def test_sheets_of_a_workbook_are_found_with_the_row_of_their_header(extract):
    book = xlsxwriter.Workbook(extract / "book.xlsx")
    for name, rows in {
        "Cases": [
            ["Hospital"],
            [],
            ["Patient No", "Date of diagnosis", "Status", "Last seen"],
            ["7", "2020-01-01", "alive", "2021-01-01"],
        ],
        "Lab": [["Patient No", "Date", "Test", "result", "unit"], ["7", "2020-01-02", "Haemoglobin", "9.1", "g/dL"]],
    }.items():
        sheet = book.add_worksheet(name)
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    book.close()
    text = draft_of(extract).text()
    assert '\nsheet = "Cases"' in text
    assert "\nheader_row = 3" in text
    assert 'columns.value = "result"' in text
    assert accepted(extract, text) == {"book.xlsx [Cases]": (1, 0), "book.xlsx [Lab]": (1, 0)}


def test_tests_down_and_dates_across_are_read_by_the_header(extract):
    sheet = "No,test,2019-09-04,2019-10-02\nP1,SPEP monoclonal peak (g/dL),2.5,1.1\nP1,LDH (U/L),300,210\n"
    text = drafted(extract, patients=PATIENTS, sheet=sheet)
    assert 'across = {tests = "test"}' in text
    assert "2019" not in text.split("-- labs")[1]
    assert accepted(extract, text)["sheet.csv"] == (4, 0)


def test_codes_of_a_known_system_need_no_line_each(extract):
    labs = (
        "PatientID,TestDate,LOINC,TestResult,TestUnits\nP1,2020-01-01,1751-7,3.9,g/dL\nP1,2020-01-01,2532-0,200,U/L\n"
    )
    text = drafted(extract, patients=PATIENTS, Lab=labs)
    assert 'code_system = "loinc"' in text
    assert "codes.analyte" not in text
    assert accepted(extract, text)["Lab.csv"] == (2, 0)


def test_files_as_the_contract_has_them_need_no_line(extract):
    labs = "patient_id,collected_on,analyte,value,unit\nP1,2020-01-01,hemoglobin,10,g/dL\n"
    text = drafted(extract, patients=PATIENTS, labs=labs)
    assert not [line for line in text.splitlines() if line and not line.startswith("#")]
    assert "labs.csv: as the contract has it; nothing to say" in text


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


@pytest.mark.parametrize(
    ("header", "name", "unit"),
    [
        ("D_LAB_serum_beta2_microglobulin", "beta2_microglobulin", None),
        ("β2-MG（mg/L）", "beta2_microglobulin", "mg/L"),
        ("24時間尿M蛋白 mg/日", "urine_m_protein", "mg/日"),
        ("creatinine_umol_l", "creatinine", "umol_l"),
        ("Freie Leichtketten Lambda [mg/l]", "flc_lambda", "mg/l"),
        ("WBC 10^3/uL", "wbc", "10^3/uL"),
        ("FISH t(4;14)", "t(4;14)", None),
        ("骨髄形質細胞割合", "plasma_cell_percent", None),
    ],
)
def test_a_header_names_its_test_and_unit(header, name, unit):
    assert meanings(header, "tests")[0].name == name
    assert unit_in(header) == unit
    if unit:
        assert as_unit(unit, name)


def test_parquet_is_drafted_as_text_is(extract):
    frame = pl.DataFrame({"ID": ["P1"], "Datum": ["05.01.2020"], "LDH U/L": [300]})
    frame.write_parquet(extract / "labor.parquet")
    text = drafted(extract, patients=PATIENTS)
    assert 'wide."LDH U/L" = {analyte = "ldh", unit = "U/L"}' in text
    assert accepted(extract, text)["labor.parquet"] == (1, 0)


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


def test_the_specimen_in_a_header_tells_the_immunofixation_and_a_box_without_a_mark_is_asked(extract):
    header = "ID,date,Immunfixation Serum,尿IFE,FISH (choice=del(17p))\n"
    text = drafted(extract, patients=PATIENTS, visits=f"{header}P1,2020-01-01,negativ,陰性,Unchecked\n")
    assert 'wide."Immunfixation Serum" = {analyte = "serum_immunofixation", codes = {negativ = "negative"}}' in text
    assert 'wide."尿IFE" = {analyte = "urine_immunofixation"}' in text
    assert 'codes = {Unchecked = "negative"}' in text
    assert 'codes = {Unchecked = ""}' in text


def test_files_of_a_known_data_model_are_pointed_to_its_profile(extract):
    text = drafted(
        extract, person="person_id,birth_datetime\n1,1950-01-01\n", measurement="person_id\n1\n", death="person_id\n1\n"
    )
    assert text.startswith("# These files look like OMOP Common Data Model 5.4: use --profile omop")


def test_supportive_care_is_told_from_treatments_by_its_drugs(extract):
    drugs = "ID,drug,start,stop\nP1,zoledronic acid,2020-02-01,2020-06-01\nP1,aciclovir,2020-02-01,2020-06-01\n"
    text = drafted(extract, patients=PATIENTS, comed=drugs)
    assert "[tables.supportive_care]" in text
    assert accepted(extract, text)["comed.csv"] == (2, 0)


def test_headers_with_line_breaks_and_brackets_can_be_mapped(extract):
    book = xlsxwriter.Workbook(extract / "book.xlsx")
    sheet = book.add_worksheet("Demographics")
    sheet.write_row(0, 0, ["Hosp\nNo", "Sex\n(M/F)", "Date of\ndiagnosis", "Alive/Dead", "Date last\nseen"])
    sheet.write_row(1, 0, ["7", "M", "2020-01-01", "Alive", "2021-01-01"])
    book.close()
    text = draft_of(extract).text()
    assert 'columns.sex = "Sex\\n(M/F)"' in text
    assert accepted(extract, text) == {"book.xlsx": (1, 0)}


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


@pytest.mark.parametrize("name", IDS.split("|"))
def test_a_name_of_patients_ids_is_known(name):
    assert "patient_id" in {meaning.name for meaning in meanings(name, "columns")}


def test_a_file_without_a_known_name_of_its_patients_is_asked_for_it_with_its_columns(extract):
    labs = "zz,date,LDH (U/L),ward\nP1,2020-01-01,200,x\n"
    patients = "code,date of diagnosis,status,last seen\nP1,2020-01-01,alive,2021-01-01\n"
    text = drafted(extract, people=patients, values=labs)
    assert "No column of people.csv looks like the patient's. Which is it?" in text
    assert f'{ANSWER}columns.patient_id = "code"  # 1 row, 1 different' in text
    assert f'{ANSWER}columns.patient_id = "zz"  # 1 row, 1 different' in text
    assert accepted(extract, answered(text)) == {"people.csv": (1, 0), "values.csv": (1, 0)}


@pytest.mark.parametrize("header", ["mrn,lot,regimen,startdt,stopdt", "MRN,LOT,Regimen,Started,Ended"])
def test_names_of_lines_of_therapy_and_their_days_are_known(extract, header):
    text = drafted(extract, patients=PATIENTS, rx=f"{header}\nP1,1,VRd,2020-01-01,2020-06-01\n")
    assert accepted(extract, text)["rx.csv"] == (1, 0)
    assert "columns.end_date" in text


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


def test_words_of_an_immunofixation_that_are_not_known_are_asked_with_a_line_each(extract):
    bloods = "MRN,Date,LDH (U/L),Serum IFE\nP1,2021-02-01,190,faint IgG L\nP1,2021-06-01,180,IgG L\n"
    text = drafted(extract, patients=PATIENTS, bloods=bloods)
    assert f'{ANSWER}codes.result."faint IgG L" = "positive"' in text
    assert accepted(extract, text)["bloods.csv"] == (3, 1)
    assert accepted(extract, answered(text))["bloods.csv"] == (4, 0)
    text = drafted(extract, bloods="MRN,Date,Test,Value\nP1,2021-02-01,Serum IFE,faintish\nP1,2021-02-01,LDH,200\n")
    assert f'{ANSWER}codes.value.serum_immunofixation.faintish = "positive"' in text


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


@pytest.mark.parametrize(
    ("word", "sign"),
    [
        ("IgG-κ型M蛋白を認める", "positive"),
        ("κ型BJPを認める", "positive"),
        ("M蛋白を認めず", "negative"),
        ("IgA lambda band present", "positive"),
        ("Free kappa band", "positive"),
        ("nicht nachweisbar", "negative"),
        ("IgG kappa not detected", None),
        ("IgG kappa no longer seen", None),
    ],
)
def test_an_isotype_with_a_word_that_takes_it_back_is_not_positive(word, sign):
    assert signs_of([(word, 1)])[0].get(word) == sign


def test_a_decimal_comma_is_found_under_dates_across(extract):
    sheet = 'No,test,2019-09-04,2019-10-02\nP1,M protein (g/dL),"2,5","1,1"\nP1,LDH (U/L),300,210\n'
    text = drafted(extract, patients=PATIENTS, sheet=sheet)
    assert '\ndecimal = ","  # sure' in text
    assert accepted(extract, text)["sheet.csv"] == (4, 0)


@pytest.mark.parametrize("serial", ["No.", "Record No", "整理番号"])
def test_a_number_of_rows_is_not_taken_for_the_patients_where_another_column_is(extract, serial):
    text = drafted(extract, patients=PATIENTS, bloods=f"{serial},MRN,Date,LDH (U/L)\n1,P1,2020-01-01,200\n")
    assert 'columns.patient_id = "MRN"' in text
