"""The indicator of agreement with the clinic's own judgement."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sql.indicators.judged import judged

PATIENTS = "patient_id | diagnosis\n one | MM\n mgus | MGUS"
VISITS = """
    patient_id | line | visit_date | response
    one        | 1    | 2020-02-01 | PR
    one        | 1    | 2020-03-01 | VGPR
    one        | 1    | 2020-04-01 | NE
    one        | 1    | 2020-05-01 | PD
    one        | 1    | 2020-06-01 | PR
    mgus       | 1    | 2020-02-01 | PR
"""


def agreed(store: Path, assessments: str) -> dict[str, str]:
    """Verdicts by the visit's date; the assessments are drawn as assessed_on | response | line."""
    drawn = "patient_id | assessed_on | response | line | source_file | row_number\n"
    drawn += "\n".join(f"one | {line} | a.csv | {n}" for n, line in enumerate(assessments.strip().splitlines()))
    drawn += "\nmgus | 2020-02-01 | PR | 1 | a.csv | 99"
    return judged("Q.agreement", store, by="dated", patients=PATIENTS, visits=VISITS, assessments=drawn)


@pytest.mark.criterion("Q.agreement")
def test_the_derived_category_is_compared_with_the_recorded_one(tmp_path: Path) -> None:
    found = agreed(
        tmp_path / "store",
        """
        2020-02-01 | PR   | 1
        2020-03-01 | CR   | 1
        2020-04-01 | PR   | 1
        2020-05-01 | NE   | 1
        """,
    )
    assert found == {"2020-02-01": "pass", "2020-03-01": "fail", "2020-04-01": "unknown"}


@pytest.mark.criterion("Q.agreement")
def test_a_judgement_belongs_to_the_nearest_visit_within_3_days_of_its_line(tmp_path: Path) -> None:
    found = agreed(
        tmp_path / "store",
        """
        2020-01-29 | PR   | 1
        2020-03-04 | VGPR |
        2020-03-05 | PR   |
        2020-05-01 | PD   | 2
        2020-06-05 | PR   | 1
        """,
    )
    assert found == {"2020-02-01": "pass", "2020-03-01": "pass"}


@pytest.mark.criterion("Q.agreement")
def test_of_two_judgements_the_nearer_counts_and_two_of_one_day_must_not_differ(tmp_path: Path) -> None:
    found = agreed(
        tmp_path / "store",
        """
        2020-02-01 | PR   | 1
        2020-02-02 | SD   | 1
        2020-03-01 | CR   | 1
        2020-03-01 | VGPR | 1
        2020-06-02 | PR   | 1
        2020-06-02 | PR   |
        """,
    )
    assert found == {"2020-02-01": "pass", "2020-03-01": "unknown", "2020-06-01": "pass"}
