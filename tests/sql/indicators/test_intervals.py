"""The indicators of how often patients are looked at: between assessments, every year, after a progression."""

from __future__ import annotations

import pytest

from tests.sql.indicators.judged import judged


def visits_on(*dates: str, patient: str = "one", line: int = 1) -> str:
    """Rows of visit_evidence: visits with a serum M-protein."""
    return "patient_id | line | visit_date | serum_m_g_dl\n" + "\n".join(f"{patient} | {line} | {d} | 1" for d in dates)


def intervals(indicator: str, evidence: str, *, line: str = "", to: str = "2024-01-01") -> dict[str, str]:
    """What an indicator says of each interval of one patient's line 1 from 2020-01-01, by the day it begins.

    `line` is the rest of its row: next line's start | progression.
    """
    patients = f"patient_id | last_contact_date\n one | {to}"
    lines = (
        f"patient_id | line | start_date | next_line_start | progression_date\n one | 1 | 2020-01-01 | {line or '|'}"
    )
    return judged(indicator, by="dated", patients=patients, lines=lines, visit_evidence=evidence)


@pytest.mark.criterion("Q.monthly")
def test_an_interval_of_the_first_year_is_at_most_45_days() -> None:
    evidence = visits_on("2020-02-15", "2020-03-31", "2020-05-16")  # after 45, 45 and 46 days
    found = intervals("Q.monthly", evidence, to="2020-05-20")
    assert found == {"2020-01-01": "pass", "2020-02-15": "pass", "2020-03-31": "fail"}


@pytest.mark.criterion("Q.monthly")
@pytest.mark.parametrize(
    ("to", "verdict"), [("2020-03-15", None), ("2020-03-16", "fail")], ids=["watched 44 days", "watched 45 days"]
)
def test_the_last_interval_is_asked_once_it_was_watched_to_its_limit(to: str, verdict: str) -> None:
    found = intervals("Q.monthly", visits_on("2020-01-31"), to=to)
    assert found.get("2020-01-31") == verdict
    assert found["2020-01-01"] == "pass"


@pytest.mark.criterion("Q.monthly")
def test_the_next_line_ends_the_last_interval_and_its_first_is_its_own() -> None:
    evidence = visits_on("2020-01-31", "2020-03-01")  # the second is on the day that the next line starts
    assert intervals("Q.monthly", evidence, line="2020-03-01 |") == {
        "2020-01-01": "pass",
        "2020-01-31": "pass",
    }
    soon = intervals("Q.monthly", visits_on("2020-01-31"), line="2020-03-01 |")
    assert soon == {"2020-01-01": "pass"}
    late = intervals("Q.monthly", visits_on("2020-01-31"), line="2020-06-01 |")
    assert late == {"2020-01-01": "pass", "2020-01-31": "fail"}


@pytest.mark.criterion("Q.monthly")
def test_a_line_without_any_assessment_is_unknown_and_marrow_alone_is_none() -> None:
    marrow = "patient_id | line | visit_date | marrow_percent\n one | 1 | 2020-01-31 | 3"
    assert intervals("Q.monthly", marrow) == {"2020-01-01": "unknown"}
    assert intervals("Q.monthly", marrow, to="2020-02-14") == {}


@pytest.mark.criterion("Q.monthly")
def test_every_kind_of_m_protein_test_is_an_assessment_and_only_myeloma_is_asked() -> None:
    evidence = """
        patient_id | line | visit_date | kappa_mg_l | urine_m_mg_24h | urine_immunofixation_positive
        one        | 1    | 2020-01-20 | 12         |                |
        one        | 1    | 2020-02-20 |            | 0              |
        one        | 1    | 2020-03-20 |            |                | false
        mgus       | 1    | 2020-01-20 | 12         |                |
    """
    patients = "patient_id | diagnosis | last_contact_date\n one | MM | 2020-04-01\n mgus | MGUS | 2020-04-01"
    lines = "patient_id | line | start_date\n one | 1 | 2020-01-01\n mgus | 1 | 2020-01-01"
    found = judged("Q.monthly", by="patient_id, dated", patients=patients, lines=lines, visit_evidence=evidence)
    assert found == {"one 2020-01-01": "pass", "one 2020-01-20": "pass", "one 2020-02-20": "pass"}


@pytest.mark.criterion("Q.monthly")
@pytest.mark.criterion("Q.two_monthly")
def test_an_interval_belongs_to_the_year_that_it_begins_in() -> None:
    # days 364, 365 (from here on every two months), 440 (75 days later) and 516 (76 days later)
    evidence = visits_on("2020-12-30", "2020-12-31", "2021-03-16", "2021-05-31")
    monthly = intervals("Q.monthly", evidence, to="2021-06-15")
    assert monthly == {"2020-01-01": "fail", "2020-12-30": "pass"}
    later = intervals("Q.two_monthly", evidence, to="2021-06-15")
    assert later == {"2020-12-31": "pass", "2021-03-16": "fail"}


@pytest.mark.criterion("Q.two_monthly")
@pytest.mark.parametrize(
    ("second", "progression", "expected", "why"),
    [
        ("2021-03-17", "2021-03-17", {"2021-01-10": "pass"}, "at an assessment, which begins no further interval"),
        ("2021-06-01", "2021-03-25", {}, "within the limit, seen by no assessment"),
        ("2021-06-01", "2021-03-26", {"2021-01-10": "fail"}, "75 days after the assessment, seen by none"),
        ("2021-03-17", "", {"2021-01-10": "pass", "2021-03-17": "fail"}, "none: watched to the end of follow-up"),
    ],
)
def test_progression_ends_the_intervals_after_the_first_year(
    second: str, progression: str, expected: dict[str, str], why: str
) -> None:
    evidence = visits_on("2021-01-10", second)
    found = intervals("Q.two_monthly", evidence, line=f"| {progression}")
    assert found == expected, why


@pytest.mark.criterion("Q.yearly_imaging")
def test_the_whole_body_is_imaged_in_every_complete_year() -> None:
    imaging = """
        patient_id | performed_on | modality
        one        | 2020-01-01   | pet_ct
        one        | 2021-01-01   | pet_ct
        one        | 2021-06-01   | mri
        one        | 2022-02-01   |
        one        | 2022-03-01   | mri
        smm        | 2020-06-01   | ct
    """
    # years end on 2020-12-31, 2021-12-31, 2022-12-31 and 2023-12-31
    patients = """
        patient_id | diagnosis | last_contact_date
        one        | MM        | 2022-12-31
        short      | MM        | 2020-12-30
        smm        | SMM       | 2022-12-31
        untreated  | MM        | 2022-12-31
    """
    lines = "patient_id | line | start_date\n one | 1 | 2020-01-01\n short | 1 | 2020-01-01\n smm | 1 | 2020-01-01"
    found = judged("Q.yearly_imaging", by="patient_id, dated", patients=patients, lines=lines, imaging=imaging)
    assert found == {"one 2020-01-01": "fail", "one 2020-12-31": "pass", "one 2021-12-31": "unknown"}


@pytest.mark.criterion("Q.yearly_imaging")
def test_a_run_may_define_whole_body_and_without_imaging_after_the_start_it_is_unknown() -> None:
    tables = {
        "patients": "patient_id | last_contact_date\n one | 2020-12-31",
        "lines": "patient_id | line | start_date\n one | 1 | 2020-01-01",
    }
    imaging = "patient_id | performed_on | modality\n one | 2020-12-31 | ct"
    found = judged("Q.yearly_imaging", imaging=imaging, **tables)
    assert found == {"one": "pass"}
    settings = {"modalities": ["pet_ct", "wbmri"]}
    found = judged("Q.yearly_imaging", settings=settings, imaging=imaging, **tables)
    assert found == {"one": "fail"}
    before = "patient_id | performed_on | modality\n one | 2020-01-01 | ct"
    assert judged("Q.yearly_imaging", imaging=before, **tables) == {"one": "unknown"}


@pytest.mark.criterion("Q.relapse_watch")
def test_a_biochemical_progression_is_looked_at_again_within_6_weeks() -> None:
    # patient: next assessment | next line | last contact; the progression is of 2021-03-01, day 42 is 2021-04-12
    courses = {
        "on_day_42": ("2021-04-12", "", "2023-01-01"),
        "on_day_43": ("2021-04-13", "", "2023-01-01"),
        "never": ("", "", "2021-04-12"),
        "followed_less": ("", "", "2021-04-11"),
        "treated_on_day_42": ("2021-03-20", "2021-04-12", "2023-01-01"),
        "treated_on_day_43": ("", "2021-04-13", "2023-01-01"),
        "bone": ("2021-03-20", "", "2023-01-01"),
        "none": ("2021-03-20", "", "2023-01-01"),
    }
    patients = "patient_id | last_contact_date\n" + "\n".join(f"{n} | {to}" for n, (_, _, to) in courses.items())
    lines = "patient_id | line | start_date | next_line_start\n" + "\n".join(
        f"{name} | 1 | 2020-01-01 | {next_line}" for name, (_, next_line, _) in courses.items()
    )
    evidence = visits_on() + "\n".join(f"{name} | 1 | 2021-03-01 | 2" for name in courses)
    evidence += "\n" + "\n".join(f"{name} | 1 | {again} | 2" for name, (again, _, _) in courses.items() if again)
    reasons = {"bone": "[PD.bone, PD.serum]"}
    visits = "patient_id | line | visit_date | response | progression_reasons\n" + "\n".join(
        f"{name} | 1 | 2021-03-01 | {'SD' if name == 'none' else 'PD'} | {reasons.get(name, '[PD.serum, PD.flc]')}"
        for name in courses
    )
    # a second one, of another kind, changes nothing
    visits += "\non_day_42 | 1 | 2021-04-12 | PD | [PD.bone]\nbone | 1 | 2021-04-12 | PD | [PD.serum]"
    found = judged(
        "Q.relapse_watch",
        by="patient_id, dated",
        patients=patients,
        lines=lines,
        visits=visits,
        visit_evidence=evidence,
    )
    assert found == {
        "on_day_42 2021-03-01": "pass",
        "on_day_43 2021-03-01": "fail",
        "never 2021-03-01": "fail",
        "followed_less 2021-03-01": "unknown",
        "treated_on_day_43 2021-03-01": "fail",
    }


@pytest.mark.criterion("Q.relapse_watch")
def test_what_showed_a_confirmed_progression_is_what_table_relapse_says() -> None:
    # All three progressed by serum M-protein on 2021-03-01, and were looked at again on 2021-03-20.
    names = ("biochemical", "clinical", "unconfirmed")
    tables = {
        "patients": "patient_id | last_contact_date\n" + "\n".join(f"{name} | 2023-01-01" for name in names),
        "lines": "patient_id | line | start_date | progression_date\n"
        + "\n".join(f"{n} | 1 | 2020-01-01 | {'' if n == 'unconfirmed' else '2021-03-01'}" for n in names),
        "visits": "patient_id | line | visit_date | response | progression_reasons\n"
        + "\n".join(f"{name} | 1 | 2021-03-01 | PD | [PD.serum]" for name in names),
        "visit_evidence": visits_on() + "\n".join(f"{name} | 1 | 2021-03-20 | 2" for name in names),
        # a new myeloma-defining event near it made the second one clinical
        "relapse": """
            patient_id  | line | progression_date | biochemical | clinical
            biochemical | 1    | 2021-03-01       | true        | false
            clinical    | 1    | 2021-03-01       | false       | true
        """,
    }
    assert judged("Q.relapse_watch", **tables) == {"biochemical": "pass", "unconfirmed": "pass"}


@pytest.mark.criterion("Q.relapse_watch")
def test_what_showed_a_progression_that_only_the_clinic_recorded_is_unknown() -> None:
    lines = """
        patient_id | line | start_date | progression_date | progression_source | next_line_start
        watched    | 1    | 2020-01-01 | 2021-03-01       | reported           |
        treated    | 1    | 2020-01-01 | 2021-03-01       | reported           | 2021-03-15
        none       | 1    | 2020-01-01 |                  | reported           |
    """
    patients = "patient_id\n watched\n treated\n none"
    assert judged("Q.relapse_watch", patients=patients, lines=lines) == {"watched": "unknown"}


@pytest.mark.criterion("Q.two_monthly")
def test_whether_a_line_progressed_must_be_known_to_ask_how_often_it_is_looked_at() -> None:
    tables = {
        "patients": "patient_id | last_contact_date\n one | 2021-08-01",
        "lines": "patient_id | line | start_date | progression_source\n one | 1 | 2020-01-01 |",
        "visit_evidence": visits_on("2021-01-10", "2021-02-10"),
    }
    found = judged("Q.two_monthly", by="dated", **tables)
    assert found == {"2021-01-10": "unknown", "2021-02-10": "unknown"}
