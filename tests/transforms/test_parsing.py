"""Parsing: text becomes typed, and what can't be read is an entry, never a silent null."""

from datetime import date, datetime, time

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import few
from transforms.intake.comparators import split_comparators
from transforms.intake.contracts import CONTRACTS, VIOLATIONS, dtypes, required
from transforms.intake.date_forms import DATE_CELL, INDEX
from transforms.intake.mapping import SITE, Limit, TableMapping
from transforms.intake.parsing import as_text, ids_read, reason, refusals, trimmed, typed, validated

PATIENT = {
    "patient_id": "P1",
    "diagnosis_date": "2020-02-29",
    "vital_status": "alive",
    "last_contact_date": "2024-01-01",
}
LAB = {"patient_id": "P1", "collected_on": "2020-01-01", "analyte": "albumin", "value": "3.5", "unit": "g/dL"}


def _found(table: str, *rows: dict[str, str | None]) -> pl.DataFrame:
    cells = [{name: row.get(name) for name in dtypes(table)} for row in rows]
    frame = pl.DataFrame(cells, schema=dict.fromkeys(dtypes(table), pl.String))
    return frame.with_columns(row_number=pl.int_range(1, pl.len() + 1, dtype=pl.Int64))


def _rules(table: str, *rows: dict[str, str | None]) -> list[tuple[int, str, str | None, str]]:
    return validated(table, _found(table, *rows))[1].select("row_number", "column", "value", "rule").rows()


def _one(kind: type[pl.DataType], text: str) -> tuple[object, list[str]]:
    rows = pl.DataFrame({"row_number": [1], "x": [text]})
    read, unread = typed(rows, {"x": kind})
    return read["x"].item(), unread["rule"].to_list()


@pytest.mark.parametrize(
    ("text", "expected"),
    [("3.5", 3.5), ("3", 3.0), ("3.", 3.0), (".5", 0.5), ("+4", 4.0), ("-1", -1.0), ("1e-05", 1e-5), ("0", 0.0)],
)
def test_numbers_are_read(text, expected):
    assert _one(pl.Float64, text) == (expected, [])


@pytest.mark.parametrize("text", ["1 000", "1_000", "0x10", "three", "3.5 g/dL", "--1", "1.2.3", "<"])
def test_what_is_no_number_is_an_entry(text):
    assert _one(pl.Float64, text) == (None, ["unreadable_number"])


@pytest.mark.parametrize("text", ["3,5", "1,234", "1.234,5", "<1,5", "３，５"])
def test_a_comma_with_two_meanings_is_said_to_have_them(text):
    assert _one(pl.Float64, text) == (None, ["comma_in_number"])


@pytest.mark.parametrize("texts", [["-0"], ["-0.0", "0", "3"]])
def test_minus_zero_is_zero(texts):
    rows = pl.DataFrame({"row_number": range(len(texts)), "x": texts})
    assert "-" not in str(typed(rows, {"x": pl.Float64})[0]["x"].to_list())


@pytest.mark.parametrize(
    ("text", "expected", "rules"),
    [
        ("2", 2, []),
        ("2.0", 2, []),
        ("2.5", None, ["not_whole_number"]),
        ("two", None, ["unreadable_number"]),
        ("nan", None, ["unreadable_number"]),
        ("99999999999", None, ["unreadable_number"]),
    ],
)
def test_integers_may_come_as_floats_but_not_with_a_fraction(text, expected, rules):
    assert _one(pl.Int32, text) == (expected, rules)


def test_iso_dates_are_read():
    assert _one(pl.Date, "2020-02-29") == (date(2020, 2, 29), [])


@pytest.mark.parametrize("text", ["2021-02-29", "2020-1-1", "2020-01-01T00:00:00", "20200101", "12020-1-01"])
def test_other_dates_are_entries(text):
    assert _one(pl.Date, text) == (None, ["unreadable_date"])


@pytest.mark.parametrize("text", ["01/02/2020", "1.2.20", "31-12-2020"])
def test_dates_whose_form_has_two_meanings_are_said_to_have_them(text):
    assert _one(pl.Date, text) == (None, ["ambiguous_date"])


@pytest.mark.parametrize("text", ["2020", "2020-01", "2020年", "2020-01-00"])
def test_a_part_of_a_date_is_said_to_be_one(text):
    assert _one(pl.Date, text) == (None, ["part_of_a_date"])


@pytest.mark.parametrize("text", ["2020-01-01T22:30:00Z", "2020-01-01 22:30+09:00", "2020-01-01T22:30:00.000-0500"])
def test_an_instant_is_said_to_be_one(text):
    assert _one(pl.Date, text) == (None, ["instant"])


def test_a_spreadsheets_day_number_is_said_to_be_one():
    assert _one(pl.Date, "43831") == (None, ["serial_date"])


@pytest.mark.parametrize(("text", "expected"), [("true", True), ("false", False)])
def test_booleans_are_two_words(text, expected):
    assert _one(pl.Boolean, text) == (expected, [])


@pytest.mark.parametrize("text", ["True", "1", "yes", "t", "FALSE"])
def test_other_booleans_are_entries(text):
    assert _one(pl.Boolean, text) == (None, ["unreadable_boolean"])


def test_blanks_are_trimmed_and_nothing_left_is_missing():
    assert trimmed(pl.DataFrame({"x": [" a ", "  ", "", "\u00a0b\t", None]}))["x"].to_list() == [
        "a",
        None,
        None,
        "b",
        None,
    ]


@pytest.mark.parametrize(
    ("value", "given_comparator", "number", "comparator", "conflicts"),
    [
        ("<0.5", None, "0.5", "<", 0),
        (">= 20", None, "20", ">=", 0),
        ("<=1", "<=", "1", "<=", 0),
        ("≥ 2", None, "2", ">=", 0),
        ("≤2", None, "2", "<=", 0),
        ("≤2", "<=", "2", "<=", 0),
        ("<0.5", ">", "0.5", ">", 1),
        ("<0.5", "<=", "0.5", "<=", 1),
        ("0.5", "<", "0.5", "<", 0),
        ("3", None, "3", None, 0),
        ("<", None, "", "<", 0),
        ("<<1", None, "<1", "<", 0),
        (None, "<", None, "<", 0),
        (None, None, None, None, 0),
    ],
)
def test_a_comparator_in_the_value_is_taken_apart(value, given_comparator, number, comparator, conflicts):
    schema = {"row_number": pl.Int64, "value": pl.String, "comparator": pl.String}
    split, found = split_comparators("labs", pl.DataFrame([(1, value, given_comparator)], schema=schema, orient="row"))
    assert split.row(0) == (1, number, comparator)
    assert found.height == conflicts


def test_a_table_without_comparators_stays_as_it_is():
    text = pl.DataFrame({"row_number": [1], "sex": ["<2"]})
    split, found = split_comparators("treatments", text)
    assert split.equals(text)
    assert dict(found.schema) == VIOLATIONS
    assert found.is_empty()


def test_parquet_columns_become_the_text_of_a_csv_file():
    rows = pl.DataFrame(
        {
            "day": [date(2020, 1, 2)],
            "midnight": [datetime(2020, 1, 2)],
            "zoned": pl.Series([datetime(2020, 1, 2)]).dt.replace_time_zone("Asia/Tokyo"),
            "noon": [datetime(2020, 1, 2, 12)],
            "flag": [True],
            "count": [3],
            "whole": [3.0],
            "part": [0.1],
            "single": pl.Series([0.1], dtype=pl.Float32),
            "tiny": [0.00001],
            "huge": [1e300],
            "not": [float("nan")],
            "kind": pl.Series(["a"], dtype=pl.Categorical),
            "none": pl.Series([None], dtype=pl.Null),
            "bytes": [b"abc"],
            "clock": [time(1, 2, 3)],
        }
    )
    text = as_text(rows).row(0, named=True)
    assert text["day"] == text["midnight"] == "2020-01-02"
    assert text["zoned"] == "2020-01-01T15:00:00Z"
    assert text["noon"].startswith("2020-01-02 12")
    assert (text["flag"], text["count"], text["whole"], text["part"], text["single"]) == (
        "true",
        "3",
        "3",
        "0.1",
        "0.1",
    )
    assert (text["not"], text["kind"], text["none"], text["bytes"]) == ("NaN", "a", None, "abc")
    assert float(text["tiny"]) == 0.00001
    assert float(text["huge"]) == 1e300


def test_whole_numbers_lose_their_point_as_far_as_a_float_is_exact():
    floats = pl.DataFrame({"x": [3.0, -0.5, 2.0**53, 1e300, float("nan"), None]})
    text = as_text(floats)["x"].to_list()
    assert text[:3] == ["3", "-0.5", "9007199254740992"]
    assert float(text[3]) == 1e300
    assert text[4:] == ["NaN", None]


def test_columns_of_text_have_nothing_that_cannot_be_read():
    read, unread = typed(pl.DataFrame({"row_number": [1], "x": ["a"]}), {"x": pl.String})
    assert read.rows() == [(1, "a")]
    assert (dict(unread.schema), unread.height) == (VIOLATIONS, 0)


def test_a_spreadsheets_error_in_any_column_is_said_to_be_one():
    for kind in (pl.Date, pl.Float64, pl.Boolean, pl.Int32):
        assert _one(kind, "#DIV/0!") == (None, ["spreadsheet_error"])


def test_a_text_has_no_more_characters_than_a_cell_may_have_in_any_column_of_text():
    longest = refusals()["value_too_long"]["most_characters"]
    long = {"patient_id": "P" * longest, "drugs": "d" * longest, "line": "1", "start_date": "2020-01-01"}
    assert _rules("treatments", long) == []
    entries = validated("treatments", _found("treatments", long | {"stop_reason": "s" * (longest + 1)})).entries
    assert entries.select("column", "rule").rows() == [("stop_reason", "value_too_long")]


def test_a_list_column_has_no_text():
    with pytest.raises(TypeError, match="drugs"):
        as_text(pl.DataFrame({"drugs": [["a", "b"]]}))


def test_a_value_that_cannot_be_read_is_not_missing_as_well():
    assert _rules("patients", PATIENT | {"diagnosis_date": "soon"}) == [
        (1, "diagnosis_date", "soon", "unreadable_date")
    ]


def test_a_row_that_breaks_several_rules_has_several_entries():
    bad = {"patient_id": None, "sex": "other", "diagnosis_date": "soon", "vital_status": "alive"}
    assert _rules("patients", PATIENT, bad) == [
        (2, "diagnosis_date", "soon", "unreadable_date"),
        (2, "last_contact_date", None, "missing_value"),
        (2, "patient_id", None, "missing_value"),
        (2, "sex", "other", "unknown_code"),
    ]


@pytest.mark.parametrize(
    ("change", "entry"),
    [
        ({"value": "abc"}, ("value", "abc", "unreadable_number")),
        ({"value": "-1"}, ("value", "-1", "impossible_value")),
        ({"value": "NaN"}, ("value", "NaN", "impossible_value")),
        ({"value": "inf"}, ("value", "inf", "impossible_value")),
        ({"value": "1e999"}, ("value", "1e999", "impossible_value")),
        ({"value": "<-1"}, ("value", "<-1", "impossible_value")),
        ({"value": "<1", "comparator": ">"}, ("comparator", ">", "comparator_conflict")),
        ({"comparator": "~"}, ("comparator", "~", "unknown_code")),
        ({"unit": "stone"}, ("unit", "stone", "unknown_unit")),
        ({"unit": None}, ("unit", None, "missing_unit")),
        ({"ref_low": "-1"}, ("ref_low", "-1", "impossible_value")),
        ({"ref_high": "high"}, ("ref_high", "high", "unreadable_number")),
        ({"collected_on": "2020-01"}, ("collected_on", "2020-01", "part_of_a_date")),
        ({"collected_on": "2020-01-01T00:00:00Z"}, ("collected_on", "2020-01-01T00:00:00Z", "instant")),
        ({"analyte": None}, ("analyte", None, "missing_value")),
        ({"result": "±"}, ("result", "±", "unknown_code")),
        ({"result": "-"}, ("result", "-", "unknown_code")),
        ({"analyte": "#REF!"}, ("analyte", "#REF!", "spreadsheet_error")),
        ({"analyte": "a\0b"}, ("analyte", "a\0b", "unreadable_text")),
        ({"value": "#N/A"}, ("value", "#N/A", "spreadsheet_error")),
        ({"collected_on": "1849-12-31"}, ("collected_on", "1849-12-31", "impossible_date")),
        ({"collected_on": "2200-01-01"}, ("collected_on", "2200-01-01", "impossible_date")),
        ({"value": "陰性"}, ("value", "陰性", "unreadable_number")),
        ({"attributed_to_myeloma": "yes"}, ("attributed_to_myeloma", "yes", "unreadable_boolean")),
    ],
)
def test_what_is_wrong_with_a_lab_is_said_with_the_text_found(change, entry):
    assert _rules("labs", LAB | change) == [(1, *entry)]


@pytest.mark.parametrize("fluid", ["serum_immunofixation", "urine_immunofixation"])
@pytest.mark.parametrize(
    ("value", "result", "column"),
    [
        ("3.5", None, "value"),
        ("abc", None, "value"),
        (None, None, "result"),
        ("3.5", "?", "result"),
        (None, "?", "result"),
    ],
)
def test_an_immunofixation_without_a_result_says_nothing_and_costs_its_row(fluid, value, result, column):
    mute = LAB | {"analyte": fluid, "value": value, "unit": None, "result": result}
    told = mute | {"result": "negative", "value": None}
    accepted, entries, *_ = validated("labs", _found("labs", mute, told))
    assert accepted["row_number"].to_list() == [2]
    said = {"value": value, "result": result}[column]
    assert (1, column, said, "no_result", False) in entries.select(
        "row_number", "column", "value", "rule", "row_kept"
    ).rows()
    assert set(entries["row_number"]) == {1}


def test_entries_have_the_same_columns_where_there_are_none():
    none, some = (validated("labs", _found("labs", LAB | {"unit": unit})).entries for unit in ("g/dL", None))
    assert none.is_empty()
    assert none.schema == some.schema


def test_a_good_lab_comes_out_typed_and_canonical():
    rows, entries, *_ = validated("labs", _found("labs", LAB | {"value": " < 35 ", "unit": "G/L", "ref_low": "35"}))
    assert entries.is_empty()
    assert rows.row(0, named=True) == {
        "row_number": 1,
        "patient_id": "P1",
        "collected_on": date(2020, 1, 1),
        "analyte": "albumin",
        "value": 3.5,
        "comparator": "<",
        "unit": "g/dL",
        "result": None,
        "ref_low": 3.5,
        "ref_high": None,
        "attributed_to_myeloma": None,
        "unreadable": None,
    }


def test_analytes_outside_the_contract_are_stored_as_they_are():
    lab = LAB | {"analyte": "base_excess", "value": "-3.5", "unit": "mmol/L"}
    rows, entries, *_ = validated("labs", _found("labs", lab))
    assert entries.is_empty()
    assert rows.select("value", "unit").row(0) == (-3.5, "mmol/L")


def test_a_batch_of_labs_is_read_as_its_site_writes_it():
    rows = [LAB | {"unit": None, "value": "35", "collected_on": "10"}, LAB | {"collected_on": f"2020-02-30{DATE_CELL}"}]
    index = pl.Series(INDEX, [date(2020, 1, 1)] * 2)
    found = _found("labs", *rows).with_columns(index, pl.Series(SITE, ["A", "B"]))
    limits = (Limit("albumin", "A", 3.5, 5.0),)
    mapping = TableMapping(
        date_formats={"collected_on": "days"}, default_units={"albumin": "g/L"}, default_limits=limits
    )
    read = validated("labs", found, mapping)
    assert set(read.accepted.columns) == {"row_number", *dtypes("labs"), "unreadable"}
    names = ["row_number", "collected_on", "value", "unit", "ref_low", "ref_high"]
    assert read.accepted.select(names).rows() == [(1, date(2020, 1, 11), 3.5, "g/dL", 3.5, 5.0)]
    assert read.entries.rows() == [
        (2, "collected_on", "2020-02-30", "unreadable_date", reason("labs", "collected_on", "unreadable_date"), False)
    ]
    assert read.refused.rows() == [(2, "P1", None, None, "albumin")]
    nowhere = validated("labs", found.drop(SITE), mapping).accepted
    assert nowhere.select(names[1:]).rows() == [(date(2020, 1, 11), 3.5, "g/dL", None, None)]


def test_a_batch_of_patients_is_read_as_its_site_writes_it():
    rows = [
        PATIENT | {"vital_status": None, "death_date": "2021-05"},
        PATIENT | {"vital_status": "Dead"},
        PATIENT | {"vital_status": "dead", "death_date": "somewhen"},
    ]
    mapping = TableMapping(partial_dates={"death_date": "first"}, deaths="last_contact")
    read = validated("patients", _found("patients", *rows), mapping)
    assert read.accepted.select("vital_status", "death_date").rows() == [
        ("dead", date(2021, 5, 1)),
        ("dead", date(2024, 1, 1)),
        ("dead", None),
    ]
    assert sorted(read.repairs.rows()) == [
        (1, "death_date", "partial_date"),
        (1, "vital_status", "death_date"),
        (2, "death_date", "last_contact"),
        (2, "vital_status", "letter_case"),
    ]


def test_entries_are_in_the_order_of_rows_columns_and_rules():
    bad = LAB | {"unit": "a\0b", "value": "x", "result": "?", "collected_on": "soon", "ref_low": "y"}
    entries = validated("labs", _found("labs", *[bad] * 12)).entries
    keys = entries.select("row_number", "column", "rule").rows()
    assert keys == sorted(keys)
    assert len(keys) == 12 * 6


def test_of_a_long_text_the_beginning_is_shown():
    rows = _rules("labs", LAB | {"value": "x" + "y" * 999}, LAB | {"value": "x" + "y" * 1000})
    shown = ["x" + "y" * 999, "x" + "y" * 999 + "… (1001 characters)"]
    assert rows == [(row, "value", text, "unreadable_number") for row, text in enumerate(shown, start=1)]


def test_an_entry_says_what_its_rule_says_and_a_code_which_there_are():
    entries = validated("patients", _found("patients", PATIENT | {"sex": "x", "birth_date": "?"})).entries
    assert entries["reason"].to_list() == [
        refusals()["unreadable_date"]["reason"],
        "not a code of patients.sex: use one of F, M",
    ]


def test_a_text_names_the_patient_that_it_does_in_any_table():
    found = ids_read(pl.Series(["P1", " Ｐ２ ", "#REF!", "P1"]))
    assert found.columns == ["text", "patient_id"]
    assert sorted(found.rows()) == [(" Ｐ２ ", "P2"), ("#REF!", None), ("P1", "P1")]


def test_reasons_say_what_to_do_and_name_the_codes():
    assert reason("patients", "sex", "unknown_code") == "not a code of patients.sex: use one of F, M"


@few(30)
@given(
    st.sampled_from(sorted(CONTRACTS)),
    st.lists(
        st.lists(
            st.sampled_from(["", "P1", "2020-01-01", "-1", "5", "true", "MM", "x", "NaN", "<3"]),
            min_size=16,
            max_size=18,
        )
    ),
)
def test_rows_in_are_rows_accepted_and_rows_refused(table, cells):
    rows = [dict(zip(dtypes(table), row, strict=False)) for row in cells]
    accepted, entries, _, refused = validated(table, _found(table, *rows))
    lost = entries.filter(~pl.col("row_kept"))
    assert accepted.height + refused.height == len(rows)
    assert set(refused["row_number"]) == set(lost["row_number"])
    assert not set(accepted["row_number"]) & set(lost["row_number"])
    named = accepted.explode("unreadable").drop_nulls("unreadable")
    assert set(named["row_number"]) == set(entries.filter("row_kept")["row_number"])
    assert not set(named["unreadable"]) & set(required(table))
    assert entries.select("row_number", "column", "rule").is_unique().all()
