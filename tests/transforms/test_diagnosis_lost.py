"""What Table 1 makes of comparators in marrow, imaging and findings, and of what could not be read (C.unknown)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import polars as pl

from rules.criterion import load_edition
from rules.verdict import TESTS, missing_column
from tests.transforms.test_diagnosis import COMPLETE, DAY, IGG, PROVEN, Row, lazy, near, together
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


def case(text: str, *more: tuple[str, Row], **patient: Any) -> dict[str, list[Row]]:
    """A patient's rows, with more of them."""
    tables = near(text, **patient)
    for table, cells in more:
        tables.setdefault(table, []).append({"patient_id": "p"} | cells)
    return tables


def each(cases: Iterable[dict[str, list[Row]]]) -> list[Row]:
    """The judged row of each of these patients."""
    names, tables = together(cases)
    about = pl.LazyFrame({"patient_id": names, "on_date": [DAY] * len(names)})
    judged = judged_at(about, lazy(tables), load_edition()).collect()
    found = {row["patient_id"]: row for row in judged.to_dicts()}
    return [found[name] for name in names]


Told = tuple[bool | None, set[str]]


def told(clause_id: str, cases: Iterable[dict[str, list[Row]]]) -> list[Told]:
    """Of each patient the verdict of a clause and the tests that it waits for."""
    return [
        (
            found[clause_id],
            {test for place, test in enumerate(TESTS) if found[missing_column(clause_id)] >> place & 1},
        )
        for found in each(cases)
    ]


def as_expected(cases: list[tuple[Any, ...]], found: Iterable[Any]) -> None:
    """Each case ends with what is expected of it."""
    assert [(*of, now) for (*of, _), now in zip(cases, found, strict=True)] == cases


def test_lesions_are_whole_numbers_so_more_than_none_is_one() -> None:
    cases = [
        (">", 0, (True, set())),
        (">=", 1, (True, set())),
        ("<", 1, (False, set())),
        ("<=", 0, (False, set())),
        ("<=", 1, (None, {"bone_imaging"})),
        (">=", 0, (None, {"bone_imaging"})),
    ]
    counted = [
        row("imaging", modality="ct", lytic_lesions=count, lytic_lesions_comparator=sign) for sign, count, _ in cases
    ]
    as_expected(cases, told("MDE.bone", [case("", scan) for scan in counted]))


def test_focal_lesions_with_a_comparator_decide_where_they_do() -> None:
    cases = [
        (">=", 3, (True, set())),
        (">", 1, (True, set())),
        (">", 0, (None, {"mri"})),
        ("<", 2, (False, set())),
        ("<=", 2, (None, {"mri"})),
    ]
    counted = [
        row("imaging", modality="mri", focal_lesions=count, focal_lesions_comparator=sign) for sign, count, _ in cases
    ]
    as_expected(cases, told("SLIM.mri", [case("", scan) for scan in counted]))


def test_plasma_cells_with_a_comparator_decide_where_they_do() -> None:
    clonal: list[tuple[str, float, str | None, float | None, bool | None]] = [
        ("<", 5, None, 0, False),
        ("<", 5, "not_detected", 0, False),
        (">=", 60, None, 60, True),
        (">", 10, None, None, None),
        (">", 10, "not_detected", 0, False),
    ]
    names = ("plasma_cell_percent_comparator", "plasma_cell_percent", "clonal_plasma_cells")
    rows = each(case("", row("marrow", **dict(zip(names, cells, strict=False)))) for cells in clonal)
    for (*_, low_is, at_least_60), found in zip(clonal, rows, strict=True):
        assert found["SLIM.marrow"] is at_least_60
        assert low_is is None or found["clonal_plasma_cells_percent"] == low_is
        assert found["clonal_plasma_cells_percent_max"] <= 100


def test_less_than_5_percent_of_clonal_cells_are_some_and_less_than_10() -> None:
    cells = {"plasma_cell_percent": 5, "plasma_cell_percent_comparator": "<", "clonal_plasma_cells": "detected"}
    words = COMPLETE | {"M": "1", "marrow@200": "30"}
    text = " ".join(f"{name} {value}" for name, value in words.items() if name != "marrow")
    [found] = each([case(text, row("marrow", **cells), **IGG)])
    assert found["clonal_plasma_cells_percent"] > 0
    assert found["DX.mgus"] is True


def test_a_weight_with_a_comparator_bounds_the_clearance() -> None:
    # 59 years, creatinine 2 mg/dL: 40 mL/min at 71.1 kg
    cases = [("<", 70, True), (">", 120, False), (">", 60, None)]
    who = IGG | {"birth_date": DAY.replace(year=1961, day=14)}
    heavy = [row("findings", finding="weight_kg", value=kg, value_comparator=sign) for sign, kg, _ in cases]
    found = each(case("creatinine 2.0", weight, **who) for weight in heavy)
    as_expected(cases, (judged["MDE.renal"] for judged in found))


LESIONS = "lytic_lesions"


def test_bone_that_could_not_be_read_is_not_without_lesions() -> None:
    cases: list[tuple[list[tuple[str, Row]], str, Told]] = [
        ([unread("imaging", LESIONS, modality="ct")], "the count could not be read", (None, {"bone_imaging"})),
        ([unread("imaging", "new_bone_lesion", modality="ct", lytic_lesions=0)], "new?", (None, {"bone_imaging"})),
        ([unread("imaging", "new_bone_lesion", modality="ct", lytic_lesions=2)], "counted", (True, set())),
        ([unread("imaging", LESIONS, modality="ct", new_bone_lesion=True)], "one is new", (True, set())),
        ([unread("imaging", LESIONS, modality="ct", days=61)], "not near", (False, set())),
        ([unread("imaging", "fdg_uptake", modality="ct")], "it decides no lesion", (False, set())),
        ([refused("imaging")], "an examination that was refused", (None, {"bone_imaging"})),
        ([refused("imaging", 61)], "refused, and not near", (False, set())),
        ([refused("imaging", None)], "refused, of any date", (None, {"bone_imaging"})),
        ([refused("imaging"), row("imaging", modality="ct", lytic_lesions=1)], "another counted", (True, set())),
        ([refused("marrow")], "not imaging", (False, set())),
    ]
    as_expected(cases, told("MDE.bone", [case("xray@5 0", *more) for more, *_ in cases]))


def test_focal_lesions_that_could_not_be_read_are_not_none() -> None:
    lost = [unread("imaging", "focal_lesions", modality="wbmri"), refused("imaging")]
    assert told("SLIM.mri", [case("mri@5 0", more) for more in lost]) == [(None, {"mri"})] * 2


def test_cells_whose_clonality_could_not_be_read_may_be_clonal_or_not() -> None:
    cases: list[tuple[str, Row, Told]] = [
        ("clonal_plasma_cells", {"plasma_cell_percent": 70}, (None, {"marrow"})),
        ("clonal_plasma_cells", {"plasma_cell_percent": 50}, (False, set())),
        ("plasma_cell_percent", {"clonal_plasma_cells": "detected"}, (None, {"marrow"})),
        ("plasma_cell_percent", {"clonal_plasma_cells": "not_detected"}, (False, set())),
        ("plasma_cell_percent", {}, (None, {"marrow"})),
        ("specimen", {"plasma_cell_percent": 70}, (True, set())),
    ]
    as_expected(cases, told("SLIM.marrow", [case("", unread("marrow", column, **cells)) for column, cells, _ in cases]))


def test_an_event_whose_attribution_could_not_be_read_is_unknown() -> None:
    events: list[tuple[str, float, str]] = [
        ("calcium", 12, "MDE.calcium"),
        ("creatinine", 3, "MDE.renal"),
        ("creatinine_clearance", 30, "MDE.renal"),
        ("hemoglobin", 9, "MDE.anaemia"),
    ]
    for analyte, value, clause_id in events:
        cells = {"analyte": analyte, "value": value}
        read, lost = row("labs", **cells), unread("labs", "attributed_to_myeloma", **cells)
        due = row("labs", **cells, attributed_to_myeloma=True)  # by itself, whatever the other would have said
        of_read, (verdict, missing), of_both = told(clause_id, [case("", read), case("", lost), case("", due, lost)])
        assert of_read == of_both == (True, set()), analyte
        assert verdict is None, analyte
        assert f"{analyte}_attribution" in missing


def test_a_sign_of_which_a_record_could_not_be_read_is_not_absent() -> None:
    cases: list[tuple[list[tuple[str, Row]], str, bool | None]] = [
        ([], "-", False),
        ([unread("findings", "present", finding="polyneuropathy", days=9)], "-", None),
        ([unread("findings", "present", finding="polyneuropathy", days=9)], "+", True),
        ([refused("findings", 9, kind="polyneuropathy")], "-", None),
        ([refused("findings", 9)], "-", None),
        ([refused("findings", None, kind="polyneuropathy")], "-", None),
        ([refused("findings", 9, kind="castleman")], "-", False),
        ([refused("findings", 61, kind="polyneuropathy")], "-", False),
    ]
    found = each(case(f"polyneuropathy {sign}", *more) for more, sign, _ in cases)
    as_expected(cases, (judged["polyneuropathy"] for judged in found))


def test_a_plasmacytoma_is_not_solitary_where_another_could_not_be_read() -> None:
    lost: list[tuple[list[tuple[str, Row]], str | None]] = [
        ([], None),
        ([unread("imaging", "new_plasmacytoma", modality="ct", lytic_lesions=0)], "plasmacytoma"),
        ([unread("findings", "present", finding="extramedullary_disease")], "extramedullary_disease"),
        ([refused("imaging")], "plasmacytoma"),
    ]
    words = {name: value for name, value in COMPLETE.items() if name not in ("marrow", "M")} | {"pet_ct": "1"}
    text = " ".join(f"{name} {value}" for name, value in words.items())
    found = told("DX.plasmacytoma", [case(f"{text} {PROVEN}", *more, **IGG) for more, _ in lost])
    for (_, missing), (verdict, waits_for) in zip(lost, found, strict=True):
        assert verdict is (True if missing is None else None), missing
        assert missing is None or missing in waits_for


def test_a_recorded_diagnosis_that_could_not_be_read_may_be_amyloidosis() -> None:
    recorded, unreadable = case("al_amyloidosis -"), case("al_amyloidosis -", unreadable=["diagnosis"])
    assert told("DX.al", [recorded, unreadable]) == [(False, set()), (None, {"diagnosis"})]


def test_a_negative_immunofixation_beside_a_figure_that_could_not_be_read_is_no_figure() -> None:
    cases: list[tuple[list[tuple[str, Row]], int | None]] = [
        ([], 0),
        ([unread("labs", "value", analyte="serum_m_protein", days=2)], None),
        ([refused("labs", 2, kind="serum_m_protein")], None),
        ([refused("labs", 2)], None),
        ([refused("labs", 2, kind="urine_m_protein")], 0),
        ([unread("labs", "value", analyte="iga", days=2)], 0),
        ([unread("labs", "value", analyte="serum_m_protein", days=31)], 0),
    ]
    found = each(case("SIF neg", *more) for more, _ in cases)
    as_expected(cases, (judged["serum_m_g_dl"] for judged in found))
