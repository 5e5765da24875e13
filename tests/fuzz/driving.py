"""Drives one extract through every command, in a process of its own, and says what went wrong.

A command may end with status 0 or 3. A traceback, a warning, a "mistake of the program", another status, a hang, a
process that dies: each is a fault. Extracts that show one are kept.
"""

from __future__ import annotations

import faulthandler
import json
import multiprocessing
import shutil
import sys
import tempfile
import traceback
import warnings
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random

from tests.fuzz import wild

KEPT = Path("out") / "fuzz"
SECONDS = 300  # for one extract, on a machine busy with other work
PER_PROCESS = 40
ALLOWED = (0, 3)
EDITIONS = ("jsh2023", "imwg2016")
CONTEXT = multiprocessing.get_context("spawn")  # polars' threads do not survive a fork


def faults_of(seed: int, folder: Path) -> list[str]:
    """Make the extract of a seed in a folder, drive it through everything in this process, and say what went wrong."""
    random = Random(seed)
    made = wild.extract(random)
    night = wild.another_night(random, made)
    extracts = [wild.write_extract(folder / name, rows) for name, rows in (("first", made), ("second", night))]
    edition = random.choice(EDITIONS)
    return list(_drive(random, folder, extracts, edition, made))


def _drive(random: Random, folder: Path, extracts: list[Path], edition: str, made: wild.Extract) -> Iterator[str]:
    first, second = extracts
    store, other, whole = folder / "store", folder / "other", folder / "whole"
    [other_edition] = set(EDITIONS) - {edition}
    yield from _said("check", first)
    for number, extract in enumerate((first, second)):
        done = list(_said("run", "--input", extract, "--output", store, "--criteria", edition))
        yield from done
        if done:  # what follows would only say so again
            return
        if number == 0:
            yield from _reading(random, folder, store, made)
    yield from _said("run", "--input", second, "--output", other, "--criteria", other_edition)
    yield from _said("compare", store, other, "--patients", "--figures", folder / "compared")
    yield from _said("compare", store, other, "--format", "json")
    if random.random() < 0.25:
        yield from _said("run", "--input", second, "--output", whole, "--criteria", edition)
        yield from _differing(store, whole)
    for form in ("table", "json", "csv"):
        yield from _said("audit", "--store", store, "--format", form)


def _reading(random: Random, folder: Path, store: Path, made: wild.Extract) -> Iterator[str]:
    """Every command that reads a store."""
    from flows.query import query_names

    pages = folder / "pages"
    pages.mkdir()
    yield from _said("report", "--store", store)
    yield from _said("report", "--store", store, "--lang", "ja", "--internal", "--output", pages / "ja.html")
    sites = sorted({row["site_id"].strip() for row in made["patients"]} - {""})
    if sites:
        site = random.choice(sites)
        yield from _said("report", "--store", store, f"--site={site}", "--output", pages / "site.html")
        yield from _said("report", "--store", store, f"--site={site}", "--internal", "--output", pages / "inside.html")
        yield from _said("audit", "--store", store, f"--site={site}")
    ids = [row["patient_id"].strip() for row in made["patients"]]
    for number, patient in enumerate(random.sample(ids, min(3, len(ids)))):
        yield from _said("explain", "--store", store, "--", patient)
        yield from _said("explain", "--store", store, "--html", pages / f"{number}.html", "--", patient)
    yield from _said("figures", "--store", store)
    yield from _said("figures", "--store", store, "--internal", "--output", folder / "figures")
    yield from _said("export", "adam", "--store", store, "--output", folder / "adam")
    for name in query_names():
        form = random.choice(["table", "csv", "json", "parquet"])
        target = ["--output", pages / f"{name}.{form}"] if form == "parquet" else []
        yield from _said("query", name, "--store", store, "--format", form, *target)
    for page in [store / "report" / "index.html", *pages.glob("*.html")]:
        if page.exists() and wild.MARKUP in page.read_text(encoding="utf-8"):
            yield f"{page.name}: markup of the extract is markup of the page"


def _said(*arguments: object) -> Iterator[str]:
    """Run a command in this process; what is wrong with how it ended."""
    from click.testing import CliRunner

    from flows.cli import main

    told = " ".join(arguments[0:2] if arguments[0] in ("export", "query") else arguments[0:1])  # type: ignore[arg-type]
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    error = result.exception
    if error is not None and not isinstance(error, SystemExit):
        where = traceback.extract_tb(error.__traceback__)[-12:]
        own = [
            f"{Path(frame.filename).name}:{frame.lineno}" for frame in where if "site-packages" not in frame.filename
        ]
        yield f"{told}: {type(error).__name__} at {' '.join(own)}: {' '.join(str(error).split())[:400]}"
    elif result.exit_code not in ALLOWED:
        yield f"{told}: status {result.exit_code}: {' '.join(result.output.split())[-400:]}"
    elif "mistake of the program" in result.output or "Traceback" in result.output:
        yield f"{told}: {' '.join(result.output.split())[-400:]}"
    for text in sorted(
        {f"{Path(w.filename).name}:{w.lineno}: {' '.join(str(w.message).split())[:200]}" for w in warned}
    ):
        yield f"{told}: warns at {text}"


def _differing(store: Path, whole: Path) -> Iterator[str]:
    """A second night's tables are those of a first run on the same rows."""
    for path in sorted((whole / "exports").glob("*.parquet")):
        pair = [sha256((folder / "exports" / path.name).read_bytes()).digest() for folder in (store, whole)]
        if pair[0] != pair[1]:
            yield f"{path.stem}: a second night's table is not that of a first run on the same rows"


class _Process:
    """A process that drives one extract after another; a new one where it died, hung or did enough."""

    def __init__(self) -> None:
        self.done = PER_PROCESS

    def drive(self, seed: int) -> list[str]:
        if self.done >= PER_PROCESS:
            self.start()
        self.done += 1
        self.ours.send(seed)
        try:
            found: list[str] = self.ours.recv()
        except EOFError:
            self.process.join()
            self.done = PER_PROCESS
            return [f"the process died or hung, status {self.process.exitcode}"]
        return found

    def start(self) -> None:
        self.end()
        self.ours, theirs = CONTEXT.Pipe()
        self.process = CONTEXT.Process(target=_serve, args=(theirs,), daemon=True)
        self.process.start()
        theirs.close()
        self.done = 0

    def end(self) -> None:
        if hasattr(self, "process"):
            self.ours.close()
            self.process.join()


def _serve(pipe: Connection) -> None:
    """What the process does; it ends itself, with what every thread was at, where an extract takes too long."""
    while True:
        try:
            seed = pipe.recv()
        except EOFError:
            return
        faulthandler.dump_traceback_later(SECONDS, exit=True)
        with tempfile.TemporaryDirectory(prefix="mspike-wild-") as name:
            try:
                found = faults_of(seed, Path(name))
            except Exception as error:
                found = [f"the test itself: {' '.join(traceback.format_exception(error))}"]
            if found:
                keep(seed, Path(name), found)
        faulthandler.cancel_dump_traceback_later()
        pipe.send(found)


def keep(seed: int, folder: Path, found: list[str]) -> None:
    """Keep the extracts of a seed that shows a fault, with what was wrong."""
    target = KEPT / f"wild-{seed}"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for name in ("first", "second"):
        if (folder / name).is_dir():
            shutil.copytree(folder / name, target / name)
    (target / "faults.json").write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def drive(seeds: Iterable[int], processes: int = 2) -> Iterator[tuple[int, list[str]]]:
    """Each seed with what went wrong, in their order, so many at a time."""
    workers = [_Process() for _ in range(processes)]
    with ThreadPoolExecutor(processes) as pool:
        free = list(workers)

        def one(seed: int) -> tuple[int, list[str]]:
            worker = free.pop()
            try:
                return seed, worker.drive(seed)
            finally:
                free.append(worker)

        yield from pool.map(one, seeds)
    for worker in workers:
        worker.end()


if __name__ == "__main__":  # python -m tests.fuzz.driving SEED…: what went wrong with these, here and now
    for given in sys.argv[1:]:
        with tempfile.TemporaryDirectory(prefix="mspike-wild-") as place:
            print(given, *(faults_of(int(given), Path(place)) or ["no fault"]), sep="\n  ")
