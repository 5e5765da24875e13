"""Progression of precursors by hand: incidence with death competing, and rates by years from diagnosis."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from transforms.models.incidence import EVENT_INCIDENCE, EVENT_INCIDENCE_CURVE
from transforms.models.inputs import Tables
from transforms.models.precursor_outcomes import PRECURSOR_RATE, precursor_outcomes

START = date(2000, 1, 1)
YEAR = 365.25


def tables(*courses: tuple[str, float, str | None], registered: int | None = None) -> Tables:
    """Precursor, years from diagnosis to the end, and what it was."""
    rows = [
        {
            "patient_id": f"p{i}",
            "precursor": precursor,
            "start_date": START,
            "end_date": START + timedelta(days=round(years * YEAR)),
            "event": event,
        }
        for i, (precursor, years, event) in enumerate(courses)
    ]
    frame = pl.DataFrame(rows, schema_overrides={"event": pl.String})
    late = START + timedelta(days=registered) if registered else None
    patients = frame.select("patient_id", registered_on=pl.lit(late, pl.Date))
    return {"precursor_course": frame, "patients": patients}


def test_death_competes_and_treatment_before_progression_censors() -> None:
    """By hand: 1 of 4 progresses, 1 of 3 dies, 1 of 2 is treated first, the last progresses: 1/4 + 1/2."""
    summary, curve, _ = precursor_outcomes(
        tables(
            ("SMM", 1, "progression"),
            ("SMM", 2, "death"),
            ("SMM", 3, "treated_before_progression"),
            ("SMM", 4, "progression"),
        )
    )
    assert set(summary["analysis"]) == {"smm_progression"}
    of_it = summary.filter(cause="progression").row(0, named=True)
    assert (of_it["n"], of_it["events"], of_it["at_24"], of_it["at_60"]) == (4, 2, 0.25, 0.75)
    assert curve.filter(cause="progression")["incidence"].max() == 0.75


def test_who_had_progressed_at_diagnosis_is_left_out_and_an_unknown_end_is_counted() -> None:
    ends = (("MGUS", 0, "progression"), ("MGUS", 0, None), ("MGUS", 5, None), ("MGUS", 5, "censored"))
    summary, _, rates = precursor_outcomes(tables(*ends))
    row = summary.filter(cause="progression").row(0, named=True)
    assert (row["n"], row["n_before"], row["n_unknown"]) == (1, 1, 2)
    assert rates["n"].to_list() == [1, 0, 0]


def test_who_was_followed_for_no_day_has_no_years() -> None:
    _, _, rates = precursor_outcomes(tables(("SMM", 0, "censored"), ("SMM", 1, "censored")))
    assert rates["n"].to_list() == [1, 0, 0]


def test_one_the_day_after_diagnosis_is_a_progression_and_an_unknown_end_is_none_before() -> None:
    summary, _, rates = precursor_outcomes(tables(("MGUS", 1 / YEAR, "progression"), ("MGUS", 5, "censored")))
    row = summary.filter(cause="progression").row(0, named=True)
    assert (row["origin"], row["n"], row["events"], row["n_before"]) == ("diagnosis", 2, 1, 0)
    assert rates.columns == list(PRECURSOR_RATE)
    assert rates.select("from_year", "to_year", "n", "events").row(0) == (0, 5, 2, 1)


def test_each_precursor_has_rates_of_its_own() -> None:
    _, _, rates = precursor_outcomes(tables(("MGUS", 2, "censored"), ("SMM", 2, "censored")))
    assert rates["precursor"].to_list() == ["MGUS"] * 3 + ["SMM"] * 3


def test_a_progression_on_the_last_day_of_a_period_is_of_it_and_not_of_the_next() -> None:
    _, _, rates = precursor_outcomes(tables(("SMM", 5, "progression"), ("SMM", 20, "progression")))
    assert rates["events"].to_list() == [1, 0, 1]


def test_rates_are_of_the_years__lived_in_a_period() -> None:
    _, _, rates = precursor_outcomes(
        tables(("SMM", 2, "progression"), ("SMM", 7, "progression"), ("SMM", 20, "censored"))
    )
    found = rates.filter(precursor="SMM").select("from_year", "n", "events").rows()
    assert found == [(0, 3, 1), (5, 2, 1), (10, 1, 0)]
    assert rates["person_years"].to_list() == pytest.approx([12, 7, 10], abs=0.004)
    assert rates["rate_per_100_years"].to_list() == pytest.approx([100 / 12, 100 / 7, 0], rel=0.001)


def test_years_before_registration_are_not_counted() -> None:
    _, _, rates = precursor_outcomes(tables(("SMM", 6, "progression"), registered=round(2 * YEAR)))
    assert rates["person_years"].to_list() == pytest.approx([3, 1, 0], abs=0.01)


def test_without_precursors_there_is_nothing() -> None:
    summary, curve, rates = precursor_outcomes({})
    assert (summary.schema, curve.schema) == (EVENT_INCIDENCE, EVENT_INCIDENCE_CURVE)
    assert rates.schema == PRECURSOR_RATE
    assert all(frame.is_empty() for frame in (summary, curve, rates))
