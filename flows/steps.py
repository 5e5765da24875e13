"""The steps of the batch job, as plain functions of a `Build`: paths and settings in, counts out, never a frame."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from flows.engines.derive import derive_all
from flows.engines.engine import EMBEDDED, Engine
from flows.engines.work import Work
from flows.history.log import create_log
from flows.history.runs import attach, has_assessments, insert_criteria
from flows.privacy.pseudonyms import Pseudonyms
from flows.settings.config import Config
from flows.store import EXPORTS, StoreError, connect, create_tables, export_tables, insert_frames, transaction
from rules.criterion import Edition, load_edition

DERIVED = (
    *("staging", "diagnosis", "diagnosis_evidence", "diagnosis_disagreement"),
    *("lines", "visits", "visit_evidence", "mrd_status", "time_to_event", "pfs_by_censoring"),
    *("given_drug", "given_care", "unknown_drug", "refractoriness", "refractory_level", "transplant", "relapse"),
    "car_t_eligibility",
    *("frailty", "al_transplant", "al_poems_visits", "precursor_risk", "precursor_course"),
)
OUTCOMES = ("survival", "survival_curve")
MODELS = (
    "hazard_ratio",
    "cumulative_incidence",
    "competing_risk_test",
    "landmark",
    "landmark_curve",
    "time_varying",
    "time_varying_curve",
    "precursor_calibration",
)
CHANGED = "changed_patient where change <> 'removed'"
LAB_ROWS_PER_SHARD = 2_000_000  # about 1 GiB at the widest point of the derivation


@dataclass(frozen=True)
class Build:
    """What every step needs to know: the extract, the folder being built, the run's configuration, the database of
    the store's last complete run (None: there was none, or this version can't read it), and what derives.

    `full`: read and derive everything, whether changed or not. `delta`: the extract has only patients that changed,
    whole. `as_of`: the extract is a store, of which is taken what it knew on that day. `pseudonyms` (None: ids are
    kept): their table goes to `link`.
    """

    extract: Path
    folder: Path
    config: Config
    last: Path | None = None
    full: bool = False
    delta: bool = False
    as_of: date | None = None
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    engine: Engine = EMBEDDED
    pseudonyms: Pseudonyms | None = None
    link: Path | None = None

    @property
    def database(self) -> Path:
        """The DuckDB file being built."""
        return self.folder / "registry.duckdb"

    @property
    def edition(self) -> Edition:
        """The edition with this run's settings."""
        return load_edition(self.config.criteria, self.config.settings)


def ingest(build: Build) -> dict[str, Any]:
    """Files to validated tables; what is refused goes to quarantine.

    A delivery of changes is made whole from the last run; a store to look back in stands in place of files. Raises
    ExtractError, RegistryError, StoreError.
    """
    from flows.intake.arrival import stays_unchanged

    unchanged = nullcontext() if build.as_of else stays_unchanged(build.extract)
    with unchanged, connect(build.database) as connection:
        create_tables(connection)
        create_log(connection)
        told = _look_back(connection, build) if build.as_of else _take_delivery(connection, build)
        files = connection.execute(
            'select source_file, "table", rows_read, rows_accepted, rows_quarantined, cells_set_aside from source_file'
            " order by all"
        ).fetchall()
        rules = connection.execute(
            "select rule, count(*), count(*) filter (row_kept) from quarantine group by rule order by rule"
        ).fetchall()
        repairs = connection.execute(
            "select rule, sum(cells)::bigint from repair group by rule order by rule"
        ).fetchall()
    _write_link(build)
    names = ["source_file", "table", "rows_read", "rows_accepted", "rows_quarantined", "cells_set_aside"]
    return {
        "files": [dict(zip(names, row, strict=True)) for row in files],
        "quarantine_entries": {rule: entries for rule, entries, _ in rules},
        "set_aside_entries": {rule: cells for rule, _, cells in rules if cells},
        "repairs": dict(repairs),
        **told,
        "rows": {"rows read": sum(file[2] for file in files)},
    }


def _look_back(connection: Any, build: Build) -> dict[str, Any]:
    from flows.history.as_of import ingest_as_of

    assert build.as_of
    ingest_as_of(connection, build.extract, build.as_of)
    return {"registry": [], "unknown_columns": {}, "ignored_files": []}


def _take_delivery(connection: Any, build: Build) -> dict[str, Any]:
    from flows.history.delta import REMOVED, add_rest
    from flows.intake.ingest import ingest as ingest_extract
    from flows.intake.registry import load_registry

    mappings = load_registry(build.config.registry, build.extract)
    last = None if build.full or build.delta else build.last
    ingested = ingest_extract(
        build.extract, connection, mappings, build.config.limits, pseudonyms=build.pseudonyms, last=last
    )
    if build.delta:
        add_rest(connection, build.extract, _existing(build.last), build.pseudonyms)
    return {
        "registry": sorted(mappings),
        "unknown_columns": ingested.unknown_columns,
        "ignored_files": [name for name in ingested.ignored_files if not build.delta or name != REMOVED],
    }


def _write_link(build: Build) -> None:
    if build.pseudonyms and build.link:
        try:
            build.pseudonyms.write_link(build.link)
        except OSError as error:
            raise StoreError(f"{build.link}: the link table can't be written ({error.strerror})") from None


def find_changes(build: Build) -> dict[str, Any]:
    """Which patients have other rows than in the last run; what went and what came is kept in the log."""
    from flows.history.changes import find_changes

    with connect(build.database) as connection:
        insert_criteria(connection, build.edition)
        return find_changes(connection, build)


def derive(build: Build) -> dict[str, Any]:
    """Validated tables to stages, lines, visits and times to events, by shards of whole patients. Raises EngineError.

    Only of the patients that changed, where what the last run derived of the others still stands.
    """
    from flows.history.changes import carry_derived, derives_all

    with connect(build.database) as connection:
        only_changed = not derives_all(connection)
        work = _work(connection, build, whom=CHANGED if only_changed else None)
        if only_changed:
            attach(connection, _existing(build.last), "last")
        with transaction(connection):
            if only_changed:
                carry_derived(connection, DERIVED, "last")
            if work.shards:
                derive_all(connection, work, build.engine, build.folder)
        counts = {name: connection.table(name).shape[0] for name in DERIVED}
    return {"shards": work.shards, "rows": counts}


def _work(connection: Any, build: Build, whom: str | None) -> Work:
    """What is to be derived: shards of whole patients, bounded in size; none where there is nobody to derive."""
    chosen = f"where patient_id in (select patient_id from {whom})" if whom else ""
    [(patients,)] = connection.execute(f"select count(*) from patients {chosen}").fetchall()
    [(lab_rows,)] = connection.execute(f"select count(*) from labs {chosen}").fetchall()
    shards = build.engine.shards(lab_rows, LAB_ROWS_PER_SHARD) if patients or not whom else 0
    return Work(shards, build.config.criteria, build.config.settings, has_assessments(connection), whom)


def outcomes(build: Build) -> dict[str, Any]:
    """Times to events to survival curves by what is known at the start."""
    from flows.history.changes import carry_whole, is_unchanged
    from transforms.survival import survival

    with connect(build.database) as connection:
        if is_unchanged(connection):
            attach(connection, _existing(build.last), "last")
            return {"rows": carry_whole(connection, OUTCOMES, "last")}
        computed = survival(*_frames(connection, "time_to_event", "staging", "patients").values())
        return {"rows": insert_frames(connection, dict(zip(OUTCOMES, computed, strict=True)))}


def models(build: Build) -> dict[str, Any]:
    """Hazard ratios, competing risks, and what is only known later: from landmarks and as time-varying covariate.

    And how far the progression of precursors is what their risk foretold.
    """
    from flows.history.changes import carry_whole, is_unchanged
    from transforms.models import models as fit_models
    from transforms.precursors import calibration

    needed = ("time_to_event", "staging", "patients", "lines", "visits", "mrd_status", "transplant")
    with connect(build.database) as connection:
        if is_unchanged(connection):
            attach(connection, _existing(build.last), "last")
            return {"rows": carry_whole(connection, MODELS, "last")}
        calibrated = calibration(*_frames(connection, "precursor_risk", "precursor_course", "patients").values())
        fitted = fit_models(_frames(connection, *needed)) | {"precursor_calibration": calibrated}
        return {"rows": insert_frames(connection, fitted)}


def audit(build: Build) -> dict[str, Any]:
    """Indicators of the quality audit, checks of the data, agreement with the clinic, and what moved since the last
    run.
    """
    from flows.audit.agreement import compare_responses
    from flows.audit.change import compare_with_last
    from flows.audit.checks import check_data
    from flows.audit.indicators import measure_indicators
    from flows.history.carried import carry_audit
    from flows.history.moved import find_moved
    from flows.settings.bars import failing

    moved = find_moved(build.last, build.database) if build.last else None
    with connect(build.database) as connection:
        if moved is not None:
            insert_frames(connection, {"moved": moved})
        if not (build.last and carry_audit(connection, build.last)):
            measure_indicators(connection, build.edition)
            check_data(connection, build.edition)
            compare_responses(connection, build.edition)
        compare_with_last(connection, build.last, build.edition)
        counted = ("quality_indicator", "data_check", "agreement_review")
        return {
            "failed": failing(connection, build.config.fail_on),
            "moved": moved.to_dicts() if moved is not None else [],
            "rows": {name: connection.table(name).shape[0] for name in counted},
        }


def export(build: Build) -> dict[str, Any]:
    """The tables out as Parquet files."""
    from flows.history.carried import carry_exports

    folder = build.folder / "exports"
    with connect(build.database) as connection:
        if build.last and carry_exports(connection, build.last, folder):
            return {"rows": {table: connection.table(table).shape[0] for table in EXPORTS}}
        return {"rows": export_tables(connection, folder)}


def report(build: Build) -> dict[str, Any]:
    """The page, from what is stored."""
    from flows.report import write_report

    return {"page": write_report(build.database, build.folder / "report", lang=build.config.lang).name}


def _frames(connection: Any, *tables: str) -> dict[str, Any]:
    return {name: connection.sql(f"select * from {name}").pl() for name in tables}


def _existing(database: Path | None) -> Path:
    if database is None:
        raise RuntimeError("nothing to carry over from; this is a mistake of the program")
    return database
