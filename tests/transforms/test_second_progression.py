"""PFS2 of a patient with one line or several: what ends it, and when it can't be known."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from rules.criterion import load_edition
from tests.transforms.test_endpoints import on, outcome
from transforms.endpoints import time_to_event

Line = tuple[int, int, str]  # number, day of its start, what happened in it


def pfs2(
    *lines: Line, sources: tuple[str | None, ...] = (), censoring: str = "imwg", lost: tuple[int, ...] = ()
) -> tuple[Any, ...] | None:
    """(days, event, reason, progression_source) of PFS2; None without a row. Follow-up is as the last line has it."""
    starts = [on(start) for _, start, _ in lines]
    frames = []
    for i, (number, _, text) in enumerate(lines):
        frame, followed = outcome(text, source=(sources or ("derived",) * 9)[i], is_contradictory=False)
        following = next(iter(starts[i + 1 :]), None)
        frames.append(
            frame.with_columns(
                line=pl.lit(number, pl.Int32),
                start_date=pl.lit(starts[i]),
                next_line_start=pl.lit(following, pl.Date),
                is_lost=pl.lit(number in lost),
            )
        )
    edition = load_edition(settings={"PFS": {"censoring": censoring}})
    rows = time_to_event(pl.concat(reversed(frames)), followed, edition).collect().filter(endpoint="PFS2")
    if rows.is_empty():
        return None
    assert rows.select("line", "origin").rows() == [(1, "line_start")]
    return rows.select("days", "event", "reason", "progression_source").row(0)


def test_progression_on_line_2_ends_it_and_one_on_line_1_does_not() -> None:
    first = (1, 0, "pd 40 seen 40")
    assert pfs2(first, (2, 50, "pd 200 seen 200 contact 300")) == (200, True, "progression", "derived")
    assert pfs2(first, (2, 50, "seen 200 contact 300")) == (200, False, "last_assessment", "derived")
    assert pfs2((1, 0, "pd 40 seen 40 contact 300")) == (300, False, "last_contact", None)


def test_death_ends_it_whichever_line_it_is_in() -> None:
    assert pfs2((1, 0, "pd 40 seen 40 dead 90 contact 90")) == (90, True, "death", None)
    lines = (1, 0, "seen 40"), (2, 50, "seen 80 dead 90 contact 90")
    assert pfs2(*lines) == (90, True, "death", "derived")


def test_a_third_line_without_progression_on_the_second_censors_at_the_look_before_it() -> None:
    lines = (1, 0, "pd 40 seen 40"), (2, 50, "seen 90"), (3, 100, "pd 150 seen 150 dead 160 contact 160")
    assert pfs2(*lines) == (90, False, "next_line", "derived")
    assert pfs2(*lines, censoring="ema") == (150, True, "progression", "derived"), "under ema a later one is line 2's"


def test_where_nothing_tells_of_line_2_s_progression_there_is_none() -> None:
    lines = (1, 0, "pd 40 seen 40"), (2, 50, "dead 90 contact 90")
    assert pfs2(*lines, sources=("derived", None)) is None
    assert pfs2(*lines, sources=("derived", None), lost=(2,)) == (None, None, "unreadable", None)


def test_line_1_needs_no_evaluable_visit() -> None:
    lines = (1, 0, "contact 90"), (2, 50, "pd 80 seen 80 contact 90")
    assert pfs2(*lines, sources=(None, "reported")) == (80, True, "progression", "reported")


def test_line_2_is_the_line_after_line_1_in_time() -> None:
    lines = (1, 0, "seen 20"), (3, 50, "pd 80 seen 80 contact 90")
    assert pfs2(*lines) == (80, True, "progression", "derived")
    numbered_otherwise = *lines[:1], (3, 50, "pd 80 seen 80"), (2, 100, "seen 150 contact 160")
    assert pfs2(*numbered_otherwise) == (80, True, "progression", "derived"), "line 3 came before line 2"
    assert pfs2((2, 0, "pd 80 seen 80 contact 90")) is None, "without a line 1 there is no start"
    same_day = (1, 0, "seen 20"), (2, 50, "pd 80 seen 80"), (3, 50, "seen 90 contact 90")
    assert pfs2(*same_day, censoring="ema") == (80, True, "progression", "derived")


@pytest.mark.parametrize(("lost_on", "days"), [(60, None), (110, 100)])
def test_a_second_line_that_may_have_been_lost_leaves_it_unknown(lost_on: int, days: int | None) -> None:
    found = pfs2((1, 0, f"pd 40 seen 40 contact 100 lost_line {lost_on}"))
    assert found is not None
    assert found[0] == days
