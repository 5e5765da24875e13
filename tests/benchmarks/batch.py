"""How long `mspike run` takes and how much memory, on a synthetic extract: `make bench`, or with other sizes as
arguments.

Prints one table a size and format: seconds by step (the job's own clock), the whole process, its peak memory as the
operating system counts it, and beside it DuckDB merely reading the same files with the contract's types and counting by
patient and analyte. One run each; expect some per cent from run to run.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import polars as pl

from transforms.contracts import dtypes

MSPIKE = Path(sys.executable).parent / "mspike"


def main(sizes: list[int]) -> None:
    """Measure each size and print its table."""
    cores, memory = os.cpu_count(), os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    print(f"{cores} cores, {memory:.0f} GiB, Python {platform.python_version()}")
    for patients in sizes:
        with tempfile.TemporaryDirectory() as folder:
            measure(patients, Path(folder))


def measure(patients: int, folder: Path) -> None:
    """Make an extract as CSV and as Parquet, and run the job on either."""
    extract = folder / "csv"
    subprocess.run(
        [MSPIKE, "sample", "--patients", str(patients), "--output", extract], check=True, capture_output=True
    )
    run(f"{patients:,} patients, CSV", extract, folder / "store")
    parquet = folder / "parquet"
    parquet.mkdir()
    for file in extract.glob("*.csv"):
        duckdb.sql(f"copy (from read_csv('{file}', all_varchar = true)) to '{parquet / file.stem}.parquet'")
    run(f"{patients:,} patients, Parquet", parquet, folder / "store of parquet")


def run(title: str, extract: Path, store: Path) -> None:
    """Run the job in a process of its own, and print what it took."""
    clock = time.perf_counter()
    process = subprocess.Popen([MSPIKE, "run", "--input", extract, "--output", store], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - clock
    if status:
        raise SystemExit(f"mspike run ended with status {os.waitstatus_to_exitcode(status)}")
    said = json.loads((store / "run.json").read_text(encoding="utf-8"))
    rows = sum(file["rows_read"] for file in said["files"])
    counted = count_with_duckdb(extract)
    print(f"\n{title}: {rows:,} rows read, {said['tables']['visits']:,} visits, {said['shards']} shards")
    for step, took in said["seconds"].items():
        print(f"  {step:<22} {took:8.1f} s")
    print(f"  {'whole process':<22} {seconds:8.1f} s   {rows / seconds:,.0f} rows/s")
    print(f"  {'peak memory':<22} {usage.ru_maxrss / 2**20:8.2f} GiB")
    print(
        f"  {'DuckDB reads, counts':<22} {counted:8.1f} s   the job takes {seconds / counted:.0f} times that",
        flush=True,
    )


def count_with_duckdb(extract: Path) -> float:
    """Seconds to read every file typed, and to count by patient and, of laboratory rows, analyte."""
    clock = time.perf_counter()
    with duckdb.connect() as connection:
        for file in sorted(extract.iterdir()):
            groups = "patient_id, analyte" if file.stem == "labs" else "patient_id"
            connection.sql(f"select {groups}, count(columns(*)) from {_typed(file)} group by {groups}").fetchall()
    return time.perf_counter() - clock


def _typed(file: Path) -> str:
    kinds = {pl.Float64: "double", pl.Int64: "bigint", pl.Date: "date", pl.Boolean: "boolean"}
    types = {name: kinds.get(dtype, "varchar") for name, dtype in dtypes(file.stem).items()}  # type: ignore[call-overload]
    if file.suffix == ".csv":
        with file.open(encoding="utf-8") as lines:
            header = lines.readline().strip().split(",")
        named = ", ".join(f"{name!r}: {kind!r}" for name, kind in types.items() if name in header)
        return f"read_csv('{file}', types = {{{named}}}, ignore_errors = true)"
    cast = ", ".join(f"try_cast({name} as {kind}) as {name}" for name, kind in types.items())
    return f"(select {cast} from '{file}')"


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [300, 20_000])
