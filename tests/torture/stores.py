"""Extracts and stores to torture, and what is in a store, to tell one from another."""

from __future__ import annotations

import csv
import json
import shutil
from hashlib import sha256
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from flows.cli import main
from flows.sample import write_sample
from flows.store import PARTS
from tests.torture.warm import mspike


class LostError(AssertionError):
    """Something was lost, half-done or said badly; the message says what."""


class Ground:
    """Two deliveries of a small registry, and stores made of them undisturbed.

    `first` has run 1, of the first delivery; `second` a run 2 as well, of the second, in which a tenth of the
    laboratory rows is gone. `seconds` is what an undisturbed run into a new and into an existing store takes.
    """

    def __init__(self, folder: Path, patients: int, seed: int) -> None:
        self.folder = folder
        self.extract = folder / "extract"
        write_sample(self.extract, patients, seed)
        self.later = folder / "later"
        shutil.copytree(self.extract, self.later)
        _drop_rows(self.later / "labs.csv", every=10)
        self.first, self.second = folder / "first", folder / "second"
        new = self._run(self.extract, self.first)
        copy(self.first, self.second)
        self.seconds = {"new": new, "existing": self._run(self.later, self.second)}

    def _run(self, extract: Path, store: Path) -> float:
        ended = mspike("run", "--input", extract, "--output", store)
        demand(ended.status == 0, f"an undisturbed run ended with {ended.status}: {ended.said}")
        return ended.seconds

    def fresh(self, name: str = "tried") -> Path:
        """A copy of the store with run 1."""
        return copy(self.first, self.folder / name)


def copy(store: Path, to: Path) -> Path:
    """A copy of a store, in place of what is there."""
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(store, to, symlinks=True)
    return to


def _drop_rows(file: Path, every: int) -> None:
    with file.open(encoding="utf-8", newline="") as lines:
        header, *rows = csv.reader(lines)
    with file.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows([header, *(row for number, row in enumerate(rows) if number % every)])


def demand(holds: bool, otherwise: str) -> None:
    """Raise LostError unless it holds."""
    if not holds:
        raise LostError(otherwise)


def snapshot(store: Path) -> dict[str, str]:
    """Every byte that a reader of the store sees."""
    files = [path for part in PARTS for path in [store / part, *sorted((store / part).glob("**/*"))] if path.is_file()]
    return {str(path.relative_to(store)): sha256(path.read_bytes()).hexdigest() for path in files}


def results(store: Path) -> dict[str, Any]:
    """What a run leaves that depends on its input only: exports and page by their bytes, run.json without its clock."""
    said = json.loads((store / "run.json").read_text(encoding="utf-8"))
    clocked = {"started", "seconds", "cpu_seconds", "input"}
    told = {name: value for name, value in said.items() if name not in clocked}
    told["runs"] = [{name: value for name, value in run.items() if name not in clocked} for run in said["runs"]]
    files = {name: digest for name, digest in snapshot(store).items() if name.startswith(("exports/", "report/"))}
    return {"run.json": told, **files}


def check_same(store: Path, expected: Path) -> None:
    """The results of both stores are the same, and nothing unfinished lies about."""
    found, wanted = results(store), results(expected)
    other = [name for name in {**found, **wanted} if found.get(name) != wanted.get(name)]
    demand(not other, f"other than undisturbed: {', '.join(other)}")
    check_clean(store)


def check_clean(store: Path) -> None:
    """The store has its parts, one build at most, and no leftover of another."""
    parts = {path.name for path in store.iterdir()} if store.exists() else set()
    demand(parts <= {*PARTS, ".builds", ".current"}, f"left in the store: {', '.join(sorted(parts))}")
    builds = [path.name for path in (store / ".builds").glob("build-*")]
    published = 1 if (store / ".current").is_symlink() else 0
    demand(len(builds) == published, f"{len(builds)} builds in the store")


def check_reads(store: Path, *, there: bool) -> None:
    """`mspike query` answers, or says in one line that there is no store."""
    asked = CliRunner().invoke(main, ["query", "stage_table", "--store", str(store)])
    if there:
        demand(asked.exit_code == 0, f"a reader failed: {asked.output}")
    else:
        demand(asked.exit_code == 1 and asked.output.count("\n") == 1, f"no store, but: {asked.output}")
