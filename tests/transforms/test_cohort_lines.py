"""Regimens, responses and MRD of a cohort's lines: small frames, worked out by hand."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Any

import polars as pl
import pytest

from tests.transforms.relapsed import drawn
from transforms.cohorts.mrd_over_time import mrd_by_month
from transforms.cohorts.regimens import member_lines, rare_together, with_regimen
from transforms.cohorts.responses import (
    BASELINE,
    CENSORED,
    ENDED,
    REACHED,
    best_changes,
    depth_at,
    depth_over_time,
    depth_reached,
    lowest_values,
    response_rates,
    times_to_depth,
    up_to,
)

LINES = {
    "cohort": pl.String,
    "patient_id": pl.String,
    "line": pl.Int64,
    "start_date": pl.Date,
    "next_line_start": pl.Date,
    "progression_date": pl.Date,
    "measurable_by": pl.String,
    "best_response": pl.String,
    "regimen": pl.String,
}
GIVEN = {
    "patient_id": pl.String,
    "line": pl.Int64,
    "phase": pl.String,
    "drug": pl.String,
    "class": pl.String,
    "start_date": pl.Date,
}
TREATMENTS = {"patient_id": pl.String, "line": pl.Int32, "phase": pl.String, "start_date": pl.Date}
VISITS = {
    "patient_id": pl.String,
    "line": pl.Int64,
    "visit_date": pl.Date,
    "response": pl.String,
    "best_response": pl.String,
}
TIMES = {
    "patient_id": pl.String,
    "line": pl.Int64,
    "endpoint": pl.String,
    "end_date": pl.Date,
    "days": pl.Int64,
    "event": pl.Boolean,
}
MEMBERS = {"cohort": pl.String, "patient_id": pl.String, "line": pl.Int64}


def frame(table: str, schema: dict[str, Any]) -> pl.DataFrame:
    return drawn(table, schema).collect()


def lines(table: str) -> pl.DataFrame:
    return frame(table, LINES).with_columns(cohort=pl.lit("a"))


# -- regimens ------------------------------------------------------------------------------------------------------


def test_a_member_without_a_line_is_every_line_and_one_with_a_line_is_that_one() -> None:
    of = frame("patient_id | line\nx | 1\nx | 2\ny | 1\ny | 3", {"patient_id": pl.String, "line": pl.Int64})
    members = frame("cohort | patient_id | line\na | x |\nb | y | 3\nb | y | 3\nb | x | 9", MEMBERS)
    assert member_lines(members, of).rows() == [("a", "x", 1), ("a", "x", 2), ("b", "y", 3)]


GIVEN_ROWS = """
    patient_id | line | phase                 | drug                   | class                 | start_date
    three      | 1    | induction             | daratumumab            | anti_cd38             | 2020-01-01
    three      | 1    | induction             | lenalidomide           | immunomodulatory_drug | 2020-01-01
    three      | 1    | induction             | bortezomib             | proteasome_inhibitor  | 2020-01-31
    three      | 1    | induction             | dexamethasone          | steroid               | 2020-01-01
    later      | 1    | induction             | bortezomib             | proteasome_inhibitor  | 2020-01-01
    later      | 1    | maintenance           | lenalidomide           | immunomodulatory_drug | 2020-02-01
    novel      | 1    | salvage               | teclistamab            | anti_bcma_bispecific  | 2020-01-01
    novel      | 1    | salvage               | daratumumab            | anti_cd38             | 2020-01-01
    plain      | 1    | salvage               | melphalan              | alkylator             | 2020-01-01
    plain      | 1    | salvage               | prednisolone           | steroid               | 2020-01-01
    high_dose  | 1    | autologous_transplant | melphalan              | alkylator             | 2020-01-05
    high_dose  | 1    | induction             | bortezomib             | proteasome_inhibitor  | 2020-01-01
    unnamed    | 1    | induction             | bortezomib             | proteasome_inhibitor  | 2020-01-01
    unnamed    | 1    | induction             |                        |                       |
    named_cart | 1    | car_t                 | idecabtagene_vicleucel | anti_bcma_car_t       | 2020-01-01
"""
PATIENTS = ("three", "later", "novel", "plain", "high_dose", "unnamed", "named_cart", "cart", "none")
STARTS = "patient_id | line | start_date\n" + "\n".join(f"{name} | 1 | 2020-01-01" for name in PATIENTS)
INFUSED = "patient_id | line | phase | start_date\ncart | 1 | car_t | 2020-01-20\nnamed_cart | 1 | car_t | 2020-01-01"


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        (
            "three_classes",
            ["PI+IMiD+anti-CD38", "PI", "anti-CD38", "other", "PI", "not recorded", "other", "not recorded"],
        ),
        (
            "classes",
            [
                *("PI+IMiD+anti-CD38", "PI", "anti-CD38+anti_bcma_bispecific", "conventional", "PI", "not recorded"),
                *("anti_bcma_car_t", "car_t"),
            ],
        ),
        (
            "drugs",
            [
                *("DVRd", "bortezomib", "daratumumab+teclistamab", "MP", "bortezomib", "not recorded"),
                *("idecabtagene_vicleucel", "car_t"),
            ],
        ),
    ],
)
def test_a_regimen_is_what_a_line_began_with(by: str, expected: list[str]) -> None:
    found = with_regimen(lines(STARTS).drop("regimen"), frame(GIVEN_ROWS, GIVEN), by, frame(INFUSED, TREATMENTS))
    assert dict(found.select("patient_id", "regimen").rows()) == dict(
        zip(PATIENTS, [*expected, "not recorded"], strict=True)
    )


def test_drugs_begun_later_belong_to_it_where_no_days_are_asked_for() -> None:
    found = with_regimen(lines(STARTS).drop("regimen"), frame(GIVEN_ROWS, GIVEN), "three_classes", within_days=None)
    assert dict(found.select("patient_id", "regimen").rows())["later"] == "PI+IMiD"


def test_rare_regimens_are_together_but_what_is_not_recorded_stays_apart() -> None:
    rows = pl.DataFrame({"cohort": ["a"] * 5, "regimen": ["PI", "PI", "IMiD", "not recorded", "other"]})
    found = rare_together(rows, ["cohort"], 2)["regimen"].to_list()
    assert found == ["PI", "PI", "rare", "not recorded", "rare"]


# -- rates ---------------------------------------------------------------------------------------------------------


def test_rates_are_of_evaluable_lines() -> None:
    rows = """
        patient_id | line | regimen | best_response
        A          | 1    | PI      | sCR
        B          | 1    | PI      | PR
        C          | 1    | PI      | NE
        D          | 1    | IMiD    |
        A          | 4    | PI      | SD
        A          | 5    | PI      | VGPR
    """
    found = response_rates(lines(rows)).select(
        "line", "regimen", "lines", "evaluable", "ne", "none", "response_share", pl.col("cr_share"), "vgpr_share_low"
    )
    # Wilson of 1 of 2: 0.5 -+ 0.405
    assert [tuple(round(x, 3) if isinstance(x, float) else x for x in row) for row in found.rows()] == [
        (1, "all", 4, 2, 1, 1, 1.0, 0.5, 0.095),
        (1, "PI", 3, 2, 1, 0, 1.0, 0.5, 0.095),
        (1, "IMiD", 1, 0, 0, 1, None, None, None),
        (4, "all", 2, 2, 0, 0, 0.5, 0.0, 0.095),
        (4, "PI", 2, 2, 0, 0, 0.5, 0.0, 0.095),
    ]
    assert response_rates(lines(rows), together_from=None)["line"].unique().sort().to_list() == [1, 4, 5]


# -- depth ---------------------------------------------------------------------------------------------------------

DEPTH_LINES = """
    patient_id | line | start_date | best_response | progression_date
    reaches    | 1    | 2020-01-01 | VGPR          | 2021-01-01
    ends       | 1    | 2020-01-01 | PR            | 2020-06-01
    dies       | 1    | 2020-01-01 | SD            |
    goes_on    | 1    | 2020-01-01 | PR            |
    never      | 1    | 2020-01-01 | NE            |
    contrary   | 1    | 2020-01-01 | SD            |
"""
DEPTH_VISITS = """
    patient_id | line | visit_date | response | best_response
    reaches    | 1    | 2020-02-01 | PR       |
    reaches    | 1    | 2020-03-01 | PR       | PR
    reaches    | 1    | 2020-04-01 | VGPR     | VGPR
    ends       | 1    | 2020-02-01 | PR       | PR
    dies       | 1    | 2020-02-01 | SD       | SD
    goes_on    | 1    | 2020-02-01 | PR       | PR
    goes_on    | 1    | 2020-07-01 | PR       | PR
    goes_on    | 1    | 2020-09-01 | NE       | PR
    never      | 1    | 2020-02-01 | NE       | NE
    contrary   | 1    | 2020-02-01 | SD       | SD
"""
DEPTH_TIMES = """
    patient_id | line | endpoint | end_date   | event
    reaches    | 1    | TTNT     | 2021-02-01 | T
    ends       | 1    | TTNT     | 2020-08-01 | T
    dies       | 1    | TTNT     | 2020-03-01 | T
    goes_on    | 1    | TTNT     | 2021-01-01 | F
    never      | 1    | TTNT     | 2021-01-01 | F
    contrary   | 1    | TTNT     |            |
    dies       | 1    | OS       | 2020-01-15 | T
"""


def _days(day: str) -> int:
    return (date.fromisoformat(day) - date(2020, 1, 1)).days


def test_a_line_gets_so_deep_or_ends_without_or_is_followed_to_its_last_evaluable_visit() -> None:
    found = times_to_depth(lines(DEPTH_LINES), depth_reached(frame(DEPTH_VISITS, VISITS)), frame(DEPTH_TIMES, TIMES))
    of = {
        (patient, depth): (days, state)
        for patient, depth, days, state in found.select("patient_id", "depth", "days", "state").rows()
    }
    assert of["reaches", "PR"] == (_days("2020-03-01"), REACHED)
    assert of["reaches", "VGPR"] == (_days("2020-04-01"), REACHED)
    assert of["reaches", "CR"] == (_days("2021-01-01"), ENDED)
    assert of["ends", "VGPR"] == (_days("2020-06-01"), ENDED)
    assert of["dies", "PR"] == (_days("2020-03-01"), ENDED)
    assert of["goes_on", "VGPR"] == (_days("2020-07-01"), CENSORED)
    assert of["never", "PR"] == of["contrary", "PR"] == (None, None)


def test_without_censoring_the_share_so_deep_is_the_plain_share() -> None:
    times = pl.DataFrame(
        {
            "cohort": "a",
            "depth": "VGPR",
            "days": [30, 60, 60, 400],
            "state": [REACHED, ENDED, REACHED, ENDED],
        }
    )
    curve = depth_over_time(times)
    at = depth_at(curve, (0, 1, 3, 12, 24))
    assert dict(at.select("month", "value").rows()) == {0: 0.0, 1: 0.25, 3: 0.5, 12: 0.5, 24: None}
    assert dict(at.select("month", "at_risk").rows()) == {0: 4, 1: 3, 3: 1, 12: 1, 24: 0}
    assert curve["day"].to_list() == [0, 30, 60, 400]


def test_who_is_followed_no_longer_counts_as_those_still_followed() -> None:
    times = pl.DataFrame({"cohort": "a", "depth": "CR", "days": [10, 20, 30], "state": [CENSORED, REACHED, ENDED]})
    # one of the three is gone on day 10; of the two left one gets there
    assert depth_over_time(times)["value"].to_list() == [0.0, 0.0, 0.5, 0.5]


def test_a_curve_cut_short_keeps_who_is_at_risk_at_its_end() -> None:
    curve = pl.DataFrame(
        {
            "cohort": "a",
            "stratum": "CR",
            "day": [0, 200, 900],
            "at_risk": [9, 7, 4],
            "value": [0.0, 0.2, 0.6],
            "ci_low": [None, 0.1, 0.5],
            "ci_high": [None, 0.3, 0.7],
        }
    )
    assert up_to(curve, 12).select("day", "at_risk", "value").rows() == [(0, 9, 0.0), (200, 7, 0.2), (366, 4, 0.2)]


# -- the best change -----------------------------------------------------------------------------------------------


def test_the_best_change_is_of_the_quantity_that_the_line_is_measurable_by() -> None:
    of = lines("""
        patient_id | line | start_date | measurable_by | progression_date
        serum      | 1    | 2020-01-01 | serum+urine   | 2020-06-01
        urine      | 1    | 2020-01-01 | urine         |
        flc        | 1    | 2020-01-01 | flc           |
        marrow     | 1    | 2020-01-01 | marrow        |
        none       | 1    | 2020-01-01 | none          |
        unknown    | 1    | 2020-01-01 | unknown       |
        unmeasured | 1    | 2020-01-01 | serum         |
        baseless   | 1    | 2020-01-01 | serum         |
    """)
    numbers = [name for of in ("serum", "urine", "dflc", "marrow") for name in (of, f"from_{of}")]
    evidence = frame(
        """
        patient_id | visit_date | serum | from_serum | urine | from_urine | dflc | from_dflc | marrow | from_marrow
        serum      | 2020-02-01 | 1.0   | 4.0        | 0     | 300        |      |           |        |
        serum      | 2020-03-01 | 2.0   | 4.0        | 0     | 300        |      |           |        |
        serum      | 2020-07-01 | 0.0   | 4.0        | 0     | 300        |      |           |        |
        urine      | 2020-02-01 | 0.0   | 0.0        | 0     | 300        |      |           |        |
        flc        | 2020-02-01 |       |            |       |            | 300  | 200       |        |
        marrow     | 2020-02-01 |       |            |       |            |      |           | 20     | 40
        baseless   | 2020-02-01 | 1.0   |            |       |            |      |           |        |
        """,
        {
            "patient_id": pl.String,
            "visit_date": pl.Date,
            **dict.fromkeys(numbers, pl.Float64),
        },
    )
    called = dict(zip(numbers, [name for pair in BASELINE.items() for name in pair], strict=True))
    evidence = evidence.rename(called).with_columns(line=pl.lit(1, pl.Int64))
    found = {
        row[0]: row[1:]
        for row in best_changes(of, lowest_values(of, evidence)).select("patient_id", "change", "why_not").rows()
    }
    assert found == {
        "serum": (-0.75, None),
        "urine": (-1.0, None),
        "flc": (0.5, None),
        "marrow": (-0.5, None),
        "none": (None, "not_measurable"),
        "unknown": (None, "not_known"),
        "unmeasured": (None, "no_value"),
        "baseless": (None, "no_baseline"),
    }


# -- MRD -----------------------------------------------------------------------------------------------------------


def test_mrd_counts_a_line_once_in_a_span_and_who_is_never_tested() -> None:
    of = lines("""
        patient_id | line | start_date
        A          | 1    | 2020-01-01
        B          | 1    | 2020-01-01
        C          | 1    | 2020-01-01
    """)
    times = frame(
        "patient_id | line | endpoint | days\nA | 1 | TTNT | 400\nB | 1 | TTNT | 80\nC | 1 | PFS | 999", TIMES
    )
    patients = frame(
        "patient_id | last_contact_date\nA | 2024-01-01\nB | 2024-01-01\nC | 2020-05-01",
        {"patient_id": pl.String, "last_contact_date": pl.Date},
    )
    status = frame(
        """
        patient_id | line | collected_on | mrd      | category   | after_cr
        A          | 1    | 2020-02-01   | positive | flow       | F
        A          | 1    | 2020-03-15   | negative | flow       | T
        A          | 1    | 2020-05-01   | negative | flow       | T
        A          | 1    | 2020-05-01   | positive | sequencing | T
        B          | 1    | 2020-02-15   |          | flow       |
        C          | 1    | 2020-02-15   | negative | imaging    | T
        C          |      | 2019-12-15   | negative | flow       |
        """,
        {
            "patient_id": pl.String,
            "line": pl.Int64,
            "collected_on": pl.Date,
            "mrd": pl.String,
            "category": pl.String,
            "after_cr": pl.Boolean,
        },
    )
    columns = ("in_line", "never_tested", "tested", "negative", "positive", "unknown", "negative_after_cr")
    by_marrow = mrd_by_month(of, times, patients, status, last_month=3).select(columns).rows()
    assert by_marrow == [(3, 1, 2, 1, 0, 1, 1), (2, 1, 1, 0, 1, 0, 0)]
    by_flow = mrd_by_month(of, times, patients, status, "flow", last_month=3).select(columns).rows()
    assert by_flow[1] == (2, 1, 1, 1, 0, 0, 1)
    by_imaging = mrd_by_month(of, times, patients, status, "imaging", last_month=3).select(columns).rows()
    assert by_imaging == [(3, 2, 1, 1, 0, 0, 1), (2, 1, 0, 0, 0, 0, 0)]


def test_shares_of_depth_never_fall() -> None:
    times = pl.DataFrame(
        {
            "cohort": "a",
            "depth": "PR",
            "days": [5, 9, 9, 14, 30, 31, 80],
            "state": [REACHED, CENSORED, ENDED, REACHED, CENSORED, REACHED, ENDED],
        }
    )
    values = depth_over_time(times)["value"].to_list()
    assert all(before <= after for before, after in pairwise(values))
