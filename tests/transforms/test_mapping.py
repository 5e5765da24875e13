"""What a site writes otherwise than the contract, step by step: its words, units, numbers, dates, limits and blanks."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from tests.transforms.test_parsing import LAB, PATIENT, _found
from transforms.intake.contracts import VIOLATIONS
from transforms.intake.date_forms import DATE_CELL, INDEX
from transforms.intake.mapping import (
    SITE,
    UNMAPPED,
    Limit,
    Relation,
    Statement,
    TableMapping,
    WideColumn,
    mapped,
    with_blanks,
    with_default_limits,
    with_default_units,
)

Cells = list[str | None]
Broken = list[tuple[Any, ...]]


def read(column: str, cells: Cells, table: str = "labs", **mapping: Any) -> tuple[Cells, Broken]:
    """A column's cells in the contract's words, and what is not as the mapping says."""
    index = mapping.pop("index", None)
    text = _found(table, *({**LAB, "value": "3", **PATIENT, column: cell} for cell in cells))
    if index:
        text = text.with_columns(pl.Series(INDEX, index, pl.Date))
    found, broken = mapped(table, text, TableMapping(**mapping))
    assert found.columns == [name for name in text.columns if name != INDEX]
    assert dict(broken.schema) == VIOLATIONS
    return found[column].to_list(), broken.rows()


def test_without_a_mapping_text_stays_as_it_is() -> None:
    text = _found("labs", LAB)
    found, broken = mapped("labs", text, UNMAPPED)
    assert found.equals(text)
    assert (dict(broken.schema), broken.height) == (VIOLATIONS, 0)


@pytest.mark.parametrize(
    ("column", "mapping", "cells", "expected"),
    [
        ("unit", {"constants": {"unit": "g/dL"}}, [None, "g/L"], ["g/dL", "g/L"]),
        ("result", {"codes": {"result": {"1": "positive", "9": ""}, "unit": {}}}, ["1", "9"], ["positive", None]),
        ("result", {"codes": {"result": {"1": "positive"}}}, ["2", None], ["2", None]),
        ("unit", {"units": {"gm": "g/dL", "none": ""}}, ["gm", "none", "g/L", None], ["g/dL", None, "g/L", None]),
        ("value", {"decimal": ","}, ["3,5", "1.234,5", "5", "<0,5"], ["3.5", "1234.5", "5", "<0.5"]),
        ("value", {"decimal": ","}, ["neg.", None], ["neg.", None]),
        ("ref_low", {"decimal": ","}, ["3,4-5,2", "(1.000,5 ～ 2)"], ["3.4-5.2", "(1000.5 ～ 2)"]),
        ("value", {"thousands": ","}, ["1,234", "1,234,567.5", "3.5"], ["1234", "1234567.5", "3.5"]),
        ("value", {"thousands": ","}, ["a,b", None], ["a,b", None]),
    ],
)
def test_a_cell_becomes_what_the_site_says_it_stands_for(
    column: str, mapping: dict[str, Any], cells: Cells, expected: Cells
) -> None:
    assert read(column, cells, **mapping) == (expected, [])


@pytest.mark.parametrize(
    ("column", "mapping", "cells", "expected", "rule"),
    [
        ("value", {"decimal": ","}, ["3,4-5,2", "1,2,3", "1.5,2", "1,234.5"], [None] * 4, "comma_in_number"),
        ("value", {"decimal": ","}, ["1.5", "<1.50", "1.5-2.5"], [None] * 3, "point_in_number"),
        ("ref_high", {"decimal": ","}, ["1.5", "5"], [None, "5"], "point_in_number"),
        ("value", {"thousands": ","}, ["1,23", "12,3456", "7"], [None, None, "7"], "comma_in_number"),
        (
            "collected_on",
            {"date_formats": {"collected_on": "%d.%m.%Y"}, "decimal": ","},
            ["05.01.2020", "2020-01-05", "2020-01", "NA", f"2020-01-06{DATE_CELL}"],
            ["2020-01-05", None, "2020-01", "NA", "2020-01-06"],
            "unreadable_date",
        ),
        (
            "collected_on",
            {"date_formats": {"collected_on": "days"}, "epoch": date(2020, 1, 1)},
            ["10", "2020", "1 Jan", "NA", f"2020-01-06{DATE_CELL}"],
            ["2020-01-11", "2025-07-13", None, "NA", "2020-01-06"],
            "unreadable_date",
        ),
    ],
)
def test_a_cell_that_is_not_as_the_site_says_is_an_entry(
    column: str, mapping: dict[str, Any], cells: Cells, expected: Cells, rule: str
) -> None:
    lost = [(row, column, rule) for row, cell in enumerate(expected, start=1) if cell is None]
    assert read(column, cells, **mapping) == (expected, lost)


def test_an_interval_counts_from_day_0_of_its_patient_and_needs_one() -> None:
    index = [date(2020, 1, 1), date(2021, 1, 1), None, None]
    form = {"date_formats": {"collected_on": "days"}, "epoch": date(2000, 1, 1)}
    expected = ["2020-01-11", "2021-01-11", None, None]
    broken = [(3, "collected_on", "no_index_date"), (4, "collected_on", "unreadable_date")]
    assert read("collected_on", ["10", "10", "10", "1 Jan"], index=index, **form) == (expected, broken)
    assert read("collected_on", ["10"], date_formats={"collected_on": "days"}) == (
        [None],
        [(1, "collected_on", "no_index_date")],
    )


def test_a_constant_date_is_as_the_contract_has_it_unless_it_is_an_interval() -> None:
    form: dict[str, Any] = {"constants": {"collected_on": "2020-01-05"}, "date_formats": {"collected_on": "%d.%m.%Y"}}
    assert read("collected_on", [None, "05.01.2020"], **form) == (["2020-01-05", "05.01.2020"], [])
    days: dict[str, Any] = {"constants": {"collected_on": "5"}, "date_formats": {"collected_on": "days"}}
    assert read("collected_on", [None], epoch=date(2020, 1, 1), **days) == (["2020-01-06"], [])


def test_a_word_of_a_sites_is_one_of_its_analytes_only() -> None:
    text = _found("labs", *(LAB | {"analyte": name, "value": "neg"} for name in ("ＬＤＨ", "crp", "albumin")))
    words = {"value": {"ldh": {"neg": "0"}, "crp": {"neg": ""}}}
    found, _ = mapped("labs", text, TableMapping(words_by_analyte=words))
    assert found["value"].to_list() == ["0", None, "neg"]


def test_a_code_of_the_sites_system_is_an_analyte() -> None:
    codes: Cells = ["33358-3", "albumin", "11050-2", "MAYO123"]
    expected: Cells = ["serum_m_protein", "albumin", "11050-2", "MAYO123"]
    assert read("analyte", codes, code_system="loinc") == (expected, [(3, "analyte", "total_light_chain")])


def test_whole_numbers_too_are_written_as_the_site_says() -> None:
    assert read("line", ["1,0"], table="treatments", decimal=",") == (["1.0"], [])
    assert read("line", ["1,000"], table="treatments", thousands=",") == (["1000"], [])
    assert read("drugs", ["a,b"], table="treatments", thousands=",") == (["a,b"], [])


def labs(*rows: tuple[Any, ...]) -> pl.DataFrame:
    names = ["row_number", "analyte", SITE, "value", "ref_low", "ref_high"]
    types = [pl.Int64, pl.String, pl.String, pl.Float64, pl.Float64, pl.Float64]
    return pl.DataFrame(list(rows), schema=dict(zip(names, types, strict=True)), orient="row")


def test_limits_of_normal_of_a_patients_site_come_before_those_of_all() -> None:
    limits = (
        Limit("ldh", None, 100.0, 200.0),
        Limit("ldh", "A", None, 250.0),
        Limit("crp", "A", None, 5.0),
    )
    rows = labs(
        (1, "ldh", "A", 1.0, None, None),
        (2, "ldh", "B", 1.0, None, None),
        (3, "ldh", None, 1.0, 90.0, None),
        (4, "ldh", "A", None, None, None),
        (5, "crp", "B", 1.0, None, None),
        (6, "ldh", "A", 1.0, None, None),
        (7, "ldh", "B", 1.0, None, None),
    )
    unread = pl.DataFrame([(6, "ref_high", "x"), (7, "ref_low", "x")], schema=VIOLATIONS, orient="row")
    found = with_default_limits(rows, unread, TableMapping(default_limits=limits))
    assert found.columns == rows.columns
    assert found.select("row_number", "ref_low", "ref_high").rows() == [
        (1, 100.0, 250.0),
        (2, 100.0, 200.0),
        (3, 90.0, 200.0),
        (4, None, None),
        (5, None, None),
        (6, 100.0, None),
        (7, None, 200.0),
    ]
    assert with_default_limits(rows, unread, UNMAPPED).equals(rows)


def test_a_unit_is_said_of_figures_only() -> None:
    rows = [LAB | {"unit": unit, "value": value, "ref_high": high} for unit, value, high in [
        (None, "3", None), (None, None, "5"), (None, None, None), ("g/L", "3", None),
    ]]  # fmt: skip
    text = _found("labs", *rows, LAB | {"analyte": "crp", "unit": None})
    found = with_default_units(text, TableMapping(default_units={"albumin": "g/dL"}))
    assert found["unit"].to_list() == ["g/dL", "g/dL", None, "g/L", None]
    assert with_default_units(text, UNMAPPED).equals(text)


def test_an_empty_cell_stands_for_what_the_site_says_but_not_for_alive_where_a_death_could_not_be_read() -> None:
    rows = [(None, None), (None, "2020-01-05"), (None, "somewhen"), ("dead", None), ("dead", "somewhen")]
    text = _found("patients", *(PATIENT | {"vital_status": status, "death_date": died} for status, died in rows))
    codes = {"vital_status": {"": "alive", "Y": "dead"}, "sex": {"": "F"}, "isotype": {"x": "IgG"}}
    found = with_blanks(text, TableMapping(codes=codes))
    assert found["vital_status"].to_list() == ["alive", "alive", None, "dead", "dead"]
    assert found["sex"].to_list() == ["F"] * 5
    assert found["isotype"].to_list() == [None] * 5


WIDE = {
    "LD": WideColumn("value", {"analyte": "ldh", "unit": "U/L"}, {"ref_high": "LD upper", "collected_on": "day"}),
    "IF": WideColumn("result", {"analyte": "serum_immunofixation"}, {"collected_on": "other day"}),
}


def test_the_columns_that_a_file_has_to_have_are_known_by_where_they_are_named() -> None:
    mapping = TableMapping(
        combined={"patient_id": ("id", "old id")},
        specimen="fluid",
        where={"form": ("lab",)},
        where_not={"state": ("x",)},
        wide=WIDE,
    )
    assert list(mapping.own_columns()) == [
        ("columns.patient_id", "id"),
        ("columns.patient_id", "old id"),
        ("specimen", "fluid"),
        ("where", "form"),
        ("where_not", "state"),
        ("wide", "LD"),
        ("wide.LD.columns", "LD upper"),
        ("wide.LD.columns", "day"),
        ("wide", "IF"),
        ("wide.IF.columns", "other day"),
    ]
    assert list(UNMAPPED.own_columns()) == []


def test_dates_of_a_sites_form_are_read_from_the_columns_that_they_are_in() -> None:
    forms = {"collected_on": "%d.%m.%Y", "birth_date": "%Y"}
    assert TableMapping(date_formats=forms, wide=WIDE).dates() == {"day", "other day"}
    combined = {"birth_date": ("born", "birth"), "sex": ("s",)}
    assert TableMapping(date_formats=forms, combined=combined, index_date="day 0").dates() == {"day 0", "born", "birth"}
    assert UNMAPPED.dates() == set()


def test_a_column_is_given_by_a_constant_by_several_or_by_every_test_of_the_file() -> None:
    mapping = TableMapping(constants={"line": "1"}, combined={"patient_id": ("a", "b")}, wide=WIDE)
    assert mapping.given() == {"line", "patient_id", "analyte", "collected_on"}
    assert UNMAPPED.given() == set()
    assert WIDE["LD"].given() == {"value", "analyte", "unit", "ref_high", "collected_on"}


def test_a_select_or_a_table_of_a_database_is_called_by_its_name() -> None:
    assert TableMapping(sql=Statement("labs.sql", "select 1")).selected == "labs.sql"
    assert TableMapping(relation=Relation("public.labs", "select 1")).selected == "public.labs"
    assert UNMAPPED.selected is None


@pytest.mark.parametrize(
    ("mapping", "needs"),
    [
        (TableMapping(date_formats={"birth_date": "%Y", "collected_on": "months"}), (True, False)),
        (TableMapping(date_formats={"collected_on": "days"}, epoch=date(2020, 1, 1)), (False, False)),
        (TableMapping(date_formats={"collected_on": "%Y"}), (False, False)),
        (TableMapping(default_limits=(Limit("ldh", None, 1.0, 2.0), Limit("ldh", "A", 1.0, 2.0))), (False, True)),
        (TableMapping(default_limits=(Limit("ldh", None, 1.0, 2.0),)), (False, False)),
    ],
)
def test_day_0_and_the_site_of_a_patient_are_asked_for_where_the_mapping_needs_them(
    mapping: TableMapping, needs: tuple[bool, bool]
) -> None:
    assert (mapping.needs_index(), mapping.needs_site()) == needs
