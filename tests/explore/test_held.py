"""A run is held while it is read, and the next is offered when it is published."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.batch import run
from flows.explore import held
from flows.explore.explorer import Explorer
from flows.job import Job
from flows.store import building, publish
from tests.explore.conftest import PORT, Client
from tests.torture.stores import copy

OFFER = re.compile(r'<p class="newer".*?href="([^"]+)"')


@pytest.fixture
def store(small: Path, tmp_path: Path) -> Path:
    return copy(small / "store", tmp_path / "store")


@pytest.fixture
def of_store(store: Path) -> Iterator[Client]:
    explorer = Explorer(store, PORT)
    yield Client(explorer)
    explorer.close()


def _runs_on_the_disk(store: Path) -> int:
    return len(list((store / ".builds").glob("build-*")))


def test_the_pages_of_a_run_offer_the_next_and_a_run_that_is_read_no_more_is_let_go(
    of_store: Client, store: Path, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not OFFER.search(of_store.page("about").text)
    run(Job(small / "extract", store))
    assert _runs_on_the_disk(store) == 2
    before = of_store.page("about", run="1")
    [offered] = OFFER.findall(before.text)
    assert offered == f"/{of_store.token}/about?run=2"
    assert "Run 1 of" in before.text
    for answer in (of_store.ask(offered), of_store.page("about")):
        assert "Run 2 of" in answer.text
        assert not OFFER.search(answer.text)
    monkeypatch.setattr(held, "KEPT_SECONDS", -1.0)
    answer = of_store.page("about", run="1")
    assert answer.status_code == 410
    assert "run=" in answer.text
    run(Job(small / "extract", store))
    of_store.page("about")
    assert _runs_on_the_disk(store) <= 2  # the second is let go once the third is found


def test_a_run_that_is_being_read_is_not_let_go(of_store: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held, "KEPT_SECONDS", -1.0)
    runs = of_store.explorer.runs
    with runs.read(None) as (read, newest):
        assert read.number == newest == 1
        assert of_store.page("about", run="1").status_code == 200
        assert read.readers == 1


def test_a_published_run_of_another_version_is_not_offered(of_store: Client, store: Path) -> None:
    with building(store) as build:
        for name in ("registry.duckdb", "run.json"):
            (build / name).write_bytes(b"of another version")
        (build / "exports").mkdir()
        (build / "report").mkdir()
        publish(store, build)
        answer = of_store.page("about")
    assert answer.status_code == 200
    assert "Run 1 of" in answer.text


@pytest.mark.parametrize("number", ["2", "0", "999999999"])
def test_a_run_that_never_was_is_said_not_to_be_held(of_store: Client, number: str) -> None:
    assert of_store.page("about", run=number).status_code == 410
