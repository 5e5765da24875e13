"""The indicator of agreement with the clinic's own judgement."""

from __future__ import annotations

import pytest

from tests.sql.indicators.judged import judged

PATIENTS = "patient_id | diagnosis\n one | MM\n mgus | MGUS"
LINES = "patient_id | line | start_date\n one | 1 | 2020-01-01\n mgus | 1 | 2020-01-01"
VISITS = """
    patient_id | line | visit_date | response | possible_response
    one        | 1    | 2020-02-01 | PR       | PR
    one        | 1    | 2020-03-01 | VGPR     | VGPR
    one        | 1    | 2020-04-01 | NE       | sCR
    one        | 1    | 2020-05-01 | PD       | PD
    one        | 1    | 2020-06-01 | VGPR     | CR
    one        | 1    | 2020-07-01 | VGPR     | CR
    one        | 1    | 2020-08-01 | PR       | PR
    one        | 1    | 2020-09-01 | PR       | PR
    one        | 1    | 2020-10-01 | PR       | PR
    mgus       | 1    | 2020-02-01 | PR       | PR
"""


@pytest.mark.criterion("Q.agreement")
def test_the_derived_category_is_compared_with_the_recorded_one() -> None:
    recorded = {
        "2020-02-01": "PR",  # the same
        "2020-03-01": "CR",  # another
        "2020-04-01": "PR",  # nothing derived
        "2020-05-01": "NE",  # not judged
        "2020-06-01": "CR",  # what a missing test could still show
        "2020-07-01": "sCR",  # beyond what it could show
        "2020-08-04": "PR",  # 3 days from its visit
        "2020-09-05": "PR",  # 4 days
    }
    assessments = (
        "patient_id | assessed_on | response | source_file | row_number\n mgus | 2020-02-01 | PR | a.csv | 99\n"
    )
    assessments += "\n".join(f"one | {day} | {said} | a.csv | {n}" for n, (day, said) in enumerate(recorded.items()))
    found = judged("Q.agreement", by="dated", patients=PATIENTS, lines=LINES, visits=VISITS, assessments=assessments)
    assert found == {
        "2020-02-01": "pass",
        "2020-03-01": "fail",
        "2020-04-01": "unknown",
        "2020-06-01": "unknown",
        "2020-07-01": "fail",
        "2020-08-01": "pass",
    }
