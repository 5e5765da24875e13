"""What a night costs where little changed: `make bench`.

`python -m tests.benchmarks.nightly [PATIENTS]`, by default 5,000 made-up patients: a first run, the same delivery
again, the whole delivery with one patient in a hundred changed, and the changed patients alone (`--mode delta`). Each
in a process of its own, into one store. Prints one table: seconds, processor, and the share of the first run's time of
the processor, which other work on the machine moves less than the clock.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

from tests.benchmarks.measuring import MSPIKE, Took, count_with_duckdb, machine, run, sample

EVERY = 100  # one patient of so many is changed


def main(patients: int = 5_000) -> None:
    """Deliver night after night, and print what each took."""
    print(machine())
    with tempfile.TemporaryDirectory() as name:
        folder, store = Path(name), Path(name) / "store"
        sample(patients, folder / "first")
        first = run(folder / "first", store)
        read = count_with_duckdb(folder / "first")
        changed(folder / "first", folder / "corrected", "albumin", whole=True)
        changed(folder / "corrected", folder / "changes", "calcium", whole=False)
        print(f"{patients:,} patients, one in {EVERY} changed")
        print(f"{'':<34}{'seconds':>9}{'CPU':>8}{'of first':>10}{'x reading':>11}")
        show("first run", first, first, read)
        show("the same delivery again", run(folder / "first", store), first, read)
        show("whole delivery, changed", run(folder / "corrected", store), first, read)
        if "--mode" in subprocess.run([MSPIKE, "run", "--help"], check=True, capture_output=True, text=True).stdout:
            show("changed patients alone", run(folder / "changes", store, "--mode", "delta"), first, read)
        else:
            print("changed patients alone: this version has no --mode delta")


def show(title: str, took: Took, first: Took, read: float) -> None:
    """One line of the table."""
    share = took.cpu / first.cpu
    print(f"{title:<34}{took.seconds:9.1f}{took.cpu:8.1f}{share:10.0%}{took.seconds / read:11.1f}", flush=True)


def changed(extract: Path, target: Path, analyte: str, *, whole: bool) -> None:
    """The extract without the chosen patients' results of an analyte; or what is left of these patients alone."""
    target.mkdir()
    for file in extract.glob("*.csv"):
        is_chosen = f"coalesce(hash(patient_id) % {EVERY} = 0, false)"
        kept = ["true" if whole else is_chosen]
        kept += [f"not ({is_chosen} and analyte is not distinct from '{analyte}')"] if file.stem == "labs" else []
        source = f"read_csv('{file}', all_varchar = true, quote = '\"', escape = '\"')"
        rows = f"from {source} where {' and '.join(kept)}"
        duckdb.sql(f"copy ({rows}) to '{target / file.name}'")


if __name__ == "__main__":
    main(*(int(size) for size in sys.argv[1:]))
