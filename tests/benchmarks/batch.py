"""How long `mspike run` takes and how much memory, on a synthetic extract: `make bench`, or with other sizes as
arguments.

Prints one table a size and format: seconds by step and those of the processor (the job's own clocks), the whole
process, its peak memory as the operating system counts it, and beside it DuckDB merely reading the same files with the
contract's types and counting by patient and analyte. One run each; expect some per cent from run to run.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.benchmarks.measuring import as_parquet, count_with_duckdb, machine, run, sample


def main(sizes: list[int]) -> None:
    """Measure each size and print its table."""
    print(machine())
    for patients in sizes:
        with tempfile.TemporaryDirectory() as folder:
            measure(patients, Path(folder))


def measure(patients: int, folder: Path) -> None:
    """Make an extract as CSV and as Parquet, and run the job on either."""
    sample(patients, folder / "csv")
    show(f"{patients:,} patients, CSV", folder / "csv", folder / "store")
    as_parquet(folder / "csv", folder / "parquet")
    show(f"{patients:,} patients, Parquet", folder / "parquet", folder / "store of parquet")


def show(title: str, extract: Path, store: Path) -> None:
    """Run the job in a process of its own, and print what it took."""
    took = run(extract, store)
    rows = sum(file["rows_read"] for file in took.said["files"])
    counted = count_with_duckdb(extract)
    print(f"\n{title}: {rows:,} rows read, {took.said['tables']['visits']:,} visits, {took.said['shards']} shards")
    for step, seconds in took.said["seconds"].items():
        print(f"  {step:<22} {seconds:8.1f} s {took.said['cpu_seconds'][step]:8.1f} s of the processor")
    print(f"  {'whole process':<22} {took.seconds:8.1f} s   {rows / took.seconds:,.0f} rows/s")
    print(f"  {'of the processor':<22} {took.cpu:8.1f} s")
    print(f"  {'peak memory':<22} {took.peak_gib:8.2f} GiB")
    print(
        f"  {'DuckDB reads, counts':<22} {counted:8.1f} s   the job takes {took.seconds / counted:.0f} times that",
        flush=True,
    )


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [300, 20_000])
