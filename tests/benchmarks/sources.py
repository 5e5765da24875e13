"""Seconds to read the same laboratory rows in other forms than our own: wide, by a select, as Parquet and NDJSON.

`python -m tests.benchmarks.sources [ROWS]`: the better of two readings of each, and how many times our own form's.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl

from flows.intake.ingest import ingest
from flows.intake.registry import load_registry
from tests.benchmarks.measuring import machine

ROWS = 1_000_000
TESTS = ("igg", "iga", "igm", "ige", "igd")
WIDE = (
    '[tables.labs]\nfile = "visits.csv"\ncolumns = {patient_id = "mrn", collected_on = "day"}\n'
    + "\n".join(f'wide.{name} = {{analyte = "{name}", unit = "g/L"}}' for name in TESTS)
    + "\n"
)
SELECT = """
select row_number() over () as source_row, mrn as patient_id, day as collected_on, test as analyte, result as value,
    'g/L' as unit
from results
"""


def main(rows: int = ROWS) -> dict[str, float]:
    """Print one line a form, and return the seconds of each."""
    print(machine())
    visits = _visits(rows // len(TESTS))
    labs = visits.unpivot(TESTS, index=["mrn", "day"], variable_name="test", value_name="result")
    own = labs.rename({"mrn": "patient_id", "day": "collected_on", "test": "analyte", "result": "value"})
    own = own.with_columns(unit=pl.lit("g/L"))
    forms: dict[str, Callable[[Path], None]] = {
        "our own form": lambda at: own.write_csv(at / "labs.csv"),
        "wide": lambda at: _write(visits, at / "visits.csv", WIDE),
        "by a select": lambda at: _write(labs, at / "results.csv", '[tables.labs]\nsql = "labs.sql"\n'),
        "Parquet": lambda at: own.write_parquet(at / "labs.parquet"),
        "NDJSON": lambda at: own.write_ndjson(at / "labs.ndjson"),
    }
    took: dict[str, float] = {}
    for name, write in forms.items():
        with tempfile.TemporaryDirectory() as folder:
            extract = Path(folder)
            _patients(visits).write_csv(extract / "patients.csv")
            (extract / "labs.sql").write_text(SELECT, encoding="utf-8")
            write(extract)
            took[name] = min(_seconds(extract, labs.height) for _ in range(2))
        print(f"{name:<14}{took[name]:8.2f} s {took[name] / took['our own form']:8.2f} ×", flush=True)
    return took


def _visits(count: int) -> pl.DataFrame:
    """A row a visit, a hundred visits a patient."""
    number = pl.int_range(count)
    day = pl.date(2000, 1, 1) + pl.duration(days=number % 100 * 28)
    figures = {name: ((number * 7919 + at) % 977) / 100 + 0.5 for at, name in enumerate(TESTS)}
    return pl.select(mrn=pl.format("P{}", number // 100), day=day, **figures)


def _patients(visits: pl.DataFrame) -> pl.DataFrame:
    known = {"diagnosis_date": "2000-01-01", "vital_status": "alive", "last_contact_date": "2024-01-01"}
    return visits.select(pl.col("mrn").unique(maintain_order=True).alias("patient_id")).with_columns(
        pl.lit(value).alias(name) for name, value in known.items()
    )


def _write(rows: pl.DataFrame, path: Path, registry: str) -> None:
    rows.write_csv(path)
    (path.parent / "registry.toml").write_text(registry, encoding="utf-8")


def _seconds(extract: Path, rows: int) -> float:
    """To read it all, into a database on the disk. Raises ValueError where not every row is accepted."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect(f"{folder}/read.db") as connection:
        clock = time.perf_counter()
        found = ingest(extract, connection, load_registry(None, extract))
        seconds = time.perf_counter() - clock
    accepted = sum(file.rows_accepted for file in found.files if file.table == "labs")
    if accepted != rows:
        raise ValueError(f"{accepted} of {rows} rows were accepted")
    return seconds


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
