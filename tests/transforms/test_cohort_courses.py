"""From line to line, and how long lines last: small frames, worked out by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from tests.transforms.relapsed import drawn
from transforms.cohorts.courses import attrition, flows, maintenance, stages, with_end, with_times
from transforms.cohorts.durations import (
    counted_refractory,
    drugs_failed,
    duration_curves,
    given_again,
    lasted,
    next_lines,
    refractory_to,
    without_next,
)

LINES = {
    "cohort": pl.String,
    "patient_id": pl.String,
    "line": pl.Int64,
    "start_date": pl.Date,
    "next_line_start": pl.Date,
    "progression_date": pl.Date,
    "progression_source": pl.String,
    "best_response": pl.String,
    "regimen": pl.String,
    "ended": pl.String,
}
PATIENTS = {
    "patient_id": pl.String,
    "vital_status": pl.String,
    "last_contact_date": pl.Date,
    "registered_on": pl.Date,
}
TIMES = {"patient_id": pl.String, "line": pl.Int64, "endpoint": pl.String, "days": pl.Int64, "event": pl.Boolean}
GIVEN = {
    "patient_id": pl.String,
    "line": pl.Int64,
    "phase": pl.String,
    "drug": pl.String,
    "class": pl.String,
    "start_date": pl.Date,
}
REFRACTORY = {
    "patient_id": pl.String,
    "line": pl.Int64,
    "drug": pl.String,
    "class": pl.String,
    "refractory": pl.Boolean,
    "since": pl.Date,
}


def frame(table: str, schema: dict[str, Any]) -> pl.DataFrame:
    return drawn(table, schema).collect()


def lines(table: str) -> pl.DataFrame:
    found = frame(table, LINES)
    return found.with_columns(pl.col("cohort").fill_null("a"), pl.col("progression_source").fill_null("derived"))


# -- ends ----------------------------------------------------------------------------------------------------------

ENDED = """
    patient_id | line | start_date | next_line_start | progression_date | progression_source
    goes       | 1    | 2020-01-01 | 2020-07-01      | 2020-06-01       | derived
    dies       | 1    | 2020-01-01 |                 | 2020-06-01       | derived
    fails      | 1    | 2020-01-01 |                 | 2020-06-01       | derived
    stays      | 1    | 2020-01-01 |                 |                  | derived
    leaves     | 1    | 2020-01-01 |                 |                  | derived
    obscure    | 1    | 2020-01-01 |                 |                  | none
"""
FOLLOWED = """
    patient_id | vital_status | last_contact_date
    goes       | alive        | 2020-08-01
    dies       | dead         | 2020-08-01
    fails      | alive        | 2020-08-01
    stays      | alive        | 2023-06-01
    leaves     | alive        | 2022-01-01
    obscure    | alive        | 2023-06-01
"""


def _ended(cutoff: date | None) -> dict[str, str]:
    of = lines(ENDED).with_columns(pl.col("progression_source").replace("none", None))
    found = with_end(of, frame(FOLLOWED, PATIENTS), cutoff)
    return dict(found.select("patient_id", "ended").rows())


def test_every_line_ends_in_one_way_and_who_was_not_seen_for_a_year_is_lost() -> None:
    assert _ended(date(2023, 12, 31)) == {
        "goes": "next_line",
        "dies": "died",
        "fails": "progressed",
        "stays": "on",
        "leaves": "lost",
        "obscure": "unknown",
    }
    assert _ended(None)["leaves"] == "on"
    # a year and its last day: 365.25 days
    assert _ended(date(2023, 1, 1))["leaves"] == "on"
    assert _ended(date(2023, 1, 2))["leaves"] == "lost"


def test_attrition_adds_up_to_who_began() -> None:
    of = with_end(lines(ENDED), frame(FOLLOWED, PATIENTS), date(2023, 12, 31))
    [row] = attrition(of).to_dicts()
    assert row["started"] == 6 == sum(row[end] for end in ("next_line", "died", "progressed", "on", "lost", "unknown"))
    assert (row["next_line"], round(row["months_median"], 1)) == (1, 6.0)


# -- ways ----------------------------------------------------------------------------------------------------------

WAYS = """
    patient_id | line | start_date | regimen | ended
    A          | 1    | 2020-01-01 | PI      | next_line
    A          | 2    | 2021-01-01 | IMiD    | died
    B          | 1    | 2020-01-01 | PI      | on
    C          | 1    | 2020-01-01 | PI      | next_line
    C          | 3    | 2022-01-01 | PI      | on
    D          | 2    | 2022-01-01 | PI      | on
"""
MAINTAINED = "patient_id | line | regimen\nA | 1 | IMiD\nA | 2 | PI"


def _staged(first_line: int = 1) -> pl.DataFrame:
    of = lines(WAYS)
    members = of.select("cohort", "patient_id").unique()
    kept = frame(MAINTAINED, {"patient_id": pl.String, "line": pl.Int64, "regimen": pl.String})
    return stages(members, of.drop("cohort"), kept, first_line)


def test_a_way_goes_through_maintenance_to_the_next_line_or_an_end() -> None:
    found = _staged()
    assert found.filter(patient_id="A").select("stage", "kind", "node").rows() == [
        (0, "regimen", "PI"),
        (1, "maintenance", "IMiD"),
        (2, "regimen", "IMiD"),
        (3, "end", "died"),
    ]
    assert found.filter(patient_id="B").select("stage", "node").rows() == [(0, "PI"), (1, "none"), (2, "on")]
    # lines are taken in order; who has no line 1 is in no way from it
    assert found.filter(patient_id="C").select("stage", "node").rows()[2:] == [(2, "PI"), (3, "on")]
    assert found.filter(patient_id="D").is_empty()


def test_ways_can_begin_with_a_later_line() -> None:
    assert _staged(2).filter(pl.col("stage") == 0)["patient_id"].to_list() == ["A", "D"]


def test_what_leaves_a_stage_and_what_ends_there_is_all_that_came_to_it() -> None:
    found = flows(_staged())
    assert found.filter(pl.col("stage") == 0)["n"].sum() == 3
    for stage in range(1, 4):
        came = found.filter(pl.col("stage") == stage - 1, pl.col("to").is_not_null())["n"].sum()
        assert came == found.filter(pl.col("stage") == stage)["n"].sum()


def test_regimens_of_fewer_than_one_in_twenty_are_together() -> None:
    of = pl.DataFrame(
        {
            "cohort": "a",
            "patient_id": [f"p{i:02}" for i in range(41)],
            "line": 1,
            "start_date": date(2020, 1, 1),
            "regimen": ["PI"] * 37 + ["IMiD"] * 3 + ["other"],
            "ended": "on",
        }
    )
    none_kept = pl.DataFrame(schema={"patient_id": pl.String, "line": pl.Int64, "regimen": pl.String})
    found = stages(of.select("cohort", "patient_id"), of.drop("cohort"), none_kept)
    counts = found.filter(pl.col("stage") == 0).group_by("node").len().sort("node")
    assert counts.rows() == [("IMiD", 3), ("PI", 37), ("rare", 1)]


def test_maintenance_is_what_was_given_in_that_phase_however_late() -> None:
    given = frame(
        """
        patient_id | line | phase       | drug         | class                 | start_date
        A          | 1    | induction   | bortezomib   | proteasome_inhibitor  | 2020-01-01
        A          | 1    | maintenance | lenalidomide | immunomodulatory_drug | 2020-12-01
        B          | 1    | maintenance |              |                       | 2020-12-01
        C          | 1    | induction   | bortezomib   | proteasome_inhibitor  | 2020-01-01
        """,
        GIVEN,
    )
    of = lines("patient_id | line | start_date\nA | 1 | 2020-01-01\nB | 1 | 2020-01-01\nC | 1 | 2020-01-01")
    # whatever regimen the line itself began with
    found = maintenance(of.drop("cohort").with_columns(regimen=pl.lit("PI")), given, "classes")
    assert found.sort("patient_id").rows() == [("A", 1, "IMiD"), ("B", 1, "not recorded")]


# -- durations -----------------------------------------------------------------------------------------------------


def test_times_of_a_line_begin_with_it_and_count_from_registration_on() -> None:
    of = lines("patient_id | line | start_date | regimen\nA | 1 | 2020-01-01 | PI\nB | 1 | 2020-01-01 | PI")
    patients = frame("patient_id | registered_on\nA | 2020-01-31\nB | 2019-01-01", PATIENTS)
    times = frame("patient_id | line | endpoint | days | event\nA | 1 | TTD | 90 | T\nB | 1 | OS | 900 | T", TIMES)
    found = with_times(of, times, patients, "TTD")
    assert found.select("patient_id", "days", "entry_days", "is_asked").rows() == [
        ("A", 90, 30, True),
        ("B", None, None, False),
    ]


def test_a_curve_is_of_known_times_and_says_how_many_are_not() -> None:
    timed = pl.DataFrame(
        {
            "cohort": "a",
            "patient_id": list("ABCDEFG"),
            "line": 1,
            "regimen": "PI",
            "days": [100, 200, 300, 400, None, 50, None],
            "event": [True, True, True, True, None, True, None],
            "entry_days": [None, None, None, None, None, 60, None],
            "is_asked": [True] * 6 + [False],
        }
    )
    table, steps = duration_curves(timed, ["cohort", "regimen"])
    [row] = table.to_dicts()
    assert (row["n"], row["events"], row["n_unknown"], row["n_never_at_risk"]) == (4, 4, 1, 1)
    assert round(row["median_months"] * 30.4375) == 200
    assert steps["at_risk"].to_list() == [4, 4, 3, 2, 1]


FAILED = """
    patient_id | line | drug         | class                 | refractory | since
    yes        | 1    | lenalidomide | immunomodulatory_drug | T          | 2020-06-01
    yes        | 2    | lenalidomide | immunomodulatory_drug | T          | 2021-06-01
    no         | 1    | lenalidomide | immunomodulatory_drug | F          |
    open       | 1    | lenalidomide | immunomodulatory_drug |            |
    perhaps    | 1    |              |                       |            |
    by_class   | 1    | pomalidomide | immunomodulatory_drug | T          | 2020-05-01
    other      | 1    | bortezomib   | proteasome_inhibitor  | T          | 2020-05-01
    steroid    | 1    | dexamethasone |                      | T          | 2020-05-01
"""
PEOPLE = ("yes", "no", "open", "perhaps", "by_class", "other", "steroid", "untreated")


def _members() -> pl.DataFrame:
    return pl.DataFrame({"cohort": "a", "patient_id": PEOPLE, "line": None}, schema_overrides={"line": pl.Int64})


def test_refractoriness_is_to_a_drug_or_to_any_of_a_class() -> None:
    failed = frame(FAILED, REFRACTORY)
    to_drug = refractory_to(_members(), failed, "lenalidomide")
    assert to_drug.filter("refractory").select("patient_id", "since").rows() == [("yes", date(2020, 6, 1))]
    to_class = refractory_to(_members(), failed, "immunomodulatory_drug")
    assert to_class.filter("refractory")["patient_id"].to_list() == ["by_class", "yes"]


def test_everyone_is_refractory_or_not_or_unknown_or_never_had_it() -> None:
    [row] = counted_refractory(
        _members(), refractory_to(_members(), frame(FAILED, REFRACTORY), "lenalidomide")
    ).to_dicts()
    assert row == {
        "cohort": "a",
        "patients": 8,
        "refractory": 1,
        "not_refractory": 1,
        "unknown": 2,
        "not_exposed": 4,
    }


def test_drugs_to_choose_from_are_those_that_somebody_failed_and_no_steroid() -> None:
    assert drugs_failed(frame(FAILED, REFRACTORY)).select("kind", "code", "n").rows() == [
        ("class", "immunomodulatory_drug", 2),
        ("class", "proteasome_inhibitor", 1),
        ("drug", "bortezomib", 1),
        ("drug", "lenalidomide", 1),
        ("drug", "pomalidomide", 1),
    ]


NEXT = """
    patient_id | line | start_date | regimen | best_response
    yes        | 1    | 2020-01-01 | IMiD    | PR
    yes        | 2    | 2020-06-01 | PI      | VGPR
    yes        | 3    | 2021-06-01 | other   | SD
    by_class   | 1    | 2020-01-01 | IMiD    | PR
    other      | 1    | 2020-01-01 | PI      | PR
"""


def test_the_next_line_is_the_first_begun_on_the_day_of_refractoriness_or_later() -> None:
    of = lines(NEXT).drop("cohort")
    failed = refractory_to(_members(), frame(FAILED, REFRACTORY), "immunomodulatory_drug")
    following = next_lines(failed, of)
    assert following.select("patient_id", "line", "regimen").rows() == [("by_class", None, None), ("yes", 2, "PI")]
    patients = frame("patient_id | vital_status\nyes | alive\nby_class | dead", PATIENTS)
    assert without_next(following, patients).rows() == [("a", 1, 1, 0)]


def test_what_followed_is_counted_once_for_its_regimen_and_once_for_all() -> None:
    of = lines(NEXT)
    every = pl.concat([of, of.with_columns(regimen=pl.lit("all"))])
    times = frame(
        """
        patient_id | line | endpoint | days | event
        yes        | 1    | TTNT     | 152  | T
        yes        | 2    | TTNT     | 365  | T
        yes        | 3    | TTNT     | 100  | F
        by_class   | 1    | TTNT     | 80   | T
        other      | 1    | TTNT     | 90   | T
        """,
        TIMES,
    )
    patients = frame(
        "patient_id | registered_on\nyes | 2019-01-01\nby_class | 2019-01-01\nother | 2019-01-01", PATIENTS
    )
    table = lasted(every, times, patients, ["cohort", "regimen"])
    counts = {row["regimen"]: (row["lines"], row["TTNT_n"], row["TTNT_events"]) for row in table.to_dicts()}
    assert counts == {"all": (5, 5, 4), "IMiD": (2, 2, 2), "PI": (2, 2, 2), "other": (1, 1, 0)}
    whole = table.filter(pl.col("regimen") == "all").to_dicts()[0]
    assert (whole["responded"], whole["evaluable"], whole["TTD_n"]) == (4, 5, None)
    # three of five are left after day 90, one is censored on day 100, and one of the last two has the event on day 152
    assert round(whole["TTNT_median_months"] * 30.4375) == 152


def test_a_drug_given_again_is_one_of_the_line_itself() -> None:
    given = frame("patient_id | line | drug | class\nyes | 2 | lenalidomide | immunomodulatory_drug", GIVEN)
    assert given_again(lines(NEXT), given, "lenalidomide").rows() == [("yes", 2)]
    assert given_again(lines(NEXT), given, "immunomodulatory_drug").rows() == [("yes", 2)]
    assert given_again(lines(NEXT), given, "bortezomib").is_empty()
