"""What broken rules cost: of a row the cells that can't be read, or all of it, of which what can be read is kept."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from transforms.intake.contracts import UNREADABLE, VIOLATIONS, dtypes
from transforms.intake.set_aside import Settled, settled

DAY = date(2020, 1, 1)
LAB = {"patient_id": "P1", "collected_on": DAY, "analyte": "albumin", "value": 3.5, "unit": "g/dL"}
MRD = {"patient_id": "P1", "collected_on": DAY, "method": "NGS", "result": "negative"}
Entries = list[tuple[int, str | None, str]]


def settle(table: str, entries: Entries, *rows: dict[str, Any]) -> Settled:
    cells = [{name: row.get(name) for name in dtypes(table)} for row in rows]
    typed = pl.DataFrame(cells, schema=dtypes(table)).with_row_index("row_number", 1)
    typed = typed.with_columns(pl.col("row_number").cast(pl.Int64))
    found = settled(table, typed, pl.DataFrame(entries, schema=VIOLATIONS, orient="row"))
    assert dict(found.accepted.schema) == {"row_number": pl.Int64, **dtypes(table), UNREADABLE: pl.List(pl.String)}
    return found


def test_rows_without_an_entry_stay_as_they_are() -> None:
    found = settle("labs", [], LAB, LAB | {"value": None})
    assert found.accepted.select("row_number", "value", UNREADABLE).rows() == [(1, 3.5, None), (2, None, None)]
    assert (found.entries.height, found.refused.height) == (0, 0)
    assert found.entries.columns == [*VIOLATIONS, "row_kept"]


def test_a_required_cell_a_whole_row_and_a_row_that_says_nothing_cost_the_row() -> None:
    entries: Entries = [
        (2, "analyte", "missing_value"),
        (2, "unit", "unknown_unit"),
        (3, None, "too_many_cells"),
        (4, "result", "no_result"),
        (5, "unit", "unknown_unit"),
    ]
    found = settle("labs", entries, *[LAB] * 5)
    assert found.accepted.select("row_number", UNREADABLE).rows() == [(1, None), (5, ["value", "unit"])]
    assert found.entries.rows() == [(*entry, entry[0] == 5) for entry in entries]
    assert found.refused.select("row_number", "kind").rows() == [(2, None), (3, "albumin"), (4, "albumin")]


@pytest.mark.parametrize(
    ("table", "row", "column", "rule", "lost"),
    [
        ("labs", LAB | {"ref_high": 5.0}, "unit", "unknown_unit", ["value", "unit", "ref_high"]),
        ("labs", LAB | {"ref_low": 3.0, "value": None}, "unit", "unknown_unit", ["unit", "ref_low"]),
        ("labs", LAB | {"unit": None}, "unit", "missing_unit", ["value"]),
        ("labs", LAB | {"comparator": "<", "ref_high": 5.0}, "comparator", "unknown_code", ["value", "comparator"]),
        ("labs", LAB | {"comparator": "<"}, "value", "impossible_value", ["value"]),
        ("labs", LAB, "ref_high", "unreadable_number", ["ref_high"]),
        ("mrd", MRD | {"level": 0.1}, "level_comparator", "unknown_code", ["level", "level_comparator"]),
        ("mrd", MRD | {"level": 0.1, "sensitivity": 0.2}, "sensitivity_comparator", "unknown_code",
         ["sensitivity", "sensitivity_comparator"]),
        ("imaging", {"patient_id": "P1", "performed_on": DAY}, "fdg_uptake", "unknown_code", ["fdg_uptake"]),
    ],
)  # fmt: skip
def test_a_cell_takes_with_it_what_it_is_needed_for(
    table: str, row: dict[str, Any], column: str, rule: str, lost: list[str]
) -> None:
    found = settle(table, [(2, column, rule)], row, row)
    kept = found.accepted.to_dicts()
    assert kept[0] == {"row_number": 1, **dict.fromkeys(dtypes(table)), **row, UNREADABLE: None}
    gone = {*lost, *({"comparator"} if "value" in lost else ())}
    assert kept[1] == kept[0] | {"row_number": 2, UNREADABLE: lost} | {name: None for name in gone if name in kept[0]}


def test_a_comparator_that_cannot_be_read_goes_with_or_without_its_figure() -> None:
    entries: Entries = [(1, "comparator", "unknown_code"), (2, "comparator", "unknown_code")]
    found = settle("labs", entries, LAB | {"comparator": "~"}, LAB | {"comparator": "~", "value": None}, LAB)
    assert found.accepted["comparator"].to_list() == [None] * 3
    assert found.accepted[UNREADABLE].to_list() == [["value", "comparator"], ["comparator"], None]


def test_cells_lost_for_two_reasons_are_named_once_in_the_contracts_order() -> None:
    entries: Entries = [
        (1, "value", "impossible_value"),
        (1, "unit", "unknown_unit"),
        (1, "ref_low", "impossible_value"),
    ]
    found = settle("labs", entries, LAB | {"ref_low": 3.0})
    assert found.accepted[UNREADABLE].to_list() == [["value", "unit", "ref_low"]]


@pytest.mark.parametrize(
    ("table", "row", "known"),
    [
        ("treatments", {"patient_id": "P1", "line": 2, "phase": "car_t", "start_date": DAY}, ("P1", DAY, 2, "car_t")),
        ("assessments", {"patient_id": "P1", "assessed_on": DAY, "response": "PR", "line": 3}, ("P1", DAY, 3, "PR")),
        ("labs", LAB, ("P1", DAY, None, "albumin")),
        ("marrow", {"patient_id": "P1", "collected_on": DAY}, ("P1", DAY, None, None)),
        ("patients", {"patient_id": "P1", "diagnosis_date": DAY}, ("P1", DAY, None, None)),
    ],
)  # fmt: skip
def test_of_a_refused_row_what_it_is_about_is_kept(table: str, row: dict[str, Any], known: tuple[Any, ...]) -> None:
    refused = settle(table, [(1, None, "x")], row).refused
    assert dict(refused.schema) == {
        "row_number": pl.Int64,
        "patient_id": pl.String,
        "dated_on": pl.Date,
        "line": pl.Int32,
        "kind": pl.String,
    }
    assert refused.rows() == [(1, *known)]


def test_of_a_refused_row_what_broke_a_rule_is_not_known() -> None:
    row = {"patient_id": "P1", "line": 0, "phase": "cure", "start_date": DAY}
    broken: Entries = [
        (1, "line", "impossible_value"),
        (2, "phase", "unknown_code"),
        (3, "start_date", "impossible_date"),
    ]
    refused = settle("treatments", [*broken, (2, "line", "x"), (3, "line", "x")], row, row, row).refused
    assert refused.drop("row_number").rows() == [
        ("P1", DAY, None, "cure"),
        ("P1", DAY, None, None),
        ("P1", None, None, "cure"),
    ]


def test_a_code_of_another_test_says_what_the_refused_row_is_about() -> None:
    row = LAB | {"analyte": "11050-2"}
    refused = settle("labs", [(1, "analyte", "total_light_chain"), (2, "analyte", "wrong_code")], row, row).refused
    assert refused["kind"].to_list() == ["11050-2", None]
