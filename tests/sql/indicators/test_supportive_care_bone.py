"""The indicators of bone agents, their renal choice and the dental check before them."""

from __future__ import annotations

import pytest

from tests.sql.indicators.judged import judged

# Treated from 2020-01-01: an agent counts from 2019-10-03 on until 2020-03-31.
# name | lesion at diagnosis | drug | from | to | last contact or death
BONES = """
    last-day    | true  | denosumab       | 2020-03-31 |            | 2024-01-01
    day-late    | true  | denosumab       | 2020-04-01 |            | 2024-01-01
    spelling    | true  | Zoledronic acid | 2020-01-10 |            | 2024-01-01
    before      | true  | denosumab       | 2019-10-03 |            | 2024-01-01
    long-before | true  | denosumab       | 2019-06-01 | 2019-10-02 | 2024-01-01
    going-on    | true  | denosumab       | 2019-06-01 | 2019-10-03 | 2024-01-01
    open-end    | true  | denosumab       | 2019-06-01 |            | 2024-01-01
    another     | true  | aciclovir       | 2020-01-10 |            | 2024-01-01
    none        | true  |                 |            |            | 2020-03-31
    too-short   | true  |                 |            |            | 2020-03-30
    died        | true  |                 |            |            | died 2020-01-15
    no-lesion   | false |                 |            |            | 2024-01-01
    not-known   |       | denosumab       | 2020-01-10 |            | 2024-01-01
"""


def bones(drawn: str) -> dict[str, str]:
    """The store's tables of the patients drawn above."""
    tables = {
        "patients": ["patient_id | vital_status | death_date | last_contact_date"],
        "lines": ["patient_id | line | start_date"],
        "diagnosis_evidence": ["patient_id | MDE.bone"],
        "supportive_care": ["patient_id | drug | start_date | end_date"],
    }
    for row in drawn.strip().splitlines():
        name, lesion, drug, begun, end, last = (cell.strip() for cell in row.split("|"))
        is_dead, day = last.startswith("died"), last.split()[-1]
        tables["patients"].append(f"{name} | {'dead' if is_dead else 'alive'} | {day if is_dead else ''} | {day}")
        tables["lines"].append(f"{name} | 1 | 2020-01-01")
        tables["diagnosis_evidence"].append(f"{name} | {lesion}")
        if drug:
            tables["supportive_care"].append(f"{name} | {drug} | {begun} | {end}")
    return {table: "\n".join(rows) for table, rows in tables.items()}


@pytest.mark.criterion("Q.bone_agent")
def test_a_bone_agent_is_given_within_90_days_for_lesions_at_diagnosis() -> None:
    tables = bones(BONES)
    tables["patients"] += "\nuntreated | alive | | 2024-01-01"
    tables["diagnosis_evidence"] += "\nuntreated | true"
    assert judged("Q.bone_agent", **tables) == {
        **dict.fromkeys(["last-day", "spelling", "before", "going-on"], "pass"),
        **dict.fromkeys(["day-late", "long-before", "another", "none", "died"], "fail"),
        **dict.fromkeys(["open-end", "too-short", "not-known"], "unknown"),
    }


@pytest.mark.criterion("Q.bone_agent")
def test_without_supportive_care_in_the_extract_every_patient_is_unknown() -> None:
    tables = bones("none | true | | | | 2024-01-01")
    assert judged("Q.bone_agent", **tables) == {"none": "unknown"}


@pytest.mark.criterion("Q.denosumab_renal")
def test_the_recorded_clearance_nearest_the_first_agent_decides() -> None:
    care = """
        patient_id  | drug            | start_date
        denosumab   | denosumab       | 2020-02-01
        zoledronic  | zoledronic acid | 2020-02-01
        switched    | zoledronic_acid | 2020-02-01
        switched    | denosumab       | 2020-06-01
        both        | zoledronic_acid | 2020-02-01
        both        | denosumab       | 2020-02-01
        sixty       | zoledronic_acid | 2020-02-01
        below-sixty | zoledronic_acid | 2020-02-01
        at-most     | zoledronic_acid | 2020-02-01
        at-least    | zoledronic_acid | 2020-02-01
        above       | zoledronic_acid | 2020-02-01
        above-some  | zoledronic_acid | 2020-02-01
        nearest     | zoledronic_acid | 2020-02-01
        last-day    | denosumab       | 2020-02-01
        day-late    | denosumab       | 2020-02-01
        not-tested  | denosumab       | 2020-02-01
        smoulders   | denosumab       | 2020-02-01
    """
    labs = """
        patient_id  | collected_on | analyte              | comparator | value
        denosumab   | 2020-02-01   | creatinine_clearance |            | 59.9
        zoledronic  | 2020-02-01   | creatinine_clearance | <          | 30
        switched    | 2020-02-01   | creatinine_clearance |            | 40
        both        | 2020-02-01   | creatinine_clearance |            | 40
        sixty       | 2020-02-01   | creatinine_clearance |            | 60
        below-sixty | 2020-02-01   | creatinine_clearance | <          | 60
        at-most     | 2020-02-01   | creatinine_clearance | <=         | 60
        at-least    | 2020-02-01   | creatinine_clearance | >=         | 59
        above       | 2020-02-01   | creatinine_clearance | >          | 60
        above-some  | 2020-02-01   | creatinine_clearance | >          | 30
        nearest     | 2020-01-20   | creatinine_clearance |            | 40
        nearest     | 2020-02-05   | creatinine_clearance |            | 80
        last-day    | 2020-03-02   | creatinine_clearance |            | 40
        day-late    | 2020-03-03   | creatinine_clearance |            | 40
        smoulders   | 2020-02-01   | creatinine_clearance |            | 40
    """
    names = dict.fromkeys(row.split("|")[0].strip() for row in care.strip().splitlines()[1:])
    patients = [f"{name} | {'SMM' if name == 'smoulders' else 'MM'}" for name in names]
    found = judged(
        "Q.denosumab_renal",
        patients="\n".join(["patient_id | diagnosis", *patients]),
        supportive_care=care,
        labs=labs,
    )
    assert found == {
        **dict.fromkeys(["denosumab", "last-day"], "pass"),
        **dict.fromkeys(["zoledronic", "switched", "both", "below-sixty"], "fail"),
        **dict.fromkeys(["at-most", "at-least", "above-some", "day-late", "not-tested"], "unknown"),
    }


@pytest.mark.criterion("Q.denosumab_renal")
def test_without_one_the_clearance_is_that_of_cockcroft_and_gault() -> None:
    # at 68 years: a man of 60 kg with 1.0 mg/dL has (140-68)*60/72 = 60 mL/min; a woman of 60 kg 51, of 72 kg 61.2
    patients = """
        patient_id   | sex | birth_date
        sixty        | M   | 1952-02-01
        a-year-older  | M   | 1951-02-01
        lighter      | M   | 1952-02-01
        woman        | F   | 1952-02-01
        heavy-woman  | F   | 1952-02-01
        creatinine   | M   | 1952-02-01
        less-than    | M   | 1952-02-01
        more-than    | M   | 1952-02-01
        late-weight  | M   | 1952-02-01
        no-weight    | M   | 1952-02-01
        weightless   | M   | 1952-02-01
        creatinine-0 | M   | 1952-02-01
        no-sex       |     | 1952-02-01
        either-sex   |     | 1952-02-01
        no-birth     | M   |
        recorded     | M   | 1952-02-01
    """
    drawn = """
        sixty        | 1.0 |   | 2020-02-01 | 60
        a-year-older  | 1.0 |   | 2020-02-01 | 60
        lighter      | 1.0 |   | 2020-04-01 | 59
        woman        | 1.0 |   | 2020-02-01 | 60
        heavy-woman  | 1.0 |   | 2020-02-01 | 72
        creatinine   | 1.1 |   | 2020-02-01 | 60
        less-than    | 1.0 | < | 2020-02-01 | 60
        more-than    | 1.0 | > | 2020-02-01 | 60
        late-weight  | 1.0 |   | 2020-04-02 | 40
        weightless   | 1.0 |   | 2020-02-01 | 0
        creatinine-0 | 0   |   | 2020-02-01 | 60
        no-sex       | 1.0 |   | 2020-02-01 | 65
        either-sex   | 1.0 |   | 2020-02-01 | 40
        no-birth     | 1.0 |   | 2020-02-01 | 40
        recorded     | 1.0 |   | 2020-02-01 | 40
    """
    labs, findings = (
        ["patient_id | collected_on | analyte | value | comparator"],
        ["patient_id | observed_on | finding | value"],
    )
    for row in drawn.strip().splitlines():
        name, creatinine, comparator, weighed, weight = (cell.strip() for cell in row.split("|"))
        labs.append(f"{name} | 2020-02-01 | creatinine | {creatinine} | {comparator}")
        findings.append(f"{name} | {weighed} | weight_kg | {weight}")
    labs += ["no-weight | 2020-02-01 | creatinine | 3 |", "recorded | 2020-02-10 | creatinine_clearance | 80 |"]
    names = [row.split("|")[0].strip() for row in patients.strip().splitlines()[1:]]
    found = judged(
        "Q.denosumab_renal",
        patients=patients,
        supportive_care="\n".join(
            ["patient_id | drug | start_date", *(f"{name} | denosumab | 2020-02-01" for name in names)]
        ),
        labs="\n".join(labs),
        findings="\n".join(findings),
    )
    assert found == {
        **dict.fromkeys(["a-year-older", "lighter", "woman", "creatinine", "more-than", "either-sex"], "pass"),
        **dict.fromkeys(["late-weight", "no-weight", "weightless", "creatinine-0", "no-sex", "no-birth"], "unknown"),
    }


@pytest.mark.criterion("Q.dental_check")
def test_a_dental_check_is_done_on_or_before_the_day_the_first_agent_begins() -> None:
    care = """
        patient_id | drug            | start_date
        before     | dental_check    | 2019-01-01
        before     | denosumab       | 2020-02-01
        same-day   | Dental check    | 2020-02-01
        same-day   | zoledronic acid | 2020-02-01
        day-late   | dental_check    | 2020-02-02
        day-late   | denosumab       | 2020-02-01
        second     | zoledronic_acid | 2020-02-01
        second     | dental_check    | 2020-05-01
        second     | denosumab       | 2020-06-01
        none       | denosumab       | 2020-02-01
        no-agent   | dental_check    | 2020-02-01
        no-agent   | aspirin         | 2020-02-01
        not-known  | Xyzdent         | 2020-02-01
        not-known  | Aredia 90 mg    | 2020-02-01
        known-late | Xyzdent         | 2020-02-02
        known-late | ゾメタ          | 2020-02-01
        smoulders  | denosumab       | 2020-02-01
    """
    names = dict.fromkeys(row.split("|")[0].strip() for row in care.strip().splitlines()[1:])
    patients = [f"{name} | {'SMM' if name == 'smoulders' else ''}" for name in names]
    found = judged(
        "Q.dental_check",
        patients="\n".join(["patient_id | diagnosis", *patients]),
        supportive_care=care,
    )
    assert found == {
        **dict.fromkeys(["before", "same-day"], "pass"),
        **dict.fromkeys(["day-late", "second", "none", "known-late"], "fail"),
        "not-known": "unknown",
    }
