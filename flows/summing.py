"""What is summed up over all patients: survival and models. Read from the database, computed apart from it, and stored.

To compute takes no database, so a run does it in a thread while its audit asks: the one is Python's work, the other
DuckDB's.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from functools import cache, partial
from threading import Thread
from typing import Any

from flows.database import connect, empty, insert_frames, rows_in
from flows.history.made_of import still_stands
from flows.history.runs import runs
from flows.job import Frames, Job, Sum
from flows.schema import filled_by
from transforms.models import models
from transforms.numbered import ids_of, numbered
from transforms.precursors import calibration
from transforms.survival import NEEDED, line_strata, survival
from transforms.survival.strata import PERIOD

STEPS = ("outcomes", "models")


def _whole(*tables: str) -> dict[str, str]:
    return {table: f"from {table}" for table in tables}


def _as_read(*tables: str) -> dict[str, str]:
    return {table: f"select * exclude (source_file, row_number) from {table}" for table in tables}


# What summaries are given as each table: whatever changes besides leaves them as they are.
_CURVES_OF = _whole("time_to_event", "staging", *NEEDED) | _as_read("patients")
_MODELS_OF = (
    _whole("time_to_event", "staging", "lines", "mrd_status", "transplant")
    | _as_read("patients")
    | {"visits": "select patient_id, line, visit_date, response, flags from visits where line = 1"}
)
_CALIBRATED = _whole("precursor_risk", "precursor_course") | _as_read("patients")
_EVENTS_OF = _whole("given_drug", "given_care") | _as_read("adverse_events", "refused_row")


def begin_sums(job: Job) -> Job:
    """The job with its sums begun in a thread; the steps that store them wait for them."""
    with connect(job.database) as connection:
        read = _reader(connection)
        sums = {step: _sum_of(connection, job, step, read) for step in STEPS}
    begun = {step: (Future[Frames](), compute) for step, compute in sums.items() if compute}
    # a daemon, so who stops a run need not wait for it
    Thread(target=_compute, args=[list(begun.values())], daemon=True).start()
    return replace(job, sums={step: begun[step][0].result if step in begun else None for step in STEPS})


def _compute(sums: list[tuple[Future[Frames], Sum]]) -> None:
    while sums:  # what a sum was given is let go before the next
        future, compute = sums.pop(0)
        try:
            future.set_result(compute())
        except BaseException as error:  # raised where the result is asked for
            future.set_exception(error)
        del compute


def sum_up(job: Job, step: str) -> dict[str, int]:
    """Fill the tables of a step, or leave them where the last run's still stand; return their numbers of rows."""
    with connect(job.database) as connection:
        compute = job.sums[step] if step in job.sums else _sum_of(connection, job, step, _reader(connection))
        if compute:
            frames = compute()
            empty(connection, filled_by(step))
            _insert(connection, frames)
        return rows_in(connection, filled_by(step))


def _reader(connection: Any) -> Callable[[str], Any]:
    """Reads what a query finds, with patients by number; what two sums need is read, and held, once."""

    @cache
    def ids() -> Any:
        return ids_of(connection.sql("select patient_id from patients").pl()["patient_id"])

    @cache
    def read(query: str) -> Any:
        return numbered(connection.sql(query).pl(), ids())

    return read


def _sum_of(connection: Any, job: Job, step: str, read: Callable[[str], Any]) -> Sum | None:
    """What computes the tables of a step, with all that it needs; None where the last run's still stand."""
    of, compute = _CURVES_OF, _curves
    if step == "models":
        with_events = gives_events(connection) or (job.delta and _had_events(connection))
        of, compute = {**_MODELS_OF, **_CALIBRATED, **(_EVENTS_OF if with_events else {})}, _fitted
    if still_stands(connection, step, of) and job.goes_on:
        return None
    return partial(compute, {table: read(query) for table, query in of.items()})


def _curves(tables: Frames) -> Frames:
    summaries, curves = survival(tables["time_to_event"], tables["staging"], tables["patients"], line_strata(tables))
    return {"survival": summaries, "survival_curve": curves}


def _fitted(tables: Frames) -> Frames:
    return models(tables) | {"precursor_calibration": calibration(*(tables[table] for table in _CALIBRATED))}


def gives_events(connection: Any) -> bool:
    """Whether the extract has a table of adverse events, be it empty: without one nothing says that none happened.

    A select that finds none says neither: what it asks may not be in the extract.
    """
    [(there,)] = connection.execute(
        "select exists (from adverse_events) or exists (from source_file"
        " where \"table\" = 'adverse_events' and not ends_with(source_file, '.sql'))"
    ).fetchall()
    return bool(there)


def _had_events(connection: Any) -> bool:
    """Whether the last run, of which this one is a copy, was given a table of adverse events."""
    [(there,)] = connection.execute("select exists (from event_incidence where analysis = 'second_primary')").fetchall()
    return bool(there)


def _insert(connection: Any, frames: Frames) -> None:
    """Of dates that are invented no calendar period is one."""
    invented = runs(connection)[0]["dates_invented"]
    periods = {name for name, frame in frames.items() if invented and "stratum_by" in frame.columns}
    kept = {name: frames[name].filter(frames[name]["stratum_by"] != PERIOD) for name in periods}
    insert_frames(connection, {**frames, **kept})
