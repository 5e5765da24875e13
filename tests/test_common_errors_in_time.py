"""The errors that public code for myeloma response makes over time, each as a patient that mspike gets right.

What each patient is judged to be was worked out by hand from the criteria.
"""

from __future__ import annotations

from datetime import date

from tests.one_patient import Outcome, Row, judged, last_visit, line, responses, time_to
from tests.reference.build import imaging, labs, patient, rows, starts

# -- two consecutive assessments ---------------------------------------------------------------------------------------


def test_a_better_response_confirms_the_lower_of_the_two(
    out: Outcome = judged("""
        2020-01-01  M 3.0
        2020-02-01  M 1.5  U 0
        2020-03-01  M 0.3  U 0
    """),
) -> None:
    assert responses(out) == "PR VGPR"
    assert responses(out, "confirmed_response") == "PR PR"


def test_a_response_is_not_given_on_one_look(
    out: Outcome = judged("""
        2020-01-01  M 3.0
        2020-02-01  M 1.5
    """),
) -> None:
    assert (responses(out), responses(out, "confirmed_response")) == ("PR", "SD")
    assert time_to(out, "DOR") is None


def test_two_days_of_one_visit_do_not_confirm_each_other(
    out: Outcome = judged("""
        2020-01-01  M 3.0
        2020-02-01  M 1.5
        2020-02-03  M 1.4
    """),
) -> None:
    assert (responses(out), responses(out, "confirmed_response")) == ("PR", "SD")


def test_a_visit_that_cannot_be_judged_does_not_stand_between_two_that_can(
    out: Outcome = judged("""
        2020-01-01  M 3.0
        2020-02-01  M 1.5
        2020-03-01  U 0
        2020-04-01  M 1.5
    """),
) -> None:
    assert responses(out, "confirmed_response") == "PR NE PR"


def test_a_line_seen_only_by_one_of_its_two_fluids_has_no_evaluable_visit(
    out: Outcome = judged(
        """
        2020-01-01  M 3.0  U 900
        2020-02-01  M 2.9
        2020-03-01         U 950
        """,
        assessments=rows("assessed_on", "2020-03-10", response="PD"),
    ),
) -> None:
    assert (responses(out), responses(out, "confirmed_response")) == ("SD SD", "SD SD")
    assert [visit["flags"] for visit in out["visits"]] == [["one_fluid_missing"]] * 2
    assert (line(out)["best_response"], line(out)["progression_source"]) == ("SD", "reported")
    assert time_to(out, "PFS") == (69, True, "progression")


def test_progression_by_one_of_two_fluids_is_evaluable(
    out: Outcome = judged("""
        2020-01-01  M 3.0  U 900
        2020-02-01  M 1.0  U 100
        2020-03-01         U 400
        2020-04-01  M 1.6
    """),
) -> None:
    assert (responses(out), responses(out, "confirmed_response")) == ("PR PD PD", "SD PD PD")
    assert out["visits"][1]["flags"] == []
    assert line(out)["progression_confirmed_by"] == "assessment"


def test_a_progression_between_two_responses_breaks_their_being_consecutive(
    out: Outcome = judged("""
        2020-01-01  M 3.0
        2020-02-01  M 0.2  U 0
        2020-03-01  M 0.9  U 0
        2020-04-01  M 0.2  U 0
    """),
) -> None:
    assert responses(out) == "VGPR PD VGPR"
    assert responses(out, "confirmed_response") == "SD SD SD"


def test_one_rise_that_goes_away_again_is_no_event(
    out: Outcome = judged("""
        2020-01-01  M 3.0
        2020-02-01  M 1.0
        2020-03-01  M 1.0
        2020-04-01  M 1.6
        2020-05-01  M 1.0
    """),
) -> None:
    assert responses(out) == "PR PR PD PR"
    assert out["visits"][2]["flags"] == ["unconfirmed_progression"]
    assert time_to(out, "PFS") == (121, False, "last_assessment")


def test_progression_is_dated_by_the_first_of_the_two(
    out: Outcome = judged("""
        2020-01-01  M 3.0
        2020-02-01  M 1.0
        2020-03-01  M 1.6
        2020-04-01  M 2.0
    """),
) -> None:
    assert line(out)["progression_date"] == date(2020, 3, 1)
    assert time_to(out, "TTP") == (60, True, "progression")


def test_a_new_bone_lesion_needs_no_second_look(
    out: Outcome = judged(
        """
        2020-01-01  M 3.0
        2020-02-01  M 1.0
        2020-03-01  M 1.0
        """,
        imaging=[imaging("2020-02-01", new_bone_lesion=True)],
    ),
) -> None:
    assert responses(out, "confirmed_response") == "PD SD"
    assert line(out)["progression_confirmed_by"] == "finding"


def test_what_is_reached_after_progression_is_not_this_lines_best(
    out: Outcome = judged("""
        2020-01-01  M 3.0
        2020-02-01  M 1.5
        2020-03-01  M 1.5
        2020-04-01  M 2.0
        2020-05-01  M 2.1
        2020-06-01  M 0.1  U 0
        2020-07-01  M 0.1  U 0
    """),
) -> None:
    assert responses(out) == "PR PR PD PD VGPR VGPR"
    assert (line(out)["best_response"], line(out)["best_response_date"]) == ("PR", date(2020, 2, 1))


# -- baseline, line and time -------------------------------------------------------------------------------------------


def test_a_value_taken_after_the_start_is_no_baseline_and_one_on_the_day_is(
    after: Outcome = judged("2020-01-02  M 3.0\n2020-02-01  M 1.0"),
    on_the_day: Outcome = judged("2020-01-01  M 3.0\n2020-02-01  M 1.0"),
    too_old: Outcome = judged("2019-10-02  M 3.0\n2020-02-01  M 1.0"),
    old: Outcome = judged("2019-10-03  M 3.0"),
) -> None:
    assert (line(after)["measurable_by"], responses(after)) == ("unknown", "NE NE")
    assert (line(on_the_day)["measurable_by"], responses(on_the_day)) == ("serum", "PR")
    assert line(too_old)["measurable_by"] == "unknown", "91 days before"
    assert line(old)["measurable_by"] == "serum", "90 days before"


def test_a_negative_immunofixation_later_than_the_last_figure_is_a_baseline_of_0(
    out: Outcome = judged(
        """
        2020-01-01  M 3.0  U 0
        2020-06-01  M 0.3  U 0
        2020-11-10  M 1.2  U 0
        2021-01-15  SIF neg  UIF neg
        2021-03-01  M 0.3  U 0
        2021-04-01  M 0.6  U 0
        2021-05-01  M 0.7  U 0
        """,
        treatments=starts("2020-01-10", "2021-01-20"),
    ),
) -> None:
    second = [(row["response"], row["confirmed_response"]) for row in out["visits"] if row["line"] == 2]
    assert second == [("NE", "NE"), ("PD", "PD"), ("PD", "PD")]
    assert (line(out, 2)["measurable_by"], line(out, 2)["progression_date"]) == ("none", date(2021, 4, 1))


def test_the_look_on_the_day_of_the_next_line_is_the_last_of_this_one(
    out: Outcome = judged(
        """
        2020-01-01  M 3.0
        2020-02-01  M 1.0
        2020-03-01  M 2.0
        2020-04-01  M 1.0
        """,
        treatments=starts("2020-01-01", "2020-03-01"),
    ),
) -> None:
    assert [(row["line"], row["response"]) for row in out["visits"]] == [(1, "PR"), (1, "PD"), (2, "PR")]
    assert line(out)["progression_confirmed_by"] == "next_line"


def test_minimal_response_is_for_relapsed_disease(
    out: Outcome = judged(
        """
        2020-01-01  M 3.0
        2020-02-01  M 2.0
        2020-03-01  M 3.0
        2020-04-01  M 2.0
        """,
        treatments=starts("2020-01-01", "2020-03-02"),
    ),
) -> None:
    assert responses(out) == "SD PD MR"


BY_EITHER = """
    2020-01-01  M 1.0  iga 4.0
    2020-02-01  M 0.9
    2020-03-01  iga 2.0
"""


def test_iga_and_electrophoresis_are_never_mixed(
    by_iga: Outcome = judged(BY_EITHER, who=patient(m_protein_in_beta=True)),
    by_electrophoresis: Outcome = judged(BY_EITHER),
) -> None:
    assert responses(by_iga) == "NE PR"
    assert responses(by_electrophoresis) == "SD", "IgA alone makes no visit of a patient followed by electrophoresis"


def test_a_line_of_unknown_progression_has_no_progression_free_survival(
    out: Outcome = judged("", who=patient(vital_status="dead", death_date=date(2020, 6, 1))),
) -> None:
    assert time_to(out, "PFS") is None
    assert time_to(out, "OS") == (152, True, "death"), "which is not a PFS"


def test_changing_therapy_is_not_progressing(
    out: Outcome = judged(
        """
        2020-01-01  M 3.0
        2020-02-01  M 1.5
        2020-03-01  M 1.5
        """,
        treatments=starts("2020-01-01", "2020-03-20"),
        assessments=rows("assessed_on", "2020-03-10", response="PD"),
    ),
) -> None:
    assert time_to(out, "PFS") == (60, False, "next_line"), "at the last look; the clinic's word is not mixed in"
    assert time_to(out, "EFS") == (79, True, "next_line")


def test_duration_of_response_starts_with_the_response(
    out: Outcome = judged("""
        2020-01-01  M 3.0
        2020-02-01  M 2.0
        2020-03-01  M 1.5
        2020-04-01  M 1.5
        2020-05-01  M 3.0
        2020-06-01  M 3.0
    """),
) -> None:
    assert time_to(out, "TTR") == (60, True, "response")
    assert time_to(out, "DOR") == (61, True, "progression"), "time before it is not the responder's to live through"


BEFORE_CALCIUM = labs("""
    2020-01-01  M 3.0  Ca 9.0  Alb 4
    2020-02-01  M 1.5
""")


def calcium(figure: str, before: list[Row], *, attributed: bool | None) -> Outcome:
    row = labs(f"2020-02-02  Ca {figure}")[0] | {"attributed_to_myeloma": attributed}
    return judged("", labs=[*before, row])


def test_hypercalcaemia_of_another_cause_is_no_progression(
    unsaid: Outcome = calcium("11.5", BEFORE_CALCIUM, attributed=None),
    of_another_cause: Outcome = calcium("11.5", BEFORE_CALCIUM, attributed=False),
    due_to_myeloma: Outcome = calcium("11.5", BEFORE_CALCIUM, attributed=True),
) -> None:
    assert (responses(unsaid), last_visit(unsaid)["flags"]) == ("PR", ["calcium_unattributed"])
    assert (responses(of_another_cause), last_visit(of_another_cause)["flags"]) == ("PR", [])
    assert (responses(due_to_myeloma), last_visit(due_to_myeloma)["flags"]) == ("PD", [])


WITHOUT_ALBUMIN = labs("""
    2020-01-01  M 3.0
    2020-02-01  M 1.5
""")


def test_calcium_without_albumin_may_be_progression_and_albumin_is_what_is_missing(
    below: Outcome = calcium("11.0", WITHOUT_ALBUMIN, attributed=True),
    at: Outcome = calcium("11.5", WITHOUT_ALBUMIN, attributed=True),
    unattributed: Outcome = calcium("11.0", WITHOUT_ALBUMIN, attributed=None),
) -> None:
    assert (responses(below), "albumin" in last_visit(below)["limited_by"]) == ("PR", True)
    assert (responses(at), "albumin" in last_visit(at)["limited_by"]) == ("PD", False)
    assert "albumin" not in last_visit(unattributed)["limited_by"], "no progression whatever albumin is"
