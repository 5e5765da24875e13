"""What the benchmarks of the job share: runs of their own, DuckDB merely reading, extracts of any size."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from transforms.intake.contracts import CONTRACTS, dtypes

MSPIKE = Path(sys.executable).parent / "mspike"
# Of these the made-up laboratory has about a million rows.
PATIENTS_PER_MILLION = 4_550


@dataclass(frozen=True)
class Took:
    """One run: seconds on the clock, seconds of the processor (user and system), peak memory, and its run.json."""

    seconds: float
    cpu: float
    peak_gib: float
    said: dict[str, Any]


def machine() -> str:
    """What it ran on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}"
    )


def run(extract: Path, store: Path, *options: str) -> Took:
    """`mspike run` in a process of its own."""
    clock = time.perf_counter()
    command = [MSPIKE, "run", "--input", extract, "--output", store, *options]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - clock
    if status:
        raise SystemExit(f"mspike run ended with status {os.waitstatus_to_exitcode(status)}")
    said = json.loads((store / "run.json").read_text(encoding="utf-8"))
    return Took(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 2**20, said)


def sample(patients: int, extract: Path) -> None:
    """A made-up extract as CSV."""
    command = [MSPIKE, "sample", "--patients", str(patients), "--output", extract]
    subprocess.run(command, check=True, capture_output=True)


def copies(extract: Path, target: Path, first: int, last: int) -> None:
    """Add copies of an extract to another one, a file a table and copy: other patients, each copy a day earlier."""
    with duckdb.connect() as connection:
        for file in sorted(extract.glob("*.csv")):
            (target / file.stem).mkdir(parents=True, exist_ok=True)
            for copy in range(first, last):
                dates = [name for name, dtype in dtypes(file.stem).items() if dtype == pl.Date]
                known = connection.sql(f"from {_text(file)} limit 0").columns
                shifted = [
                    f'coalesce(cast(try_cast("{name}" as date) - {copy} as varchar), "{name}") as "{name}"'
                    for name in dates
                    if name in known
                ]
                replaced = ", ".join([f"'{copy:03}-' || patient_id as patient_id", *shifted])
                connection.sql(
                    f"copy (select * replace ({replaced}) from {_text(file)})"
                    f" to '{target / file.stem}/part-{copy:03}.csv'"
                )


def as_parquet(extract: Path, target: Path) -> None:
    """The same text as Parquet, a file a table."""
    target.mkdir()
    for table, files in _tables(extract).items():
        duckdb.sql(f"copy (from {_text(files)}) to '{target / table}.parquet'")


def count_with_duckdb(extract: Path) -> float:
    """Seconds to read every file typed, and to count by patient and, of laboratory rows, analyte."""
    clock = time.perf_counter()
    with duckdb.connect() as connection:
        for table, files in _tables(extract).items():
            groups = "patient_id, analyte" if table == "labs" else "patient_id"
            query = f"select {groups}, count(columns(*)) from {_typed(connection, table, files)} group by {groups}"
            connection.sql(f"select count(*) from ({query})").fetchall()
    return time.perf_counter() - clock


def _tables(extract: Path) -> dict[str, Path]:
    found = {}
    for table in CONTRACTS:
        places = [extract / f"{table}.csv", extract / f"{table}.parquet", extract / table / "*.csv"]
        for place in places:
            if place.exists() or (place.name == "*.csv" and place.parent.is_dir()):
                found[table] = place
    return found


def _text(files: Path) -> str:
    return f"read_csv('{files}', all_varchar = true)"


def _typed(connection: duckdb.DuckDBPyConnection, table: str, files: Path) -> str:
    kinds = {pl.Float64: "double", pl.Int64: "bigint", pl.Date: "date", pl.Boolean: "boolean"}
    types = {name: kinds.get(dtype, "varchar") for name, dtype in dtypes(table).items()}  # type: ignore[call-overload]
    if files.suffix == ".csv":
        header = connection.sql(f"from {_text(files)} limit 0").columns
        named = ", ".join(f"{name!r}: {kind!r}" for name, kind in types.items() if name in header)
        return f"read_csv('{files}', types = {{{named}}}, ignore_errors = true)"
    header = connection.sql(f"from '{files}' limit 0").columns
    cast = ", ".join(f"try_cast({name} as {kind}) as {name}" for name, kind in types.items() if name in header)
    return f"(select {cast} from '{files}')"
