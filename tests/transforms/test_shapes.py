"""From the rows of a file to those of a table: conditions, columns put together, one test a column, dates across."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from transforms.intake.contracts import dtypes
from transforms.intake.date_forms import DATE_CELL
from transforms.intake.mapping import Across, TableMapping, WideColumn
from transforms.intake.shapes import OWN, PLACES, Shaped, shaped
from transforms.intake.shapes import tests_across as results_across

Cells = dict[str, str | None]


def shape(*rows: Cells, table: str = "labs", **mapping: Any) -> Shaped:
    """Rows of a file, whose columns that are none of the contract's are its own, as rows of the table."""
    columns = dict.fromkeys(
        [*dtypes(table), *(OWN + name for row in rows for name in row if name not in dtypes(table))]
    )
    cells = [{name: row.get(name.removeprefix(OWN)) for name in columns} for row in rows]
    found = pl.DataFrame(cells, schema=dict.fromkeys(columns, pl.String)).with_row_index("row_number", 1)
    return shaped(table, found.with_columns(pl.col("row_number").cast(pl.Int64)), TableMapping(**mapping))


def test_the_rows_of_a_file_are_those_of_its_table_unless_it_says_otherwise() -> None:
    found = shape({"patient_id": " P1", "note": "x"}, {"patient_id": "P2"})
    assert found.rows.columns == ["row_number", *dtypes("labs")]
    assert found.rows.select("row_number", "patient_id").rows() == [(1, " P1"), (2, "P2")]
    assert (found.filtered, found.places) == (0, None)


@pytest.mark.parametrize(
    ("condition", "kept"),
    [
        ({"where": {"form": ("lab", "urgent")}}, [1, 2]),
        ({"where": {"form": ("",)}}, [3, 5]),
        ({"where": {"form": ("2020-01-05",)}}, [4]),
        ({"where": {"form": ("lab",), "state": ("final",)}}, [1]),
        ({"where_not": {"form": ("lab",)}}, [2, 3, 4, 5]),
        ({"where_not": {"form": ("",)}}, [1, 2, 4]),
        ({"where": {"state": ("final",)}, "where_not": {"form": ("lab",)}}, [3]),
    ],
)
def test_rows_that_are_none_of_the_tables_are_counted(condition: dict[str, Any], kept: list[int]) -> None:
    forms = [(" lab ", "final"), ("urgent", None), (None, "final"), (f"2020-01-05{DATE_CELL}", None), (" ", None)]
    found = shape(*({"form": form, "state": state} for form, state in forms), **condition)
    assert (found.rows["row_number"].to_list(), found.filtered) == (kept, 5 - len(kept))


def test_of_columns_put_together_the_first_that_is_not_empty_counts() -> None:
    rows: list[Cells] = [{"test": "ldh", "name": "LD"}, {"test": "  ", "name": "crp"}, {"test": None, "name": None}]
    found = shape(*rows, combined={"analyte": ("test", "name")})
    assert found.rows["analyte"].to_list() == ["ldh", "crp", None]


def test_a_specimen_is_part_of_the_code_where_both_are_there() -> None:
    rows = [(" CREAT ", " URINE "), ("CREAT", " "), (None, "URINE")]
    found = shape(*({"analyte": code, "fluid": fluid} for code, fluid in rows), specimen="fluid")
    assert found.rows["analyte"].to_list() == ["CREAT in URINE", "CREAT", None]


WIDE = {
    "LD": WideColumn("value", {"analyte": "ldh", "unit": "U/L"}, {"ref_high": "LD upper"}),
    "IF": WideColumn("result", {"analyte": "serum_immunofixation"}, codes={"1": "positive", "9": ""}, label="fixation"),
}


def test_a_row_of_a_file_is_one_row_for_each_test_that_it_holds() -> None:
    rows: list[Cells] = [
        {"patient_id": "P1", "LD": " 240 ", "LD upper": "222", "IF": "1"},
        {"patient_id": "P2", "LD": "n.d.", "LD upper": "222", "IF": "9"},
        {"patient_id": "P3", "LD": "Ｎ／Ａ", "LD upper": "222", "IF": " "},
        {"patient_id": "P4", "LD": "250", "LD upper": None, "IF": "weak"},
        {"patient_id": "P5", "LD": "260", "LD upper": None, "IF": "1", "unit": "of the file"},
    ]
    found = shape(*rows, wide=WIDE, where_not={"IF": ("weak",)})
    assert found.filtered == 1
    names = ["row_number", "patient_id", "analyte", "value", "unit", "result", "ref_high"]
    assert found.rows.select(names).rows() == [
        (1, "P1", "ldh", "240", "U/L", None, "222"),
        (2, "P1", "serum_immunofixation", None, None, "positive", None),
        (3, "P2", "ldh", "n.d.", "U/L", None, "222"),
        (4, "P5", "ldh", "260", "U/L", None, None),
        (5, "P5", "serum_immunofixation", None, "of the file", "positive", None),
    ]
    assert found.rows.columns == ["row_number", *dtypes("labs")]
    assert found.places is not None
    assert dict(found.places.schema) == PLACES
    assert found.places.rows() == [
        (1, 1, "LD", "value", "LD"),
        (2, 1, "fixation", "result", "fixation"),
        (3, 2, "LD", "value", "LD"),
        (4, 5, "LD", "value", "LD"),
        (5, 5, "fixation", "result", "fixation"),
    ]


def test_dates_in_a_header_are_columns_of_results_of_that_day() -> None:
    of_tests = TableMapping(across=Across("value", "test"))
    header = ["test", "2020-01-05", "5 Feb 2020", "２０２０/３/５", "2020-\n 04-05", "5\n May  2020", "unit", "2020"]
    found = results_across("labs", header, "collected_on", of_tests)
    days = {"2020-01-05": 2, "5 Feb 2020": 3, "２０２０/３/５": 4, "2020-\n 04-05": 5, "5\n May  2020": 6}
    read = {"2020-\n 04-05": "2020-04-05", "5\n May  2020": "5 May 2020"}
    assert found == {
        name: WideColumn("value", {"collected_on": read.get(name, name)}, {"analyte": "test"}, label=f"column {at}")
        for name, at in days.items()
    }
    twice = results_across("labs", ["2020-01-05", "2020-01-05", "2020-01-06"], "collected_on", of_tests)
    assert list(twice) == ["2020-01-06"]
    assert results_across("labs", [], "collected_on", of_tests) == {}


def test_the_dates_of_a_header_keep_their_order() -> None:
    header = [f"2020-{month:02}-{day:02}" for day in range(1, 29) for month in range(1, 13)]
    assert list(results_across("labs", header, "day", TableMapping(across=Across("value")))) == header


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("labs", "analyte"),
        ("cytogenetics", "abnormality"),
        ("findings", "finding"),
        ("mrd", "method"),
        ("assessments", None),
    ],
)
def test_each_table_has_a_column_that_tells_its_tests_apart(table: str, column: str | None) -> None:
    for tests in ("test", None):
        [found] = results_across(table, ["2020-01-05"], "day", TableMapping(across=Across("result", tests))).values()
        assert found.columns == ({column: "test"} if column and tests else {})


@pytest.mark.parametrize(
    ("form", "dates"),
    [
        ("%d/%m/%Y", ["05/01/2020", f"2020-01-06{DATE_CELL}"]),
        ("days", [f"2020-01-06{DATE_CELL}", "45"]),
        (None, ["2020-01-05"]),
    ],
)
def test_a_header_is_read_in_the_form_of_the_sites_dates(form: str | None, dates: list[str]) -> None:
    header = ["2020-01-05", "05/01/2020", f"2020-01-06{DATE_CELL}", "45", "test"]
    mapping = TableMapping(across=Across("value", "test"), date_formats={"collected_on": form} if form else {})
    assert list(results_across("labs", header, "collected_on", mapping)) == dates
