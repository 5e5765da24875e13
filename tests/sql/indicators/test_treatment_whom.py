"""Whom the indicators of treatment and supportive care ask about: by the diagnosis recorded."""

from __future__ import annotations

from flows.audit.indicators import find_rows
from rules.audit.quality import indicators
from rules.criterion import load_edition
from tests.sql.query_store import stored

OF_MYELOMA = [
    indicator.id
    for indicator in indicators(load_edition())
    if indicator.about["group"] in ("treatment", "supportive_care")
    # the last one's risk is plasma cell leukaemia too
    and indicator.id not in ("Q.al_first_line", "Q.no_bone_agent", "Q.smouldering_watched", "Q.tandem")
]
STORE = {
    "lines": """
        patient_id | line | start_date | end_date   | next_line_start | progression_date
        A          | 1    | 2020-01-01 | 2021-06-01 | 2021-07-01      | 2021-06-01
        A          | 2    | 2021-07-01 | 2022-06-01 | 2022-07-01      | 2022-06-01
        A          | 3    | 2022-07-01 |            |                 |
        B          | 1    | 2020-01-01 | 2021-06-01 | 2021-07-01      | 2021-06-01
        B          | 2    | 2021-07-01 |            |                 |
        C          | 1    | 2020-01-01 | 2021-06-01 | 2021-07-01      | 2021-06-01
        C          | 2    | 2021-07-01 |            |                 |
        D          | 1    | 2020-01-01 |            |                 |
        E          | 1    | 2020-01-01 |            |                 |
        F          | 1    | 2020-01-01 |            |                 |
    """,
    "relapse": """
        patient_id | line | progression_date | aggressive | transplant_again
        A          | 1    | 2021-06-01       | true       | true
    """,
    "treatments": """
        patient_id | line | phase                 | drugs                                  | start_date | end_date
        A          | 1    | induction             | lenalidomide                           | 2020-01-01 | 2020-05-01
        A          | 1    | autologous_transplant | melphalan                              | 2020-06-01 | 2020-06-01
        A          | 1    | maintenance           | lenalidomide                           | 2020-09-01 | 2021-06-01
        A          | 2    | salvage               | bortezomib;dexamethasone               | 2021-07-01 | 2022-06-01
        A          | 3    | salvage               | pomalidomide;dexamethasone             | 2022-07-01 |
        B          | 1    | induction             | daratumumab;lenalidomide;dexamethasone | 2020-01-01 | 2021-06-01
        B          | 2    | salvage               | pomalidomide;dexamethasone             | 2021-07-01 |
        D          | 1    | induction             | lenalidomide;dexamethasone             | 2020-01-01 |
        E          | 1    | induction             | bortezomib;melphalan;prednisolone      | 2020-01-01 |
        F          | 1    | induction             | bortezomib;lenalidomide;dexamethasone  | 2020-01-01 |
        F          | 1    | autologous_transplant | melphalan                              | 2020-06-01 | 2020-06-01
        C          | 1    | induction             | bortezomib;dexamethasone               | 2020-01-01 | 2021-06-01
        C          | 2    | salvage               | lenalidomide;dexamethasone             | 2021-07-01 |
    """,
    "mrd_status": """
        patient_id | line | collected_on | mrd      | category
        A          | 1    | 2020-09-01   | negative | flow
        A          | 1    | 2020-12-01   | positive | flow
    """,
    "imaging": """
        patient_id | performed_on | lytic_lesions
        A          | 2019-12-01   | 2
    """,
    "supportive_care": """
        patient_id | drug      | start_date
        A          | denosumab | 2020-01-10
    """,
}


BORN = {"A": "1960-01-01", "F": "1960-01-01", **dict.fromkeys("BCDE", "1950-01-01")}
DIAGNOSES = ("MM", "", "PCL", "SMM", "AL")


def of_each_diagnosis(drawn: str) -> str:
    """The rows of a table, once for each diagnosis that a patient may have."""
    header, *rows = [line.strip() for line in drawn.strip().splitlines()]
    return "\n".join([header, *(f"{diagnosis}-{row}" for diagnosis in DIAGNOSES for row in rows)])


def test_myeloma_is_asked_about_and_no_other_diagnosis() -> None:
    people = [f"{diagnosis}-{name} | {birth} | {diagnosis}" for diagnosis in DIAGNOSES for name, birth in BORN.items()]
    tables = {name: of_each_diagnosis(drawn) for name, drawn in STORE.items()}
    drawn = "\n".join(["patient_id | birth_date | diagnosis", *people])
    edition = load_edition()
    with stored(patients=drawn, **tables) as connection:
        for indicator in OF_MYELOMA:
            find_rows(connection, edition[indicator], edition)
        rows = connection.execute("select distinct id, patient_id, line from quality_indicator_row").fetchall()
    asked = {indicator: {diagnosis: set() for diagnosis in DIAGNOSES} for indicator in OF_MYELOMA}
    for indicator, patient, line in rows:
        diagnosis, _, name = patient.rpartition("-")
        asked[indicator][diagnosis].add((name, line))
    assert [indicator for indicator, of in asked.items() if not of["MM"] or of["MM"] != of[""]] == []
    assert [indicator for indicator, of in asked.items() if of["PCL"] or of["SMM"] or of["AL"]] == []
