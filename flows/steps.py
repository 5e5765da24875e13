"""The steps of the batch job, as plain functions of a `Job`: paths and settings in, counts out, never a frame."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Any

from flows.audit.again import asked_again
from flows.audit.change import compare_with_last
from flows.audit.indicators import failing
from flows.audit.measure import measure
from flows.database import connect, create_tables, empty, export_tables, insert_frames, rows_in, transaction
from flows.endings import unwritten
from flows.engines.all_shards import derive_all
from flows.engines.work import Work
from flows.history import changes
from flows.history.as_of import ingest_as_of
from flows.history.carried import (
    asks_only_changed,
    begin_with,
    carry_exports,
    carry_page,
    contents_of,
    derives_all,
    is_read,
    is_repeated,
    page_said,
    without_changed,
)
from flows.history.delta import REMOVED, take_changes
from flows.history.log import create_log
from flows.history.moved import find_moved
from flows.history.reread import IN_PLACES, note_texts, read_changed
from flows.history.runs import insert_criteria, runs
from flows.intake.arrival import stays_unchanged
from flows.intake.ingest import read_all, survey
from flows.intake.losses import losses
from flows.intake.registry import load_registry
from flows.intake.texts import texts_of
from flows.job import Job
from flows.schema import carried_by, exported, filled_by
from flows.store import StoreError
from flows.summing import sum_up
from transforms.follow_up import Declared

CHANGED = "changed_patient where change <> 'removed'"
LAB_ROWS_PER_SHARD = 1_500_000  # three shards are held at once: one is read, one derived, one stored


def ingest(job: Job) -> dict[str, Any]:
    """Files to validated tables; what is refused goes to quarantine.

    A delivery of changes is made whole from the last run; a store to look back in stands in place of files. Raises
    ExtractError, RegistryError, StoreError.
    """
    unchanged = nullcontext() if job.as_of else stays_unchanged(job.input)
    if job.goes_on:
        begin_with(_existing(job.last), job.database)
    with unchanged, connect(job.database) as connection:
        if not job.goes_on:
            create_tables(connection)
            create_log(connection)
        known = _look_back(connection, job) if job.as_of else _take_delivery(connection, job)
        files = connection.execute(
            'select source_file, "table", rows_read, rows_accepted, rows_quarantined, cells_set_aside, rows_filtered'
            " from source_file order by all"
        ).fetchall()
        rules = connection.execute(
            "select rule, count(*), count(*) filter (row_kept) from quarantine group by rule order by rule"
        ).fetchall()
        repairs = connection.execute(
            "select rule, sum(cells)::bigint from repair group by rule order by rule"
        ).fetchall()
        lost = losses(connection, job.configuration.limits.refused_patients)
    _write_link(job)
    names = [
        "source_file",
        "table",
        "rows_read",
        "rows_accepted",
        "rows_quarantined",
        "cells_set_aside",
        "rows_filtered",
    ]
    return {
        "files": [dict(zip(names, row, strict=True)) for row in files],
        "quarantine_entries": {rule: entries for rule, entries, _ in rules},
        "losses": lost,
        "set_aside_entries": {rule: cells for rule, _, cells in rules if cells},
        "repairs": dict(repairs),
        **known,
        "rows": {"rows read": sum(file[2] for file in files)},
    }


def _look_back(connection: Any, job: Job) -> dict[str, Any]:
    assert job.as_of
    ingest_as_of(connection, job.input, job.as_of)
    return {"registry": [], "unknown_columns": {}, "ignored_files": [], "removed_not_found": 0}


def _take_delivery(connection: Any, job: Job) -> dict[str, Any]:
    """Read the extract, or of it what is other than in the last one; where that is nothing, the tables stay."""
    limits = job.configuration.limits
    mappings = load_registry(job.configuration.registry, job.input)
    found = survey(job.input, mappings, limits)
    contents = {} if job.pseudonyms else contents_of(found.files, limits)
    empty(connection, ("reread_patient",))
    not_found = 0
    if job.delta:
        delivered = job.folder / "delivery.duckdb"
        with connect(delivered) as apart:
            read_all(apart, found, contents=contents, pseudonyms=job.pseudonyms)
        not_found = take_changes(connection, delivered, job.input, job.pseudonyms)
        delivered.unlink()
        note_texts(connection, None)
    elif not is_read(connection, contents):
        texts = texts_of(found.files) if contents else None
        changed = job.folder / "changed.duckdb"
        goes_on = bool(texts and job.goes_on and read_changed(connection, found, texts, contents, changed))
        if not goes_on:
            empty(connection, (*filled_by("ingest"), *IN_PLACES))
        note_texts(connection, texts)
        del texts  # something of every row, which is let go before all are read
        if not goes_on:
            read_all(connection, found, contents=contents, pseudonyms=job.pseudonyms)
    return {
        "registry": sorted(mappings),
        "unknown_columns": found.unknown_columns,
        "ignored_files": [name for name in found.ignored_files if not job.delta or name != REMOVED],
        "removed_not_found": not_found,
    }


def _write_link(job: Job) -> None:
    link = job.pseudonymise.link if job.pseudonymise else None
    if job.pseudonyms and link:
        try:
            job.pseudonyms.write_link(link)
        except OSError as error:
            raise StoreError(f"{link}: the link table {unwritten(error.errno)}") from None


def find_changes(job: Job) -> dict[str, Any]:
    """Which patients have other rows than in the last run; what went and what came is kept in the log."""
    with connect(job.database) as connection:
        insert_criteria(connection, job.edition)
        return changes.find_changes(connection, job)


def derive(job: Job) -> dict[str, Any]:
    """Validated tables to stages, lines, visits and times to events, by shards of whole patients. Raises EngineError.

    Only of the patients that changed, where what the last run derived of the others still stands.
    """
    with connect(job.database) as connection:
        only_changed = not derives_all(connection)
        work = _work(connection, job, patients_in=CHANGED if only_changed else None)
        with transaction(connection):
            if only_changed:
                without_changed(connection, filled_by("derive"))
            else:
                empty(connection, filled_by("derive"))
            if work.shards:
                derive_all(connection, work, job.engine, job.folder)
        return {"shards": work.shards, "rows": rows_in(connection, filled_by("derive"))}


def _work(connection: Any, job: Job, patients_in: str | None) -> Work:
    """What is to be derived: shards of whole patients, bounded in size; none if no patient is to be derived."""
    chosen = f"where patient_id in (select patient_id from {patients_in})" if patients_in else ""
    [(patients,)] = connection.execute(f"select count(*) from patients {chosen}").fetchall()
    [(lab_rows,)] = connection.execute(f"select count(*) from labs {chosen}").fetchall()
    shards = job.engine.shards(lab_rows, LAB_ROWS_PER_SHARD) if patients or not patients_in else 0
    run = runs(connection)[0]
    whole = Declared(run["cutoff"], run["is_log"], run["dates_invented"])
    return Work(shards, job.configuration.criteria, job.configuration.settings, whole, patients_in)


def outcomes(job: Job) -> dict[str, Any]:
    """Times to events to survival curves by what is known at the start; the last run's, if of the same times."""
    return {"rows": sum_up(job, "outcomes")}


def models(job: Job) -> dict[str, Any]:
    """Hazard ratios, competing risks, and what is only known later: from landmarks and as time-varying covariate; the
    last run's, if they are of the same.

    And how the progression of precursors compares with their predicted risk.
    """
    return {"rows": sum_up(job, "models")}


def audit(job: Job) -> dict[str, Any]:
    """Indicators of the quality audit, checks of the data, agreement with the clinic, and what moved since the last
    run.
    """
    moved = find_moved(job.last, job.database) if job.last else None
    with connect(job.database) as connection:
        against_last = tuple(set(filled_by("audit")) - set(carried_by("audit")))
        repeated = bool(job.last) and is_repeated(connection, _existing(job.last))
        only_changed = job.goes_on and asks_only_changed(connection)
        goes_on = repeated or only_changed
        empty(connection, against_last if goes_on else filled_by("audit"))
        if moved is not None:
            insert_frames(connection, {"moved": moved})
        if not repeated:
            with asked_again(connection, _existing(job.last)) if only_changed else nullcontext() as again:
                measure(connection, job.edition, again)
        compare_with_last(connection, job.last, job.edition)
        counted = ("quality_indicator", "data_check", "agreement_review")
        return {
            "failed": failing(connection, job.configuration.fail_on),
            "moved": moved.to_dicts() if moved is not None else [],
            "rows": rows_in(connection, counted),
        }


def export(job: Job) -> dict[str, Any]:
    """The tables out as Parquet files."""
    folder = job.folder / "exports"
    with connect(job.database) as connection:
        if job.last and is_repeated(connection, job.last) and carry_exports(job.last, folder, exported()):
            return {"rows": rows_in(connection, exported())}
        return {"rows": export_tables(connection, folder)}


def report(job: Job) -> dict[str, Any]:
    """The page, from what is stored; the last run's, where nothing of it is other."""
    page, lang = job.folder / "report" / "index.html", job.configuration.lang
    if job.last:
        with connect(job.database, read_only=True) as connection:
            if carry_page(connection, job.last, page, lang):
                return page_said(page, lang)
    from flows.report import write_report  # what draws takes long to load: workers and failing runs do without

    return page_said(write_report(job.database, page.parent, lang=lang), lang)


def _existing(database: Path | None) -> Path:
    if database is None:
        raise RuntimeError("nothing to carry over from; this is a mistake of the program")
    return database
