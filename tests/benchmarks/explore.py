"""Seconds and CPU seconds of each page of `mspike explore`, and the memory of its process.

`python -m tests.benchmarks.explore [PATIENTS]` (5000), or `--store STORE` of one that there is; then of ten times as
many, whose rows are copies of theirs under other ids. Each page is asked as a person does: first of all patients, then
of two cohorts side by side; cold (nothing of it was asked before) and again. Then ten people ask ten analyses at once.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import duckdb

from flows.explore.pages import PAGES
from tests.benchmarks.measuring import MSPIKE, machine, run, sample

PATIENTS = 5_000
COPIES = 10
PEOPLE = 10
LIMIT_GIB = 1.5
ANALYSES = {
    "all patients": {},
    "PFS of line 1 by ISS": {"origin": "line_start", "line": "1", "endpoint": "PFS", "by": "iss"},
    "OS of every line by line": {"origin": "line_start", "by": "line"},
    "by MRD at 12 months, two cohorts": {
        **{"origin": "line_start", "line": "1", "endpoint": "PFS", "landmark": "12", "by": "mrd"},
        **{"a.name": "since 2015", "a.year": "2015..", "b.name": "before", "b.year": "..2014"},
    },
}
TICKS = os.sysconf("SC_CLK_TCK")


class Program:
    """`mspike explore` as it runs: its address, and what it has used."""

    def __init__(self, process: subprocess.Popen[str], address: str) -> None:
        self.process, self.address = process, address
        self.proc = Path(f"/proc/{process.pid}")

    def cpu(self) -> float:
        """Seconds of the processor so far, user and system."""
        user, system = (self.proc / "stat").read_text().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / TICKS

    def peak_gib(self) -> float:
        """The most memory that it has held."""
        [kib] = re.findall(r"VmHWM:\s+(\d+) kB", (self.proc / "status").read_text())
        return int(kib) / 2**20

    def ask(self, page: str, fields: dict[str, str]) -> tuple[float, float, int]:
        """Seconds and CPU seconds of an answer, and its bytes. Raises HTTPError where it is no page."""
        clock, cpu = time.perf_counter(), self.cpu()
        with urllib.request.urlopen(f"{self.address}{page}?{urlencode(fields)}", timeout=120) as answer:
            size = len(answer.read())
        return time.perf_counter() - clock, self.cpu() - cpu, size


@contextmanager
def explored(store: Path) -> Iterator[Program]:
    """The program on a store."""
    command = [MSPIKE, "explore", "--store", store, "--no-open"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield Program(process, process.stdout.readline().split()[1])
        finally:
            process.send_signal(signal.SIGTERM)


def measure(store: Path) -> None:
    """Print a line a page and analysis."""
    print(machine())
    with explored(store) as program:
        print(f"started: CPU {program.cpu():.1f} s, {program.peak_gib():.2f} GiB")
        print(f"{'':<12}{'':<36}{'first s':>9}{'CPU s':>8}{'again s':>9}{'CPU s':>8}{'kB':>7}")
        for said, fields in ANALYSES.items():
            for page in [name for name, one in PAGES.items() if not {"patient"} & set(one.parameters)]:
                first, again = program.ask(page, fields), program.ask(page, fields)
                figures = f"{first[0]:9.2f}{first[1]:8.2f}{again[0]:9.2f}{again[1]:8.2f}{first[2] // 1024:7}"
                print(f"{page:<12}{said:<36}{figures}", flush=True)
        with ThreadPoolExecutor(PEOPLE) as people:
            fields = [{"origin": "line_start", "line": "1", "a.age": f"{40 + person}.."} for person in range(PEOPLE)]
            took = [seconds for seconds, *_ in people.map(lambda one: program.ask(next(iter(PAGES)), one), fields)]
        print(f"{PEOPLE} people at once: the first answered after {min(took):.1f} s, the last after {max(took):.1f} s")
        peak = program.peak_gib()
        print(f"peak memory {peak:.2f} GiB")
        if peak > LIMIT_GIB:
            raise SystemExit(f"more than {LIMIT_GIB} GiB")


def multiplied(store: Path, target: Path, copies: int) -> None:
    """A run's folder with so many times the patients of another: each row of a patient again under another id."""
    target.mkdir()
    shutil.copy(store / "run.json", target)
    shutil.copy(store / "registry.duckdb", target)
    with duckdb.connect(target / "registry.duckdb") as connection:
        connection.execute("set enable_progress_bar = false")
        connection.execute(f"create temp table copies as select cast(range as varchar) as copy from range(1, {copies})")
        of_patients = "select table_name from duckdb_columns() where column_name = 'patient_id' and not internal"
        tables = connection.execute(of_patients).fetchall()
        for [table] in tables:
            connection.execute(
                f"insert into \"{table}\" select t.* replace (copies.copy || '-' || t.patient_id as patient_id)"
                f' from "{table}" as t, copies'
            )


def main() -> None:
    """Measure a store that is named, or one made for it; then one of more patients."""
    with tempfile.TemporaryDirectory() as folder:
        extract, store, many = (Path(folder) / name for name in ("extract", "store", "many"))
        if sys.argv[1:2] == ["--store"]:
            store = Path(sys.argv[2])
        else:
            sample(int(sys.argv[1]) if sys.argv[1:] else PATIENTS, extract)
            run(extract, store)
        measure(store)
        multiplied(store, many, COPIES)
        measure(many)


if __name__ == "__main__":
    main()
