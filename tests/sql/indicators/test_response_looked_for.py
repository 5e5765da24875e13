"""The indicators of tests that a deep response needs: both fluids, immunofixation, marrow, MRD."""

from __future__ import annotations

import pytest

from tests.sql.indicators.judged import judged

SERUM_IF, URINE_IF = "serum_immunofixation_positive", "urine_immunofixation_positive"
PATIENTS = "patient_id | diagnosis\n one | MM\n mgus | MGUS"


@pytest.mark.criterion("Q.both_fluids")
def test_urine_is_tested_where_serum_is_down_to_a_tenth_of_its_baseline() -> None:
    evidence = f"""
        patient_id | visit_date | serum_m_baseline_g_dl | serum_m_g_dl | serum_m_g_dl_max | urine_m_mg_24h | {URINE_IF}
        one        | 2020-02-01 | 3.0                   | 0.3          | 0.3              | 20             |
        one        | 2020-03-01 | 0.7                   | 0.07         | 0.07             |                |
        one        | 2020-04-01 | 3.0                   | 0.31         | 0.31             |                |
        one        | 2020-05-01 | 3.0                   | 0            | 0                |                | true
        one        | 2020-06-01 | 3.0                   |              |                  | 20             |
        one        | 2020-07-01 |                       | 0.1          | 0.1              | 20             |
        one        | 2020-08-01 | 0                     | 0            | 0                | 20             |
        one        | 2020-09-01 | 3.0                   | 0.1          | inf              | 20             |
        one        | 2020-10-01 | 3.0                   | 0.4          | inf              | 20             |
        mgus       | 2020-02-01 | 3.0                   | 0.3          | 0.3              | 20             |
    """
    found = judged("Q.both_fluids", by="dated", patients=PATIENTS, visit_evidence=evidence)
    # ">0.1" of 3.0 may be a fall of 90 %, ">0.4" is none
    assert found == {"2020-02-01": "pass", "2020-03-01": "fail", "2020-05-01": "pass", "2020-09-01": "unknown"}


@pytest.mark.criterion("Q.immunofixation")
def test_both_immunofixations_are_done_where_electrophoresis_shows_nothing() -> None:
    evidence = f"""
        patient_id | visit_date | serum_m_g_dl_max | urine_m_mg_24h_max | {SERUM_IF} | {URINE_IF}
        one        | 2020-02-01 | 0                | 0                  | false                         | true
        one        | 2020-03-01 | 0                | 0                  | false                         |
        one        | 2020-04-01 | 0                | 0                  |                               | false
        one        | 2020-05-01 | 0.1              | 0                  |                               |
        one        | 2020-06-01 | 0                |                    |                               |
        one        | 2020-07-01 | 0                | 10                 | false                         | false
        mgus       | 2020-02-01 | 0                | 0                  |                               |
    """
    found = judged("Q.immunofixation", by="dated", patients=PATIENTS, visit_evidence=evidence)
    assert found == {"2020-02-01": "pass", "2020-03-01": "fail", "2020-04-01": "fail"}


# patient: day of the examination | next line | last contact; day 0 is 2021-01-01, day 60 2021-03-02, day 180 2021-06-30
COURSES_TO_MARROW = {
    "same_day": ("2021-01-01", "", "2024-01-01", "pass"),
    "before": ("2020-12-31", "", "2024-01-01", "fail"),
    "on_day_60": ("2021-03-02", "", "2021-03-02", "pass"),
    "on_day_61": ("2021-03-03", "", "2024-01-01", "fail"),
    "watched_60_days": ("", "", "2021-03-02", "fail"),
    "watched_59_days": ("", "", "2021-03-01", "unknown"),
    "next_line_before": ("2021-02-20", "2021-02-10", "2024-01-01", "unknown"),
    "before_next_line": ("2021-02-10", "2021-02-10", "2024-01-01", "pass"),
}
COURSES_TO_MRD = {
    "same_day": ("2021-01-01", "", "2024-01-01", "pass"),
    "a_week_before": ("2020-12-25", "", "2024-01-01", "pass"),
    "on_day_30_before": ("2020-12-02", "", "2024-01-01", "pass"),
    "on_day_31_before": ("2020-12-01", "", "2024-01-01", "fail"),
    "on_day_180": ("2021-06-30", "", "2021-06-30", "pass"),
    "on_day_181": ("2021-07-01", "", "2024-01-01", "fail"),
    "watched_180_days": ("", "", "2021-06-30", "fail"),
    "watched_179_days": ("", "", "2021-06-29", "unknown"),
    "next_line_before": ("2021-02-20", "2021-02-10", "2024-01-01", "unknown"),
}


def course_tables(courses: dict[str, tuple[str, str, str, str]]) -> dict[str, str]:
    """Patients, lines (best response CR) and examinations of the courses."""
    of = courses.items()
    return {
        "patients": "patient_id | last_contact_date\n" + "\n".join(f"{name} | {c[2]}" for name, c in of),
        "lines": "patient_id | line | start_date | best_response | next_line_start\n"
        + "\n".join(f"{name} | 1 | 2020-01-01 | CR | {c[1]}" for name, c in of),
        "examinations": "patient_id | collected_on\n" + "\n".join(f"{name} | {c[0]}" for name, c in of if c[0]),
    }


@pytest.mark.criterion("Q.cr_marrow")
def test_marrow_is_examined_within_60_days_after_immunofixation_turned_negative() -> None:
    tables = course_tables(COURSES_TO_MARROW)
    marrow = tables.pop("examinations")
    answers = {"2020-12-01": "false |", "2021-01-01": "false | false", "2021-01-20": "false | false"}
    evidence = f"patient_id | line | visit_date | {SERUM_IF} | {URINE_IF}\n" + "\n".join(
        f"{name} | 1 | {day} | {answer}" for name in COURSES_TO_MARROW for day, answer in answers.items()
    )
    visits = "patient_id | line | visit_date\n" + "\n".join(
        f"{name} | 1 | {day}" for name in COURSES_TO_MARROW for day in answers
    )
    found = judged(
        "Q.cr_marrow", by="patient_id, dated", visits=visits, visit_evidence=evidence, marrow=marrow, **tables
    )
    assert found == {f"{name} 2021-01-01": course[3] for name, course in COURSES_TO_MARROW.items()}


@pytest.mark.criterion("Q.cr_marrow")
def test_a_contradicted_or_half_negative_immunofixation_asks_for_no_marrow() -> None:
    evidence = """
        patient_id   | line | visit_date | serum_immunofixation_positive | urine_immunofixation_positive
        contradicted | 1    | 2021-01-01 | false                         | false
        positive     | 1    | 2021-01-01 | false                         | true
        reached      | 1    | 2021-01-01 | false                         | false
    """
    names = ("contradicted", "positive", "reached")
    visits = "patient_id | line | visit_date | flags\n" + "\n".join(
        f"{name} | 1 | 2021-01-01 | {'[contradictory_immunofixation]' if name == 'contradicted' else ''}"
        for name in names
    )
    tables = {
        "patients": "patient_id\n" + "\n".join(names),
        "lines": "patient_id | line | start_date\n" + "\n".join(f"{name} | 1 | 2020-01-01" for name in names),
        "visits": visits,
        "visit_evidence": evidence,
    }
    assert judged("Q.cr_marrow", **tables) == {"reached": "unknown"}  # no marrow in the extract


@pytest.mark.criterion("Q.mrd_after_cr")
def test_mrd_is_tested_from_30_days_before_the_first_confirmed_cr_to_180_days_after() -> None:
    tables = course_tables(COURSES_TO_MRD)
    mrd = tables.pop("examinations")
    visits = "patient_id | line | visit_date | confirmed_response\n" + "\n".join(
        f"{name} | 1 | 2020-12-01 | VGPR\n{name} | 1 | 2021-01-01 | CR\n{name} | 1 | 2021-02-01 | sCR"
        for name in COURSES_TO_MRD
    )
    found = judged("Q.mrd_after_cr", by="patient_id, dated", visits=visits, mrd=mrd, **tables)
    assert found == {f"{name} 2021-01-01": course[3] for name, course in COURSES_TO_MRD.items()}


@pytest.mark.criterion("Q.mrd_after_cr")
def test_a_cr_that_only_comes_after_progression_asks_for_no_mrd() -> None:
    tables = {
        "patients": "patient_id\n one\n other",
        "lines": """
            patient_id | line | start_date | best_response
            one        | 1    | 2020-01-01 | VGPR
            other      | 1    | 2020-01-01 | sCR
        """,
        "visits": """
            patient_id | line | visit_date | confirmed_response
            one        | 1    | 2021-01-01 | CR
            other      | 1    | 2021-01-01 | sCR
        """,
    }
    assert judged("Q.mrd_after_cr", **tables) == {"other": "unknown"}  # no MRD in the extract


@pytest.mark.criterion("Q.mrd_sensitivity")
@pytest.mark.criterion("Q.mrd_cells")
@pytest.mark.parametrize(
    ("indicator", "expected"),
    [
        (
            "Q.mrd_sensitivity",
            {
                "2021-01-01": "pass",  # exactly 10⁻⁵
                "2021-01-02": "pass",
                "2021-01-03": "fail",
                "2021-01-04": "unknown",
                "2021-01-05": "pass",  # the better of the two
                "2021-01-06": "unknown",  # the other may be good enough
            },
        ),
        ("Q.mrd_cells", {"2021-01-01": "pass", "2021-01-02": "fail", "2021-01-05": "pass"}),
    ],
)
def test_mrd_is_tested_on_enough_cells_and_at_10_to_the_minus_5(indicator: str, expected: dict[str, str]) -> None:
    mrd = """
        patient_id | collected_on | method | sensitivity | cells_analysed
        one        | 2021-01-01   | NGF    | 0.00001     | 5000000
        one        | 2021-01-02   | NGS    | 0.000001    | 4999999
        one        | 2021-01-03   | MFC    | 0.000011    |
        one        | 2021-01-04   | MFC    |             |
        one        | 2021-01-05   | MFC    | 0.0001      | 1000000
        one        | 2021-01-05   | NGF    | 0.00001     | 6000000
        one        | 2021-01-06   | MFC    | 0.0001      |
        one        | 2021-01-06   | NGF    |             |
        mgus       | 2021-01-01   | NGF    | 0.00001     | 5000000
    """
    assert judged(indicator, by="dated", patients=PATIENTS, mrd=mrd) == expected
