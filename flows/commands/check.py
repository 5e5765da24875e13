"""`mspike check`: what a run would refuse and repair of an extract, and how to correct it; no store is written."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import duckdb
import polars as pl

from flows.commands import job_options, options
from flows.commands.check_answers import answer_lines
from flows.commands.run_summary import filtered_lines, profile_lines
from flows.database import connect
from flows.endings import NEEDS_ATTENTION, stop
from flows.intake.discovery import discover
from flows.intake.ingest import Ingested, ingest
from flows.intake.losses import as_sentence, losses
from flows.intake.reading import ExtractError, columns_of, surveyed
from flows.intake.registry import load_registry
from flows.intake.unknown_drugs import unknown_drug_lines
from flows.intake.unread import unread_lines
from flows.settings.config import Config, load_config
from flows.settings.suggestions import near
from flows.sql_files import SQL
from transforms.drugs import TEXTS, unknown_drugs
from transforms.intake.code_systems import code_system
from transforms.intake.contracts import KNOWN_ANALYTES, dtypes
from transforms.intake.repairs import repair_rules

QUERIES = SQL / "check"
_MOST_CODES = 20


@click.command()
@click.argument("extract", type=options.PATH)
@click.option(
    "--registry", type=options.PATH, help="TOML file of the site's own names (default: registry.toml of EXTRACT)."
)
@job_options.PROFILE
@click.option("--config", type=options.PATH, help="TOML file with the settings of the run.")
@click.option("--strict", is_flag=True, help="Exit status 3 where anything would be refused.")
def check(extract: Path, registry: Path | None, profile: str | None, config: Path | None, strict: bool) -> None:
    """Validate EXTRACT without running it: what would be refused, by rule, and how to correct it.

    Prints counts and the contract's words, never a patient's value. Exit status: 0 a run would go through, 1 it would
    not, 2 unusable configuration or registry.toml, 3 rows break a rule that the configuration calls fatal, or more than
    a tenth of patients (refused_patients of [limits]) would be refused.
    """

    settings = load_config(config).with_registry(registry, profile)
    mappings = load_registry(settings.registry, extract)
    if broken := list(_broken_files(extract, mappings, settings)):
        stop(broken)
    refused, lost = _ingested(extract, mappings, settings)
    for line in profile_lines(settings.profile.name if settings.profile else None):
        click.echo(line)
    if lost:
        stop(lost, NEEDS_ATTENTION)
    fatal = sorted(refused if strict else refused & set(settings.fatal_rules))
    if fatal:
        stop(
            f"the extract breaks rules that are fatal: {', '.join(fatal)}; correct them as shown above", NEEDS_ATTENTION
        )


def _broken_files(extract: Path, mappings: dict[str, Any], settings: Config) -> Iterator[str]:
    """Every file that a run would stop at, not only the first."""
    files, _ = discover(extract, mappings)
    for file in files:
        try:
            columns_of(surveyed(file, settings.limits))
        except ExtractError as error:
            yield str(error)


def _ingested(extract: Path, mappings: dict[str, Any], settings: Config) -> tuple[set[str], str]:
    """Ingest into a database that is thrown away, print what came of it, and return the rules that are broken, and what
    of a needed table is lost, if too much.
    """
    with (
        tempfile.TemporaryDirectory(prefix="mspike-check-") as folder,
        connect(Path(folder) / "check.db") as connection,
    ):
        ingested = ingest(extract, connection, mappings, settings.limits)
        for line in _lines(connection, ingested, mappings):
            click.echo(line)
        for line in answer_lines(connection, settings):
            click.echo(line)
        lost = losses(connection, settings.limits.refused_patients)
        rules = {rule for (rule,) in connection.execute("select distinct rule from quarantine").fetchall()}
        return rules, "; ".join(map(as_sentence, lost))


def _lines(connection: duckdb.DuckDBPyConnection, ingested: Ingested, mappings: dict[str, Any]) -> Iterator[str]:
    width = max([28, *(len(file.source_file) for file in ingested.files)])
    yield f"{'file':<{width}} {'read':>10} {'accepted':>10} {'refused':>10} {'cells set aside':>16}"
    for file in ingested.files:
        counts = f"{file.rows_read:>10,} {file.rows_accepted:>10,} {file.rows_quarantined:>10,}"
        yield f"{file.source_file:<{width}} {counts} {file.cells_set_aside:>16,}"
    yield from filtered_lines([asdict(file) for file in ingested.files])
    yield from _section("would be refused", _broken(connection, row_kept=False))
    yield from _section("cells that would be set aside, while their rows stay", _broken(connection, row_kept=True))
    repairs = connection.execute((QUERIES / "repaired.sql").read_text(encoding="utf-8")).fetchall()
    mended = (f"{place}: {cells:,} by {rule}: {repair_rules()[rule]}" for place, rule, cells in repairs)
    yield from _section("would be repaired", mended)
    yield from _section("columns unknown to the contract, omitted", _unknown(ingested))
    yield from _section("files and sheets that no table is read from", unread_lines(ingested.ignored_files))
    _find_unknown_drugs(connection)
    title = "names of drugs that the vocabulary does not know, so that what they could change is unknown"
    yield from _section(title, unknown_drug_lines(connection))
    [(empty,)] = connection.execute((QUERIES / "no_results.sql").read_text(encoding="utf-8")).fetchall()
    if empty:
        yield ""
        yield f"laboratory rows without a result: {empty:,}; say which column has them in registry.toml (columns.value)"
    known = pl.DataFrame({"analyte": KNOWN_ANALYTES})
    connection.register("known_analyte", known)
    [(rows, names)] = connection.execute((QUERIES / "other_analytes.sql").read_text(encoding="utf-8")).fetchall()
    if rows:
        yield ""
        yield f"laboratory rows of {names:,} analytes that no rule reads: {rows:,}; map their names in registry.toml"
        yield from _unread_codes(connection, mappings)


def _unread_codes(connection: duckdb.DuckDBPyConnection, mappings: dict[str, Any]) -> Iterator[str]:
    """By code, the commonest of those that no rule reads; a name of no code's form is not shown."""
    systems = {section.code_system for section in mappings.get("labs", ()) if section.code_system}
    if not systems:
        return
    form = "|".join(f"(?:{code_system(name).form})" for name in sorted(systems))
    query = (QUERIES / "unread_codes.sql").read_text(encoding="utf-8")
    for code, rows in connection.execute(query, {"form": form, "most": _MOST_CODES}).fetchall():
        yield f"  {code}: {rows:,} {'row' if rows == 1 else 'rows'}"


def _find_unknown_drugs(connection: duckdb.DuckDBPyConnection) -> None:
    """As a run derives them."""
    texts = {table: connection.sql(f"select patient_id, {column} from {table}") for table, column in TEXTS.items()}
    found = unknown_drugs({table: rows.pl().lazy() for table, rows in texts.items()}).collect()
    connection.register("unknown_drug", found)


def _section(title: str, lines: Any) -> Iterator[str]:
    found = list(lines)
    if found:
        yield ""
        yield f"{title}:"
        yield from (f"  {line}" for line in found)


def _broken(connection: duckdb.DuckDBPyConnection, *, row_kept: bool) -> Iterator[str]:
    for place, rule, rows, kinds, reason in connection.execute(
        (QUERIES / "refused.sql").read_text(encoding="utf-8"), {"row_kept": row_kept}
    ).fetchall():
        yield f"{place}: {rows:,} {'row' if rows == 1 else 'rows'}, {rule}: found {kinds}; {reason}"


def _unknown(ingested: Ingested) -> Iterator[str]:
    """By file, how many, and which of the contract's columns they may be: their names may be anything."""
    for file, columns in ingested.unknown_columns.items():
        tables = {of.table for of in ingested.files if of.source_file == file or of.source_file.startswith(f"{file} [")}
        known = [name for table in sorted(tables) for name in dtypes(table)]
        hints = [f"{name!r}: {near(name, known)}" for name in columns if near(name, known)]
        yield f"{file}: {len(columns):,}" + (f" ({'; '.join(hints)})" if hints else "")
