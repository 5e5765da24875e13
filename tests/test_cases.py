"""The teaching patients of data_samples/cases, whose verdicts were worked out by hand from the criteria.

Every expected_TABLE.csv is compared with TABLE.parquet: all of the case's rows, only the columns it gives. A
disagreement is settled by reading the clause again, never by copying what the program says.
"""

import csv
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows import steps
from flows.schema import tables
from flows.settings.config import Config
from tests.once import build

SAMPLES = Path(__file__).parents[1] / "data_samples"
CASES = sorted(folder for folder in (SAMPLES / "cases").iterdir() if folder.is_dir())
PARTIAL = {"time_to_event"}  # a case gives only the times it is about

Rows = dict[tuple[str, ...], dict[str, str]]


def as_text(value: Any) -> str:
    """A stored value as the expected files write it: empty for null, lists sorted and joined by `;`."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ";".join(sorted(map(str, value)))
    return str(value)


def expected_rows(file: Path, key: tuple[str, ...]) -> tuple[list[str], Rows]:
    with file.open(encoding="utf-8", newline="") as text:
        reader = csv.DictReader(text)
        rows = {tuple(row[k] for k in key): dict(row) for row in reader}
        return list(reader.fieldnames or []), rows


def derived_rows(store: Path, table: str, columns: list[str]) -> Rows:
    frame = pl.read_parquet(store / "exports" / f"{table}.parquet")
    rows = [{name: as_text(row[name]) for name in columns} for row in frame.to_dicts()]
    return {tuple(row[k] for k in tables()[table].key): row for row in rows}


def differences(table: str, expected: Rows, derived: Rows) -> list[str]:
    """One line for each cell or row in which the program and the hand-made verdict differ."""
    found = []
    for key, row in expected.items():
        where = f"{table} {' '.join(key[1:]) or key[0]}"
        if key not in derived:
            found.append(f"{where}: no such row")
            continue
        found += [
            f"{where}: {name} expected {wanted or 'null'}, derived {derived[key][name] or 'null'}"
            for name, wanted in row.items()
            if derived[key][name] != wanted
        ]
    surplus = [] if table in PARTIAL else [key for key in derived if key not in expected]
    return found + [f"{table} {' '.join(key[1:]) or key[0]}: a row no one expected" for key in surplus]


@pytest.mark.parametrize("case", CASES, ids=lambda folder: folder.name)
def test_the_verdicts_are_those_worked_out_by_hand(teaching: Path, case: Path) -> None:
    with (case / "patients.csv").open(encoding="utf-8", newline="") as text:
        patients = {row["patient_id"] for row in csv.DictReader(text)}
    found = []
    for file in sorted(case.glob("expected_*.csv")):
        table, _, edition = file.stem.removeprefix("expected_").partition(".")
        if edition:
            continue
        columns, expected = expected_rows(file, tables()[table].key)
        derived = derived_rows(teaching, table, columns)
        found += differences(table, expected, {key: row for key, row in derived.items() if key[0] in patients})
    assert not found, f"{case.name} (its README has the arithmetic):\n  " + "\n  ".join(found)


OF_EDITIONS = sorted((SAMPLES / "cases").glob("*/expected_*.*.csv"))


@pytest.mark.parametrize("file", OF_EDITIONS, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_the_verdicts_of_another_edition_are_those_worked_out_by_hand(file: Path, tmp_path: Path) -> None:
    table, _, edition = file.stem.removeprefix("expected_").partition(".")
    store = build(file.parent, tmp_path / "store", steps.export, configuration=Config(edition))
    columns, expected = expected_rows(file, tables()[table].key)
    assert differences(table, expected, derived_rows(store, table, columns)) == []


def test_every_row_of_a_case_is_accepted(teaching: Path) -> None:
    quarantine = pl.read_parquet(teaching / "exports" / "quarantine.parquet")
    assert quarantine.is_empty(), quarantine.select("source_file", "row_number", "rule", "reason")


@pytest.mark.parametrize("case", CASES, ids=lambda folder: folder.name)
def test_a_case_explains_itself_and_is_listed(case: Path) -> None:
    assert (case / "README.md").read_text(encoding="utf-8").startswith("# ")
    assert (case / "expected_visits.csv").exists()
    assert f"`{case.name}`" in (SAMPLES / "README.md").read_text(encoding="utf-8")
