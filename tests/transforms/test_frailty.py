"""Frailty at every line's start: which findings count, and the age on that day (section 12 of the guideline)."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from tests.one_patient import Row, judged
from tests.reference.build import day, patient, starts
from transforms.age import age_years


def finding(on: str, name: str, value: float | None = None, **columns: bool) -> Row:
    return {"patient_id": "p", "observed_on": day(on), "finding": name, "value": value, **columns}


def scored(
    model: str, *findings: Row, born: str | None = "1940-06-01", treatments: list[Row] | None = None
) -> list[Row]:
    who = patient(birth_date=day(born) if born else None)
    lines = starts("2020-01-01") if treatments is None else treatments
    out = judged("", who=who, findings=list(findings), treatments=lines)
    return [row for row in out["frailty"] if row["model"] == model]


def simplified(*findings: Row, born: str | None = "1940-06-01") -> tuple[float | None, str | None, list[str]]:
    [row] = scored("FRAIL.simplified", *findings, born=born)
    return row["score"], row["frailty_group"], row["unknown_because"]


def test_a_patient_of_79_without_illness_and_fully_active_has_one_point() -> None:
    assert simplified(finding("2020-01-01", "ecog", 0), finding("2020-01-01", "charlson", 1)) == (1, "non_frail", [])


def test_a_score_that_can_only_be_frail_is_frail_and_has_no_total() -> None:
    assert simplified(finding("2020-01-01", "ecog", 2), born=None) == (None, "frail", [])


def test_what_the_group_waits_for_is_named() -> None:
    assert simplified(finding("2020-01-01", "charlson", 1)) == (None, None, ["ecog"])
    assert simplified(born=None) == (None, None, ["birth_date", "charlson", "ecog"])


def test_a_finding_without_its_figure_tells_nothing() -> None:
    said = finding("2020-01-01", "ecog", present=True)
    assert simplified(said, finding("2020-01-01", "charlson", 1)) == (None, None, ["ecog"])


@pytest.mark.parametrize(
    ("on", "score"), [("2019-11-01", None), ("2019-11-02", 2), ("2020-03-01", 2), ("2020-03-02", None)]
)
def test_a_finding_within_60_days_either_way_counts(on: str, score: float | None) -> None:
    assert simplified(finding(on, "ecog", 1), finding("2020-01-01", "charlson", 0))[0] == score


def test_the_nearest_finding_counts() -> None:
    found = finding("2019-11-02", "ecog", 1), finding("2019-12-01", "ecog", 0), finding("2020-01-01", "charlson", 0)
    assert simplified(*found)[0] == 1


def test_on_one_date_the_higher_figure_counts_and_of_two_equally_near_the_earlier() -> None:
    charlson = finding("2020-01-01", "charlson", 0)
    assert simplified(finding("2020-01-02", "ecog", 0), finding("2020-01-02", "ecog", 1), charlson)[0] == 2
    assert simplified(finding("2019-12-31", "ecog", 0), finding("2020-01-02", "ecog", 1), charlson)[0] == 1


def test_every_line_has_its_own_row_by_the_age_at_its_start() -> None:
    found = [finding(on, name, value) for on in ("2020-01-01", "2021-06-01") for name, value in ABLE.items()]
    rows = scored("FRAIL.imwg", *found, treatments=starts("2020-01-01", "2021-06-01"))
    # born on 1 June 1940: 79 at the first, 81 on the day of the second
    assert [(row["line"], row["score"], row["frailty_group"]) for row in rows] == [
        (1, 1, "intermediate"),
        (2, 2, "frail"),
    ]


ABLE = {"adl": 6, "iadl": 8, "charlson": 0}


def test_an_untreated_patient_is_scored_at_diagnosis() -> None:
    found = [finding("2019-12-01", name, value) for name, value in ABLE.items()]
    [row] = scored("FRAIL.imwg", *found, born="1950-01-01", treatments=[])
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


def test_scores_with_a_comparator_are_whole_numbers() -> None:
    more_than_one = finding("2020-01-01", "ecog", 1) | {"value_comparator": ">"}
    assert simplified(more_than_one, finding("2020-01-01", "charlson", 1)) == (3, "frail", [])
