"""TTD: from the start of a line to the end of its last drug, and what stands for an end that is not recorded."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from tests.transforms.test_endpoints import EDITION, outcome
from transforms.endpoints import time_to_event
from transforms.intake.contracts import stored
from transforms.time_on_treatment import with_treatment_end


def ttd(text: str, **facts: Any) -> tuple[Any, ...]:
    """(days, event, reason) of a line without anything known of its progression."""
    found = time_to_event(*outcome(text, **{"source": None, "is_contradictory": False} | facts), EDITION).collect()
    return found.filter(endpoint="TTD").select("days", "event", "reason").row(0)


def test_it_ends_with_the_last_drug_the_next_line_or_death() -> None:
    assert ttd("stop 40 next 90 contact 100") == (40, True, "treatment_end")
    assert ttd("next 90 contact 100") == (90, True, "next_line"), "an end that was not recorded came before it"
    assert ttd("dead 70 contact 70") == (70, True, "death")
    assert ttd("stop 70 dead 70 contact 70") == (70, True, "death"), "the death is why it ended"


def test_treatment_that_goes_on_is_censored_at_last_contact() -> None:
    assert ttd("contact 100") == (100, False, "last_contact")
    assert ttd("stop 101 contact 100") == (100, False, "last_contact"), "an end that lies ahead is planned"
    assert ttd("stop 100 contact 100") == (100, True, "treatment_end")


def test_an_end_that_could_not_be_read_leaves_it_unknown_and_so_does_one_before_the_start() -> None:
    assert ttd("next 90 contact 100", is_end_lost=True) == (None, None, "unreadable")
    assert ttd("contact 100", is_lost=True) == (100, False, "last_contact"), "progression has no part in it"
    assert ttd("stop -3 contact 100") == (None, None, "contradictory")


def treated(*rows: dict[str, Any]) -> tuple[date | None, bool]:
    """`treated_until` and `is_end_lost` of a line with these treatments."""
    start = {"patient_id": "p", "line": 1, "start_date": date(2020, 1, 1)}
    treatments = pl.LazyFrame([start | row for row in rows], schema=stored("treatments"))
    line = pl.LazyFrame({"patient_id": ["p"], "line": pl.Series([1], dtype=pl.Int32), "is_end_lost": [False]})
    return with_treatment_end(line, treatments).collect().select("treated_until", "is_end_lost").row(0)


ENDED, LATER = {"end_date": date(2020, 5, 1)}, {"end_date": date(2020, 9, 1)}


@pytest.mark.parametrize(
    ("rows", "until"),
    [
        ([ENDED, LATER], date(2020, 9, 1)),
        ([ENDED, {"phase": "maintenance"}], None),
        ([ENDED, {"phase": "autologous_transplant", "start_date": date(2020, 6, 1)}], date(2020, 6, 1)),
        ([ENDED, {"phase": "radiotherapy"}], date(2020, 5, 1)),
        ([{"phase": "radiotherapy"} | LATER], None),
    ],
)
def test_the_end_is_that_of_the_last_drug(rows: list[dict[str, Any]], until: date | None) -> None:
    assert treated(*rows) == (until, False)


def test_a_cell_that_could_not_be_read_is_not_treatment_that_goes_on() -> None:
    assert treated(ENDED, {"unreadable": ["end_date"]}) == (None, True)
    assert treated(ENDED | {"unreadable": ["drugs"]}) == (date(2020, 5, 1), False)
