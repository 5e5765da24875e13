"""Which visit an assessment of the clinic belongs to, and whether the derived response agrees with it."""

from __future__ import annotations

from flows.sql_files import make_macros
from tests.sql.query_store import stored

LINES = """
    patient_id | line | start_date
    p          | 1    | 2020-01-01
    p          | 2    | 2020-06-10
"""


def judged_visits(columns: str, **tables: str) -> list[tuple[object, ...]]:
    with stored(**{"lines": LINES, **tables}) as connection:
        make_macros(connection, "judged_visit")
        return connection.execute(
            f"select {columns} from judged_visit(3) order by patient_id, line, visit_date"
        ).fetchall()


def test_an_assessment_belongs_to_the_nearest_visit_of_its_line_within_three_days() -> None:
    visits = """
        patient_id | line | visit_date | response | possible_response
        p          | 1    | 2020-02-01 | PR       | PR
        p          | 1    | 2020-03-01 | PR       | PR
        p          | 1    | 2020-03-05 | VGPR     | VGPR
        p          | 1    | 2020-05-01 | SD       | SD
        p          | 1    | 2020-06-10 | PD       | PD
        p          | 2    | 2020-06-12 | SD       | SD
    """
    assessments = """
        patient_id | assessed_on | response | line | source_file | row_number
        p          | 2020-02-04  | PR       | 1    | a.csv       | 1
        p          | 2020-03-03  | VGPR     |      | a.csv       | 2
        p          | 2020-05-05  | SD       | 1    | a.csv       | 3
        p          | 2020-06-11  | SD       |      | a.csv       | 4
        p          | 2020-06-10  | PD       | 1    | a.csv       | 5
        q          | 2020-02-01  | PR       | 1    | a.csv       | 6
    """
    found = judged_visits(
        "line, visit_date::varchar, assessed_on::varchar, recorded, derived",
        visits=visits,
        assessments=assessments,
    )
    assert found == [
        (1, "2020-02-01", "2020-02-04", "PR", "PR"),  # three days are within; four, in May, are not
        (1, "2020-03-01", "2020-03-03", "VGPR", "PR"),  # of two equally near the earlier
        (1, "2020-06-10", "2020-06-10", "PD", "PD"),  # the last look at the line before
        (2, "2020-06-12", "2020-06-11", "SD", "SD"),  # without a recorded line the date decides, though one was nearer
    ]


def test_of_several_assessments_of_a_visit_the_nearest_counts() -> None:
    visits = "patient_id | line | visit_date | response | possible_response\n p | 1 | 2020-02-10 | PR | PR"
    assessments = """
        patient_id | assessed_on | response | line | source_file | row_number
        p          | 2020-02-08  | SD       | 1    | a.csv       | 1
        p          | 2020-02-11  | VGPR     | 1    | a.csv       | 2
        p          | 2020-02-09  | CR       | 1    | a.csv       | 4
        p          | 2020-02-09  | PR       | 1    | a.csv       | 3
    """
    found = judged_visits("recorded", visits=visits, assessments=assessments)
    assert found == [("PR",)]


def test_a_response_that_a_missing_test_keeps_out_of_reach_can_not_be_called_a_disagreement() -> None:
    visits = """
        patient_id | line | visit_date | response | possible_response
        equal      | 1    | 2020-02-01 | VGPR     | sCR
        possible   | 1    | 2020-02-01 | VGPR     | CR
        beyond     | 1    | 2020-02-01 | VGPR     | CR
        below      | 1    | 2020-02-01 | VGPR     | CR
        progressed | 1    | 2020-02-01 | SD       | sCR
        derived_ne | 1    | 2020-02-01 | NE       | PR
        said_ne    | 1    | 2020-02-01 | PR       | PR
    """
    assessments = """
        patient_id | assessed_on | response | line
        equal      | 2020-02-01  | VGPR     | 1
        possible   | 2020-02-01  | CR       | 1
        beyond     | 2020-02-01  | sCR      | 1
        below      | 2020-02-01  | PR       | 1
        progressed | 2020-02-01  | PD       | 1
        derived_ne | 2020-02-01  | PR       | 1
        said_ne    | 2020-02-01  | NE       | 1
    """
    found = judged_visits("patient_id, agrees", visits=visits, assessments=assessments)
    assert dict(found) == {
        "equal": True,
        "possible": None,
        "beyond": False,
        "below": False,
        "progressed": False,
        "derived_ne": None,
        "said_ne": None,
    }
