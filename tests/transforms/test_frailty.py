"""Frailty at every line's start: which findings count, and the age on that day (section 12 of the guideline)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl
import pytest

from tests.one_patient import Outcome, Row, judged
from tests.reference.build import day, patient, starts
from transforms.age import age_years


def finding(on: str, name: str, value: float | None = None, **columns: bool) -> Row:
    return {"patient_id": "p", "observed_on": day(on), "finding": name, "value": value, **columns}


def scored(*findings: Row, born: str | None = "1940-06-01", treatments: list[Row] | None = None) -> Outcome:
    who = patient(birth_date=day(born) if born else None)
    lines = starts("2020-01-01") if treatments is None else treatments
    return judged("", who=who, findings=list(findings), treatments=lines)


def by(model: str, out: Outcome) -> list[Row]:
    return [row for row in out["frailty"] if row["model"] == f"FRAIL.{model}"]


def simplified(out: Outcome) -> tuple[float | None, str | None, list[str]]:
    [row] = by("simplified", out)
    return row["score"], row["frailty_group"], row["unknown_because"]


def test_a_patient_of_79_without_illness_and_fully_active_has_one_point(
    out: Outcome = scored(finding("2020-01-01", "ecog", 0), finding("2020-01-01", "charlson", 1)),
) -> None:
    assert simplified(out) == (1, "non_frail", [])


def test_a_score_that_can_only_be_frail_is_frail_and_has_no_total(
    out: Outcome = scored(finding("2020-01-01", "ecog", 2), born=None),
) -> None:
    assert simplified(out) == (None, "frail", [])


def test_what_the_group_waits_for_is_named(
    inactive: Outcome = scored(finding("2020-01-01", "charlson", 1)), unborn: Outcome = scored(born=None)
) -> None:
    assert simplified(inactive) == (None, None, ["ecog"])
    assert simplified(unborn) == (None, None, ["birth_date", "charlson", "ecog"])


def test_a_finding_without_its_figure_decides_nothing(
    out: Outcome = scored(finding("2020-01-01", "ecog", present=True), finding("2020-01-01", "charlson", 1)),
) -> None:
    assert simplified(out) == (None, None, ["ecog"])


NEAR = {"2019-11-01": None, "2019-11-02": 2, "2020-03-01": 2, "2020-03-02": None}
NO_ILLNESS = finding("2020-01-01", "charlson", 0)


def test_a_finding_within_60_days_either_way_counts(
    outs: Mapping[str, Outcome] = {on: scored(finding(on, "ecog", 1), NO_ILLNESS) for on in NEAR},
) -> None:
    assert {on: simplified(out)[0] for on, out in outs.items()} == NEAR


def test_the_nearest_finding_counts(
    out: Outcome = scored(finding("2019-11-02", "ecog", 1), finding("2019-12-01", "ecog", 0), NO_ILLNESS),
) -> None:
    assert simplified(out)[0] == 1


def test_on_one_date_the_higher_figure_counts_and_of_two_equally_near_the_earlier(
    one_date: Outcome = scored(finding("2020-01-02", "ecog", 0), finding("2020-01-02", "ecog", 1), NO_ILLNESS),
    as_near: Outcome = scored(finding("2019-12-31", "ecog", 0), finding("2020-01-02", "ecog", 1), NO_ILLNESS),
) -> None:
    assert simplified(one_date)[0] == 2
    assert simplified(as_near)[0] == 1


def able(*dates: str) -> list[Row]:
    return [finding(on, name, value) for on in dates for name, value in (("adl", 6), ("iadl", 8), ("charlson", 0))]


def test_every_line_has_its_own_row_by_the_age_at_its_start(
    out: Outcome = scored(*able("2020-01-01", "2021-06-01"), treatments=starts("2020-01-01", "2021-06-01")),
) -> None:
    # born on 1 June 1940: 79 at the first, 81 on the day of the second
    assert [(row["line"], row["score"], row["frailty_group"]) for row in by("imwg", out)] == [
        (1, 1, "intermediate"),
        (2, 2, "frail"),
    ]
    order = [(1, "FRAIL.imwg"), (1, "FRAIL.simplified"), (2, "FRAIL.imwg"), (2, "FRAIL.simplified")]
    assert [(row["line"], row["model"]) for row in out["frailty"]] == order


def test_an_untreated_patient_is_scored_at_diagnosis(
    out: Outcome = scored(*able("2019-12-01"), born="1950-01-01", treatments=[]),
) -> None:
    [row] = by("imwg", out)
    assert (row["line"], row["on_date"], row["score"], row["frailty_group"]) == (None, day("2019-12-01"), 0, "fit")


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        ("1940-06-01", "2020-05-31", 79),
        ("1940-06-01", "2020-06-01", 80),
        ("1940-02-29", "2021-02-28", 80),
        ("1940-02-29", "2021-03-01", 81),
        ("1940-02-29", "2020-02-29", 80),
        ("1940-12-31", "2020-01-01", 79),
    ],
)
def test_age_is_in_completed_years(born: str, on: str, age: int) -> None:
    dates = pl.DataFrame({"born": [date.fromisoformat(born)], "on": [date.fromisoformat(on)]})
    assert dates.select(age_years("born", "on")).item() == age


def test_scores_with_a_comparator_are_whole_numbers(
    out: Outcome = scored(
        finding("2020-01-01", "ecog", 1) | {"value_comparator": ">"}, finding("2020-01-01", "charlson", 1)
    ),
) -> None:
    assert simplified(out) == (3, "frail", [])
