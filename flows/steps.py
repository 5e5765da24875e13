"""The steps of the batch job, as plain functions of a `Build`: paths and settings in, counts out, never a frame."""

from __future__ import annotations

import json
import platform
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from flows.config import Config
from flows.engines import EMBEDDED, Engine, Work, derive_all
from flows.store import connect, create_tables, export_tables, insert_frames, transaction
from rules.criterion import Edition, load_edition, load_sources

LAB_ROWS_PER_SHARD = 2_000_000  # about 1 GiB at the widest point of the derivation


@dataclass(frozen=True)
class Build:
    """What every step needs to know: the extract, the folder being built, the run's configuration, the database of
    the store's last complete run (None: there was none), and what derives.
    """

    extract: Path
    folder: Path
    config: Config
    last: Path | None = None
    engine: Engine = EMBEDDED

    @property
    def database(self) -> Path:
        """The DuckDB file being built."""
        return self.folder / "registry.duckdb"

    @property
    def edition(self) -> Edition:
        """The edition with this run's settings."""
        return load_edition(self.config.criteria, self.config.settings)


def ingest(build: Build) -> dict[str, Any]:
    """Files to validated tables; what is refused goes to quarantine. Raises ExtractError."""
    from flows.ingest import ingest as ingest_extract

    with connect(build.database) as connection:
        create_tables(connection)
        _describe_run(connection, build)
        ingested = ingest_extract(build.extract, connection)
        files = connection.execute(
            'select source_file, "table", rows_read, rows_accepted, rows_quarantined from source_file order by all'
        ).fetchall()
        rules = connection.execute("select rule, count(*) from quarantine group by rule order by rule").fetchall()
    names = ["source_file", "table", "rows_read", "rows_accepted", "rows_quarantined"]
    return {
        "files": [dict(zip(names, row, strict=True)) for row in files],
        "quarantine_entries": dict(rules),
        "unknown_columns": ingested.unknown_columns,
        "ignored_files": ingested.ignored_files,
        "rows": {"rows read": sum(file.rows_read for file in ingested.files)},
    }


def derive(build: Build) -> dict[str, Any]:
    """Validated tables to stages, lines, visits and times to events, by whole patients. Raises EngineError."""
    with connect(build.database) as connection, transaction(connection):
        [(lab_rows,)] = connection.execute("select count(*) from labs").fetchall()
        [(has_assessments,)] = connection.execute("select count(*) > 0 from assessments").fetchall()
        shards = build.engine.shards(lab_rows, LAB_ROWS_PER_SHARD)
        work = Work(shards, build.config.criteria, build.config.settings, has_assessments)
        counts = derive_all(connection, work, build.engine, build.folder)
    return {"shards": shards, "rows": counts}


def outcomes(build: Build) -> dict[str, Any]:
    """Times to events to survival curves by what is known at the start."""
    from transforms.survival import survival

    with connect(build.database) as connection:
        computed = survival(*_frames(connection, "time_to_event", "staging", "patients").values())
        return {"rows": insert_frames(connection, dict(zip(("survival", "survival_curve"), computed, strict=True)))}


def models(build: Build) -> dict[str, Any]:
    """Hazard ratios, competing risks, and what is only known later: from landmarks and as time-varying covariate."""
    from transforms.models import models as fit_models

    needed = ("time_to_event", "staging", "patients", "lines", "visits", "mrd_status", "treatments")
    with connect(build.database) as connection:
        return {"rows": insert_frames(connection, fit_models(_frames(connection, *needed)))}


def audit(build: Build) -> dict[str, Any]:
    """Indicators of the quality audit, checks of the data, agreement with the clinic, and what changed."""
    from flows.audit.agreement import compare_responses
    from flows.audit.bars import failing
    from flows.audit.change import compare_with_last
    from flows.audit.checks import check_data
    from flows.audit.indicators import measure_indicators

    with connect(build.database) as connection:
        measure_indicators(connection, build.edition)
        check_data(connection, build.edition)
        compare_responses(connection, build.edition)
        compare_with_last(connection, build.last, build.edition)
        counted = ("quality_indicator", "data_check", "agreement_review")
        return {
            "failed": failing(connection, build.config.fail_on),
            "rows": {name: connection.table(name).shape[0] for name in counted},
        }


def export(build: Build) -> dict[str, Any]:
    """The tables out as Parquet files."""
    with connect(build.database) as connection:
        return {"rows": export_tables(connection, build.folder / "exports")}


def report(build: Build) -> dict[str, Any]:
    """The page, from what is stored."""
    from flows.report import write_report

    return {"page": write_report(build.database, build.folder / "report", lang=build.config.lang).name}


def _frames(connection: Any, *tables: str) -> dict[str, Any]:
    return {name: connection.sql(f"select * from {name}").pl() for name in tables}


def _describe_run(connection: Any, build: Build) -> None:
    settings = json.dumps(build.edition.settings(), sort_keys=True)
    libraries = ("polars", "duckdb", "pandera", "lifelines")
    versions = json.dumps({"python": platform.python_version(), **{name: version(name) for name in libraries}})
    connection.execute(
        "insert into run values (?, ?, ?, ?)", [build.config.criteria, version("mspike"), settings, versions]
    )
    citations = load_sources()
    for clause in build.edition.criteria.values():
        numbers = json.dumps(dict(clause.numbers), sort_keys=True)
        connection.execute(
            "insert into criterion values (?, ?, ?, ?, ?, ?, ?)",
            [
                clause.id,
                clause.states,
                numbers,
                clause.source,
                citations[clause.source],
                clause.decision or None,
                json.dumps(dict(clause.about), sort_keys=True) if clause.about else None,
            ],
        )
