"""Response, progression and confirmation of many visits: mspike's own expressions against SQL and pandas.

`python -m tests.benchmarks.visits [PATIENTS [VISITS]]`, by default 200,000 patients of 100 visits. Each way runs in a
process of its own over the same Parquet shards, after a few patients to warm it up. The others do less: complete data
only, no open-ended figures, no marrow, imaging, cells or calcium, no masks of what is missing, no lists of clauses, no
best response. What they do answer must be the same on the first shard, or nothing is printed. Below, mspike alone on
the same visits as a registry has them: with gaps, comparators, some immunofixation, marrow and imaging.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection
from pathlib import Path

import polars as pl

from tests.benchmarks.visits_made_up import TESTS, write_shards

PER_SHARD = 5_000
BY_PATIENT = 200
LEVELS = {"NE": 0, "PD": 1, "SD": 2, "MR": 3, "PR": 4, "VGPR": 5}
VERDICTS = ["pd_serum", "pd_urine", "pd_flc", "mr", "pr", "vgpr", "response", "confirmed_response"]
NAMES = dict(zip(("PD.serum", "PD.urine", "PD.flc", "MR", "PR", "VGPR"), VERDICTS, strict=False))
KEY = ["patient_id", "line", "visit_date"]
Way = Callable[[Path, Path], pl.DataFrame]


def scan(visits: Path, lines: Path) -> pl.DataFrame:
    """Read the columns and no more."""
    columns = pl.scan_parquet(visits).select(pl.all().max())
    return pl.concat([columns.collect(), pl.scan_parquet(lines).select(pl.all().max()).collect()], how="diagonal")


def by_mspike(visits: Path, lines: Path) -> pl.DataFrame:
    """Every verdict, category and list of the table `visits` and the verdicts of `visit_evidence`."""
    from rules.categories import LEVELS as CATEGORIES
    from rules.criterion import load_edition
    from transforms.derive import VISITS
    from transforms.response import PARTS_OF_PR, PROGRESSIONS, applicable

    progressions = applicable(PROGRESSIONS, load_edition("jsh2023", {}))
    return _answered(visits, lines).select(*VISITS, *PARTS_OF_PR, *CATEGORIES, *progressions).collect()


def by_mspike_briefly(visits: Path, lines: Path) -> pl.DataFrame:
    """The same expressions, of which polars works out what the columns that the others give too need."""
    return _answered(visits, lines).select(*KEY, *NAMES, "response", "confirmed_response").collect()


def _answered(visits: Path, lines: Path) -> pl.LazyFrame:
    from rules.criterion import load_edition
    from transforms.confirmation import with_confirmation
    from transforms.response import judged

    edition, rows = load_edition("jsh2023", {}), pl.scan_parquet(visits)
    rows = rows.with_columns(_as_measured(TESTS, rows.collect_schema().names()))
    rows = rows.with_columns(_not_measured(rows.collect_schema().names()))
    values = rows.join(_lines(lines), on=["patient_id", "line"], how="left", maintain_order="left")
    return with_confirmation(judged(values, edition), edition)


def _lines(lines: Path) -> pl.LazyFrame:
    from rules.criterion import load_edition
    from transforms.baselines import COLUMNS, with_measurable_disease
    from transforms.light_chains import with_light_chains

    known = pl.scan_parquet(lines)
    names = [name for name in known.collect_schema().names() if "baseline" in name]
    known = known.with_columns(_as_measured(names), is_beta=pl.lit(value=False), involved_chain=pl.lit("kappa"))
    absent = set(COLUMNS) - set(known.collect_schema().names())
    known = known.with_columns(_null(name, COLUMNS[name][1]) for name in sorted(absent))
    edition = load_edition("jsh2023", {})
    return with_measurable_disease(with_light_chains(known, "_baseline"), edition).drop("start_date").collect().lazy()


def _as_measured(names: list[str], known: Collection[str] = ()) -> list[pl.Expr]:
    """The bounds of the figures that have none: themselves."""
    bounds = {f"{name}{part}": name for name in names for part in ("_max", "_as_nadir")}
    return [pl.col(name).alias(bound) for bound, name in bounds.items() if bound not in known]


def _not_measured(known: Collection[str]) -> list[pl.Expr]:
    from transforms.visits import COLUMNS

    marrow = {"latest_marrow_percent": "low", "latest_marrow_percent_max": "high", "latest_marrow_clonal": "positive"}
    fields = {name: field for name, (_, field) in COLUMNS.items()} | marrow
    return [_null(name, field) for name, field in fields.items() if name not in known]


def _null(name: str, field: str) -> pl.Expr:
    kinds = {"positive": pl.Boolean, "date": pl.Date}
    return pl.lit(None, kinds.get(field, pl.Float64)).alias(name)


def by_duckdb(visits: Path, lines: Path) -> pl.DataFrame:
    """Window functions of SQL."""
    import duckdb

    query = (Path(__file__).parent / "visits.sql").read_text(encoding="utf-8")
    with duckdb.connect() as connection:
        connection.execute(f"create view visits as from '{visits}'; create view lines as from '{lines}'")
        return connection.sql(query).pl()


def by_pandas(visits: Path, lines: Path) -> pl.DataFrame:
    """Whole columns and groupby."""
    import pandas as pd

    from tests.benchmarks.visits_elsewhere import vectorised

    return _from_pandas(vectorised(*(_dated(pd.read_parquet(path)) for path in (visits, lines))))


def by_patient(visits: Path, lines: Path) -> pl.DataFrame:
    """A function applied to each patient, on some patients only."""
    import pandas as pd

    from tests.benchmarks.visits_elsewhere import by_patient as applied

    first = [("patient_id", "<", BY_PATIENT)]
    return _from_pandas(applied(*(_dated(pd.read_parquet(path, filters=first)) for path in (visits, lines))))


def _dated(frame: object) -> object:
    dates = [name for name in frame.columns if name.endswith(("date", "start"))]  # type: ignore[attr-defined]
    return frame.astype(dict.fromkeys(dates, "datetime64[s]"))  # type: ignore[attr-defined]


def _from_pandas(frame: object) -> pl.DataFrame:
    return pl.from_pandas(frame[[*KEY, *VERDICTS]])  # type: ignore[index]


WAYS: dict[str, Way] = {
    "scan": scan,
    "mspike": by_mspike,
    "mspike, same columns": by_mspike_briefly,
    "duckdb": by_duckdb,
    "pandas": by_pandas,
    "patient by patient": by_patient,
}
# over the visits as a registry has them
REALISTIC: dict[str, Way] = {"scan, realistic": scan, "mspike, realistic": by_mspike}


def compare(visits: Path, lines: Path) -> None:
    """Every way's answers to the questions that all answer, row by row."""
    ours = by_mspike(visits, lines).rename(NAMES)
    codes = pl.col("response", "confirmed_response").cast(pl.String).replace_strict(LEVELS, return_dtype=pl.Int64)
    # Unknown for want of a marrow, which the others leave out: they can only say no.
    clauses = pl.col(VERDICTS[:6]).fill_null(value=False)
    ours = ours.with_columns(codes, clauses).select(*KEY, *VERDICTS).sort(KEY)
    if ours["response"].n_unique() < len(LEVELS) or not all(ours.select(pl.col(VERDICTS[:6]).any()).row(0)):
        raise SystemExit("the visits made up do not have every category and clause: more patients are needed")
    for name in ("duckdb", "pandas", "patient by patient"):
        other = WAYS[name](visits, lines).with_columns(pl.col("visit_date").cast(pl.Date)).sort(KEY)
        other = other.select(KEY + VERDICTS).cast(dict(ours.schema))  # type: ignore[arg-type]
        same = ours.join(other.select(KEY), on=KEY, how="semi").sort(KEY)
        if not same.equals(other):
            differ = {c: int((same[c].ne_missing(other[c])).sum()) for c in VERDICTS}
            raise SystemExit(f"{name} answers otherwise than mspike: rows that differ {differ}")


def prepare(folder: Path, patients: int, visits: int) -> None:
    """Write the shards and a few patients to import and warm up with, and hold the ways against each other."""
    write_shards(folder, patients, visits, PER_SHARD)
    for part in ("visits", "real", "lines"):
        warm = pl.read_parquet(folder / f"{part}-000.parquet").filter(pl.col("patient_id") < 20)
        warm.write_parquet(folder / f"warm-{part}.parquet")
    compare(folder / "visits-000.parquet", folder / "lines-000.parquet")


def child(name: str, folder: Path) -> None:
    """Run one way over the shards, after a few patients to import and warm up with, and say its seconds."""
    visits = "real" if name in REALISTIC else "visits"
    way = (WAYS | REALISTIC)[name]
    shards = sorted(folder.glob(f"{visits}-*.parquet"))
    if name == "patient by patient":
        shards = shards[:1]
    pairs = [(shard, folder / shard.name.replace(visits, "lines")) for shard in shards]
    way(folder / f"warm-{visits}.parquet", folder / "warm-lines.parquet")
    clock, cpu = time.perf_counter(), time.process_time()
    for pair in pairs:
        way(*pair)
    print(json.dumps({"wall": time.perf_counter() - clock, "cpu": time.process_time() - cpu}))


def main(patients: int = 200_000, visits: int = 100) -> None:
    """Make the visits, hold the ways against each other, and print the table."""
    with tempfile.TemporaryDirectory() as name:
        # In a process of its own: what this one holds would count as each child's memory.
        make = [sys.executable, "-m", "tests.benchmarks.visits", "--make", name, str(patients), str(visits)]
        if subprocess.run(make, check=False).returncode:
            raise SystemExit("no visits, or no agreement on them")
        rows = patients * visits
        print(f"{rows:,} visits of {patients:,} patients, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        print(
            f"{'':<22}{'wall s':>10}{'CPU s':>10}{'rows/s':>14}{'x scan':>9}{'CPU':>7}{'x mspike':>10}{'peak GiB':>10}"
        )
        ours, scanned = "mspike", "scan"
        seconds: dict[str, dict[str, float]] = {}
        for way in WAYS | REALISTIC:
            share = min(BY_PATIENT, patients) / patients if way == "patient by patient" else 1
            said, peak = _in_a_process(way, name)
            seconds[way] = {of: taken / share for of, taken in said.items()}
            if way in REALISTIC:
                scanned, ours = REALISTIC
            wall, cpu = seconds[way]["wall"], seconds[way]["cpu"]
            versus = f"{wall / seconds[ours]['wall']:10.1f}" if ours in seconds else f"{'':10}"
            print(
                f"{way:<22}{wall:10.1f}{cpu:10.1f}{rows / wall:14,.0f}{wall / seconds[scanned]['wall']:9.1f}"
                f"{cpu / seconds[scanned]['cpu']:7.1f}{versus}{peak:10.2f}",
                flush=True,
            )
        print(f"patient by patient: measured on {BY_PATIENT} patients and scaled")


def _in_a_process(way: str, folder: str) -> tuple[dict[str, float], float]:
    """What a way says of its seconds, and its peak memory in GiB."""
    command = [sys.executable, "-m", "tests.benchmarks.visits", "--way", way, folder]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{way} ended with status {os.waitstatus_to_exitcode(status)}")
    return json.loads(said), usage.ru_maxrss / 2**20


if __name__ == "__main__":
    if sys.argv[1:2] == ["--way"]:
        child(sys.argv[2], Path(sys.argv[3]))
    elif sys.argv[1:2] == ["--make"]:
        prepare(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
    else:
        main(*(int(size) for size in sys.argv[1:]))
