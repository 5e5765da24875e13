"""The indicators of transplant and of what comes before and after it."""

from __future__ import annotations

import pytest

from tests.sql.indicators.judged import judged


@pytest.mark.criterion("Q.transplant")
def test_who_is_below_65_and_fit_is_transplanted_within_12_months() -> None:
    # diagnosed on 2019-12-01, treated from 2020-01-01: due up to 2021-01-01
    patients = """
        patient_id  | birth_date | diagnosis | vital_status | death_date | last_contact_date
        last-day    | 1960-01-01 | MM        | alive        |            | 2024-01-01
        day-late    | 1960-01-01 | MM        | alive        |            | 2024-01-01
        second-line | 1960-01-01 |           | alive        |            | 2024-01-01
        never       | 1960-01-01 | MM        | alive        |            | 2021-01-01
        too-short   | 1960-01-01 | MM        | alive        |            | 2020-12-31
        died        | 1960-01-01 | MM        | dead         | 2020-05-01 | 2020-05-01
        allogeneic  | 1960-01-01 | MM        | alive        |            | 2024-01-01
        unphased    | 1960-01-01 | MM        | alive        |            | 2024-01-01
        no-birth    |            | MM        | alive        |            | 2024-01-01
        sixty-five  | 1954-12-01 | MM        | alive        |            | 2024-01-01
        nearly      | 1954-12-02 | MM        | alive        |            | 2024-01-01
        untreated   | 1960-01-01 | MM        | alive        |            | 2024-01-01
        leukaemia   | 1960-01-01 | PCL       | alive        |            | 2024-01-01
    """
    names = [row.split("|")[0].strip() for row in patients.strip().splitlines()[1:]]
    lines = [f"{name} | 1 | 2020-01-01" for name in names if name != "untreated"]
    treatments = """
        patient_id  | line | phase                   | drugs      | start_date
        last-day    | 1    | autologous_transplant   | melphalan  | 2021-01-01
        day-late    | 1    | autologous_transplant   | melphalan  | 2021-01-02
        second-line | 2    | autologous_transplant   |            | 2020-12-01
        never       | 1    |                         | bortezomib | 2020-01-01
        allogeneic  | 1    | allogeneic_transplant   | melphalan  | 2020-07-01
        unphased    | 1    |                         | Melphalan  | 2020-07-01
        no-birth    | 1    | autologous_transplant   | melphalan  | 2020-07-01
        sixty-five  | 1    | autologous_transplant   | melphalan  | 2020-07-01
    """
    found = judged(
        "Q.transplant",
        patients=patients,
        lines="\n".join(["patient_id | line | start_date", *lines]),
        treatments=treatments,
    )
    assert found == {
        **dict.fromkeys(["last-day", "second-line"], "pass"),
        **dict.fromkeys(["day-late", "never", "died", "allogeneic", "nearly"], "fail"),
        **dict.fromkeys(["too-short", "unphased", "no-birth"], "unknown"),
    }


@pytest.mark.criterion("Q.transplant")
def test_who_is_recorded_as_unfit_by_then_is_not_asked_about() -> None:
    names = ["unfit", "last-day", "day-late", "fit", "fit-again", "not-said", "no-birth"]
    births = {"no-birth": ""}
    findings = """
        patient_id | observed_on | finding              | present
        unfit      | 2019-12-10  | transplant_ineligible | true
        last-day   | 2021-01-01  | transplant_ineligible | true
        day-late   | 2021-01-02  | transplant_ineligible | true
        fit        | 2019-12-10  | transplant_ineligible | false
        fit-again  | 2019-12-10  | transplant_ineligible | true
        fit-again  | 2020-06-01  | transplant_ineligible | false
        not-said   | 2019-12-10  | transplant_ineligible |
        not-said   | 2019-12-10  | ecog                 | true
        no-birth   | 2019-12-10  | transplant_ineligible | true
    """
    found = judged(
        "Q.transplant",
        patients="\n".join(["patient_id | birth_date", *(f"{x} | {births.get(x, '1960-01-01')}" for x in names)]),
        lines="\n".join(["patient_id | line | start_date", *(f"{name} | 1 | 2020-01-01" for name in names)]),
        findings=findings,
    )
    assert found == dict.fromkeys(["day-late", "fit", "fit-again"], "fail") | {"not-said": "unknown"}


@pytest.mark.criterion("Q.transplant")
def test_a_dated_row_after_the_last_contact_is_follow_up_too() -> None:
    outcome = """
        patient_id | endpoint | origin    | end_date
        A          | OS       | diagnosis | 2021-01-01
    """
    found = judged(
        "Q.transplant",
        patients="patient_id | birth_date | last_contact_date\n A | 1960-01-01 | 2020-06-01",
        lines="patient_id | line | start_date\n A | 1 | 2020-01-01",
        time_to_event=outcome,
    )
    assert found == {"A": "fail"}


@pytest.mark.criterion("Q.induction")
def test_induction_has_one_of_two_drugs_before_the_transplant() -> None:
    treatments = """
        patient_id    | line | phase                 | drugs                       | start_date
        bortezomib    | 1    | induction             | cyclophosphamide; Bortezomib | 2020-01-01
        bortezomib    | 1    | autologous_transplant | melphalan                   | 2020-06-01
        lenalidomide  | 1    |                       | lenalidomide                | 2020-05-31
        lenalidomide  | 1    | autologous_transplant |                             | 2020-06-01
        neither       | 1    | induction             | melphalan;prednisolone      | 2020-01-01
        neither       | 1    | autologous_transplant | melphalan                   | 2020-06-01
        same-day      | 1    | induction             | thalidomide                 | 2020-01-01
        same-day      | 1    | autologous_transplant | melphalan                   | 2020-06-01
        same-day      | 1    | consolidation         | bortezomib                  | 2020-06-01
        between-two   | 1    | induction             | thalidomide                 | 2020-01-01
        between-two   | 1    | autologous_transplant | melphalan                   | 2020-06-01
        between-two   | 1    | consolidation         | bortezomib                  | 2020-07-01
        between-two   | 1    | autologous_transplant | melphalan                   | 2020-09-01
        unnamed       | 1    | induction             |                             | 2020-01-01
        unnamed       | 1    | autologous_transplant | melphalan                   | 2020-06-01
        nothing       | 1    | autologous_transplant | melphalan                   | 2020-06-01
        line-two      | 1    | induction             | bortezomib                  | 2020-01-01
        line-two      | 2    | autologous_transplant | melphalan                   | 2020-06-01
        untransplanted| 1    | induction             | bortezomib                  | 2020-01-01
        amyloidosis   | 1    | induction             | bortezomib                  | 2020-01-01
        amyloidosis   | 1    | autologous_transplant | melphalan                   | 2020-06-01
    """
    patients = """
        patient_id     | diagnosis
        bortezomib     | MM
        lenalidomide   | MM
        neither        | MM
        same-day       | MM
        between-two    | MM
        unnamed        | MM
        nothing        | MM
        line-two       | MM
        untransplanted | MM
        amyloidosis    | AL
    """
    found = judged("Q.induction", patients=patients, treatments=treatments)
    assert found == {
        **dict.fromkeys(["bortezomib", "lenalidomide"], "pass"),
        **dict.fromkeys(["neither", "same-day", "between-two"], "fail"),
        **dict.fromkeys(["unnamed", "nothing"], "unknown"),
    }


# name | phase | drug | begun | iss | progression | source | last contact or death; transplanted on 2020-06-01
MAINTAINED = """
    last-day    | maintenance   | lenalidomide | 2020-12-01 | II  |            | derived | 2024-01-01
    day-late    | maintenance   | lenalidomide | 2020-12-02 | II  |            | derived | 2024-01-01
    same-day    | maintenance   | lenalidomide | 2020-06-01 | II  |            | derived | 2024-01-01
    consolidated| consolidation | lenalidomide | 2020-09-01 | II  |            | derived | 2024-01-01
    another     | maintenance   | bortezomib   | 2020-09-01 | III |            | derived | 2024-01-01
    ixazomib-3  | maintenance   | ixazomib     | 2020-09-01 | III |            | derived | 2024-01-01
    ixazomib-2  | maintenance   | ixazomib     | 2020-09-01 | II  |            | derived | 2024-01-01
    ixazomib-no | maintenance   | ixazomib     | 2020-09-01 |     |            | derived | 2024-01-01
    unphased    |               | lenalidomide | 2020-09-01 | II  |            | derived | 2024-01-01
    unnamed     | maintenance   |              | 2020-09-01 | III |            | derived | 2024-01-01
    progressed  | maintenance   | lenalidomide | 2020-09-01 | II  | 2020-12-01 | derived | 2024-01-01
    later       | maintenance   | lenalidomide | 2020-09-01 | II  | 2020-12-02 | derived | 2024-01-01
    unseen      | maintenance   | lenalidomide | 2020-09-01 | II  |            |         | 2024-01-01
    too-short   | maintenance   | lenalidomide | 2020-09-01 | II  |            | derived | 2020-11-30
    long-enough | induction     | lenalidomide | 2020-01-01 | II  |            | derived | 2020-12-01
    died        | induction     | lenalidomide | 2020-01-01 | II  |            | derived | died 2020-12-01
    died-later  | induction     | lenalidomide | 2020-01-01 | II  |            | derived | died 2020-12-02
"""


def grafted(drawn: str) -> dict[str, str]:
    """The store's tables of patients transplanted on 2020-06-01 in line 1, as drawn above."""
    tables = {
        "patients": ["patient_id | vital_status | death_date | last_contact_date"],
        "staging": ["patient_id | iss"],
        "lines": ["patient_id | line | start_date | progression_date | progression_source"],
        "treatments": ["patient_id | line | phase | drugs | start_date"],
    }
    for row in drawn.strip().splitlines():
        name, phase, drug, begun, iss, progression, source, last = (cell.strip() for cell in row.split("|"))
        is_dead, day = last.startswith("died"), last.split()[-1]
        tables["patients"].append(f"{name} | {'dead' if is_dead else 'alive'} | {day if is_dead else ''} | {day}")
        tables["staging"].append(f"{name} | {iss}")
        tables["lines"].append(f"{name} | 1 | 2020-01-01 | {progression} | {source}")
        tables["treatments"] += [
            f"{name} | 1 | autologous_transplant | melphalan | 2020-06-01",
            f"{name} | 1 | {phase} | {drug} | {begun}",
        ]
    return {table: "\n".join(rows) for table, rows in tables.items()}


@pytest.mark.criterion("Q.maintenance")
def test_maintenance_begins_within_6_months_of_transplant() -> None:
    found = judged("Q.maintenance", **grafted(MAINTAINED))
    assert found == {
        **dict.fromkeys(["last-day", "ixazomib-3", "later"], "pass"),
        **dict.fromkeys(["day-late", "same-day", "consolidated", "another", "ixazomib-2"], "fail"),
        **dict.fromkeys(["long-enough", "died-later"], "fail"),
        **dict.fromkeys(["ixazomib-no", "unphased", "unnamed", "unseen", "too-short"], "unknown"),
    }


@pytest.mark.criterion("Q.maintenance")
def test_the_months_run_from_the_second_of_two_transplants() -> None:
    tables = grafted("tandem | maintenance | lenalidomide | 2021-02-01 | II | | derived | 2024-01-01")
    tables["treatments"] += "\ntandem | 1 | autologous_transplant | melphalan | 2020-09-01"
    assert judged("Q.maintenance", by="patient_id, dated", **tables) == {"tandem 2020-09-01": "pass"}


@pytest.mark.criterion("Q.maintenance_two_years")
def test_lenalidomide_goes_on_for_24_months_or_until_progression() -> None:
    # the latest last contact of the extract is 2023-01-01: begun up to 2021-01-01 is asked about
    tables = {
        "patients": ["patient_id | vital_status | death_date | last_contact_date"],
        "lines": ["patient_id | line | start_date | next_line_start | progression_date | progression_source"],
        "treatments": ["patient_id | line | phase | drugs | start_date | end_date"],
    }
    drawn = """
        long-enough  | 2020-01-01 | 2022-01-01 |            |            | derived | 2023-01-01
        day-short    | 2020-01-01 | 2021-12-31 |            |            | derived | 2023-01-01
        progressed   | 2020-01-01 | 2020-06-01 | 2020-07-31 |            | derived | 2023-01-01
        not-on-it    | 2020-01-01 | 2020-06-01 | 2020-08-01 |            | derived | 2023-01-01
        died         | 2020-01-01 | 2020-06-01 |            |            | derived | died 2020-07-31
        died-later   | 2020-01-01 | 2020-06-01 |            |            | derived | died 2020-08-01
        going-on     | 2020-01-01 |            |            |            | derived | 2022-01-01
        lost         | 2020-01-01 |            |            |            | derived | 2021-12-31
        lost-at-once | 2020-01-01 | 2020-06-01 |            |            | derived | 2020-07-30
        open-end     | 2020-01-01 |            | 2021-01-01 |            | derived | 2023-01-01
        changed      | 2020-01-01 |            |            | 2021-12-31 | derived | 2023-01-01
        changed-late | 2020-01-01 |            |            | 2022-01-01 | derived | 2023-01-01
        unseen       | 2020-01-01 | 2020-06-01 |            |            |         | 2023-01-01
        last-asked   | 2021-01-01 | 2021-02-01 |            |            | derived | 2023-01-01
        too-recent   | 2021-01-02 | 2021-02-01 |            |            | derived | 2023-01-01
    """
    for row in drawn.strip().splitlines():
        name, begun, end, progression, following, source, last = (cell.strip() for cell in row.split("|"))
        is_dead, day = last.startswith("died"), last.split()[-1]
        tables["patients"].append(f"{name} | {'dead' if is_dead else 'alive'} | {day if is_dead else ''} | {day}")
        tables["lines"].append(f"{name} | 1 | 2019-06-01 | {following} | {progression} | {source}")
        tables["treatments"] += [
            f"{name} | 1 | induction | lenalidomide | 2019-06-01 | 2019-09-01",
            f"{name} | 1 | maintenance | lenalidomide;dexamethasone | {begun} | {end}",
        ]
    tables["patients"].append("ixazomib | alive | | 2023-01-01")
    tables["treatments"].append("ixazomib | 1 | maintenance | ixazomib | 2020-01-01 | 2020-02-01")
    found = judged("Q.maintenance_two_years", **{table: "\n".join(rows) for table, rows in tables.items()})
    assert found == {
        **dict.fromkeys(["long-enough", "progressed", "died", "going-on"], "pass"),
        **dict.fromkeys(["day-short", "not-on-it", "died-later", "changed", "last-asked"], "fail"),
        **dict.fromkeys(["lost", "lost-at-once", "open-end", "changed-late", "unseen"], "unknown"),
    }
