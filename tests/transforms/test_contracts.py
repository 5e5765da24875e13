"""Contracts: the models say what the contract says, and pandera really checks values."""

import re
from pathlib import Path

import pandera.polars as pa
import polars as pl
import pytest

from transforms.intake.contracts import CONTRACTS, Marrow, codes, dtypes, required, violations

SHARED = Path(__file__).parents[2].parent / "shared"
PAGE = SHARED / "contract.md"


def _marrow(*percents: float | None) -> pl.DataFrame:
    columns = {name: pl.Series(name, [None] * len(percents), dtype=kind) for name, kind in dtypes("marrow").items()}
    frame = pl.DataFrame(columns).with_columns(
        patient_id=pl.lit("P1"),
        collected_on=pl.date(2020, 1, 1),
        plasma_cell_percent=pl.Series(percents, dtype=pl.Float64),
    )
    return frame.with_columns(row_number=pl.int_range(11, 11 + pl.len(), dtype=pl.Int64))


def test_pandera_fails_on_a_bad_value_in_collected_data():
    rows = _marrow(50.0, 101.0).drop("row_number")
    with pytest.raises(pa.errors.SchemaErrors):
        Marrow.validate(rows, lazy=True)
    Marrow.validate(rows.head(1), lazy=True)
    # The trap that `violations` closes by refusing lazy frames: on those, only the schema is checked.
    Marrow.validate(rows.lazy(), lazy=True).collect()


def test_lazy_frames_are_refused():
    with pytest.raises(TypeError, match=r"^contracts are checked on collected frames; collect it first$"):
        violations("marrow", _marrow(1.0).lazy())


@pytest.mark.parametrize("percent", [-0.1, 100.1, float("nan"), float("inf"), -float("inf")])
def test_a_percent_beyond_the_scale_is_impossible(percent):
    assert violations("marrow", _marrow(None, 5.0, percent)).rows() == [(13, "plasma_cell_percent", "impossible_value")]


@pytest.mark.parametrize("percent", [0.0, 100.0, 4.9, None])
def test_a_percent_on_the_scale_is_possible(percent):
    assert violations("marrow", _marrow(percent)).is_empty()


def test_violations_name_the_row_they_are_in():
    found = violations("marrow", _marrow(None, -1.0, None, 5.0, 200.0, None, float("nan")))
    assert sorted(found["row_number"]) == [12, 15, 17]


def test_a_frame_of_another_schema_is_a_mistake_of_the_program():
    with pytest.raises(RuntimeError, match="marrow"):
        violations("marrow", _marrow(1.0).with_columns(plasma_cell_percent=pl.lit("1")))
    with pytest.raises(RuntimeError, match="marrow"):
        violations("marrow", _marrow(1.0).drop("specimen"))


def test_the_program_error_names_every_column_that_is_not_of_the_schema():
    other = _marrow(1.0).with_columns(pl.lit(1).alias(name) for name in ("specimen", "collected_on", "patient_id"))
    with pytest.raises(RuntimeError, match=r"'collected_on'.*'patient_id'.*'specimen'"):
        violations("marrow", other)


def test_the_program_error_quotes_no_value():
    with pytest.raises(RuntimeError) as error:
        violations("marrow", _marrow(1.0).with_columns(plasma_cell_percent=pl.lit("secret"), patient_id=pl.lit("who")))
    assert "secret" not in str(error.value)
    assert "who" not in str(error.value)
    assert error.value.__cause__ is None
    assert error.value.__context__ is None


def _row(table: str, **cells: object) -> pl.DataFrame:
    base: dict[str, object] = {
        name: "x" for name, kind in dtypes(table).items() if kind == pl.String and name in required(table)
    }
    base |= {name: codes(table, name)[0] for name in dtypes(table) if codes(table, name) and name in required(table)}
    row = {name: (base | cells).get(name) for name in dtypes(table)}
    frame = pl.DataFrame([row], schema=dtypes(table), orient="row")
    dates = [name for name, kind in dtypes(table).items() if kind == pl.Date and name in required(table)]
    return frame.with_columns(pl.date(2020, 1, 1).alias(name) for name in dates).with_columns(
        row_number=pl.lit(1, pl.Int64)
    )


@pytest.mark.parametrize(
    ("table", "cells", "column", "rule"),
    [
        ("treatments", {"line": 0}, "line", "impossible_value"),
        ("treatments", {"line": None}, "line", "missing_value"),
        ("treatments", {"line": 1, "phase": "cure"}, "phase", "unknown_code"),
        ("assessments", {"response": "better"}, "response", "unknown_code"),
        ("assessments", {"line": 0}, "line", "impossible_value"),
        ("mrd", {"sensitivity": 0.0}, "sensitivity", "impossible_value"),
        ("mrd", {"sensitivity": 1.5}, "sensitivity", "impossible_value"),
        ("mrd", {"cells_analysed": -1.0}, "cells_analysed", "impossible_value"),
        ("mrd", {"level": float("inf")}, "level", "impossible_value"),
        ("cytogenetics", {"percent": 101.0}, "percent", "impossible_value"),
        ("cytogenetics", {"abnormality": "t(1;2)"}, "abnormality", "unknown_code"),
        ("imaging", {"focal_lesions": 2.5}, "focal_lesions", "not_whole_number"),
        ("imaging", {"lytic_lesions": -1.0}, "lytic_lesions", "impossible_value"),
        ("imaging", {"plasmacytoma_spd_mm2": float("nan")}, "plasmacytoma_spd_mm2", "impossible_value"),
        ("supportive_care", {"drug": None}, "drug", "missing_value"),
        ("findings", {"finding": "headache"}, "finding", "unknown_code"),
        ("findings", {"finding": None}, "finding", "missing_value"),
        ("findings", {"value": -1.0}, "value", "impossible_value"),
        ("findings", {"value": float("nan")}, "value", "impossible_value"),
        ("labs", {"analyte": "serum_immunofixation", "value": -1.0}, "value", "impossible_value"),
        ("patients", {"death_cause": "old age"}, "death_cause", "unknown_code"),
        ("treatments", {"line": 1, "cycles": 3.5}, "cycles", "not_whole_number"),
        ("treatments", {"line": 1, "dose": -1.0}, "dose", "impossible_value"),
        ("treatments", {"line": 1, "radiation_gy": float("inf")}, "radiation_gy", "impossible_value"),
        ("adverse_events", {"event": "fell ill"}, "event", "unknown_code"),
        ("adverse_events", {"event": None}, "event", "missing_value"),
        ("adverse_events", {"grade": 0}, "grade", "impossible_value"),
        ("adverse_events", {"grade": 6}, "grade", "impossible_value"),
    ],
)
def test_what_a_contract_refuses(table, cells, column, rule):
    assert violations(table, _row(table, **cells)).rows() == [(1, column, rule)]


@pytest.mark.parametrize(
    ("table", "cells"),
    [
        ("treatments", {"line": 1}),
        ("assessments", {}),
        ("mrd", {"sensitivity": 1e-5, "level": 0.0, "cells_analysed": 5e6}),
        ("cytogenetics", {"percent": 100.0}),
        ("imaging", {"focal_lesions": 2.0, "plasmacytoma_spd_mm2": 0.0}),
        ("supportive_care", {}),
        ("findings", {"finding": "weight_kg", "value": 61.5}),
        ("findings", {"finding": "transplant_ineligible", "present": False}),
        ("labs", {"value": 0.0}),
        ("patients", {}),
        ("patients", {"death_cause": "unknown"}),
        ("treatments", {"line": 2, "phase": "radiotherapy", "cycles": 0.0, "radiation_gy": 30.5}),
        ("adverse_events", {"grade": 5}),
    ],
)
def test_what_a_contract_accepts(table, cells):
    assert violations(table, _row(table, **cells)).is_empty()


@pytest.mark.skipif(not PAGE.exists(), reason="the contract's page (../shared) is not here")
@pytest.mark.parametrize("table", CONTRACTS)
def test_columns_and_stars_are_those_of_the_page(table):
    # the second page adds tables, and analytes to one of the first
    pages = [(SHARED / name).read_text(encoding="utf-8") for name in ("contract.md", "guideline.md")]
    text = "\n".join(re.split(r"\n## Tables in.*", page)[1].split("\n## ")[0] for page in pages)
    beyond = pages[1].split("\n## 14.")[1]
    [new_table] = re.findall(r"\n- (\*\*adverse_events\*\*.*)", beyond)
    text += f"\n\n{new_table}"
    added = {
        "patients": re.findall(r"`patients\.([a-z_]+)`", beyond),
        "treatments": re.findall(r"`([a-z_0-9]+)`", re.findall(r"\*\*treatments\*\*, added: ([^;]*);", beyond)[0]),
    }
    paragraphs = [part for block in text.split("\n\n") for part in re.split(r"\n(?=\*\*)", block)]
    [paragraph] = [part for part in paragraphs if part.startswith(f"**{table}**") and "`patient_id`" in part]
    names = re.findall(r"`([a-z_0-9]+)`(\\\*)?", paragraph.split("A value such as")[0].split("Codes used")[0])
    # the pages name a figure; that it may be open-ended (C.comparator) gives it a column more
    own = [name for name in dtypes(table) if not name.endswith("_comparator")]
    assert [name for name, _ in names] + added.get(table, []) == own
    assert tuple(name for name, star in names if star) == required(table)
