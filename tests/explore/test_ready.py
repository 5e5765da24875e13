"""What pages share is made ready at the start, each thing once, and forgotten when there is too much of it."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from flows.explore import asked as asking
from flows.explore import explorer as explorers
from flows.explore import look
from flows.explore.explorer import OFFERED, Explorer
from flows.explore.pages import PAGES, Page
from flows.query import asked_registry
from flows.query.asked_registry import Registry
from tests.explore.conftest import PORT, Client


@pytest.fixture
def fresh(small: Path, tmp_path: Path) -> Iterator[Client]:
    """The pages of a store of which nothing was asked yet."""
    explorer = Explorer(shutil.copytree(small / "store", tmp_path / "store", symlinks=True), PORT)
    yield Client(explorer)
    explorer.close()


@pytest.fixture
def registry(fresh: Client) -> Iterator[Registry]:
    with fresh.explorer.runs.read(None) as (held, _):
        yield held.registry


def test_all_that_pages_of_all_patients_need_is_read_before_the_address_is_said(
    fresh: Client, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh.explorer.get_ready()

    def not_again(*_: Any, **__: Any) -> pl.DataFrame:
        raise AssertionError("read again")

    monkeypatch.setattr(registry, "_read", not_again)
    # in the other language, in which no page was made
    asked = ("cohort", "outcome", "response", "course")
    assert [fresh.page(name, lang="ja").status_code for name in asked] == [200] * 4
    assert registry.attributes("line_start", 1).height > 0


def test_a_page_is_made_once_for_an_address(fresh: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    about, made = PAGES["about"], []

    def page(asked: Any) -> dict[str, Any]:
        made.append(asked.words.lang)
        return about.page(asked)

    monkeypatch.setitem(look.PAGES, "about", Page(page, about.template, {}, ()))
    first, again = fresh.page("about").text, fresh.page("about").text
    assert first == again
    assert "Patients" in first
    assert made == ["en"]
    assert fresh.page("about", **{"a.name": "Mine"}).text != first
    assert fresh.page("about", lang="ja").text != first
    assert made == ["en", "en", "ja"]


def test_a_page_that_is_kept_says_the_day_on_which_it_is_asked(fresh: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    class Tomorrow(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime.now(tz) + timedelta(days=1)

    today = fresh.page("outcome").text
    monkeypatch.setattr(asking, "datetime", Tomorrow)
    day, next_day = (str((datetime.now(UTC) + timedelta(days=days)).date()) for days in (0, 1))
    assert fresh.page("outcome").text == today.replace(f"read on {day}", f"read on {next_day}") != today


def test_stopped_it_makes_no_more_pages_ready(fresh: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def page_of(_asked: Any, name: str) -> None:
        made.append(name)
        fresh.explorer.stop()

    monkeypatch.setattr(explorers, "page_of", page_of)
    fresh.explorer.get_ready()
    assert made == [OFFERED[0]]


def test_pages_are_made_ready_when_no_one_waits_for_one(fresh: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    may_answer, is_asked, made = threading.Event(), threading.Event(), []

    def page(asked: Any) -> dict[str, Any]:
        is_asked.set()
        assert may_answer.wait(30)
        return PAGES["about"].page(asked)

    monkeypatch.setitem(look.PAGES, "patients", Page(page, PAGES["about"].template, {}, ()))
    monkeypatch.setattr(explorers, "page_of", lambda _asked, name: made.append(name))
    monkeypatch.setattr(Registry, "attributes", lambda *_: made.append("attributes"))
    reader = threading.Thread(target=fresh.page, args=("patients",))
    reader.start()
    assert is_asked.wait(30)
    behind = threading.Thread(target=fresh.explorer._prepare)
    behind.start()
    behind.join(0.3)
    assert (behind.is_alive(), made) == (True, [])
    may_answer.set()
    reader.join(30)
    behind.join(30)
    assert made == [*OFFERED, "attributes"]


def test_a_page_that_can_t_be_made_does_not_keep_the_program_from_starting(
    fresh: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_asked: Any) -> dict[str, Any]:
        raise pl.exceptions.ComputeError("made to fail")

    monkeypatch.setitem(explorers.PAGES, "cohort", Page(fails, PAGES["cohort"].template, {}, ()))
    fresh.explorer.get_ready()
    assert fresh.page("about").status_code == 200


def test_what_is_known_of_a_line_is_the_same_whether_every_line_was_asked_before(registry: Registry) -> None:
    alone = registry.attributes("line_start", 2)
    every = registry.attributes("line_start")
    again = registry.attributes("line_start", 2)
    assert alone.height > 0
    assert_frame_equal(alone, again, check_row_order=True)
    assert_frame_equal(alone, every.filter(pl.col("line") == 2))


def test_a_thing_is_made_once_for_all_who_ask_meanwhile_and_keeps_no_other_waiting(registry: Registry) -> None:
    made, may_end, other = [], threading.Event(), []

    def slowly() -> str:
        made.append(1)
        assert may_end.wait(30)
        return "made"

    found: list[str] = []
    askers = [threading.Thread(target=lambda: found.append(registry.made(("slow",), slowly))) for _ in range(3)]
    for asker in askers:
        asker.start()
    other.append(registry.made(("other",), lambda: "other"))
    may_end.set()
    for asker in askers:
        asker.join(30)
    assert (found, len(made), other) == (["made"] * 3, 1, ["other"])


def test_what_failed_is_made_by_who_asks_next(registry: Registry) -> None:
    def fails() -> str:
        raise ValueError("made to fail")

    with pytest.raises(ValueError, match="made to fail"):
        registry.made(("once",), fails)
    assert registry.made(("once",), lambda: "now") == "now"


def test_what_was_longest_not_asked_for_is_forgotten_where_there_is_too_much(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = pl.DataFrame({"n": range(100_000)})
    monkeypatch.setattr(asked_registry, "MOST_KEPT_MIB", 1.8 * large.estimated_size("mb"))
    made: list[str] = []

    def make(name: str) -> pl.DataFrame:
        made.append(name)
        return large.clone()

    for name in ("first", "second", "second", "first"):
        registry.made((name,), lambda name=name: make(name))  # type: ignore[misc]
    assert made == ["first", "second", "first"]
