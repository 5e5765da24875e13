"""The indicator of smouldering myeloma that is watched until it progresses."""

from __future__ import annotations

import pytest

from tests.sql.indicators.judged import judged

PATIENTS = """
    patient_id     | diagnosis
    untreated      | SMM
    progressed     | SMM
    too-early      | SMM
    later          | SMM
    not-looked-for | SMM
    irradiated     | SMM
    mgus           | MGUS
    derived        | MM
"""
TREATMENTS = """
    patient_id     | line | phase        | drugs | start_date
    progressed     | 1    |              |       | 2021-01-01
    too-early      | 1    |              |       | 2021-01-01
    later          | 1    |              |       | 2021-01-01
    not-looked-for | 1    |              |       | 2021-01-01
    irradiated     | 1    | radiotherapy |       | 2021-01-01
    mgus           | 1    |              |       | 2021-01-01
    derived        | 1    |              |       | 2021-01-01
"""
COURSE = """
    patient_id     | precursor | progressed_on | event                      | unknown_because
    untreated      | SMM       |               | censored                   | []
    progressed     | SMM       | 2021-01-01    | progression                | []
    too-early      | SMM       |               | treated_before_progression | []
    too-early      | MGUS      | 2020-12-20    | progression                | []
    later          | SMM       | 2021-01-02    | progression                | []
    not-looked-for | SMM       |               | treated_before_progression | [calcium]
    irradiated     | SMM       |               | censored                   | []
    mgus           | MGUS      |               | treated_before_progression | []
    derived        | SMM       |               | treated_before_progression | []
"""


@pytest.mark.criterion("Q.smouldering_watched")
def test_treatment_begins_after_the_progression_that_the_course_has() -> None:
    found = judged("Q.smouldering_watched", patients=PATIENTS, treatments=TREATMENTS, precursor_course=COURSE)
    assert found == {
        "untreated": "pass",
        "progressed": "pass",
        "too-early": "fail",
        "later": "fail",
        "not-looked-for": "unknown",
        "irradiated": "pass",
    }


@pytest.mark.criterion("Q.smouldering_watched")
def test_a_treatment_whose_course_is_not_there_is_not_judged() -> None:
    found = judged("Q.smouldering_watched", patients=PATIENTS, treatments=TREATMENTS)
    assert found == {"untreated": "pass", "irradiated": "pass"} | dict.fromkeys(
        ["progressed", "too-early", "later", "not-looked-for"], "unknown"
    )
