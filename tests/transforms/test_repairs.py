"""Repairs: what has one meaning is read and counted by rule, what has two stays as it was."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import few
from tests.transforms.test_parsing import LAB, PATIENT, _found
from transforms.intake.contracts import CONTRACTS, KNOWN_ANALYTES, codes, dtypes
from transforms.intake.mapping import TableMapping
from transforms.intake.parsing import validated
from transforms.intake.repairs import REPAIRS, repair_rules, repaired

DOCUMENTED = {"encoding", "header"}  # of files, not of cells
IN_TESTS_OF_THEIR_OWN = {"result_in_value", "none_detected", "instant", "death_date", "last_contact"}


def _repaired(table: str, row: dict[str, str | None], column: str) -> tuple[str | None, set[str]]:
    text, repairs = repaired(table, _found(table, row))
    assert repairs.schema == REPAIRS
    assert set(repairs["column"]) <= {column}
    return text[column].item(), set(repairs["rule"])


CASES = [
    ("labs", "value", "３．５", "3.5", {"width"}),
    ("labs", "value", "＜0.5", "<0.5", {"width"}),
    ("labs", "value", "−3", "-3", {"width"}),
    ("labs", "value", "1,234,567", "1234567", {"thousands"}),
    ("labs", "value", "<1,234.5", "<1234.5", {"thousands"}),
    ("labs", "value", "１，２３４．５", "1234.5", {"width", "thousands"}),
    ("labs", "value", "0.5未満", "<0.5", {"comparator_word"}),
    ("labs", "value", "20以上", ">=20", {"comparator_word"}),
    ("labs", "value", "less than 5", "<5", {"comparator_word"}),
    ("labs", "value", "1.47 이하", "<=1.47", {"comparator_word"}),
    ("marrow", "plasma_cell_percent", "5%未満", "<5", {"comparator_word"}),
    ("marrow", "plasma_cell_percent", "<5 %", "<5.0", {"percent_sign"}),
    ("mrd", "sensitivity", "10^-5", "1e-5", {"power_of_ten"}),
    ("mrd", "sensitivity", "10⁻⁵", "1e-5", {"power_of_ten"}),
    ("mrd", "sensitivity", "1×10^-6", "1e-6", {"power_of_ten"}),
    ("mrd", "sensitivity", "10-5", "1e-5", {"power_of_ten"}),
    ("mrd", "sensitivity", "1 in 10^5", "1e-5", {"power_of_ten"}),
    ("mrd", "sensitivity", "<10**-4", "<1e-4", {"power_of_ten"}),
    ("mrd", "cells_analysed", "2 x 10⁶", "2e6", {"power_of_ten"}),
    ("labs", "value", "N/A", None, {"missing_word"}),
    ("labs", "value", "算出不可", None, {"missing_word"}),
    ("labs", "ref_high", "<=240", "240", {"limit_of_normal"}),
    ("labs", "ref_high", "(-)", None, {"limit_of_normal"}),
    ("labs", "ref_high", "＜5", "5", {"limit_of_normal"}),
    ("labs", "value", "３" + "0" * 197, "3" + "0" * 197, {"width"}),  # of 200 bytes
    ("labs", "ref_low", "3.5～", "3.5", {"limit_of_normal"}),
    ("labs", "comparator", "≧", ">=", {"width"}),
    ("labs", "unit", "㎎/㎗", "mg/dL", {"width"}),
    ("labs", "analyte", "IgG", "igg", {"letter_case"}),
    ("labs", "result", "陰性", "negative", {"word"}),
    ("labs", "result", "（－）", "negative", {"width", "word"}),
    ("labs", "result", "Positive", "positive", {"letter_case"}),
    ("labs", "patient_id", "Ｐ１", "P1", {"width"}),
    ("labs", "collected_on", "2024/1/5", "2024-01-05", {"date_form"}),
    ("labs", "collected_on", "20240105", "2024-01-05", {"date_form"}),
    ("labs", "collected_on", "2024年1月5日", "2024-01-05", {"date_form"}),
    ("labs", "collected_on", "令和6年1月5日", "2024-01-05", {"date_form"}),
    ("labs", "collected_on", "R6.1.5", "2024-01-05", {"date_form"}),
    ("labs", "collected_on", "Ｒ０６．０１．０５", "2024-01-05", {"date_form", "width"}),
    ("labs", "collected_on", "H31/4/30 9:05", "2019-04-30", {"date_with_time"}),
    ("labs", "collected_on", "令和6.1.5", "2024-01-05", {"date_form"}),
    ("labs", "collected_on", "R6年1月5日", "2024-01-05", {"date_form"}),
    ("labs", "collected_on", "昭和64年1月7日", "1989-01-07", {"date_form"}),
    ("labs", "collected_on", "平成元年1月8日", "1989-01-08", {"date_form"}),
    ("labs", "collected_on", "2024-01-05T10:30:00", "2024-01-05", {"date_with_time"}),
    ("labs", "collected_on", "2024/1/5 0:00", "2024-01-05", {"date_with_time"}),
    ("labs", "collected_on", "2024/1/5 08:30 PM", "2024-01-05", {"date_with_time"}),
    ("labs", "collected_on", "5-Jan-2024", "2024-01-05", {"date_form"}),
    ("labs", "collected_on", "05JAN2024", "2024-01-05", {"date_form"}),
    ("labs", "collected_on", "January 5, 2024", "2024-01-05", {"date_form"}),
    ("patients", "birth_date", "1936", "1936-07-01", {"partial_date"}),
    ("patients", "birth_date", "1946-03", "1946-03-15", {"partial_date"}),
    ("patients", "birth_date", "昭和11年", "1936-07-01", {"partial_date"}),
    ("patients", "birth_date", "S11年3月", "1936-03-15", {"partial_date"}),
    ("patients", "birth_date", "1946-03-UN", "1946-03-15", {"partial_date"}),
    ("patients", "birth_date", "1946-00-00", "1946-07-01", {"partial_date"}),
    ("labs", "attributed_to_myeloma", "TRUE", "true", {"letter_case"}),
    ("patients", "sex", "女性", "F", {"word"}),
    ("patients", "vital_status", "死亡", "dead", {"word"}),
    ("patients", "light_chain", "λ", "lambda", {"word"}),
    ("patients", "reported_iss", "ii", "II", {"letter_case"}),
    ("assessments", "response", "scr", "sCR", {"letter_case"}),
]


@pytest.mark.parametrize(("table", "column", "found", "plain", "rules"), CASES)
def test_what_has_one_meaning_is_read_and_counted(table, column, found, plain, rules):
    row = {"labs": LAB, "patients": PATIENT}.get(table, {})
    assert _repaired(table, row | {column: found}, column) == (plain, rules)


@pytest.mark.parametrize(
    ("column", "found"),
    [
        *(("value", text) for text in ("3,5", "1,234", "陰性", "TNTC", "(-)", "3.5 g/dL", "−", "12未満34")),
        *(
            ("collected_on", text)
            for text in ("1/5/2024", "45292", "2024/13/1", "2024-01-05T10:30+09:00", "令和6年", "2024", "2024-01")
        ),
        *(
            ("collected_on", text)
            for text in ("R6.13.1", "R6-1-5", "R6.1", "X6.1.5", "6.1.5", "R6.1/5", "r6.1.5", "R106.1.5")
        ),
        *(("ref_high", text) for text in ("high", "222-124", "5 or so")),
        *(("ref_low", text) for text in ("-5", "1,5-2,5")),
        *(("result", text) for text in ("-", "+", "±", "弱陽性")),
        ("value", "３" + "0" * 198),  # of 201 bytes
        ("analyte", "IgG quantitative"),
        ("analyte", "NA"),
        ("patient_id", "p-１" * 100),
        ("attributed_to_myeloma", "1"),
    ],
)
def test_what_has_not_stays_as_it_was(column, found):
    assert _repaired("labs", LAB | {column: found}, column) == (found, set())


def test_every_rule_of_cells_is_tried_here_and_every_rule_is_documented():
    tried = set().union(*(rules for *_, rules in CASES)) | IN_TESTS_OF_THEIR_OWN
    assert tried == set(repair_rules()) - DOCUMENTED


def test_a_sign_in_the_value_of_an_immunofixation_is_its_result():
    lab = LAB | {"analyte": "Serum_Immunofixation", "value": "（＋）", "unit": None}
    rows, entries, repairs, _ = validated("labs", _found("labs", lab))
    assert entries.is_empty()
    assert rows.select("analyte", "value", "result").row(0) == ("serum_immunofixation", None, "positive")
    assert sorted(repairs.rows()) == [(1, "analyte", "letter_case"), (1, "value", "result_in_value")]


def test_an_instant_is_a_day_where_its_place_is_said():
    found = _found("labs", LAB | {"collected_on": "2024-01-05T20:30:00Z"})
    text, repairs = repaired("labs", found, TableMapping(timezone="Asia/Tokyo"))
    assert text["collected_on"].to_list() == ["2024-01-06"]
    assert repairs.rows() == [(1, "collected_on", "instant")]


def test_a_sign_beside_a_result_is_not_moved():
    lab = LAB | {"analyte": "serum_immunofixation", "value": "陰性", "unit": None, "result": "positive"}
    entries = validated("labs", _found("labs", lab))[1]
    assert entries["rule"].to_list() == ["unreadable_number"]


def test_what_is_refused_in_spite_of_a_repair_is_kept_as_it_was_found():
    entries = validated("labs", _found("labs", LAB | {"value": "－３"}))[1]
    assert entries.select("value", "rule").rows() == [("－３", "impossible_value")]


def test_each_cell_repaired_is_named_with_its_rule():
    found = _found("labs", *[LAB | {"value": "３"}] * 3, LAB, LAB | {"value": "４", "collected_on": "2020/1/1"})
    figures = [(row, "value", "width") for row in (1, 2, 3, 5)]
    assert sorted(repaired("labs", found)[1].rows()) == sorted([*figures, (5, "collected_on", "date_form")])


@pytest.mark.parametrize("table", CONTRACTS)
def test_letter_case_never_decides_between_two_codes(table):
    for column in dtypes(table):
        known = KNOWN_ANALYTES if column == "analyte" else codes(table, column)
        assert len({code.lower() for code in known}) == len(known)


@few(30)
@given(st.sampled_from(sorted(CONTRACTS)), st.data())
def test_a_table_in_the_contracts_form_is_not_touched(table, data):
    known = {name: codes(table, name) for name in dtypes(table)}
    samples = {pl.Date: "2020-02-29", pl.Boolean: "true", pl.Float64: "3.5e-1", pl.Int32: "2"}
    row = {
        name: data.draw(st.sampled_from([None, *known[name]]) if known[name] else st.just(samples.get(dtype, "x é")))
        for name, dtype in dtypes(table).items()
    }
    text, repairs = repaired(table, _found(table, row))
    assert text.equals(_found(table, row))
    assert repairs.is_empty()
