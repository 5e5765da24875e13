"""The indicators of first lines without transplant: myeloma of the elderly, AL amyloidosis."""

from __future__ import annotations

import pytest

from tests.sql.indicators.judged import judged

DRD = "Daratumumab; lenalidomide; dexamethasone"
D_MPB = "daratumumab;bortezomib;melphalan;prednisolone"


@pytest.mark.criterion("Q.first_line_elderly")
def test_the_first_line_of_the_elderly_is_one_of_two_regimens() -> None:
    treatments = f"""
        patient_id  | line | phase     | drugs                     | start_date
        drd         | 1    | induction | {DRD}                     | 2020-01-01
        dmpb        | 1    | induction | {D_MPB}                   | 2020-01-01
        one-a-row   | 1    |           | lenalidomide              | 2020-01-01
        one-a-row   | 1    |           | dexamethasone             | 2020-01-01
        one-a-row   | 1    |           | daratumumab               | 2020-03-01
        day-late    | 1    |           | lenalidomide;dexamethasone | 2020-01-01
        day-late    | 1    |           | daratumumab               | 2020-03-02
        no-steroid  | 1    | induction | daratumumab;lenalidomide  | 2020-01-01
        no-cd38     | 1    | induction | bortezomib;melphalan;prednisolone | 2020-01-01
        in-line-2   | 1    | induction | lenalidomide;dexamethasone | 2020-01-01
        in-line-2   | 2    | salvage   | {DRD}                     | 2020-02-01
        unnamed     | 1    | induction | lenalidomide;dexamethasone | 2020-01-01
        unnamed     | 1    |           |                           | 2020-07-01
        unnamed-now | 1    | induction |                           | 2020-01-01
        unphased    | 1    | induction | {DRD}                     | 2020-01-01
        unphased    | 1    |           | melphalan                 | 2020-07-01
        grafted     | 1    | induction | {DRD}                     | 2020-01-01
        grafted     | 1    | autologous_transplant |               | 2020-07-01
    """
    names = dict.fromkeys(row.split("|")[0].strip() for row in treatments.strip().splitlines()[1:])
    lines = [f"{name} | 1 | 2020-01-01" for name in names] + ["in-line-2 | 2 | 2020-02-01"]
    found = judged(
        "Q.first_line_elderly",
        patients="\n".join(["patient_id | birth_date", *(f"{name} | 1954-12-01" for name in names)]),
        lines="\n".join(["patient_id | line | start_date", *lines]),
        treatments=treatments,
    )
    assert found == {
        **dict.fromkeys(["drd", "dmpb", "one-a-row"], "pass"),
        **dict.fromkeys(["day-late", "no-steroid", "no-cd38", "in-line-2"], "fail"),
        # whether what has no name or phase was a transplant is not known
        **dict.fromkeys(["unnamed", "unnamed-now", "unphased"], "unknown"),
    }


@pytest.mark.criterion("Q.first_line_elderly")
def test_asked_about_are_those_of_65_and_those_recorded_as_unfit_near_the_start() -> None:
    births = {
        "sixty-five": "1954-12-01",
        "nearly": "1954-12-02",
        "unfit": "1970-01-01",
        "last-day": "1970-01-01",
        "day-late": "1970-01-01",
        "nearer": "1970-01-01",
        "no-birth": "",
        "no-birth-unfit": "",
    }
    findings = """
        patient_id     | observed_on | finding               | present
        unfit          | 2019-12-10  | transplant_ineligible | true
        last-day       | 2020-03-01  | transplant_ineligible | true
        day-late       | 2020-03-02  | transplant_ineligible | true
        nearer         | 2019-12-10  | transplant_ineligible | true
        nearer         | 2020-01-10  | transplant_ineligible | false
        no-birth-unfit | 2019-12-10  | transplant_ineligible | true
    """
    found = judged(
        "Q.first_line_elderly",
        patients="\n".join(["patient_id | birth_date", *(f"{name} | {birth}" for name, birth in births.items())]),
        lines="\n".join(["patient_id | line | start_date", *(f"{name} | 1 | 2020-01-01" for name in births)]),
        treatments="\n".join(
            ["patient_id | line | phase | drugs | start_date"]
            + [f"{name} | 1 | induction | {DRD} | 2020-01-01" for name in births]
        ),
        findings=findings,
    )
    assert found == {
        **dict.fromkeys(["sixty-five", "unfit", "last-day", "no-birth-unfit"], "pass"),
        "no-birth": "unknown",
    }


# name | daratumumab ends | progression | next line | source | last contact or death; begun on 2020-01-01
CONTINUED = """
    progressed   | 2021-01-01 | 2021-03-02 |            | derived | 2022-01-01
    day-late     | 2021-01-01 | 2021-03-03 |            | derived | 2022-01-01
    stopped      | 2021-01-01 |            |            | derived | 2021-03-02
    too-short    | 2021-01-01 |            |            | derived | 2021-03-01
    changed      | 2021-01-01 |            | 2021-01-10 | derived | 2022-01-01
    died         | 2021-01-01 |            |            | derived | died 2021-03-02
    died-later   | 2021-01-01 |            |            | derived | died 2021-03-03
    still-given  |            |            |            | derived | 2022-01-01
    open-end     |            | 2021-03-02 |            | derived | 2022-01-01
    open-death   |            |            |            | derived | died 2021-03-02
    open-changed |            |            | 2021-01-10 | derived | 2022-01-01
    unseen       | 2021-01-01 |            |            |         | 2022-01-01
    unseen-open  |            |            |            |         | 2022-01-01
"""


@pytest.mark.criterion("Q.daratumumab_continued")
def test_daratumumab_is_given_until_progression() -> None:
    tables = {
        "patients": ["patient_id | vital_status | death_date | last_contact_date"],
        "lines": ["patient_id | line | start_date | next_line_start | progression_date | progression_source"],
        "treatments": ["patient_id | line | phase | drugs | start_date | end_date"],
    }
    for row in CONTINUED.strip().splitlines():
        name, end, progression, following, source, last = (cell.strip() for cell in row.split("|"))
        is_dead, day = last.startswith("died"), last.split()[-1]
        tables["patients"].append(f"{name} | {'dead' if is_dead else 'alive'} | {day if is_dead else ''} | {day}")
        tables["lines"].append(f"{name} | 1 | 2020-01-01 | {following} | {progression} | {source}")
        tables["treatments"] += [
            f"{name} | 1 | induction | {D_MPB} | 2020-01-01 | 2020-09-01",
            f"{name} | 1 | maintenance | daratumumab | 2020-09-10 | {end}",
        ]
    tables["patients"] += ["grafted | alive | | 2022-01-01", "other | alive | | 2022-01-01"]
    tables["lines"] += [f"{name} | 1 | 2020-01-01 | | | derived" for name in ("grafted", "other")]
    tables["treatments"] += [
        f"grafted | 1 | induction | {DRD} | 2020-01-01 | 2020-06-01",
        "grafted | 1 | autologous_transplant | | 2020-07-01 | 2020-07-01",
        "other | 1 | induction | daratumumab;dexamethasone | 2020-01-01 | 2020-06-01",
    ]
    found = judged("Q.daratumumab_continued", **{table: "\n".join(rows) for table, rows in tables.items()})
    assert found == {
        **dict.fromkeys(["progressed", "died", "still-given"], "pass"),
        **dict.fromkeys(["day-late", "stopped", "changed", "died-later", "open-changed"], "fail"),
        **dict.fromkeys(["too-short", "open-end", "open-death", "unseen", "unseen-open"], "unknown"),
    }


@pytest.mark.criterion("Q.al_first_line")
def test_the_first_line_of_amyloidosis_has_four_drugs() -> None:
    four = "daratumumab;bortezomib;cyclophosphamide;dexamethasone"
    treatments = f"""
        patient_id | line | phase                 | drugs                                 | start_date
        four       | 1    | induction             | {four}                                | 2022-01-01
        last-day   | 1    | induction             | bortezomib;cyclophosphamide;dexamethasone | 2022-01-01
        last-day   | 1    | induction             | daratumumab                           | 2022-03-02
        day-late   | 1    | induction             | bortezomib;cyclophosphamide;dexamethasone | 2022-01-01
        day-late   | 1    | induction             | daratumumab                           | 2022-03-03
        unnamed    | 1    | induction             | bortezomib                            | 2022-01-01
        unnamed    | 1    | induction             |                                       | 2022-01-01
        unphased   | 1    | induction             | {four}                                | 2022-01-01
        unphased   | 1    |                       | melphalan                             | 2022-07-01
        grafted    | 1    | induction             | {four}                                | 2022-01-01
        grafted    | 1    | autologous_transplant | melphalan                             | 2022-07-01
        myeloma    | 1    | induction             | {four}                                | 2022-01-01
    """
    names = dict.fromkeys(row.split("|")[0].strip() for row in treatments.strip().splitlines()[1:])
    found = judged(
        "Q.al_first_line",
        patients="\n".join(
            ["patient_id | diagnosis", *(f"{name} | {'MM' if name == 'myeloma' else 'AL'}" for name in names)]
        ),
        lines="\n".join(["patient_id | line | start_date", *(f"{name} | 1 | 2022-01-01" for name in names)]),
        treatments=treatments,
    )
    assert found == {
        "four": "pass",
        "last-day": "pass",
        "day-late": "fail",
        "unnamed": "unknown",
        "unphased": "unknown",
    }
