"""The cohorts that mspike and R are both asked about, as the tables that `transforms.survival` takes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import duckdb
import greenwood
import polars as pl

from flows import steps
from flows.job import Job
from transforms.survival import NEEDED, line_strata

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
REAL = ROOT.parent / "shared" / "data"
EXTRACTS = {
    "sample": ROOT / "data_samples" / "registry",
    "uams": REAL / "uams",
    "commpass": REAL / "commpass",
}

Tables = dict[str, pl.DataFrame]
NAMES = ("time_to_event", "staging", "patients")


def of_extract(extract: Path, folder: Path) -> Tables:
    """What the job derives from an extract."""
    folder.mkdir(parents=True, exist_ok=True)
    job = Job(extract, folder, folder=folder)
    steps.ingest(job)
    steps.find_changes(job)
    steps.derive(job)
    with duckdb.connect(str(job.database), read_only=True) as connection:
        known = {name: connection.sql(f"select * from {name}").pl() for name in {*NAMES, *NEEDED}}
    return {**known, "line_strata": line_strata(known)}


def myeloma(folder: Path, rscript: str) -> Tables:
    """R's `myeloma`: survival from diagnosis, entry where first seen at the clinic; stages made up, by turns."""
    path = folder / "myeloma.csv"
    subprocess.run([rscript, str(HERE / "myeloma.R"), str(path)], check=True, capture_output=True)
    found = pl.read_csv(path).with_columns(diagnosed=pl.date(1900 + pl.col("year"), 1, 1))
    return _tables(
        found.select(
            "diagnosed",
            patient_id=pl.col("id").cast(pl.String),
            registered_on=pl.col("diagnosed") + pl.duration(days="entry"),
            days="futime",
            event=pl.col("death") == 1,
            iss=pl.lit(["I", "II", "III"]).list.get(pl.col("id") % 3),
        )
    )


def mgus2(*, is_late: bool = False) -> Tables:
    """Mayo Clinic's persons with MGUS, followed in months (many share one) from detection to death.

    Made up are stages (by turns) and two lines, the first from 20 days after detection, the second from progression.
    With `is_late` half of them are registered up to a year late, by a rule on their numbers, so after both have begun.
    """
    found = greenwood.load_dataset("mgus2", backend="polars").with_columns(
        diagnosed=pl.date(2000, 1, 1), late=(pl.col("id") * 37 % 730 - 365).clip(0)
    )
    people = found.select(
        "diagnosed",
        "sex",
        patient_id=pl.col("id").cast(pl.String),
        birth_date=pl.date(2000 - pl.col("age").cast(pl.Int32), 1, 1),
        days=_days("futime"),
        event=pl.col("death") == 1,
        iss=pl.lit(["I", "II", "III"]).list.get(pl.col("id") % 3),
        progressed=pl.when(pl.col("pstat") == 1).then(_days("ptime")),
        registered_on=pl.col("diagnosed") + pl.duration(days="late") if is_late else pl.lit(None, pl.Date),
    )
    tables = _tables(people)
    survival = tables["time_to_event"].with_columns(origin=pl.lit("line_start"))
    survival = survival.join(people.select("patient_id", "progressed"), on="patient_id")
    first = _from_day(survival, pl.lit(20, pl.Int64), 1)
    to_progression = pl.col("progressed").is_not_null()
    free_of_progression = _from_day(
        survival.with_columns(
            endpoint=pl.lit("PFS"),
            event=pl.col("event") | to_progression,
            days=pl.min_horizontal("days", "progressed"),
            progression_source=pl.lit("derived"),
        ),
        pl.lit(20, pl.Int64),
        1,
    )
    second = _from_day(survival.filter(to_progression), pl.col("progressed"), 2)
    return {**tables, "time_to_event": pl.concat([tables["time_to_event"], first, free_of_progression, second])}


def _from_day(times: pl.DataFrame, day: pl.Expr, line: int) -> pl.DataFrame:
    """The times of those followed so far, from that day on."""
    return (
        times.filter(pl.col("days") >= day)
        .with_columns(
            line=pl.lit(line, pl.Int64),
            start_date=pl.col("start_date") + pl.duration(days=day),
            days=pl.col("days") - day,
        )
        .drop("progressed")
    )


def _days(months: str) -> pl.Expr:
    return (pl.col(months) * 30.4375).floor().cast(pl.Int64)


def _tables(found: pl.DataFrame) -> Tables:
    times = found.select(
        "patient_id",
        pl.lit(None, pl.Int64).alias("line"),
        pl.lit("OS").alias("endpoint"),
        pl.lit("diagnosis").alias("origin"),
        pl.col("diagnosed").alias("start_date"),
        pl.col("days").cast(pl.Int64),
        "event",
        pl.lit(None, pl.String).alias("progression_source"),
    )
    known = [name for name in ("registered_on", "sex", "birth_date") if name in found.columns]
    patients = found.select("patient_id", *known, diagnosis=pl.lit("MM"), diagnosis_date=pl.col("diagnosed"))
    return {"time_to_event": times, "staging": found.select("patient_id", "iss"), "patients": patients}
