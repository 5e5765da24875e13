"""Does the time of the job grow with its rows, and no faster, and its memory not at all? `make bench`.

`python -m tests.benchmarks.scale [MILLIONS …]`: extracts of 1, 3 and 10 million laboratory rows (or those given; 100
takes an hour and 6 GB of disk), copies of one made-up million under other ids. Each job runs in a process of its own.
Prints a table, the line through the seconds and what it says of a billion rows, and beside each the seconds of DuckDB
merely reading the same rows, typed, from CSV and from Parquet. Writes out/bench/scale.csv and scale.svg.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import altair as alt
import numpy as np
import polars as pl
import vl_convert

from tests.benchmarks.measuring import (
    PATIENTS_PER_MILLION,
    as_parquet,
    copies,
    count_with_duckdb,
    machine,
    run,
    sample,
)

OUT = Path("out") / "bench"
MILLION = 1e6
BILLION = 1_000  # millions


def main(sizes: list[int]) -> None:
    """Measure from small to large, print, write."""
    print(machine())
    print(f"{'lab rows, million':<18}{'seconds':>9}{'CPU':>8}{'peak GiB':>10}{'x CSV':>8}{'x Parquet':>11}", flush=True)
    rows: list[dict[str, float | str]] = []
    with tempfile.TemporaryDirectory() as folder:
        made = 0
        sample(PATIENTS_PER_MILLION, Path(folder) / "one")
        for size in sorted(sizes):
            copies(Path(folder) / "one", Path(folder) / "extract", made, size)
            made = size
            rows += measure(Path(folder))
    table = pl.DataFrame(rows)
    OUT.mkdir(parents=True, exist_ok=True)
    table.write_csv(OUT / "scale.csv")
    extrapolate(table)


def measure(folder: Path) -> list[dict[str, float | str]]:
    """Run the job on the extract as it is now; a row a step, and one of the whole."""
    store, parquet = folder / "store", folder / "parquet"
    took = run(folder / "extract", store)
    labs = sum(file["rows_read"] for file in took.said["files"] if file["table"] == "labs") / MILLION
    from_csv = count_with_duckdb(folder / "extract")
    as_parquet(folder / "extract", parquet)
    from_parquet = count_with_duckdb(parquet)
    for made in (store, parquet):
        shutil.rmtree(made)
    print(
        f"{labs:<18.2f}{took.seconds:9.1f}{took.cpu:8.1f}{took.peak_gib:10.2f}"
        f"{took.seconds / from_csv:8.1f}{took.seconds / from_parquet:11.1f}",
        flush=True,
    )
    whole = {"step": "whole", "seconds": took.seconds, "cpu": took.cpu, "peak_gib": took.peak_gib}
    steps = [{"step": step, "seconds": seconds} for step, seconds in took.said["seconds"].items()]
    read = [{"step": "DuckDB, CSV", "seconds": from_csv}, {"step": "DuckDB, Parquet", "seconds": from_parquet}]
    return [
        {"million_lab_rows": labs, "cpu": None, "peak_gib": None, **row}  # type: ignore[dict-item]
        for row in (whole, *steps, *read)
    ]


def extrapolate(table: pl.DataFrame) -> None:
    """The straight line through each step's seconds, said and drawn."""
    if table["million_lab_rows"].n_unique() < 2:
        print("one size makes no line")
        return
    print(f"\n{'step':<18}{'s + s per million':>22}{'a billion rows':>17}")
    for (step,), found in table.group_by("step", maintain_order=True):
        slope, start = np.polyfit(found["million_lab_rows"].to_numpy(), found["seconds"].to_numpy(), 1)
        print(f"{step:<18}{start:10.1f} + {slope:7.2f}  {(start + slope * BILLION) / 3600:14.1f} h")
    whole = table.filter(step="whole")
    x, y = alt.X("million_lab_rows:Q", title="laboratory rows, million"), alt.Y("seconds:Q", title="seconds")
    points = alt.Chart(whole).mark_point(filled=True, size=60).encode(x=x, y=y)
    line = alt.Chart(whole).transform_regression("million_lab_rows", "seconds").mark_line().encode(x=x, y=y)
    chart = alt.layer(line, points).properties(width=420, height=280, title="mspike run, ingest to report")
    (OUT / "scale.svg").write_text(vl_convert.vegalite_to_svg(chart.to_json()), encoding="utf-8")
    print(f"\n{OUT / 'scale.csv'}\n{OUT / 'scale.svg'}")


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [1, 3, 10])
