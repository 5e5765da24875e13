"""Relapses by kind (RR.biochemical, clinical, aggressive, doubled, interval, transplant_again) from whole histories."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.one_patient import Outcome, judged
from tests.reference.build import day, imaging, labs, lost, patient

# a PR, then a rise of the M-protein that two assessments confirm: progression on 2021-01-10
RELAPSE = "2020-01-01 M 4.0\n2020-06-01 M 1.0\n2020-07-01 M 1.0\n2021-01-10 M 2.0\n2021-02-10 M 2.5\n"
ENDED = {"end_date": day("2020-06-30")}
Row = dict[str, Any]


def treated(*rows: Row, **columns: Any) -> list[Row]:
    first = {"line": 1, "phase": "induction", "drugs": "bortezomib", "start_date": day("2020-01-01")} | ENDED
    return [{"patient_id": "p"} | row for row in (first | columns, *rows)]


def relapse(text: str = RELAPSE, **tables: Any) -> Outcome:
    return judged(text, **({"treatments": treated()} | tables))


def of(out: Outcome) -> Row:
    """The row of the first line's progression."""
    return out["relapse"][0]


def fish(on: str, **found: str) -> list[Row]:
    names = {"del17p": "del17p", "t4": "t(4;14)", "t14": "t(14;16)"}
    return [
        {"patient_id": "p", "collected_on": day(on), "abnormality": names[name], "result": result}
        for name, result in found.items()
    ]


STANDARD = fish("2019-12-01", del17p="negative", t4="negative", t14="negative")


def test_a_line_without_progression_has_no_row(
    out: Outcome = relapse("2020-01-01 M 4.0\n2020-06-01 M 1.0\n2020-07-01 M 1.0"),
) -> None:
    assert out["relapse"] == []


def test_m_protein_alone_is_biochemical_and_what_was_not_looked_for_leaves_clinical_open(
    out: Outcome = relapse(),
) -> None:
    row = of(out)
    assert (row["line"], row["progression_date"]) == (1, date(2021, 1, 10))
    assert (row["biochemical"], row["clinical"], row["aggressive"]) == (True, None, None)
    assert {"bone_imaging", "calcium", "plasmacytoma", "ldh", "del17p"} <= set(row["unknown_because"])


def test_a_new_bone_lesion_makes_it_clinical_and_aggressive(
    out: Outcome = relapse(imaging=[imaging("2021-01-10", new_bone_lesion=True)]),
) -> None:
    row = of(out)
    assert (row["biochemical"], row["clinical"], row["aggressive"]) == (False, True, True)
    assert row["aggressive_because"] == ["RR.clinical"]


LESION_FOUND = {"2021-03-11": True, "2021-03-12": None}


def test_a_lesion_found_within_60_days_after_it_counts(
    outs: Mapping[str, Outcome] = {on: relapse(imaging=[imaging(on, new_bone_lesion=True)]) for on in LESION_FOUND},
) -> None:
    assert {on: of(out)["clinical"] for on, out in outs.items()} == LESION_FOUND


def all_looked_for(**limits: Row) -> Outcome:
    scan = imaging("2021-01-10", new_bone_lesion=False, bone_lesion_progression=False, new_plasmacytoma=False)
    scan |= {"modality": "ct", "lytic_lesions": Decimal(0), "plasmacytoma_spd_mm2": Decimal(0)}
    found = labs(f"{RELAPSE}2021-01-10 Ca 9.0 Alb 4.0 hemoglobin 13 creatinine 0.8 creatinine_clearance 90")
    return relapse(labs=[row | limits.get(row["analyte"], {}) for row in found], imaging=[scan])


def test_signs_that_were_all_looked_for_and_not_found_rule_clinical_out(
    without_limits: Outcome = all_looked_for(),
    with_limits: Outcome = all_looked_for(
        calcium={"ref_high": Decimal("10.5")}, hemoglobin={"ref_low": Decimal("11.6")}
    ),
) -> None:
    row = of(without_limits)
    assert (row["biochemical"], row["clinical"]) == (True, None)  # a new event is not ruled out without the limits
    assert {"calcium_ref_high", "hemoglobin_ref_low"} <= set(row["unknown_because"])
    assert (of(with_limits)["biochemical"], of(with_limits)["clinical"]) == (True, False)


def test_what_only_the_clinic_recorded_is_of_no_known_kind(
    out: Outcome = relapse(
        "", assessments=[{"patient_id": "p", "assessed_on": day("2021-01-10"), "response": "PD", "line": 1}]
    ),
) -> None:
    [row] = out["relapse"]
    assert (row["biochemical"], row["clinical"], row["aggressive"]) == (None, None, None)
    assert "progression" in row["unknown_because"]


# of a limit of 250 U/L: what makes the relapse aggressive
LDH = {
    ("2021-02-09", "251"): ["LDH.high"],
    ("2021-02-10", "251"): [],
    ("2020-12-11", "251"): ["LDH.high"],
    ("2021-01-10", "250"): [],
}


def ldh(on: str, value: str, **limit: Decimal) -> Outcome:
    row = {"patient_id": "p", "collected_on": day(on), "analyte": "ldh", "value": Decimal(value)}
    return relapse(labs=[*labs(RELAPSE), row | limit])


def test_ldh_counts_30_days_either_way_against_its_own_limit(
    outs: Mapping[tuple[str, str], Outcome] = {found: ldh(*found, ref_high=Decimal(250)) for found in LDH},
    without_limit: Mapping[tuple[str, str], Outcome] = {found: ldh(*found) for found in LDH},
) -> None:
    assert {found: of(out)["aggressive_because"] for found, out in outs.items()} == LDH
    assert [found for found, out in without_limit.items() if "ldh_ref_high" not in of(out)["unknown_because"]] == []


# abnormalities found, and what makes the relapse aggressive
CYTOGENETICS = {
    "at diagnosis": (fish("2019-12-01", del17p="positive"), ["CA.high"]),
    "since": (fish("2020-12-01", t4="positive"), ["CA.high"]),
    "in the marrow of the relapse": (fish("2021-03-11", t14="positive"), ["CA.high"]),
    "later than that": (fish("2021-03-12", t14="positive"), []),
    "not again": (fish("2019-12-01", del17p="positive") + fish("2020-12-01", del17p="negative"), ["CA.high"]),
    "none": (STANDARD, []),
}


def test_cytogenetics_count_up_to_the_progression_and_once_found_stay(
    outs: Mapping[str, Outcome] = {name: relapse(cytogenetics=found) for name, (found, _) in CYTOGENETICS.items()},
) -> None:
    because = {name: of(out)["aggressive_because"] for name, out in outs.items()}
    assert because == {name: expected for name, (_, expected) in CYTOGENETICS.items()}


DOUBLED = {
    "2020-11-10 M 1.0": True,  # 61 days before
    "2020-11-09 M 1.0": False,  # 62: what came since does not count
    "2020-11-10 M 1.1": False,
    "2020-11-09 M 1.0\n2021-01-09 M 1.0": True,  # the day before
}


def test_m_protein_doubles_within_61_days(
    outs: Mapping[str, Outcome] = {
        before: relapse(
            f"2020-01-01 M 4.0\n2020-06-01 M 1.0\n2020-07-01 M 1.0\n{before}\n2021-01-10 M 2.0\n2021-02-10 M 2.5"
        )
        for before in DOUBLED
    },
) -> None:
    assert {before: "RR.doubled" in of(out)["aggressive_because"] for before, out in outs.items()} == DOUBLED


def test_m_protein_doubles_from_none_by_immunofixation(
    in_a_visit: Outcome = relapse("2020-01-01 M 4.0\n2020-12-01 SIF neg\n2021-01-10 M 0.5\n2021-02-10 M 0.6"),
    # without a visit in the line between: the immunofixation is the baseline of the line that progresses
    in_the_baseline: Outcome = relapse(
        "2020-12-01 SIF neg\n2021-01-10 M 0.5\n2021-02-10 M 0.6",
        treatments=treated(start_date=day("2020-12-01"), end_date=day("2020-12-30")),
    ),
) -> None:
    assert of(in_a_visit)["aggressive_because"] == ["RR.doubled"]
    assert of(in_the_baseline)["aggressive"] is True


def calcium(edition: str) -> Outcome:
    due = [
        row | {"attributed_to_myeloma": True} for row in labs("2020-07-01 Ca 9.0 Alb 4.0\n2021-01-10 Ca 11.5 Alb 4.0")
    ]
    return relapse(labs=[*labs(RELAPSE), *due], edition=edition)


def test_calcium_is_clinical_in_either_edition(
    jsh2023: Outcome = calcium("jsh2023"), imwg2016: Outcome = calcium("imwg2016")
) -> None:
    for out, progresses in ((jsh2023, True), (imwg2016, False)):
        [visit] = [row for row in out["visits"] if row["visit_date"] == day("2021-01-10")]
        assert ("PD.calcium" in visit["progression_reasons"]) is progresses
        assert [(row["biochemical"], row["clinical"]) for row in out["relapse"]] == [(False, True)]


def test_an_end_before_the_start_leaves_the_start_as_the_last_dose(
    out: Outcome = relapse(treatments=treated(end_date=day("2019-12-31"))),
) -> None:
    assert of(out)["interval_months"] == pytest.approx((day("2021-01-10") - day("2020-01-01")).days / 30.4375)


# the end of the first line: months from it, and their group
INTERVALS = {
    day("2020-06-30"): (194 / 30.4375, "<9"),
    day("2020-04-10"): (275 / 30.4375, "9-12"),
    day("2021-06-30"): (0.0, "<9"),
    None: (None, None),
}


def test_the_interval_is_from_the_last_dose_of_the_first_line(
    outs: Mapping[date | None, Outcome] = {end: relapse(treatments=treated(end_date=end)) for end in INTERVALS},
) -> None:
    rows = {end: of(out) for end, out in outs.items()}
    found = {end: (row["interval_months"], row["interval_group"]) for end, row in rows.items()}
    assert found == {end: (pytest.approx(months), group) for end, (months, group) in INTERVALS.items()}
    assert [end for end, row in rows.items() if "last_dose" in row["unknown_because"]] == [None]


def test_the_group_is_given_without_the_last_dose_if_one_is_known_to_be_near(
    out: Outcome = relapse(
        treatments=treated(
            {"line": 1, "phase": "maintenance", "drugs": "lenalidomide", "start_date": day("2020-09-01")}
        )
    ),
) -> None:
    assert (of(out)["interval_months"], of(out)["interval_group"]) == (None, "<9")


def test_later_lines_are_not_asked_for_the_interval(
    out: Outcome = relapse(
        f"{RELAPSE}2021-02-28 M 3.0\n2021-06-01 M 1.0\n2021-07-01 M 1.0\n2021-09-01 M 2.0\n2021-10-01 M 2.5",
        treatments=treated({"line": 2, "phase": "salvage", "drugs": "daratumumab", "start_date": day("2021-03-01")}),
    ),
) -> None:
    assert [(row["line"], row["interval_group"]) for row in out["relapse"]] == [(1, "<9"), (2, None)]


def transplanted(phase: str | None, on: str, drugs: str | None = "melphalan") -> Row:
    return {"line": 1, "phase": phase, "drugs": drugs, "start_date": day(on), "end_date": day(on)}


# progression on 2022-01-10, 18 months and more after a transplant up to 2020-07-10
LATE = "2020-01-01 M 4.0\n2020-08-01 M 1.0\n2020-09-01 M 1.0\n2022-01-10 M 2.0\n2022-02-10 M 2.5"
AUTOLOGOUS = transplanted("autologous_transplant", "2020-07-10")
YOUNG = "1957-01-11"
# the graft, the birth date, the abnormalities: may the patient be transplanted again
AGAIN = {
    "late enough and young": (AUTOLOGOUS, YOUNG, STANDARD, True),
    "a day short": (transplanted("autologous_transplant", "2020-07-11"), YOUNG, STANDARD, False),
    "65 on the day": (AUTOLOGOUS, "1957-01-10", STANDARD, False),
    "not looked for": (AUTOLOGOUS, YOUNG, [], None),
    "of high risk": (AUTOLOGOUS, YOUNG, fish("2021-01-01", t4="positive"), False),
    "allogeneic": (transplanted("allogeneic_transplant", "2020-07-10"), YOUNG, STANDARD, False),
    "melphalan alone: it may have been": (transplanted(None, "2020-07-10"), YOUNG, STANDARD, None),
    "another drug": (transplanted(None, "2020-07-10", "ixazomib"), YOUNG, STANDARD, False),
    "after it": (transplanted("autologous_transplant", "2022-01-11"), YOUNG, STANDARD, False),
}


def test_who_may_be_transplanted_again(
    outs: Mapping[str, Outcome] = {
        name: relapse(
            LATE,
            who=patient(birth_date=day(birth), last_contact_date=day("2022-12-31")),
            treatments=treated(graft),
            cytogenetics=found,
        )
        for name, (graft, birth, found, _) in AGAIN.items()
    },
) -> None:
    assert {of(out)["progression_date"] for out in outs.values()} == {date(2022, 1, 10)}
    found = {name: of(out)["transplant_again"] for name, out in outs.items()}
    assert found == {name: again for name, (_, _, _, again) in AGAIN.items()}


# rows of imaging, rows refused: is the progression biochemical, and what is named
NEAR = {
    "lesion not read": ([imaging("2021-03-11", unreadable=["new_bone_lesion"])], [], None, "bone_imaging"),
    "plasmacytoma not read": ([imaging("2021-01-10", unreadable=["new_plasmacytoma"])], [], None, "plasmacytoma"),
    "refused": ([], [lost("imaging", "2021-01-10")], None, "bone_imaging"),
    "refused, of any date": ([], [lost("imaging")], None, "bone_imaging"),
    "refused long before": ([], [lost("imaging", "2020-06-01")], True, "bone_imaging"),
    "a marrow refused": ([], [lost("marrow", "2021-01-10")], True, "bone_imaging"),
    "uptake not read": ([imaging("2021-03-11", unreadable=["fdg_uptake"])], [], True, "bone_imaging"),
}


def test_a_sign_near_it_that_could_not_be_read_may_be_clinical(
    outs: Mapping[str, Outcome] = {
        name: relapse(f"{RELAPSE}2021-03-11 M 2.6", imaging=seen, refused_row=refused)
        for name, (seen, refused, *_) in NEAR.items()
    },
) -> None:
    assert {of(out)["clinical"] for out in outs.values()} == {None}
    found = {name: of(out)["biochemical"] for name, out in outs.items()}
    assert found == {name: biochemical for name, (_, _, biochemical, _) in NEAR.items()}
    assert [name for name, out in outs.items() if NEAR[name][3] not in of(out)["unknown_because"]] == []


CALCIUM_UNREAD = [row | {"unreadable": ["attributed_to_myeloma"]} for row in labs("2021-01-10 Ca 12.0")]


def test_an_attribution_near_it_that_could_not_be_read_may_make_it_clinical(
    out: Outcome = relapse(labs=[*labs(RELAPSE), *labs("2021-01-10 Alb 4"), *CALCIUM_UNREAD]),
) -> None:
    assert of(out)["biochemical"] is None
    assert "calcium_attribution" in of(out)["unknown_because"]


# refused: is t(14;16), which a test did not find, known to be absent
FISH_REFUSED = {
    "of the marrow of the relapse": (lost("cytogenetics", "2021-03-11", kind="t(14;16)"), False),
    "of any abnormality and date": (lost("cytogenetics"), False),
    "a day later": (lost("cytogenetics", "2021-03-12", kind="t(14;16)"), True),
    "of another": (lost("cytogenetics", kind="gain1q"), True),
}


def test_an_abnormality_of_a_test_that_was_refused_is_not_known_to_be_absent(
    outs: Mapping[str, Outcome] = {
        name: relapse(cytogenetics=STANDARD, refused_row=[row]) for name, (row, _) in FISH_REFUSED.items()
    },
    found: Outcome = relapse(
        cytogenetics=STANDARD + fish("2020-01-01", t14="positive"), refused_row=[lost("cytogenetics")]
    ),
) -> None:
    told = {name: "t(14;16)" not in of(out)["unknown_because"] for name, out in outs.items()}
    assert told == {name: is_known for name, (_, is_known) in FISH_REFUSED.items()}
    assert of(found)["aggressive_because"] == ["CA.high"]


# refused: is the end of the line known, and its last dose
TREATMENT_REFUSED = {
    "of the line": (lost("treatments", "2020-05-01", line=1), False),
    "of any line": (lost("treatments"), False),
    "of another": (lost("treatments", "2020-05-01", line=2), True),
    "before the line": (lost("treatments", "2019-12-01"), True),
    "supportive care": (lost("supportive_care"), True),
}


def test_the_last_dose_is_not_known_where_a_treatment_of_the_line_was_refused(
    outs: Mapping[str, Outcome] = {
        # ten months after the last dose that was read
        name: relapse(treatments=treated(end_date=day("2020-03-10")), refused_row=[row])
        for name, (row, _) in TREATMENT_REFUSED.items()
    },
) -> None:
    expected = {name: is_known for name, (_, is_known) in TREATMENT_REFUSED.items()}
    assert {name: out["lines"][0]["end_date"] is not None for name, out in outs.items()} == expected
    assert {name: of(out)["interval_group"] is not None for name, out in outs.items()} == expected


# refused: may a patient without a transplant, young and of standard risk, be transplanted again
GRAFT_REFUSED = {
    "a transplant": (lost("treatments", "2020-05-01", line=1, kind="autologous_transplant"), None),
    "anything": (lost("treatments"), None),
    "another phase": (lost("treatments", "2020-05-01", line=1, kind="maintenance"), False),
    "not before it": (lost("treatments", "2022-01-10", line=1), False),
}


def test_a_transplant_that_was_refused_may_have_been_the_first(
    outs: Mapping[str, Outcome] = {
        name: relapse(
            LATE,
            who=patient(birth_date=day(YOUNG), last_contact_date=day("2022-12-31")),
            cytogenetics=STANDARD,
            refused_row=[row],
        )
        for name, (row, _) in GRAFT_REFUSED.items()
    },
) -> None:
    found = {name: of(out)["transplant_again"] for name, out in outs.items()}
    assert found == {name: again for name, (_, again) in GRAFT_REFUSED.items()}
