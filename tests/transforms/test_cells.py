"""What one cell costs, and what a row of several says: set aside, refused, filled by another, mapped by analyte."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from tests.transforms.test_parsing import LAB, PATIENT, _found
from transforms.intake.mapping import UNMAPPED, TableMapping
from transforms.intake.parsing import Validated, validated
from transforms.intake.spellings import folded, narrowed

FIXATION = {"patient_id": "P1", "collected_on": "2020-01-01", "analyte": "serum_immunofixation"}


def read(table: str, row: dict[str, str | None], **mapping: Any) -> Validated:
    return validated(table, _found(table, row), TableMapping(**mapping) if mapping else UNMAPPED)


def only(table: str, row: dict[str, str | None], **mapping: Any) -> dict[str, Any]:
    """The one row, which stays."""
    return read(table, row, **mapping).accepted.row(0, named=True)


def entries(found: Validated) -> list[tuple[Any, ...]]:
    return found.entries.select("column", "rule", "row_kept").rows()


@pytest.mark.parametrize(
    ("table", "row", "column", "rule"),
    [
        ("labs", LAB | {"value": "TNTC"}, "value", "unreadable_number"),
        ("labs", LAB | {"ref_high": "high"}, "ref_high", "unreadable_number"),
        ("labs", LAB | {"attributed_to_myeloma": "perhaps"}, "attributed_to_myeloma", "unreadable_boolean"),
        ("patients", PATIENT | {"birth_date": "long ago"}, "birth_date", "unreadable_date"),
        ("patients", PATIENT | {"vital_status": "dead", "death_date": "2021-02-30"}, "death_date", "unreadable_date"),
        ("patients", PATIENT | {"isotype": "IgX"}, "isotype", "unknown_code"),
    ],
)
def test_an_optional_cell_costs_itself_and_the_row_names_it(table, row, column, rule):
    found = read(table, row)
    assert entries(found) == [(column, rule, True)]
    kept = found.accepted.row(0, named=True)
    assert (kept["unreadable"], kept[column]) == ([column], None)
    assert found.refused.is_empty()


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("patients", PATIENT | {"diagnosis_date": "soon"}),
        ("patients", PATIENT | {"vital_status": "moved away"}),
        ("patients", PATIENT | {"last_contact_date": None}),
        ("assessments", {"patient_id": "P1", "assessed_on": "2020-01-01", "response": "good"}),
    ],
)
def test_a_required_cell_costs_its_row(table, row):
    found = read(table, row)
    assert found.accepted.is_empty()
    assert found.refused["patient_id"].to_list() == ["P1"]
    assert not found.entries["row_kept"].any()


def test_of_a_refused_row_what_can_be_read_is_kept():
    row = {"patient_id": "P1", "line": "2", "phase": "salvage", "start_date": "2020-02-30"}
    told = read("treatments", row).refused.row(0, named=True)
    assert told == {"row_number": 1, "patient_id": "P1", "dated_on": None, "line": 2, "kind": "salvage"}
    told = read("assessments", {"patient_id": "P1", "assessed_on": "2020-02-03", "response": "?"}).refused
    assert told.row(0) == (1, "P1", date(2020, 2, 3), None, None)


@pytest.mark.parametrize(
    ("cells", "named"),
    [
        ({"unit": "furlongs"}, ["unit", "value"]),
        ({"unit": None, "ref_low": "3.5"}, ["ref_low", "value"]),
        ({"comparator": "~"}, ["comparator", "value"]),
        ({"value": "<3.5", "comparator": ">"}, ["comparator", "value"]),
        ({"value": "<TNTC"}, ["value"]),
    ],
)
def test_a_figure_goes_with_its_unit_and_with_its_comparator(cells, named):
    kept = only("labs", LAB | cells)
    assert (sorted(kept["unreadable"]), kept["value"], kept["comparator"]) == (named, None, None)


@pytest.mark.parametrize(
    ("text", "comparator", "number"),
    [("<5", "<", 5.0), ("≦5", "<=", 5.0), ("5", None, 5.0), (">60%", ">", 60.0), ("5未満", "<", 5.0)],
)
def test_a_marrow_may_be_open_ended(text, comparator, number):
    row = {"patient_id": "P1", "collected_on": "2020-06-10", "plasma_cell_percent": text}
    kept = only("marrow", row)
    assert (kept["plasma_cell_percent_comparator"], kept["plasma_cell_percent"]) == (comparator, number)
    assert kept["unreadable"] is None


def test_the_comparator_may_have_its_own_column():
    row = {"patient_id": "P1", "collected_on": "2020-06-10", "plasma_cell_percent": "5"}
    assert only("marrow", row | {"plasma_cell_percent_comparator": "<"})["plasma_cell_percent_comparator"] == "<"
    torn = only("marrow", row | {"plasma_cell_percent": ">5", "plasma_cell_percent_comparator": "<"})
    assert torn["unreadable"] == ["plasma_cell_percent", "plasma_cell_percent_comparator"]


@pytest.mark.parametrize(
    "text", ["1e-5", "10^-5", "10⁻⁵", "1/100,000", "1/100000", "1 in 100,000", "10-5", "1x10-5", "0.001%", "0.00001"]
)
def test_a_sensitivity_is_the_same_however_it_is_written(text):
    row = {"patient_id": "P1", "collected_on": "2020-01-01", "method": "NGS", "result": "negative"}
    assert only("mrd", row | {"sensitivity": text})["sensitivity"] == 1e-5


@pytest.mark.parametrize(
    ("low", "high", "limits"),
    [
        (None, "<2.0", (None, 2.0)),
        (None, "<=240", (None, 240.0)),
        (None, "124-222", (124.0, 222.0)),
        ("0.5～1.1", None, (0.5, 1.1)),
        ("0.8 - 2.0", "none", (0.8, 2.0)),
        ("8.5", "-10.5", (8.5, 10.5)),
        ("3.5", "5.0", (3.5, 5.0)),
        ("－", "－", (None, None)),
        (None, "none", (None, None)),
        (None, "陰性", (None, None)),
        (None, ">90", (90.0, None)),
        ("<=240", None, (None, 240.0)),
        ("(3.5-5.2)", None, (3.5, 5.2)),
        ("3.5", "3.4-5.2", (3.5, 5.2)),
    ],
)
def test_limits_of_normal_are_read_as_laboratories_print_them(low, high, limits):
    kept = only("labs", LAB | {"ref_low": low, "ref_high": high})
    assert (kept["ref_low"], kept["ref_high"]) == limits
    assert (kept["value"], kept["unreadable"]) == (3.5, None)


def test_a_negative_limit_of_its_own_is_none_of_anybody():
    assert only("labs", LAB | {"ref_high": "-5"})["unreadable"] == ["ref_high"]
    other = LAB | {"analyte": "base_excess", "unit": "mmol/L", "ref_low": "-2", "ref_high": "-1"}
    assert only("labs", other)["ref_high"] == -1.0


@pytest.mark.parametrize("value", ["0", "1", "IgG kappa", "Negativo", "0.3", None])
def test_an_immunofixation_without_a_result_is_refused_as_saying_nothing(value):
    found = read("labs", FIXATION | {"value": value})
    assert entries(found) == [("result" if value is None else "value", "no_result", False)]
    assert found.refused.select("dated_on", "kind").row(0) == (date(2020, 1, 1), "serum_immunofixation")


@pytest.mark.parametrize(
    ("value", "result"), [("M蛋白を検出", "positive"), ("検出せず", "negative"), ("陰性", "negative")]
)
def test_words_of_laboratories_are_results_of_an_immunofixation(value, result):
    kept = only("labs", FIXATION | {"value": value})
    assert (kept["result"], kept["value"], kept["unreadable"]) == (result, None, None)


@pytest.mark.parametrize(
    ("value", "figure", "result", "unreadable"),
    [
        ("陰性", None, "negative", None),
        ("positive", None, "positive", None),
        ("0.01", 0.01, None, None),
        ("検体不足", None, None, ["value"]),
    ],
)
def test_a_hepatitis_test_has_a_word_for_its_result_or_a_figure_in_any_unit(value, figure, result, unreadable):
    kept = only("labs", LAB | {"analyte": "hbs_antigen", "value": value, "unit": "IU/mL"})
    assert (kept["value"], kept["result"], kept["unreadable"]) == (figure, result, unreadable)


@pytest.mark.parametrize(
    ("value", "number", "result"),
    [("検出せず", 0.0, None), ("M蛋白を検出", None, "positive"), ("算出不可", None, None)],
)
def test_words_in_the_figure_of_an_m_protein_are_read(value, number, result):
    kept = only("labs", LAB | {"analyte": "serum_m_protein", "value": value, "unit": None})
    assert (kept["value"], kept["result"], kept["unreadable"]) == (number, result, None)


def test_words_and_codes_are_mapped_by_analyte():
    words = {"value": {"serum_immunofixation": {"0": "negative", "IgG kappa": "positive"}, "flc_kappa": {"neg": ""}}}
    assert only("labs", FIXATION | {"value": "0"}, words_by_analyte=words)["result"] == "negative"
    assert only("labs", FIXATION | {"value": "IgG kappa"}, words_by_analyte=words)["result"] == "positive"
    m_protein = LAB | {"analyte": "serum_m_protein", "value": "0"}
    assert only("labs", m_protein, words_by_analyte=words)["value"] == 0.0
    urine = read("labs", FIXATION | {"analyte": "urine_immunofixation", "value": "0"}, words_by_analyte=words)
    assert entries(urine) == [("value", "no_result", False)]


@pytest.mark.parametrize(
    ("status", "death", "expected"),
    [
        (None, "2013-01-14", "dead"),
        ("moved away", "2013-01-14", "dead"),
        ("alive", "2013-01-14", "alive"),  # a contradiction, which the audit finds
        (None, "2013-01", "dead"),
        (None, None, None),
        (None, "9999-12-31", None),
        (None, "somewhen", None),
    ],
)
def test_a_date_of_death_says_dead_where_the_status_says_nothing(status, death, expected):
    found = read("patients", PATIENT | {"vital_status": status, "death_date": death})
    assert found.accepted["vital_status"].to_list() == ([expected] if expected else [])
    assert (1, "vital_status", "death_date") in found.repairs.rows() or status == expected or expected is None


def test_a_blank_status_is_what_the_site_says_and_a_date_of_death_says_more():
    codes = {"vital_status": {"Y": "dead", "": "alive"}}
    assert only("patients", PATIENT | {"vital_status": None}, codes=codes)["vital_status"] == "alive"
    died = only("patients", PATIENT | {"vital_status": None, "death_date": "2013-01-14"}, codes=codes)
    assert (died["vital_status"], died["death_date"]) == ("dead", date(2013, 1, 14))
    assert only("patients", PATIENT | {"vital_status": "Y"}, codes=codes)["vital_status"] == "dead"
    unread = read("patients", PATIENT | {"vital_status": None, "death_date": "somewhen"}, codes=codes)
    assert unread.accepted.is_empty()


@pytest.mark.parametrize(
    ("status", "death", "expected"),
    [
        ("dead", None, date(2021, 3, 1)),
        ("Dead", None, date(2021, 3, 1)),
        ("dead", "2021-02-27", date(2021, 2, 27)),
        ("dead", "somewhen", None),  # it is recorded, and could not be read
        ("alive", None, None),
    ],
)
def test_the_dead_without_a_date_died_at_the_last_contact_where_the_site_says_so(status, death, expected):
    row = PATIENT | {"vital_status": status, "death_date": death, "last_contact_date": "2021-03-01"}
    said, unsaid = (read("patients", row, **how) for how in ({"deaths": "last_contact"}, {}))
    assert said.accepted["death_date"].to_list() == [expected]
    assert ((1, "death_date", "last_contact") in said.repairs.rows()) == (expected == date(2021, 3, 1))
    assert unsaid.accepted["death_date"].to_list() == [expected if death else None]


@pytest.mark.parametrize(
    ("place", "month", "year"),
    [
        ("first", date(2014, 2, 1), date(2014, 1, 1)),
        ("middle", date(2014, 2, 15), date(2014, 7, 1)),
        ("last", date(2014, 2, 28), date(2014, 12, 31)),
    ],
)
def test_a_part_of_a_date_is_the_day_that_the_site_says(place, month, year):
    row = {"patient_id": "P1", "response": "PD"}
    for text, day in (("2014-02", month), ("2014年2月", month), ("2014", year), ("2014-00-00", year)):
        kept = only("assessments", row | {"assessed_on": text}, partial_dates={"assessed_on": place})
        assert kept["assessed_on"] == day
    form = {"partial_dates": {"assessed_on": place}, "date_formats": {"assessed_on": "%d.%m.%Y"}}
    assert only("assessments", row | {"assessed_on": "2014-02"}, **form)["assessed_on"] == month


def test_a_part_of_a_date_is_none_where_none_is_declared():
    found = read("assessments", {"patient_id": "P1", "assessed_on": "2014-01", "response": "PD"})
    assert entries(found) == [("assessed_on", "part_of_a_date", False)]
    assert found.refused.row(0) == (1, "P1", None, None, "PD")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2020-04-01T22:30:00Z", date(2020, 4, 2)),
        ("2020-04-01T22:30:00.123+00:00", date(2020, 4, 2)),
        ("2020-04-02T07:30:00+09:00", date(2020, 4, 2)),
        ("2020-04-01 22:30-0500", date(2020, 4, 2)),
        ("2020-04-01T14:59:59Z", date(2020, 4, 1)),
        ("2020-04-01T22:30:00", date(2020, 4, 1)),  # no zone: it is told where it happened
        ("2020-04-01", date(2020, 4, 1)),
    ],
)
def test_an_instant_is_the_day_where_it_happened(text, day):
    kept = only("labs", LAB | {"collected_on": text}, timezone="Asia/Tokyo")
    assert kept["collected_on"] == day


@pytest.mark.parametrize(
    ("text", "day"),
    [("05.01.2020 08:30", 5), ("06.01.2020", 6), ("07.01.2020 00:00:00", 7), ("08.01.2020 11:30 PM", 8)],
)
@pytest.mark.parametrize("form", ["%d.%m.%Y %H:%M", "%d.%m.%Y", "%d.%m.%Y %I:%M %p"])
def test_a_time_of_day_is_left_out_whether_the_form_has_one_or_not(text, day, form):
    kept = only("labs", LAB | {"collected_on": text}, date_formats={"collected_on": form})
    assert kept["collected_on"] == date(2020, 1, day)


def test_words_are_not_taken_for_numbers_with_a_decimal_comma():
    kept = only("labs", FIXATION | {"value": "neg."}, decimal=",")
    assert (kept["result"], kept["unreadable"]) == ("negative", None)
    kept = only("labs", LAB | {"value": "3,5", "ref_low": "3,4-5,2"}, decimal=",")
    assert (kept["value"], kept["ref_low"], kept["ref_high"]) == (3.5, 3.4, 5.2)


def test_ids_and_units_keep_their_hyphens_and_numbers_and_dates_do_not():
    cells = pl.DataFrame({"cell": ["Ａ–１２　㎎／㎗", " \u22125 "]})
    assert cells.select(narrowed(pl.col("cell"))).to_series().to_list() == ["A–12 mg/dL", "\u22125"]
    assert cells.select(folded(pl.col("cell"))).to_series().to_list() == ["A-12 ㎎/㎗", "-5"]
