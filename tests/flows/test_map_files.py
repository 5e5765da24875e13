"""What a draft finds out of how a file is written: dates, signs of figures, sheets, forms, dates across."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from flows.mapping.dates import date_form
from flows.mapping.decimal_sign import decimal_entries
from flows.mapping.draft import ANSWER, Draft, Entry
from flows.mapping.extract import draft_of
from flows.mapping.looks import Look
from tests.flows.drafts import PATIENTS, File, Together, accepted, answered, checked, drafted

SITE = Together()


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    folder = tmp_path / "extract"
    folder.mkdir()
    return folder


def said(*entries: Entry) -> str:
    """Lines and questions of a draft."""
    return Draft([], [*entries], [], []).text()


def of_dates(*dates: str) -> str:
    """What is said of a column of these dates."""
    return said(*date_form(Look.of("collected_on", 0, pl.Series(dates)), "collected_on").entries)


def test_the_order_of_day_and_month_is_read_from_the_dates():
    assert '"%d/%m/%Y"  # sure' in of_dates("03/04/2020", "25/06/2020")
    assert '"%m/%d/%Y"  # sure' in of_dates("03/04/2020", "06/25/2020")
    assert "likely: dates with points have the day first" in of_dates("03.04.2020", "05.06.2020")
    assert "date_format" not in of_dates("2020-04-03", "2020-06-05")


def test_the_order_of_day_and_month_is_asked_where_no_date_shows_it_and_each_answer_reads_the_file(
    labs: File = SITE.file("labs", "patient_id,collected_on,analyte,value,unit\nP1,03/04/2020,hemoglobin,10,g/dL\n"),
):
    assert "03/04 is 3 April" in labs.text
    assert "03/04 is 4 March" in labs.text
    assert f"\n{ANSWER}date_formats.collected_on" in labs.text
    assert "\ndate_formats" not in labs.text
    assert [labs.accepted(nth) for nth in (0, 1, 2)] == [(0, 1), (1, 0), (1, 0)]


def test_another_column_of_the_same_file_shows_the_order_of_day_and_month(
    drugs: File = SITE.file(
        "treatments", "patient_id,line,drugs,start_date,end_date\nP1,1,VRd,03/04/2020,25/06/2020\n"
    ),
):
    assert 'date_formats.start_date = "%d/%m/%Y"  # likely: as another column of this file shows' in drugs.text


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
def test_a_comma_or_point_with_three_figures_behind_it_is_asked_for_unless_others_prove_what_it_is(figures, says):
    text = said(*decimal_entries([Look.of("value", 0, pl.Series(figures))]))
    assert (says or "? 1.") in text
    assert ("? 1." in text) == (says is None)
    assert bool(re.search("(?m)^(decimal|thousands) =", text)) == bool(says)


def test_until_the_sign_is_said_such_figures_are_not_read_and_each_answer_reads_them(extract):
    rows = ['P1,2020-01-01,FLC kappa,"3,125",mg/L', 'P1,2020-01-02,FLC kappa,"2,875",mg/L']
    text = drafted(extract, patients=PATIENTS, labs="\n".join(["patient_id,collected_on,analyte,value,unit", *rows]))
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


def test_tests_down_and_dates_across_are_read_by_the_header(
    sheet: File = SITE.file(
        "sheet", "No,test,2019-09-04,2019-10-02\nP1,SPEP monoclonal peak (g/dL),2.5,1.1\nP1,LDH (U/L),300,210\n"
    ),
):
    assert 'across = {tests = "test"}' in sheet.text
    assert "2019" not in sheet.text
    assert sheet.accepted() == (4, 0)


def test_headers_with_line_breaks_and_brackets_can_be_mapped(extract):
    book = xlsxwriter.Workbook(extract / "book.xlsx")
    sheet = book.add_worksheet("Demographics")
    sheet.write_row(0, 0, ["Hosp\nNo", "Sex\n(M/F)", "Date of\ndiagnosis", "Alive/Dead", "Date last\nseen"])
    sheet.write_row(1, 0, ["7", "M", "2020-01-01", "Alive", "2021-01-01"])
    book.close()
    text = draft_of(extract).text()
    assert 'columns.sex = "Sex\\n(M/F)"' in text
    assert accepted(extract, text) == {"book.xlsx": (1, 0)}


def test_a_decimal_comma_is_found_under_dates_across(
    sheet: File = SITE.file(
        "in_commas", 'No,test,2019-09-04,2019-10-02\nP1,M protein (g/dL),"2,5","1,1"\nP1,LDH (U/L),300,210\n'
    ),
):
    assert '\ndecimal = ","  # sure' in sheet.text
    assert sheet.accepted() == (4, 0)
