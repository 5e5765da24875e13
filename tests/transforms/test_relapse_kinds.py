"""Relapses by kind (RR.biochemical, clinical, aggressive, doubled, interval, transplant_again) from whole histories."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.one_patient import judged
from tests.reference.build import day, imaging, labs, lost, patient

# a PR, then a rise of the M-protein that two assessments confirm: progression on 2021-01-10
RELAPSE = "2020-01-01 M 4.0\n2020-06-01 M 1.0\n2020-07-01 M 1.0\n2021-01-10 M 2.0\n2021-02-10 M 2.5\n"
ENDED = {"end_date": day("2020-06-30")}
Row = dict[str, Any]


def treated(*rows: Row, **columns: Any) -> list[Row]:
    first = {"line": 1, "phase": "induction", "drugs": "bortezomib", "start_date": day("2020-01-01")} | ENDED
    return [{"patient_id": "p"} | row for row in (first | columns, *rows)]


def relapse(text: str = RELAPSE, **tables: Any) -> Row:
    """The row of the first line's progression."""
    out = judged(text, **({"treatments": treated()} | tables))
    return out["relapse"][0]


def fish(on: str, **found: str) -> list[Row]:
    names = {"del17p": "del17p", "t4": "t(4;14)", "t14": "t(14;16)"}
    return [
        {"patient_id": "p", "collected_on": day(on), "abnormality": names[name], "result": result}
        for name, result in found.items()
    ]


STANDARD = fish("2019-12-01", del17p="negative", t4="negative", t14="negative")


def test_a_line_without_progression_has_no_row() -> None:
    assert judged("2020-01-01 M 4.0\n2020-06-01 M 1.0\n2020-07-01 M 1.0", treatments=treated())["relapse"] == []


def test_m_protein_alone_is_biochemical_and_what_was_not_looked_for_leaves_clinical_open() -> None:
    row = relapse()
    assert (row["line"], row["progression_date"]) == (1, date(2021, 1, 10))
    assert (row["biochemical"], row["clinical"], row["aggressive"]) == (True, None, None)
    assert {"bone_imaging", "calcium", "plasmacytoma", "ldh", "del17p"} <= set(row["unknown_because"])


def test_a_new_bone_lesion_makes_it_clinical_and_aggressive() -> None:
    row = relapse(imaging=[imaging("2021-01-10", new_bone_lesion=True)])
    assert (row["biochemical"], row["clinical"], row["aggressive"]) == (False, True, True)
    assert row["aggressive_because"] == ["RR.clinical"]


@pytest.mark.parametrize(("on", "clinical"), [("2021-03-11", True), ("2021-03-12", None)])
def test_a_lesion_found_within_60_days_after_it_counts(on: str, clinical: bool | None) -> None:
    assert relapse(imaging=[imaging(on, new_bone_lesion=True)])["clinical"] is clinical


def test_signs_that_were_all_looked_for_and_not_found_rule_clinical_out() -> None:
    scan = imaging("2021-01-10", new_bone_lesion=False, bone_lesion_progression=False, new_plasmacytoma=False)
    scan |= {"modality": "ct", "lytic_lesions": Decimal(0), "plasmacytoma_spd_mm2": Decimal(0)}
    found = labs(f"{RELAPSE}2021-01-10 Ca 9.0 Alb 4.0 hemoglobin 13 creatinine 0.8 creatinine_clearance 90")
    row = relapse(labs=found, imaging=[scan])
    assert (row["biochemical"], row["clinical"]) == (True, None)  # a new event is not ruled out without the limits
    assert {"calcium_ref_high", "hemoglobin_ref_low"} <= set(row["unknown_because"])
    limits = {"calcium": {"ref_high": Decimal("10.5")}, "hemoglobin": {"ref_low": Decimal("11.6")}}
    row = relapse(labs=[one | limits.get(one["analyte"], {}) for one in found], imaging=[scan])
    assert (row["biochemical"], row["clinical"]) == (True, False)


def test_what_only_the_clinic_recorded_is_of_no_known_kind() -> None:
    out = judged(
        "",
        treatments=treated(),
        assessments=[{"patient_id": "p", "assessed_on": day("2021-01-10"), "response": "PD", "line": 1}],
    )
    [row] = out["relapse"]
    assert (row["biochemical"], row["clinical"], row["aggressive"]) == (None, None, None)
    assert "progression" in row["unknown_because"]


@pytest.mark.parametrize(
    ("on", "value", "because"),
    [
        ("2021-02-09", "251", ["LDH.high"]),
        ("2021-02-10", "251", []),
        ("2020-12-11", "251", ["LDH.high"]),
        ("2021-01-10", "250", []),
    ],
)
def test_ldh_counts_30_days_either_way_against_its_own_limit(on: str, value: str, because: list[str]) -> None:
    ldh = {"patient_id": "p", "collected_on": day(on), "analyte": "ldh", "value": Decimal(value)}
    assert relapse(labs=[*labs(RELAPSE), ldh | {"ref_high": Decimal(250)}])["aggressive_because"] == because
    assert "ldh_ref_high" in relapse(labs=[*labs(RELAPSE), ldh])["unknown_because"]


@pytest.mark.parametrize(
    ("found", "because"),
    [
        (fish("2019-12-01", del17p="positive"), ["CA.high"]),  # at diagnosis
        (fish("2020-12-01", t4="positive"), ["CA.high"]),  # since
        (fish("2021-03-11", t14="positive"), ["CA.high"]),  # the marrow of the relapse
        (fish("2021-03-12", t14="positive"), []),
        (fish("2019-12-01", del17p="positive") + fish("2020-12-01", del17p="negative"), ["CA.high"]),
        (STANDARD, []),
    ],
)
def test_cytogenetics_count_up_to_the_progression_and_once_found_stay(found: list[Row], because: list[str]) -> None:
    assert relapse(cytogenetics=found)["aggressive_because"] == because


@pytest.mark.parametrize(
    ("before", "doubled"),
    [
        ("2020-11-10 M 1.0", True),  # 61 days before
        ("2020-11-09 M 1.0", False),  # 62: what came since does not count
        ("2020-11-10 M 1.1", False),
    ],
)
def test_m_protein_doubles_within_61_days(before: str, doubled: bool) -> None:
    text = f"2020-01-01 M 4.0\n2020-06-01 M 1.0\n2020-07-01 M 1.0\n{before}\n2021-01-10 M 2.0\n2021-02-10 M 2.5"
    assert ("RR.doubled" in relapse(text)["aggressive_because"]) is doubled


def test_m_protein_doubles_from_none_by_immunofixation() -> None:
    text = "2020-01-01 M 4.0\n2020-12-01 SIF neg\n2021-01-10 M 0.5\n2021-02-10 M 0.6"
    assert relapse(text)["aggressive_because"] == ["RR.doubled"]
    # without a visit in the line between: the immunofixation is the baseline of the line that progresses
    other = treated(start_date=day("2020-12-01"), end_date=day("2020-12-30"))
    assert relapse("2020-12-01 SIF neg\n2021-01-10 M 0.5\n2021-02-10 M 0.6", treatments=other)["aggressive"] is True


@pytest.mark.parametrize(("edition", "progresses"), [("jsh2023", True), ("imwg2016", False)])
def test_calcium_is_clinical_in_either_edition(edition: str, progresses: bool) -> None:
    due = [
        row | {"attributed_to_myeloma": True} for row in labs("2020-07-01 Ca 9.0 Alb 4.0\n2021-01-10 Ca 11.5 Alb 4.0")
    ]
    out = judged("", labs=[*labs(RELAPSE), *due], treatments=treated(), edition=edition)
    [visit] = [row for row in out["visits"] if row["visit_date"] == day("2021-01-10")]
    assert ("PD.calcium" in visit["progression_reasons"]) is progresses
    assert [(row["biochemical"], row["clinical"]) for row in out["relapse"]] == [(False, True)]


def test_an_end_before_the_start_leaves_the_start_as_the_last_dose() -> None:
    row = relapse(treatments=treated(end_date=day("2019-12-31")))
    assert row["interval_months"] == pytest.approx((day("2021-01-10") - day("2020-01-01")).days / 30.4375)


@pytest.mark.parametrize(
    ("columns", "months", "group"),
    [
        ({"end_date": day("2020-06-30")}, 194 / 30.4375, "<9"),
        ({"end_date": day("2020-04-10")}, 275 / 30.4375, "9-12"),
        ({"end_date": day("2021-06-30")}, 0.0, "<9"),
        ({"end_date": None, "start_date": day("2020-01-01")}, None, None),
    ],
)
def test_the_interval_is_from_the_last_dose_of_the_first_line(
    columns: Row, months: float | None, group: str | None
) -> None:
    row = relapse(treatments=treated(**columns))
    assert row["interval_group"] == group
    assert row["interval_months"] == (months if months is None else pytest.approx(months))
    assert ("last_dose" in row["unknown_because"]) is (group is None)


def test_where_a_dose_is_known_to_be_near_the_group_is_told_without_the_last() -> None:
    later = {"line": 1, "phase": "maintenance", "drugs": "lenalidomide", "start_date": day("2020-09-01")}
    row = relapse(treatments=treated(later))
    assert (row["interval_months"], row["interval_group"]) == (None, "<9")


def test_later_lines_are_not_asked_for_the_interval() -> None:
    second = {"line": 2, "phase": "salvage", "drugs": "daratumumab", "start_date": day("2021-03-01")}
    text = f"{RELAPSE}2021-02-28 M 3.0\n2021-06-01 M 1.0\n2021-07-01 M 1.0\n2021-09-01 M 2.0\n2021-10-01 M 2.5"
    rows = judged(text, treatments=treated(second))["relapse"]
    assert [(row["line"], row["interval_group"]) for row in rows] == [(1, "<9"), (2, None)]


def transplanted(phase: str | None, on: str, drugs: str | None = "melphalan") -> Row:
    return {"line": 1, "phase": phase, "drugs": drugs, "start_date": day(on), "end_date": day(on)}


# progression on 2022-01-10, 18 months and more after a transplant up to 2020-07-10
LATE = "2020-01-01 M 4.0\n2020-08-01 M 1.0\n2020-09-01 M 1.0\n2022-01-10 M 2.0\n2022-02-10 M 2.5"


@pytest.mark.parametrize(
    ("graft", "birth", "found", "again"),
    [
        (transplanted("autologous_transplant", "2020-07-10"), "1957-01-11", STANDARD, True),
        (transplanted("autologous_transplant", "2020-07-11"), "1957-01-11", STANDARD, False),  # a day short
        (transplanted("autologous_transplant", "2020-07-10"), "1957-01-10", STANDARD, False),  # 65 on the day
        (transplanted("autologous_transplant", "2020-07-10"), "1957-01-11", [], None),
        (transplanted("autologous_transplant", "2020-07-10"), "1957-01-11", fish("2021-01-01", t4="positive"), False),
        (transplanted("allogeneic_transplant", "2020-07-10"), "1957-01-11", STANDARD, False),
        (transplanted(None, "2020-07-10"), "1957-01-11", STANDARD, None),  # melphalan alone: it may have been
        (transplanted(None, "2020-07-10", "ixazomib"), "1957-01-11", STANDARD, False),
        (transplanted("autologous_transplant", "2022-01-11"), "1957-01-11", STANDARD, False),  # after it
    ],
)
def test_who_may_be_transplanted_again(graft: Row, birth: str, found: list[Row], again: bool | None) -> None:
    who = patient(birth_date=day(birth), last_contact_date=day("2022-12-31"))
    row = relapse(LATE, who=who, treatments=treated(graft), cytogenetics=found)
    assert row["progression_date"] == date(2022, 1, 10)
    assert row["transplant_again"] is again


@pytest.mark.parametrize(
    ("tables", "biochemical", "named"),
    [
        ({"imaging": [imaging("2021-03-11", unreadable=["new_bone_lesion"])]}, None, "bone_imaging"),
        ({"imaging": [imaging("2021-01-10", unreadable=["new_plasmacytoma"])]}, None, "plasmacytoma"),
        ({"refused_row": [lost("imaging", "2021-01-10")]}, None, "bone_imaging"),
        ({"refused_row": [lost("imaging")]}, None, "bone_imaging"),
        ({"refused_row": [lost("imaging", "2020-06-01")]}, True, "bone_imaging"),  # long before
        ({"refused_row": [lost("marrow", "2021-01-10")]}, True, "bone_imaging"),
        ({"imaging": [imaging("2021-03-11", unreadable=["fdg_uptake"])]}, True, "bone_imaging"),
    ],
)
def test_a_sign_near_it_that_could_not_be_read_may_be_clinical(
    tables: dict[str, list[Row]], biochemical: bool | None, named: str
) -> None:
    row = relapse(f"{RELAPSE}2021-03-11 M 2.6", **tables)
    assert (row["biochemical"], row["clinical"]) == (biochemical, None)
    assert named in row["unknown_because"]


def test_an_attribution_near_it_that_could_not_be_read_may_make_it_clinical() -> None:
    calcium = {"unreadable": ["attributed_to_myeloma"]}
    found = [row | calcium for row in labs("2021-01-10 Ca 12.0 Alb 4") if row["analyte"] == "calcium"]
    row = relapse(labs=[*labs(RELAPSE), *labs("2021-01-10 Alb 4"), *found])
    assert row["biochemical"] is None
    assert "calcium_attribution" in row["unknown_because"]


@pytest.mark.parametrize(
    ("kind", "on", "is_known"),
    [("t(14;16)", "2021-03-11", False), (None, None, False), ("t(14;16)", "2021-03-12", True), ("gain1q", None, True)],
)
def test_an_abnormality_of_a_test_that_was_refused_is_not_known_to_be_absent(
    kind: str | None, on: str | None, is_known: bool
) -> None:
    row = relapse(cytogenetics=STANDARD, refused_row=[lost("cytogenetics", on, kind=kind)])
    assert ("t(14;16)" in row["unknown_because"]) is not is_known
    found = fish("2020-01-01", t14="positive")
    row = relapse(cytogenetics=STANDARD + found, refused_row=[lost("cytogenetics", on, kind=kind)])
    assert row["aggressive_because"] == ["CA.high"]


@pytest.mark.parametrize(
    ("row", "is_known"),
    [
        (lost("treatments", "2020-05-01", line=1), False),
        (lost("treatments"), False),
        (lost("treatments", "2020-05-01", line=2), True),
        (lost("treatments", "2019-12-01"), True),  # before the line
        (lost("supportive_care"), True),
    ],
)
def test_the_last_dose_is_not_known_where_a_treatment_of_the_line_was_refused(row: Row, is_known: bool) -> None:
    # nine months after the last dose that was read
    out = judged(RELAPSE, treatments=treated(end_date=day("2020-03-10")), refused_row=[row])
    assert (out["lines"][0]["end_date"] is not None) is is_known
    assert (out["relapse"][0]["interval_group"] is not None) is is_known


@pytest.mark.parametrize(
    ("row", "again"),
    [
        (lost("treatments", "2020-05-01", line=1, kind="autologous_transplant"), None),
        (lost("treatments"), None),
        (lost("treatments", "2020-05-01", line=1, kind="maintenance"), False),
        (lost("treatments", "2022-01-10", line=1), False),  # not before it
    ],
)
def test_a_transplant_that_was_refused_may_have_been_the_first(row: Row, again: bool | None) -> None:
    who = patient(birth_date=day("1957-01-11"), last_contact_date=day("2022-12-31"))
    assert relapse(LATE, who=who, cytogenetics=STANDARD, refused_row=[row])["transplant_again"] is again
