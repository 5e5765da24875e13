"""What Table 1 makes of comparators in marrow, imaging and findings, and of what could not be read (C.unknown)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import polars as pl
import pytest

from rules.criterion import load_edition
from rules.verdict import TESTS, missing_column
from tests.transforms.test_diagnosis import COMPLETE, DAY, IGG, PROVEN, Row, lazy, near
from transforms.diagnosis import judged_at
from transforms.intake.contracts import dated_by


def row(table: str, days: int = 0, **cells: Any) -> tuple[str, Row]:
    return table, {dated_by(table): DAY + timedelta(days=days)} | cells


def unread(table: str, *columns: str, days: int = 0, **cells: Any) -> tuple[str, Row]:
    """A row whose cells in these columns could not be read."""
    return row(table, days, unreadable=list(columns), **cells)


def refused(table: str, days: int | None = 0, **known: Any) -> tuple[str, Row]:
    """A refused row; without days its date could not be read either."""
    dated = DAY + timedelta(days=days) if days is not None else None
    return "refused_row", {"table": table, "dated_on": dated} | known


def at(text: str, *more: tuple[str, Row], **patient: Any) -> Row:
    tables = near(text, **patient)
    for table, cells in more:
        tables.setdefault(table, []).append({"patient_id": "p"} | cells)
    about = pl.LazyFrame({"patient_id": ["p"], "on_date": [DAY]})
    return judged_at(about, lazy(tables), load_edition()).collect().row(0, named=True)


def told(clause_id: str, *more: tuple[str, Row], text: str = "", **patient: Any) -> tuple[bool | None, set[str]]:
    """The verdict of a clause and the tests that it waits for."""
    found = at(text, *more, **patient)
    mask = found[missing_column(clause_id)]
    return found[clause_id], {test for place, test in enumerate(TESTS) if mask >> place & 1}


def scan(**cells: Any) -> tuple[str, Row]:
    return row("imaging", **cells)


@pytest.mark.parametrize(
    ("sign", "count", "expected"),
    [
        (">", 0, (True, set())),
        (">=", 1, (True, set())),
        ("<", 1, (False, set())),
        ("<=", 0, (False, set())),
        ("<=", 1, (None, {"bone_imaging"})),
        (">=", 0, (None, {"bone_imaging"})),
    ],
)
def test_lesions_are_whole_numbers_so_more_than_none_is_one(sign: str, count: float, expected: Any) -> None:
    counted = scan(modality="ct", lytic_lesions=count, lytic_lesions_comparator=sign)
    assert told("MDE.bone", counted) == expected


@pytest.mark.parametrize(
    ("sign", "count", "expected"),
    [
        (">=", 3, (True, set())),
        (">", 1, (True, set())),
        (">", 0, (None, {"mri"})),
        ("<", 2, (False, set())),
        ("<=", 2, (None, {"mri"})),
    ],
)
def test_focal_lesions_with_a_comparator_decide_where_they_do(sign: str, count: float, expected: Any) -> None:
    counted = scan(modality="mri", focal_lesions=count, focal_lesions_comparator=sign)
    assert told("SLIM.mri", counted) == expected


@pytest.mark.parametrize(
    ("sign", "percent", "clonal", "low_is", "at_least_60"),
    [
        ("<", 5, None, 0, False),
        ("<", 5, "not_detected", 0, False),
        (">=", 60, None, 60, True),
        (">", 10, None, None, None),
        (">", 10, "not_detected", 0, False),
    ],
)
def test_plasma_cells_with_a_comparator_decide_where_they_do(
    sign: str, percent: float, clonal: str | None, low_is: float | None, at_least_60: bool | None
) -> None:
    cells = {"plasma_cell_percent": percent, "plasma_cell_percent_comparator": sign, "clonal_plasma_cells": clonal}
    found = at("", row("marrow", **cells))
    assert found["SLIM.marrow"] is at_least_60
    assert low_is is None or found["clonal_plasma_cells_percent"] == low_is
    assert found["clonal_plasma_cells_percent_max"] <= 100


def test_less_than_5_percent_of_clonal_cells_are_some_and_less_than_10() -> None:
    cells = {"plasma_cell_percent": 5, "plasma_cell_percent_comparator": "<", "clonal_plasma_cells": "detected"}
    words = COMPLETE | {"M": "1", "marrow@200": "30"}
    text = " ".join(f"{name} {value}" for name, value in words.items() if name != "marrow")
    found = at(text, row("marrow", **cells), **IGG)
    assert found["clonal_plasma_cells_percent"] > 0
    assert found["DX.mgus"] is True


def test_a_weight_with_a_comparator_bounds_the_clearance() -> None:
    # 59 years, creatinine 2 mg/dL: 40 mL/min at 71.1 kg
    def weighing(sign: str, value: float) -> bool | None:
        heavy = row("findings", finding="weight_kg", value=value, value_comparator=sign)
        return at("creatinine 2.0", heavy, **IGG | {"birth_date": DAY.replace(year=1961, day=14)})["MDE.renal"]

    assert (weighing("<", 70), weighing(">", 120), weighing(">", 60)) == (True, False, None)


LESIONS = "lytic_lesions"


@pytest.mark.parametrize(
    ("more", "expected", "why"),
    [
        ([unread("imaging", LESIONS, modality="ct")], (None, {"bone_imaging"}), "the count could not be read"),
        ([unread("imaging", "new_bone_lesion", modality="ct", lytic_lesions=0)], (None, {"bone_imaging"}), "new?"),
        ([unread("imaging", "new_bone_lesion", modality="ct", lytic_lesions=2)], (True, set()), "counted"),
        ([unread("imaging", LESIONS, modality="ct", new_bone_lesion=True)], (True, set()), "one is new"),
        ([unread("imaging", LESIONS, modality="ct", days=61)], (False, set()), "not near"),
        ([unread("imaging", "fdg_uptake", modality="ct")], (False, set()), "it decides no lesion"),
        ([refused("imaging")], (None, {"bone_imaging"}), "an examination that was refused"),
        ([refused("imaging", 61)], (False, set()), "refused, and not near"),
        ([refused("imaging", None)], (None, {"bone_imaging"}), "refused, of any date"),
        ([refused("imaging"), row("imaging", modality="ct", lytic_lesions=1)], (True, set()), "another counted"),
        ([refused("marrow")], (False, set()), "not imaging"),
    ],
)
def test_bone_that_could_not_be_read_is_not_without_lesions(more: Any, expected: Any, why: str) -> None:
    assert told("MDE.bone", *more, text="xray@5 0") == expected, why


def test_focal_lesions_that_could_not_be_read_are_not_none() -> None:
    assert told("SLIM.mri", unread("imaging", "focal_lesions", modality="wbmri"), text="mri@5 0") == (None, {"mri"})
    assert told("SLIM.mri", refused("imaging"), text="mri@5 0") == (None, {"mri"})


@pytest.mark.parametrize(
    ("column", "cells", "expected"),
    [
        ("clonal_plasma_cells", {"plasma_cell_percent": 70}, None),
        ("clonal_plasma_cells", {"plasma_cell_percent": 50}, False),
        ("plasma_cell_percent", {"clonal_plasma_cells": "detected"}, None),
        ("plasma_cell_percent", {"clonal_plasma_cells": "not_detected"}, False),
        ("plasma_cell_percent", {}, None),
        ("specimen", {"plasma_cell_percent": 70}, True),
    ],
)
def test_cells_whose_clonality_could_not_be_read_may_be_clonal_or_not(column: str, cells: Row, expected: Any) -> None:
    verdict, missing = told("SLIM.marrow", unread("marrow", column, **cells))
    assert (verdict, missing) == (expected, {"marrow"} if expected is None else set())


@pytest.mark.parametrize(
    ("analyte", "value", "clause_id"),
    [
        ("calcium", 12, "MDE.calcium"),
        ("creatinine", 3, "MDE.renal"),
        ("creatinine_clearance", 30, "MDE.renal"),
        ("hemoglobin", 9, "MDE.anaemia"),
    ],
)
def test_an_event_whose_attribution_could_not_be_read_is_unknown(analyte: str, value: float, clause_id: str) -> None:
    cells = {"analyte": analyte, "value": value}
    assert told(clause_id, row("labs", **cells)) == (True, set())
    verdict, missing = told(clause_id, unread("labs", "attributed_to_myeloma", **cells))
    assert verdict is None
    assert f"{analyte}_attribution" in missing
    same_day = row("labs", **cells, attributed_to_myeloma=True)  # due by itself, whatever the other would have said
    assert told(clause_id, same_day, unread("labs", "attributed_to_myeloma", **cells)) == (True, set())


@pytest.mark.parametrize(
    ("more", "sign", "expected"),
    [
        ([], "-", False),
        ([unread("findings", "present", finding="polyneuropathy", days=9)], "-", None),
        ([unread("findings", "present", finding="polyneuropathy", days=9)], "+", True),
        ([refused("findings", 9, kind="polyneuropathy")], "-", None),
        ([refused("findings", 9)], "-", None),
        ([refused("findings", None, kind="polyneuropathy")], "-", None),
        ([refused("findings", 9, kind="castleman")], "-", False),
        ([refused("findings", 61, kind="polyneuropathy")], "-", False),
    ],
)
def test_a_sign_of_which_a_record_could_not_be_read_is_not_absent(more: Any, sign: str, expected: Any) -> None:
    assert at(f"polyneuropathy {sign}", *more)["polyneuropathy"] is expected


@pytest.mark.parametrize(
    ("more", "missing"),
    [
        ([], None),
        ([unread("imaging", "new_plasmacytoma", modality="ct", lytic_lesions=0)], "plasmacytoma"),
        ([unread("findings", "present", finding="extramedullary_disease")], "extramedullary_disease"),
        ([refused("imaging")], "plasmacytoma"),
    ],
)
def test_a_plasmacytoma_is_not_solitary_where_another_could_not_be_read(more: Any, missing: str | None) -> None:
    words = {name: value for name, value in COMPLETE.items() if name not in ("marrow", "M")} | {"pet_ct": "1"}
    text = " ".join(f"{name} {value}" for name, value in words.items())
    verdict, waits_for = told("DX.plasmacytoma", *more, text=f"{text} {PROVEN}", **IGG)
    assert verdict is (True if missing is None else None)
    assert missing is None or missing in waits_for


def test_a_recorded_diagnosis_that_could_not_be_read_may_be_amyloidosis() -> None:
    assert told("DX.al", text="al_amyloidosis -") == (False, set())
    assert told("DX.al", text="al_amyloidosis -", unreadable=["diagnosis"]) == (None, {"diagnosis"})


@pytest.mark.parametrize(
    ("more", "serum"),
    [
        ([], 0),
        ([unread("labs", "value", analyte="serum_m_protein", days=2)], None),
        ([refused("labs", 2, kind="serum_m_protein")], None),
        ([refused("labs", 2)], None),
        ([refused("labs", 2, kind="urine_m_protein")], 0),
        ([unread("labs", "value", analyte="iga", days=2)], 0),
        ([unread("labs", "value", analyte="serum_m_protein", days=31)], 0),
    ],
)
def test_a_negative_immunofixation_beside_a_figure_that_could_not_be_read_is_no_figure(more: Any, serum: Any) -> None:
    assert at("SIF neg", *more)["serum_m_g_dl"] == serum
