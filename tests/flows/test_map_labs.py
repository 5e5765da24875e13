"""What a draft makes of the columns and words of laboratory files, and of treatments. Most files are drafted and read
beside each other."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest

from flows.mapping.draft import ANSWER
from flows.mapping.fixation_words import signs_of
from flows.mapping.header_words import as_unit, meanings, unit_in
from tests.flows.drafts import PATIENTS, File, Together, accepted, drafted

SITE = Together()
ASKED = Together()  # read with an answer only


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    folder = tmp_path / "extract"
    folder.mkdir()
    return folder


def test_a_unit_that_no_header_says_is_taken_where_one_fits_and_asked_where_two_do(
    visits: File = SITE.file(
        "visits", "ID,visit date,albumin,IgA,kappa FLC\nP1,2020-01-01,38,0.9,30\nP1,2020-02-01,41,1.4,40\n"
    ),
):
    assert 'wide.albumin = {analyte = "albumin", unit = "g/L"}' in visits.text
    assert "of the usual ones only g/L fits" in visits.text
    assert f'{ANSWER}wide.IgA = {{analyte = "iga", unit = "g/dL"}}' in visits.text
    assert f'{ANSWER}wide.IgA = {{analyte = "iga", unit = "g/L"}}' in visits.text
    assert f'{ANSWER}wide."kappa FLC" = {{analyte = "flc_kappa", unit = "mg/dL"}}' in visits.text
    assert (visits.accepted(), visits.accepted(2)) == ((2, 0), (6, 0))


def test_bare_kappa_and_figures_of_an_immunofixation_are_asked(extract):
    visits = "ID,date,kappa (mg/L),SIFE,IFE\nP1,2020-01-01,30,1,positiv\nP1,2020-02-01,31,0,negativ\n"
    text = drafted(extract, patients=PATIENTS, visits=visits)
    assert "free or total light chains?" in text
    assert "\nwide" not in text
    assert 'codes = {0 = "negative", 1 = "positive"}' in text
    assert 'codes = {0 = "positive", 1 = "negative"}' in text
    assert "immunofixation of serum or of urine?" in text


QUANTITIES = (
    "ID,date,Urine albumin (mg/L),Corrected calcium (mg/dL),Hb (g/dL),Albumin mg/24h,FLC ratio,Creatinine comment"
)


def test_other_quantities_of_a_known_name_are_not_taken_for_it(
    clinic: File = SITE.file("clinic", f"{QUANTITIES}\nP1,2020-01-01,30,9,10,1,1.2,ok\n"),
):
    assert re.findall(r"(?m)^wide\.(\S+)", clinic.text) == ['"Hb']
    assert "corrected or ionised calcium is another quantity" in clinic.text


def bands(name: str, *isotypes: str) -> File:
    """A file with figures beside isotypes."""
    rows = "".join(f"P1,2021-0{month}-01,{isotype},3{month},g/L\n" for month, isotype in enumerate(isotypes, start=2))
    return ASKED.file(name, f"MRN,Date,Band,Result,Unit\n{rows}")


BANDS = [
    bands("in_letters", "IgG K", "IgA L"),
    bands("in_words", "IgG kappa", "IgA lambda"),
    bands("in_greek", "IgG-κ", "IgAλ型"),
    bands("in_part", "IgG-κ", "IgG"),
]


def test_isotypes_beside_figures_are_no_tests_and_what_is_measured_is_asked():
    for file in BANDS:
        assert file.questions == 1, file.name
        assert not re.search("(?m)^(columns.analyte|codes)", file.text)
        assert file.accepted(1) == (2, 0)
        assert file.text.count('"serum_m_protein"') == 2


def test_bare_immunoglobulins_beside_figures_may_be_totals(bare: File = bands("bare", "IgG", "IgA")):
    assert f'{ANSWER}codes.analyte.IgG = "serum_m_protein"' in bare.text
    assert f'{ANSWER}codes.analyte.IgG = "igg"' in bare.text


def test_isotypes_among_tests_are_asked_and_plain_immunoglobulins_there_are_tests(
    tests: File = SITE.file(
        "tests",
        "MRN,Date,Test,Result,Unit\n"
        "P1,2021-02-01,IgG kappa,38,g/L\nP1,2021-02-01,IgG,41,g/L\nP1,2021-02-01,LDH,200,U/L\n",
    ),
):
    assert f'{ANSWER}codes.analyte."IgG kappa" = "serum_m_protein"' in tests.text
    assert 'codes.analyte.IgG = "serum_m_protein"' not in tests.text
    assert '"flc_kappa"' not in tests.text


FIXED = "MRN,Date,Paraprotein (g/L),LDH (U/L),Serum {}\nP1,2021-02-01,38,190,IgG K\nP1,2021-06-01,17,180,IgA-λ\n"
FIXATIONS = [SITE.file(f"by_{name.lower()}", FIXED.format(name)) for name in ("IFE", "IFX")]


def test_isotypes_of_an_immunofixation_leave_the_other_columns_their_tests():
    fixed = 'analyte = "serum_immunofixation", codes = {"IgA-λ" = "positive", "IgG K" = "positive"}'
    for file in FIXATIONS:
        assert 'analyte = "serum_m_protein", unit = "g/L"' in file.text, file.name
        assert fixed in file.text
        assert file.accepted() == (6, 0)


def test_the_specimen_in_a_header_tells_the_immunofixation_and_a_box_without_a_mark_is_asked(
    boxes: File = ASKED.file(
        "boxes", "ID,date,Immunfixation Serum,尿IFE,FISH (choice=del(17p))\nP1,2020-01-01,negativ,陰性,Unchecked\n"
    ),
):
    fixation = 'wide."Immunfixation Serum" = {analyte = "serum_immunofixation", codes = {negativ = "negative"}}'
    assert fixation in boxes.text
    assert 'wide."尿IFE" = {analyte = "urine_immunofixation"}' in boxes.text
    assert 'codes = {Unchecked = "negative"}' in boxes.text
    assert 'codes = {Unchecked = ""}' in boxes.text


def test_words_of_an_immunofixation_that_are_not_known_are_asked_with_a_line_each(
    bloods: File = SITE.file(
        "bloods", "MRN,Date,LDH (U/L),Serum IFE\nP1,2021-02-01,190,faint IgG L\nP1,2021-06-01,180,IgG L\n"
    ),
    long: File = SITE.file("long", "MRN,Date,Test,Value\nP1,2021-02-01,Serum IFE,faintish\nP1,2021-02-01,LDH,200\n"),
):
    assert f'{ANSWER}codes.result."faint IgG L" = "positive"' in bloods.text
    assert (bloods.accepted(), bloods.accepted(1)) == ((3, 1), (4, 0))
    assert f'{ANSWER}codes.value.serum_immunofixation.faintish = "positive"' in long.text


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


def test_codes_of_a_known_system_need_no_line_each(
    coded: File = SITE.file(
        "coded",
        "PatientID,TestDate,LOINC,TestResult,TestUnits\nP1,2020-01-01,1751-7,3.9,g/dL\nP1,2020-01-01,2532-0,200,U/L\n",
    ),
):
    assert 'code_system = "loinc"' in coded.text
    assert "codes.analyte" not in coded.text
    assert coded.accepted() == (2, 0)


def test_supportive_care_is_told_from_treatments_by_its_drugs(
    comed: File = SITE.file(
        "comed",
        "ID,drug,start,stop\nP1,zoledronic acid,2020-02-01,2020-06-01\nP1,aciclovir,2020-02-01,2020-06-01\n",
    ),
):
    assert "[tables.supportive_care]" in comed.text
    assert comed.accepted() == (2, 0)


LINES = {"short": "mrn,lot,regimen,startdt,stopdt", "in_words": "MRN,LOT,Regimen,Started,Ended"}
GIVEN = [SITE.file(f"rx_{name}", f"{header}\nP1,1,VRd,2020-01-01,2020-06-01\n") for name, header in LINES.items()]


def test_names_of_lines_of_therapy_and_their_days_are_known():
    for file in GIVEN:
        assert "columns.end_date" in file.text, file.name
    assert [file.accepted() for file in GIVEN] == [(1, 0), (1, 0)]


SERIALS = {"a": "No.", "b": "Record No", "c": "整理番号"}
NUMBERED = [
    SITE.file(f"numbered_{name}", f"{serial},MRN,Date,LDH (U/L)\n1,P1,2020-01-01,200\n")
    for name, serial in SERIALS.items()
]


def test_a_number_of_rows_is_not_taken_for_the_patients_where_another_column_is():
    assert [file.name for file in NUMBERED if 'columns.patient_id = "MRN"' not in file.text] == []


def test_parquet_is_drafted_as_text_is(extract):
    frame = pl.DataFrame({"ID": ["P1"], "Datum": ["05.01.2020"], "LDH U/L": [300]})
    frame.write_parquet(extract / "labor.parquet")
    text = drafted(extract, patients=PATIENTS)
    assert 'wide."LDH U/L" = {analyte = "ldh", unit = "U/L"}' in text
    assert accepted(extract, text)["labor.parquet"] == (1, 0)


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
