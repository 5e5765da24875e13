"""What a run takes of the extract as a whole: the cut-off, and whether assessments are a log of progressions."""

from __future__ import annotations

from typing import Any

import duckdb
import polars as pl

from flows.history.as_of import past_run
from flows.intake.registry import load_cutoff, load_epoch, load_registry
from flows.job import Job
from transforms.follow_up import DATED, Declared, cutoff_of
from transforms.intake.contracts import CONTRACTS, dtypes


def declared(connection: duckdb.DuckDBPyConnection, job: Job) -> Declared:
    """As registry.toml says it, the cut-off else as the patients' dates have it (where these are invented, none); of a
    look back, as that run had it."""
    if job.as_of:
        past = past_run(job.input, job.as_of)
        return Declared(past["cutoff"], past["is_log"], past["dates_invented"])
    sections = load_registry(job.configuration.registry, job.input).get("assessments", ())
    is_log = any(of.records == "progressions" for of in sections)
    if load_epoch(job.configuration.registry, job.input):
        return Declared(None, is_log, dates_invented=True)
    cutoff = load_cutoff(job.configuration.registry, job.input) or _by_the_patients(connection, job)
    return Declared(cutoff, is_log)


def _by_the_patients(connection: duckdb.DuckDBPyConnection, job: Job) -> Any:
    rows = " union all ".join(f"select max({column}) as dated from {name}" for name, column in DATED.items())
    [(latest_row,)] = connection.execute(f"select max(dated) from ({rows})").fetchall()
    patients = connection.sql("select last_contact_date, death_date from patients").pl()
    return cutoff_of(patients, latest_row, job.edition["OS"].alone_years)


def said(connection: duckdb.DuckDBPyConnection, whole: Declared) -> dict[str, Any]:
    """What `run.json` says of it: the cut-off, the rows after it, and whether nothing but progressions is recorded and
    nothing declared.
    """
    days = {name: [column for column, kind in dtypes(name).items() if kind == pl.Date] for name in CONTRACTS}
    days["patients"] = ["last_contact_date", "death_date"]
    rows = " union all ".join(
        f"select greatest({', '.join(names)}) as dated from {name}" for name, names in days.items()
    )
    [(after,)] = connection.execute(
        f"select count(*) from ({rows}) where dated > $cutoff::date",
        {"cutoff": whole.cutoff},
    ).fetchall()
    [(only_progressions,)] = connection.execute(
        "select coalesce(bool_and(response = 'PD'), false) from assessments"
    ).fetchall()
    return {
        "cutoff": whole.cutoff.isoformat() if whole.cutoff else None,
        "dates_invented": whole.dates_invented,
        "rows_after_cutoff": after,
        "only_progressions_recorded": only_progressions and not whole.is_log,
    }
