"""Curves and models are made again where something that they are made of is other, and else those of the last run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from flows import steps
from flows.database import connect
from flows.job import Job
from flows.sample import write_sample
from flows.schema import filled_by
from tests.flows.nights import rows_of
from tests.once import build

MADE = (*filled_by("outcomes"), *filled_by("models"))
FURTHER = (steps.outcomes, steps.models)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an extract `in` and the `store` of its first run."""
    folder = tmp_path_factory.mktemp("made")
    write_sample(folder / "in", 20, 2, dirt=0)
    build(folder / "in", folder / "store", *FURTHER)
    return folder


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was made, one after another."""
    names: list[str] = []

    def noted(name: str, make: Callable[..., Any]) -> Callable[..., Any]:
        def making(*of: Any) -> Any:
            names.append(name)
            return make(*of)

        return making

    for name in ("survival", "fit_models"):
        monkeypatch.setattr(steps, name, noted(name, getattr(steps, name)))
    return names


# None of a patient's last rows, to which the patient is followed.
CRP = (pl.col("analyte") == "crp") & (pl.col("collected_on") < pl.col("collected_on").max().over("patient_id"))


def night(first: Path, to: Path, changed: pl.Expr) -> Path:
    """The database of the next night, on which some laboratory rows are not delivered any more."""
    extract = to / "in"
    extract.mkdir()
    for file in (first / "in").iterdir():
        rows = pl.read_csv(file, infer_schema=False)
        (rows.filter(~changed) if file.stem == "labs" else rows).reverse().write_csv(extract / file.name)
    database = build(extract, to / "store", *FURTHER, last=first / "store" / "registry.duckdb") / "registry.duckdb"
    assert rows_of(database, ("changed_patient",))["changed_patient"].height
    return database


def test_what_no_curve_is_made_of_leaves_them_as_a_first_run_has_them(
    first: Path, tmp_path: Path, made: list[str]
) -> None:
    database = night(first, tmp_path, CRP)
    assert made == []
    new = rows_of(build(tmp_path / "in", tmp_path / "new", *FURTHER) / "registry.duckdb", MADE)
    for table, rows in rows_of(database, MADE).items():
        assert rows.equals(new[table]), table


ONE_STAGE_LESS = (
    "update staging set iss = null where patient_id = (select min(patient_id) from staging where iss = 'II')"
)
ONE_TRANSPLANT_LESS = "delete from transplant where patient_id = (select min(patient_id) from transplant)"


def again(first: Path, folder: Path, otherwise: str = "") -> None:
    """The next night of the same delivery, of which something is then derived otherwise."""
    job = Job(first / "in", folder, folder=folder, last=first / "store" / "registry.duckdb")
    steps.ingest(job)
    steps.find_changes(job)
    with connect(job.database) as connection:
        before = _derived(connection)
        connection.execute(otherwise or "select 1")
        assert (_derived(connection) != before) == bool(otherwise)
    steps.outcomes(job)
    steps.models(job)


def _derived(connection: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    counts = "select (select count(iss) from staging), (select count(*) from transplant)"
    [found] = connection.execute(counts).fetchall()
    return found


@pytest.mark.parametrize(
    ("otherwise", "makes"),
    [("", []), (ONE_STAGE_LESS, ["survival", "fit_models"]), (ONE_TRANSPLANT_LESS, ["fit_models"])],
    ids=["nothing", "one stage less", "one transplant less"],
)
def test_what_they_are_made_of_makes_them_again(
    first: Path, tmp_path: Path, made: list[str], otherwise: str, makes: list[str]
) -> None:
    again(first, tmp_path, otherwise)
    assert made == makes


def test_another_program_makes_them_again(
    first: Path, tmp_path: Path, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.history.runs.PROGRAM", ("rules",))
    again(first, tmp_path)
    assert made == ["survival", "fit_models"]
