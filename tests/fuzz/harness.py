"""Ingests what is messy and holds the promises: our own errors only, one line that says what to do, no row lost."""

from __future__ import annotations

import csv
import re
import signal
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import polars as pl

from flows.intake.discovery import discover
from flows.intake.ingest import ingest
from flows.intake.reading import DEFAULT_LIMITS, ExtractError, columns_of, read_batches, surveyed
from flows.intake.registry import load_registry
from flows.settings.config import ConfigError, load_config
from tests.fuzz import good
from transforms.intake.contracts import CONTRACTS, dtypes
from transforms.intake.parsing import trimmed, validated
from transforms.intake.repairs import repaired

SECONDS = 60  # for one ingest, on a machine busy with other work
# Advice follows a colon or semicolon, and says more than a word.
_MENDS = re.compile(r"[:;] .{8,}")


@contextmanager
def in_time(seconds: int = SECONDS) -> Iterator[None]:
    """Fails what hangs."""

    def stop(*_: object) -> None:
        raise TimeoutError(f"not done after {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def check_refusal(message: str) -> None:
    """A refusal is one line that says what to do."""
    assert "\n" not in message, message
    assert "\r" not in message, message
    assert _MENDS.search(message), message


def write(path: Path, rows: Sequence[dict[str, str]]) -> None:
    """Rows as a CSV file, quoted where they have to be."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\r\n")  # so that both are quoted within cells
        writer.writeheader()
        writer.writerows(rows)


def ingest_cells(folder: Path, table: str, rows: Sequence[dict[str, str]]) -> Counter[str]:
    """Ingest messy rows of a table: how many were refused, repaired (and accepted), and accepted as they were."""
    write(folder / "patients.csv", good.patients() + (list(rows) if table == "patients" else []))
    if table != "patients":
        write(folder / f"{table}.csv", rows)
    connection = duckdb.connect()
    with in_time():
        ingested = ingest(folder, connection)
    [count] = [file for file in ingested.files if file.table == table]
    own = len(good.patients()) if table == "patients" else 0
    assert count.rows_read == len(rows) + own
    assert count.rows_read == count.rows_accepted + count.rows_quarantined
    for (reason,) in connection.execute("select distinct reason from quarantine").fetchall():
        check_refusal(reason)
    aside = 'select count(distinct (row_number, "column")) from quarantine where row_kept and "table" = ?'
    named = f"select coalesce(sum(len(unreadable)), 0)::bigint from {table}"
    assert connection.execute(aside, [table]).fetchall() == [(count.cells_set_aside,)]
    assert connection.execute(named).fetchall()[0][0] >= count.cells_set_aside - _without_unit(connection)
    accepted = {number for (number,) in connection.execute(f"select row_number from {table}").fetchall()}
    mended = _mended(table, rows, own) & accepted
    return Counter(
        refused=count.rows_quarantined, repaired=len(mended), accepted=count.rows_accepted - len(mended) - own
    )


def _without_unit(connection: duckdb.DuckDBPyConnection) -> int:
    """Entries for want of a unit: there is no cell of that name, but those of its figures."""
    [(entries,)] = connection.execute("select count(*) from quarantine where rule = 'missing_unit'").fetchall()
    return int(entries)


def _mended(table: str, rows: Sequence[dict[str, str]], first: int) -> set[int]:
    frame = pl.DataFrame(list(rows), schema=dict.fromkeys(dtypes(table), pl.String))
    found = trimmed(frame.with_columns(row_number=pl.int_range(1, pl.len() + 1, dtype=pl.Int64) + first))
    plain, _ = repaired(table, found)
    is_other = pl.any_horizontal(pl.col(name).ne_missing(plain[name]) for name in dtypes(table))
    return set(found.filter(is_other)["row_number"])


def ingest_lines(folder: Path, table: str, lines: Iterable[str]) -> Counter[str]:
    """Ingest a file of messy lines: how many of its rows were refused and accepted."""
    write(folder / "patients.csv", good.patients())
    path = folder / f"{table}.csv"
    path.write_text("\n".join([",".join(dtypes(table)), *lines]) + "\n", encoding="utf-8", newline="")
    connection = duckdb.connect()
    try:
        with in_time():
            ingested = ingest(folder, connection)
    except ExtractError as error:
        check_refusal(str(error))
        return Counter(refused=1)
    [count] = [file for file in ingested.files if file.table == table]
    assert count.rows_read == count.rows_accepted + count.rows_quarantined
    return Counter(refused=count.rows_quarantined, accepted=count.rows_accepted)


def read_file(folder: Path, table: str, ending: str, content: bytes) -> str:
    """Read one file as ingest does, up to its rows by themselves: whether it was refused, repaired, or accepted."""
    for old in folder.iterdir():
        old.unlink()
    write(folder / "patients.csv", good.patients())
    (folder / f"{table}{ending}").write_bytes(content)
    outcome = "accepted"
    try:
        with in_time():
            [file] = [file for file in discover(folder)[0] if file.table == table]
            file = surveyed(file, DEFAULT_LIMITS)
            columns_of(file)
            outcome = "repaired" if file.form.encoding != "utf-8" else outcome
            for batch in read_batches(file):
                accepted, entries, _, lost = validated(table, batch.rows)
                assert accepted.height + lost.height == batch.rows.height
                assert set(lost["row_number"]) == set(entries.filter(~pl.col("row_kept"))["row_number"])
                assert not set(batch.rows["row_number"]) & set(batch.refused["row_number"])
    except ExtractError as error:
        check_refusal(str(error))
        return "refused"
    return outcome


def load(folder: Path, settings: str | None = None, registry: str | None = None) -> str:
    """Load a configuration, or a registry.toml: whether it was refused or accepted."""
    (folder / "kensa.csv").touch()
    (folder / "kensa.sql").write_text("select 1 as patient_id from kensa", encoding="utf-8")
    path = folder / ("mspike.toml" if settings is not None else "registry.toml")
    path.write_text(settings if settings is not None else registry or "", encoding="utf-8", errors="replace")
    try:
        with in_time():
            if settings is not None:
                load_config(path)
            else:
                load_registry(path, folder)
    except ConfigError as error:
        check_refusal(str(error).removeprefix(str(path)).removeprefix(": "))
        return "refused"
    return "accepted"


TABLES = tuple(CONTRACTS)
