"""The errors that public code for myeloma response makes on one visit, each as a patient that mspike gets right.

What each patient is judged to be was worked out by hand from the criteria.
"""

from __future__ import annotations

from datetime import date

from tests.one_patient import Outcome, judged, last_visit, line, responses
from tests.reference.build import imaging, marrow

# -- arithmetic --------------------------------------------------------------------------------------------------------


def test_staying_at_nothing_is_no_rise_although_zero_by_zero_compares_as_one(
    out: Outcome = judged("""
        2020-01-01  M 3.0
        2020-02-01  M 0  U 0
        2020-03-01  M 0  U 0
    """),
) -> None:
    assert responses(out) == "VGPR VGPR"


def test_a_rise_from_0_2_to_0_7_is_half_a_gram_although_binary_says_less(
    out: Outcome = judged("""
        2020-01-01  M 3.0
        2020-02-01  M 0.2
        2020-03-01  M 0.7
        2020-04-01  M 0.7
    """),
) -> None:
    assert responses(out) == "PR PD PD"


def test_a_fall_from_4_1_by_nine_tenths_is_0_41_although_binary_disagrees(
    out: Outcome = judged("""
        2020-01-01  M 4.1
        2020-02-01  M 0.41  U 0
    """),
) -> None:
    assert responses(out) == "VGPR"


def test_relapse_from_nothing_is_progression_although_no_ratio_can_be_formed(
    serum: Outcome = judged("""
        2020-01-01  M 3.0
        2020-02-01  M 0
        2020-03-01  M 0.5
        2020-04-01  M 0.6
    """),
    urine: Outcome = judged("""
        2020-01-01  U 2000
        2020-02-01  U 0
        2020-03-01  U 200
        2020-04-01  U 200
    """),
) -> None:
    assert responses(serum) == "PR PD PD"
    assert responses(urine) == "PR PD PD"
    assert line(urine)["progression_date"] == date(2020, 3, 1)


def test_a_rise_needs_both_the_quarter_and_the_half_gram(
    doubled: Outcome = judged("""
        2020-01-01  M 3.0
        2020-02-01  M 0.2
        2020-03-01  M 0.4
    """),
    large: Outcome = judged("""
        2020-01-01  M 4.0
        2020-02-01  M 4.6
    """),
) -> None:
    assert responses(doubled) == "PR PR"
    assert responses(large) == "SD"


def test_light_chains_are_compared_without_dividing_by_a_chain_that_is_not_there(
    out: Outcome = judged("""
        2020-01-01  M 0  U 0  K 500  L 0
        2020-02-01  K 50  L 0  SIF neg  UIF neg
        2020-03-01  K 0   L 0  SIF neg  UIF neg
    """),
) -> None:
    assert line(out)["measurable_by"] == "flc"
    assert responses(out) == "VGPR VGPR"
    assert last_visit(out)["limited_by"] == ["flc_kappa", "flc_lambda", "marrow", "clonal_plasma_cells"]


# -- nadir -------------------------------------------------------------------------------------------------------------


def test_the_nadir_outlives_a_visit_without_the_test(
    out: Outcome = judged("""
        2020-01-01  M 3.0
        2020-02-01  M 1.0
        2020-03-01  K 10  L 10
        2020-04-01  M 1.5
        2020-05-01  M 1.5
    """),
) -> None:
    assert responses(out) == "PR NE PD PD"


def test_progression_is_measured_from_the_lowest_value_and_not_from_the_baseline(
    out: Outcome = judged("""
        2020-01-01  M 5.0
        2020-02-01  M 1.0
        2020-03-01  M 2.0
        2020-04-01  M 2.0
    """),
) -> None:
    assert responses(out) == "PR PD PD", "40 % of the baseline is a PR for whoever asks for PR first"


def test_the_baseline_is_a_nadir_too(
    out: Outcome = judged("""
        2020-01-01  M 2.0
        2020-02-01  M 2.5
        2020-03-01  M 2.6
    """),
) -> None:
    assert responses(out) == "PD PD"
    assert (line(out)["best_response"], line(out)["best_response_date"]) == ("PD", date(2020, 2, 1))


def test_what_is_below_detection_is_nothing_for_response_and_the_limit_as_a_nadir(
    out: Outcome = judged("""
        2020-01-01  M 3.0  U 0
        2020-02-01  M <0.5  U 0
        2020-03-01  M 0.9  U 0
        2020-04-01  M 1.0  U 0
        2020-05-01  M 1.0  U 0
    """),
) -> None:
    assert responses(out) == "VGPR PR PD PD"


# -- what was not tested -----------------------------------------------------------------------------------------------


def test_an_immunofixation_that_was_not_done_is_not_a_negative_one(
    out: Outcome = judged(
        """
        2020-01-01  M 3.0
        2020-02-01  M 0  U 0
        """,
        marrow=[marrow("2020-02-01", "2", "not_detected")],
    ),
) -> None:
    assert responses(out) == "VGPR"
    assert {"serum_immunofixation", "urine_immunofixation"} <= set(last_visit(out)["limited_by"])


def test_a_urine_that_was_not_tested_is_not_a_clean_one(
    out: Outcome = judged("""
        2020-01-01  M 3.0
        2020-02-01  M 0.1
    """),
) -> None:
    assert responses(out) == "PR"
    assert "urine_m_protein" in last_visit(out)["limited_by"]


COMPLETE_BUT_FOR_MARROW = """
    2020-01-01  M 3.0
    2020-02-01  M 0  U 0  SIF neg  UIF neg  K 10  L 10
"""


def test_a_marrow_that_was_not_taken_keeps_a_complete_response_open(
    without: Outcome = judged(COMPLETE_BUT_FOR_MARROW),
    in_30_days: Outcome = judged(COMPLETE_BUT_FOR_MARROW, marrow=[marrow("2020-03-02", "4.9")]),
    in_31_days: Outcome = judged(COMPLETE_BUT_FOR_MARROW, marrow=[marrow("2020-03-03", "4.9")]),
    of_5_percent: Outcome = judged(COMPLETE_BUT_FOR_MARROW, marrow=[marrow("2020-02-01", "5")]),
) -> None:
    assert responses(without) == "VGPR"
    assert last_visit(without)["limited_by"] == ["marrow", "clonal_plasma_cells"]
    assert responses(in_30_days) == "CR NE", "one, 30 days after, is enough"
    assert responses(in_31_days) == "VGPR NE"
    assert responses(of_5_percent) == "VGPR", "5 % is not below 5 %"


def test_a_negative_immunofixation_beside_a_figure_is_contradictory_and_no_complete_response(
    out: Outcome = judged(
        """
        2020-01-01  M 3.0
        2020-02-01  M 0.1  U 0  SIF neg  UIF neg
        """,
        marrow=[marrow("2020-02-01", "2")],
    ),
) -> None:
    assert responses(out) == "VGPR"
    assert last_visit(out)["flags"] == ["contradictory_immunofixation"]


def test_a_plasmacytoma_not_examined_again_is_not_gone(
    out: Outcome = judged(
        """
        2020-01-01  M 3.0
        2020-02-01  M 1.0
        """,
        imaging=[imaging("2020-01-01", "400")],
    ),
) -> None:
    assert responses(out) == "SD"
    assert "plasmacytoma" in last_visit(out)["limited_by"]


def test_fish_that_was_not_done_is_not_standard_risk(
    stage_1: Outcome = judged("2019-12-01  B2M 3.0  Alb 4.0"),
    stage_2: Outcome = judged("2019-12-01  B2M 4.0"),
    stage_3: Outcome = judged("2019-12-01  B2M 5.5"),
) -> None:
    staged = [(row["iss"], row["r_iss"]) for out in (stage_1, stage_2, stage_3) for row in out["staging"]]
    assert staged[0] == ("I", None)
    assert staged[1] == ("II", "II"), "ISS II needs neither FISH nor LDH"
    assert staged[2][0] == "III", "whatever albumin is"
