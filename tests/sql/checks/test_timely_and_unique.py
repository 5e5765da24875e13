"""Checks of how old the newest data are, and of what was recorded twice."""

from __future__ import annotations

import pytest

from tests.sql.checks.checked import checked, verdicts

PATIENTS = """
    patient_id | site_id | last_contact_date | vital_status | death_date
    newest     | S1      | 2024-06-29        | alive        |
    at_limit   | S1      | 2024-01-01        | alive        |
    old        | S2      | 2023-12-31        | alive        |
    old_dead   | S2      | 2020-01-01        | dead         | 2020-01-01
    treated    | S3      | 2020-01-01        | alive        |
    seen_once  |         | 2024-04-29        | alive        |
"""
RUN = "criteria | number | cutoff\n jsh2023 | 2 | 2024-06-29"
# seen at a visit after the recorded last contact, as the endpoints have it
FOLLOWED = "patient_id | endpoint | origin | end_date\n treated | OS | diagnosis | 2024-04-30"
# an end that stands for an open one is no news
TREATMENTS = "patient_id | line | start_date | end_date\n old | 1 | 2020-01-01 | 2099-12-31"
NEWS = {"patients": PATIENTS, "treatments": TREATMENTS, "time_to_event": FOLLOWED, "run": RUN}


@pytest.mark.criterion("timeliness.patient")
def test_news_of_the_living_are_180_days_old_at_most_by_the_extract_and_not_the_clock() -> None:
    found = checked("timeliness.patient", **NEWS)
    assert found == {
        "newest": "kept",
        "at_limit": "kept",
        "old": "violated",
        "treated": "kept",  # a row that shows the patient alive is news
        "seen_once": "kept",
    }


@pytest.mark.criterion("timeliness.site")
def test_a_site_is_late_60_days_after_its_newest_data() -> None:
    found = checked("timeliness.site", by="site", **NEWS)
    assert found == {"S1": "kept", "S2": "violated", "S3": "kept", "unknown": "violated"}


@pytest.mark.criterion("timeliness.site")
def test_every_site_is_judged_by_itself() -> None:
    found = verdicts("timeliness.site", **NEWS)
    assert found == {
        "all": "2 of 4: fail",
        "S1": "0 of 1: pass",
        "S2": "1 of 1: fail",
        "S3": "0 of 1: pass",
        "unknown": "1 of 1: not_applicable",
    }


@pytest.mark.criterion("uniqueness.person")
def test_who_shares_birth_sex_and_diagnosis_is_suspected_to_be_one_person() -> None:
    patients = """
        patient_id | site_id | birth_date | sex | diagnosis_date
        a          | S1      | 1950-05-05 | F   | 2020-01-01
        b          | S2      | 1950-05-05 | F   | 2020-01-01
        man        | S1      | 1950-05-05 | M   | 2020-01-01
        later      | S1      | 1950-05-05 | F   | 2020-01-02
        year_only  | S1      | 1950-01-01 | F   | 2020-01-01
        year_too   | S1      | 1950-01-01 | F   | 2020-01-01
        unrecorded | S1      |            | F   | 2020-01-01
        sexless    | S1      | 1950-05-05 |     | 2020-01-01
    """
    found = checked("uniqueness.person", patients=patients)
    assert found == {
        "a": "violated",
        "b": "violated",
        "man": "kept",
        "later": "kept",
        "year_only": "unknown",
        "year_too": "unknown",
    }


@pytest.mark.criterion("uniqueness.result")
def test_two_answers_of_one_test_on_one_day_contradict_each_other() -> None:
    labs = """
        patient_id | collected_on | analyte | comparator | value | ref_high | row_number
        p          | 2020-01-01   | ldh     |            | 200   |          | 1
        p          | 2020-01-01   | ldh     |            | 210   |          | 2
        p          | 2020-01-02   | ldh     |            | 200   |          | 3
        p          | 2020-01-02   | ldh     |            | 200   | 240      | 4
        p          | 2020-01-03   | ldh     | <          | 200   |          | 5
        p          | 2020-01-03   | ldh     |            | 200   |          | 6
        p          | 2020-01-01   | calcium |            | 9     |          | 7
        q          | 2020-01-01   | ldh     |            | 999   |          | 8
    """
    found = checked("uniqueness.result", by="row_number", patients="patient_id\np\nq", labs=labs)
    assert {number for number, word in found.items() if word == "violated"} == {"1", "2", "5", "6"}
    assert {number for number, word in found.items() if word == "kept"} == {"3", "4", "7", "8"}
