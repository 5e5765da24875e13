"""Curves and models are made again where something that they are made of is other, and else those of the last run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows import steps, summing
from flows.database import connect
from flows.job import Job
from flows.schema import filled_by
from tests.extracts import FILES, write_extract
from tests.flows.nights import rows_of
from tests.once import build

MADE = (*filled_by("outcomes"), *filled_by("models"))
FURTHER = (steps.outcomes, steps.models)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was made, one after another."""
    names: list[str] = []

    def noted(name: str, make: Callable[..., Any]) -> Callable[..., Any]:
        def making(*of: Any) -> Any:
            names.append(name)
            return make(*of)

        return making

    for name in ("survival", "models"):
        monkeypatch.setattr(summing, name, noted(name, getattr(summing, name)))
    return names


def test_what_no_curve_is_made_of_leaves_them_as_a_first_run_has_them(
    small: Path, tmp_path: Path, made: list[str]
) -> None:
    labs = FILES["labs"] + "PATIENT-A,2020-03-10,crp,1,mg/L,\n"
    extract, last = write_extract(tmp_path / "in", labs=labs), small / "store" / "registry.duckdb"
    job = Job(extract, tmp_path, folder=build(extract, tmp_path, *FURTHER, last=last))
    assert rows_of(job.database, ("changed_patient",))["changed_patient"].height == 1
    assert made == []
    carried = rows_of(job.database, MADE)
    for step in FURTHER:
        step(job)  # as one that goes on from none
    assert made == ["survival", "models"]
    assert [table for table, rows in rows_of(job.database, MADE).items() if not rows.equals(carried[table])] == []


ONE_STAGE_LESS = (
    "update staging set iss = null where patient_id = (select min(patient_id) from staging where iss = 'II')"
)
ONE_TRANSPLANT_LESS = "delete from transplant where patient_id = (select min(patient_id) from transplant)"


def again(synthetic: Path, folder: Path, otherwise: str = "") -> None:
    """The next night of the same delivery, of which something is then derived otherwise."""
    job = Job(synthetic / "extract", folder, folder=folder, last=synthetic / "registry.duckdb")
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
    [("", []), (ONE_STAGE_LESS, ["survival", "models"]), (ONE_TRANSPLANT_LESS, ["models"])],
    ids=["nothing", "one stage less", "one transplant less"],
)
def test_what_they_are_made_of_makes_them_again(
    synthetic: Path, tmp_path: Path, made: list[str], otherwise: str, makes: list[str]
) -> None:
    again(synthetic, tmp_path, otherwise)
    assert made == makes


def test_another_program_makes_them_again(
    synthetic: Path, tmp_path: Path, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.history.runs.PROGRAM", ("rules",))
    again(synthetic, tmp_path)
    assert made == ["survival", "models"]
