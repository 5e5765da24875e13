"""Ten readers that go on asking and writing pages while runs publish: each sees one run, whole, and none fails."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from flows.cli import main
from flows.store import building, publish
from tests.torture.kills import Tried
from tests.torture.stores import Ground, demand
from tests.torture.warm import CONTEXT, mspike

READERS = 10
# The run and what it holds, in one answer: they belong together.
COUNTS = """
select
    max(number) as run,
    (select count(*) from labs) as labs,
    (select count(*) from visits) as visits,
    (select count(*) from visit_evidence) as evidence
from run
"""


@dataclass(frozen=True)
class Seen:
    """What may be seen: by the query, the counts of each run's parity, and the pages of the report."""

    query: Path
    counts: dict[int, list[int]]
    pages: set[str]
    writes_into_store: bool = True  # such a page and a publication wait for each other, so few of either would follow


def readers(ground: Ground, seconds: float) -> Iterator[Tried]:
    """Readers beside real runs, then beside publications that follow each other as fast as the disk lets them."""
    query = ground.folder / "counts.sql"
    query.write_text(COUNTS, encoding="utf-8")
    store = ground.folder / "read"
    shutil.copytree(ground.second, store, symlinks=True)
    stores = [ground.second, ground.folder / "third"]
    _run(ground.extract, store)
    shutil.copytree(store, stores[1], symlinks=True)
    seen = Seen(
        query,
        {number % 2: _counts(each, query)[1:] for number, each in zip((2, 3), stores, strict=True)},
        {(each / "report" / "index.html").read_text(encoding="utf-8") for each in stores},
    )
    yield _beside(store, seen, ground.folder / "beside runs", "runs", lambda: _runs(ground, store, seconds))
    yield _beside(
        store,
        replace(seen, writes_into_store=False),
        ground.folder / "beside publications",
        "publications",
        lambda: _publications(store, stores, seconds / 2),
    )


def _run(extract: Path, store: Path) -> None:
    ended = mspike("run", "--input", extract, "--output", store)
    demand(ended.status == 0, f"a run beside readers ended with {ended.status}: {ended.said}")


def _runs(ground: Ground, store: Path, seconds: float) -> int:
    """Runs of either delivery in turn; the store's last one was of the first."""
    until, done = time.monotonic() + seconds, 0
    while time.monotonic() < until or done < 2:
        for extract in (ground.later, ground.extract):
            _run(extract, store)
            done += 1
    return done


def _publications(store: Path, stores: list[Path], seconds: float) -> int:
    until, done = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        with building(store) as build:
            shutil.copytree((stores[done % 2] / ".current").resolve(), build, dirs_exist_ok=True)
            publish(store, build)
        done += 1
    return done


def _beside(store: Path, seen: Seen, folder: Path, what: str, write: Callable[[], int]) -> Tried:
    tried = Tried(f"{READERS} readers (queries, reports) beside {what} into the same store")
    folder.mkdir()
    with _reading(store, seen, folder):
        published = write()
    told = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.json"))]
    tried.tried = sum(each["reads"] for each in told)
    tried.lost = [why for each in told for why in each["failed"]]
    tried.lost += [f"{READERS - len(told)} readers died"] * (len(told) < READERS)
    tried.survived = tried.tried - len(tried.lost)
    slowest = {kind: max(each["slowest"].get(kind, 0) for each in told) for kind in ("query", "page")}
    tried.note = f"{published} {what}; slowest query {slowest['query']:.1f} s, page {slowest['page']:.1f} s"
    return tried


@contextmanager
def _reading(store: Path, seen: Seen, folder: Path) -> Iterator[None]:
    end = CONTEXT.Event()
    processes = [CONTEXT.Process(target=_read_on, args=(number, store, seen, folder, end)) for number in range(READERS)]
    for process in processes:
        process.start()
    try:
        yield
    finally:
        end.set()
        for process in processes:
            process.join()


def _read_on(number: int, store: Path, seen: Seen, folder: Path, end: Any) -> None:
    told: dict[str, Any] = {"reads": 0, "failed": [], "slowest": {}}
    elsewhere = folder / f"{number}.html"

    def counts() -> None:
        run, *found = _counts(store, seen.query)
        demand(found == seen.counts[run % 2], f"run {run} with the counts of another: {found}")

    def page_elsewhere() -> None:
        _ask("report", "--store", store, "--output", elsewhere)
        demand(elsewhere.read_text(encoding="utf-8") in seen.pages, "a page of no run")

    def page_in_store() -> None:
        _ask("report", "--store", store)
        demand((store / "report" / "index.html").read_text(encoding="utf-8") in seen.pages, "a page of no run in store")

    def stages() -> None:
        _ask("query", "stage_table", "--store", store)

    page = page_in_store if seen.writes_into_store else page_elsewhere
    doings = [counts, stages, page_elsewhere, counts, stages, page] if number % 3 == 0 else [counts, stages]
    while not end.is_set():
        doing = doings[told["reads"] % len(doings)]
        clock = time.perf_counter()
        try:
            doing()
        except Exception as failed:
            told["failed"].append(f"{doing.__name__}: {failed!r}"[:400])
        kind = "page" if "page" in doing.__name__ else "query"
        told["slowest"][kind] = max(told["slowest"].get(kind, 0), time.perf_counter() - clock)
        told["reads"] += 1
    (folder / f"{number}.json").write_text(json.dumps(told), encoding="utf-8")


def _counts(store: Path, query: Path) -> list[int]:
    [row] = json.loads(_ask("query", query, "--store", store, "--format", "json"))
    return list(row.values())


def _ask(*arguments: object) -> str:
    asked = CliRunner().invoke(main, [str(argument) for argument in arguments])
    demand(asked.exit_code == 0, f"status {asked.exit_code}: {asked.output[-300:]} {asked.exception!r}")
    return asked.stdout
