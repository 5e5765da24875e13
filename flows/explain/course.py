"""One patient's course, read from the store: what was found, what it was compared with, what was decided.

Nothing is derived again here. Rows are dicts with the columns of the store's tables; a null is what it is there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from flows.database import connect
from flows.endings import OTHER_VERSION, MspikeError
from flows.faults import engines_plainly
from flows.schema import tables
from flows.sql_files import SQL, make_macros
from flows.store import last_run
from transforms.intake.parsing import ids_read
from transforms.staging import ABNORMALITIES, FIGURES

QUERIES = SQL / "explain"
Row = dict[str, Any]


class NoCourseError(MspikeError):
    """A course that can't be shown; the message is one line for the person who asked, without any patient's id."""


@dataclass(frozen=True)
class Clause:
    """A clause of the edition that the run followed."""

    id: str
    states: str
    numbers: Mapping[str, Any]
    source: str
    citation: str


@dataclass(frozen=True)
class Line:
    """A line of therapy: its row of `lines`, its visits by date (verdicts and evidence), phases, reported baselines."""

    row: Row
    visits: list[Row]
    phases: list[Row]
    baselines: dict[str, Row]

    @property
    def number(self) -> int:
        """The line's number in the registry."""
        return int(self.row["line"])

    def evaluable(self, *, before: date | None = None, after: date | None = None) -> Row | None:
        """The evaluable visit next before, or next after, a date; null where there is none."""
        seen = [visit for visit in self.visits if visit["is_evaluable"]]
        if before is not None:
            return next((visit for visit in reversed(seen) if visit["visit_date"] < before), None)
        return next((visit for visit in seen if after is not None and visit["visit_date"] > after), None)


@dataclass(frozen=True)
class Course:
    """Everything the store knows of one patient."""

    patient: Row
    staging: Row
    staging_inputs: dict[str, Row]
    diagnosis: Row  # empty: a store without the diagnosis by Table 1
    lines: list[Line]
    endpoints: list[Row]
    mrd: list[Row]
    mrd_status: list[Row]
    relapses: list[Row]
    refractory: list[Row]  # drugs, and since when
    risks: list[Row]  # of a precursor, by model
    precursors: list[Row]  # what became of them
    adverse_events: list[Row]
    frailty: list[Row]
    car_t: list[Row]  # at the latest visit
    al_transplant: list[Row]
    al_poems_visits: list[Row]
    poems_transplant: list[Row]
    marrows: list[Row]
    series: list[Row]  # haemoglobin, creatinine and calcium as reported
    transplants: list[Row]  # autologous
    unread: list[Row]  # what of the rows refused and the cells set aside was found
    reported: dict[tuple[date, str], Row]  # by visit and analyte: figures that were reported as "<x" or ">x"
    clauses: dict[str, Clause]
    run: Row

    def number(self, clause_id: str, name: str) -> Any:
        """A number of a clause, as the run used it; null where this edition's clause has no such number."""
        clause = self.clauses.get(clause_id)
        return clause.numbers.get(name) if clause else None


def read_course(store: Path, patient_id: str) -> Course:
    """The course of one patient, by an id as an extract may write it. Raises StoreError where there is no store,
    NoCourseError where it has no such patient or can't be read."""
    try:
        with (
            engines_plainly(),
            last_run(store) as last,
            connect(last / "registry.duckdb", read_only=True) as connection,
        ):
            return course_in(connection, _as_taken_in(patient_id), store)
    except duckdb.CatalogException:
        raise NoCourseError(f"{store}: {OTHER_VERSION}") from None
    except duckdb.Error:
        raise NoCourseError(
            f"{store}: registry.duckdb can't be read; is it whole, and is nothing writing it?"
        ) from None


def _as_taken_in(patient_id: str) -> str:
    """The id under which the store has a patient; empty where no text of an extract is read as one."""
    readable = patient_id.encode(errors="surrogateescape").decode(errors="replace")
    return ids_read(pl.Series([readable]))["patient_id"].item() or ""


def course_in(connection: duckdb.DuckDBPyConnection, patient_id: str, store: Path) -> Course:
    """The course of one patient of a store that is open. Raises NoCourseError where it has no such patient."""
    return _read(_Store(connection, patient_id), store)


@dataclass(frozen=True)
class _Store:
    connection: duckdb.DuckDBPyConnection
    patient_id: str

    def rows(self, query: str, **parameters: Any) -> list[Row]:
        return self._asked((QUERIES / f"{query}.sql").read_text(encoding="utf-8"), **parameters)

    def _asked(self, text: str, **parameters: Any) -> list[Row]:
        if "$patient" in text:
            parameters["patient"] = self.patient_id
        cursor = self.connection.execute(text, parameters)
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def table(self, name: str, order: str | None = None) -> list[Row]:
        """The patient's rows of a table, in the order of its key."""
        return self._asked(
            f"select * exclude (patient_id) from {name} where patient_id = $patient"
            f" order by {order or tables()[name].order}"
        )

    def has(self, table: str) -> bool:
        """Whether the store has a table that came with a later version."""
        found = self.connection.execute("select 1 from duckdb_tables() where table_name = ?", [table]).fetchall()
        return bool(found)

    def table_if_there(self, name: str, order: str | None = None) -> list[Row]:
        return self.table(name, order) if self.has(name) else []


def _read(store: _Store, folder: Path) -> Course:
    make_macros(store.connection, "least_of, most_of, figure")
    patients = store.rows("patient")
    if not patients:
        raise NoCourseError(f"{folder}: no such patient; ids are matched exactly, capitals and leading zeros included")
    clauses = {
        row["id"]: Clause(row["id"], row["states"], json.loads(row["numbers"]), row["source"], row["citation"])
        for row in store.rows("clauses")
    }
    staged_by = [*FIGURES, *ABNORMALITIES]
    inputs = store.rows("staging_inputs", window_days=clauses["ISS"].numbers["window_days"], tests=staged_by)
    return Course(
        patient=patients[0],
        staging=next(iter(store.table("staging")), {}),
        staging_inputs={row["test"]: row for row in inputs},
        diagnosis=next(iter(store.rows("diagnosis")), {}) if store.has("diagnosis") else {},
        lines=_lines(store, clauses["V.baseline"].numbers["window_days"]),
        endpoints=store.rows("endpoints"),
        mrd=store.rows("mrd"),
        mrd_status=store.table_if_there("mrd_status"),
        relapses=store.table_if_there("relapse"),
        refractory=store.rows("refractoriness") if store.has("refractoriness") else [],
        risks=store.table_if_there("precursor_risk"),
        precursors=store.table_if_there("precursor_course"),
        adverse_events=store.table_if_there("adverse_events", "onset_on, event, grade nulls last, row_number"),
        frailty=store.table_if_there("frailty", "line nulls first, model desc"),
        car_t=store.table_if_there("car_t_eligibility", "visit_date")[-1:],
        al_transplant=store.table_if_there("al_transplant"),
        al_poems_visits=store.table_if_there("al_poems_visits"),
        poems_transplant=store.table_if_there("poems_transplant"),
        marrows=store.rows("marrows"),
        series=store.rows("series"),
        transplants=store.table_if_there("transplant"),
        unread=store.rows("unread"),
        reported={(row["visit_date"], row["analyte"]): row for row in store.rows("reported")},
        clauses=clauses,
        run=store.rows("run")[0],
    )


def _lines(store: _Store, window_days: int) -> list[Line]:
    visits, phases = store.rows("visits"), store.rows("treatments")
    baselines = store.rows("baselines", window_days=window_days)

    def of(rows: list[Row], line: int) -> list[Row]:
        return [row for row in rows if row["line"] == line]

    return [
        Line(row, of(visits, row["line"]), of(phases, row["line"]), {b["test"]: b for b in of(baselines, row["line"])})
        for row in store.rows("lines")
    ]
