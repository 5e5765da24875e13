"""AL amyloidosis and POEMS syndrome: transplant at the first line, response and VEGF at every visit (section 13)."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.one_patient import Outcome, Row, judged
from tests.reference.build import day, patient, starts
from tests.transforms.test_frailty import finding

FIT = "2020-01-01 troponin_t 0.01 egfr 60"
PRESSURE, ECOG = finding("2020-01-01", "systolic_bp", 120), finding("2020-01-01", "ecog", 1)
STRONG = [PRESSURE, ECOG]
AMYLOID = finding("2019-12-01", "al_amyloidosis", present=True)


def al(text: str, *findings: Row, diagnosis: str | None = "AL", lines: tuple[str, ...] = ("2020-01-01",)) -> Outcome:
    who = patient(diagnosis=diagnosis, light_chain="kappa", birth_date=day("1950-01-02"))
    return judged(text, who=who, findings=list(findings), treatments=starts(*lines))


def transplant(out: Outcome) -> Row:
    [row] = out["al_transplant"]
    return row


def visit(out: Outcome) -> Row:
    [row] = out["al_poems_visits"]
    return row


def test_a_patient_of_69_with_a_sound_heart_is_eligible(out: Outcome = al(FIT, *STRONG)) -> None:
    row = transplant(out)
    assert (row["on_date"], row["eligible"], row["clauses_against"]) == (day("2020-01-01"), True, [])


def test_a_pressure_with_a_comparator_decides_where_it_does(
    above: Outcome = al(FIT, PRESSURE | {"value_comparator": ">"}, ECOG),
    below: Outcome = al(FIT, PRESSURE | {"value_comparator": "<"}, ECOG),
) -> None:
    assert transplant(above)["eligible"] is True
    assert (transplant(below)["eligible"], transplant(below)["unknown_because"]) == (None, ["systolic_bp"])


def test_the_clauses_against_are_named_though_others_are_unknown(
    out: Outcome = al("2020-01-31 troponin_t 0.06", finding("2020-03-01", "ecog", 2)),
) -> None:
    row, against = transplant(out), ["AL.transplant_performance", "AL.transplant_troponin"]
    assert (row["eligible"], row["clauses_against"], row["unknown_because"]) == (False, against, [])


def test_what_was_measured_too_far_from_the_start_leaves_it_unknown(
    out: Outcome = al("2020-02-01 troponin_t 0.01 egfr 60", *STRONG),
) -> None:
    row = transplant(out)
    assert (row["eligible"], row["clauses_against"], row["unknown_because"]) == (None, [], ["troponin_t", "egfr"])


def test_a_row_without_a_figure_is_no_test_however_near(
    out: Outcome = al("2020-01-01 troponin_t -\n2019-12-20 troponin_t 0.01 egfr 60", *STRONG),
) -> None:
    assert transplant(out)["eligible"] is True


def test_the_first_line_counts_and_at_diagnosis_where_there_is_none(
    of_two: Outcome = al(FIT, lines=("2020-01-01", "2021-01-01")), untreated: Outcome = al(FIT, lines=())
) -> None:
    assert transplant(of_two)["on_date"] == day("2020-01-01")
    assert transplant(untreated)["on_date"] == day("2019-12-01")


def test_only_amyloidosis_has_a_row_about_transplant(
    myeloma: Outcome = al(FIT, *STRONG, diagnosis="MM"),
    poems: Outcome = al(FIT, *STRONG, diagnosis="POEMS"),
    unnamed: Outcome = al(FIT, *STRONG, diagnosis=None),
) -> None:
    assert myeloma["al_transplant"] == poems["al_transplant"] == unnamed["al_transplant"] == []


RAISED = "2019-12-20 K 120 L 20"


def test_amyloidosis_found_in_who_is_recorded_otherwise_counts(
    fit: Outcome = al(FIT, *STRONG, AMYLOID, diagnosis="MM"),
    raised: Outcome = al(f"{RAISED}\n2020-03-01 K 69 L 20 SIF pos UIF pos", AMYLOID, diagnosis="MM"),
) -> None:
    assert transplant(fit)["eligible"] is True
    assert visit(raised)["haematologic_response"] == "PR"


# of a baseline difference of 100 mg/L: the response, and what an unknown one waits for
LEVELS = {
    "K 100 L 20 SIF pos UIF pos": ("NR", []),
    "K 70 L 20 SIF pos UIF pos": ("NR", []),  # 50 of 100: not more than half
    "K 69 L 20 SIF pos UIF pos": ("PR", []),
    "K 59 L 20 SIF pos UIF pos": ("VGPR", []),
    "K 20 L 20 SIF neg UIF neg": ("CR", []),
    "K 20 L 20 SIF neg": ("VGPR", ["urine_immunofixation"]),
    "SIF neg UIF pos": (None, ["flc_kappa", "flc_lambda"]),
    "SIF neg UIF neg": (None, ["flc_kappa", "flc_lambda"]),
}


def test_the_best_level_that_holds_is_the_response(
    outs: Mapping[str, Outcome] = {found: al(f"{RAISED}\n2020-03-01 {found}") for found in LEVELS},
) -> None:
    rows = {found: visit(out) for found, out in outs.items()}
    assert {found: (row["haematologic_response"], row["unknown_because"]) for found, row in rows.items()} == LEVELS


def test_light_chains_never_raised_show_no_response_below_complete(
    short: Outcome = al("2019-12-20 K 69 L 20\n2020-03-01 K 30 L 20 SIF pos UIF pos"),
    complete: Outcome = al("2019-12-20 K 69 L 20\n2020-03-01 K 20 L 20 SIF neg UIF neg"),
) -> None:
    row = visit(short)
    assert (row["haematologic_response"], row["unknown_because"]) == (None, [])
    assert (row["dflc_mg_l"], row["dflc_baseline_mg_l"]) == (10, 49)
    assert visit(complete)["haematologic_response"] == "CR"


def test_without_a_baseline_it_is_named_unless_the_response_is_complete(
    out: Outcome = al("2020-03-01 K 30 L 20 SIF pos UIF pos"),
    complete: Outcome = al("2020-03-01 K 20 L 20 SIF neg UIF neg"),
) -> None:
    assert visit(out)["unknown_because"] == ["baseline_flc_kappa", "baseline_flc_lambda"]
    assert (visit(complete)["haematologic_response"], visit(complete)["unknown_because"]) == ("CR", [])


# VEGF before the line and at the visit of 2020-03-01: that of the visit, its change, and what an unknown one waits for
VEGF = {
    ("2020-01-01 vegf 1000", "2020-03-01 vegf 400"): (400, -0.6, []),
    ("2020-01-01 vegf 1000", "2020-03-04 vegf 1500"): (1500, 0.5, []),  # three days after the visit: it joins
    ("2020-01-01 vegf 1000", "2020-03-05 vegf 1500"): (None, None, ["vegf"]),
    ("2019-10-03 vegf 1000", "2020-03-01 vegf 500"): (500, -0.5, []),  # 90 days before the line
    ("2019-10-02 vegf 1000", "2020-03-01 vegf 500"): (500, None, ["vegf"]),
    ("2020-01-01 vegf 0", "2020-03-01 vegf 500"): (500, None, []),
    ("2020-01-01 vegf 1", "2020-03-01 vegf 500"): (500, 499, []),
    ("2020-01-01 vegf 1000", "2020-03-01 vegf <31"): (None, None, ["vegf"]),
    ("2020-01-01 vegf >1000", "2020-03-01 vegf 500"): (500, None, ["vegf"]),
}


@pytest.mark.criterion("POEMS.vegf")
def test_vegf_of_a_visit_is_compared_with_that_of_the_baseline(
    outs: Mapping[tuple[str, str], Outcome] = {
        (before, at): al(f"{before}\n2020-03-01 M 0.5\n{at}", diagnosis="POEMS") for before, at in VEGF
    },
) -> None:
    rows = {measured: visit(out) for measured, out in outs.items()}
    found = {
        measured: (row["vegf_pg_ml"], row["vegf_change"], row["unknown_because"]) for measured, row in rows.items()
    }
    assert found == {measured: (at, pytest.approx(change), waits) for measured, (at, change, waits) in VEGF.items()}
    assert {row["haematologic_response"] for row in rows.values()} == {None}


def test_a_visit_without_vegf_has_a_row_and_vegf_alone_makes_no_visit(
    out: Outcome = al("2020-03-01 M 0.5\n2020-06-01 vegf 100", diagnosis="POEMS"),
) -> None:
    row = visit(out)
    assert (row["visit_date"], row["vegf_pg_ml"], row["unknown_because"]) == (day("2020-03-01"), None, ["vegf"])


def test_vegf_is_of_poems_and_the_response_of_amyloidosis(
    myeloma: Outcome = al("2020-03-01 M 0.5 vegf 100", diagnosis="MM"),
    amyloidosis: Outcome = al("2020-03-01 M 0.5 vegf 100"),
) -> None:
    assert myeloma["al_poems_visits"] == []
    assert visit(amyloidosis)["vegf_pg_ml"] is None


HEARTS = {
    "troponin_t 0.034 nt_probnp 331": "I",
    "troponin_t 0.035 nt_probnp 331": "II",
    "troponin_t 0.034 nt_probnp 9000": "II",
    "troponin_t 0.035 nt_probnp 8500": "IIIa",
    "troponin_t 0.035 nt_probnp 8501": "IIIb",
    "troponin_t 0.035 nt_probnp >5000": None,
    "troponin_t <0.01 nt_probnp 100": "I",
    "nt_probnp 9000": None,
    "troponin_t 0.1": None,
}


@pytest.mark.criterion("AL.stage_IIIb")
def test_the_heart_stages_amyloidosis_at_diagnosis(
    outs: Mapping[str, Outcome] = {heart: al(f"2019-12-01 {heart}") for heart in HEARTS},
) -> None:
    found = {heart: out["staging"][0] for heart, out in outs.items()}
    assert {heart: row["al_stage"] for heart, row in found.items()} == HEARTS
    waits = {heart: row["al_stage_unknown_because"] for heart, row in found.items() if row["al_stage_unknown_because"]}
    assert waits == {
        "troponin_t 0.035 nt_probnp >5000": ["nt_probnp"],
        "nt_probnp 9000": ["troponin_t"],
        "troponin_t 0.1": ["nt_probnp"],
    }


def test_only_amyloidosis_has_a_cardiac_stage_and_by_what_was_measured_within_30_days(
    myeloma: Outcome = al("2019-12-01 troponin_t 0.01 nt_probnp 100", diagnosis="MM"),
    late: Outcome = al("2020-01-01 troponin_t 0.01 nt_probnp 100"),
    derived: Outcome = al("2019-12-31 troponin_t 0.01 nt_probnp 100", AMYLOID, diagnosis="MM"),
) -> None:
    found = [(out["staging"][0]["al_stage"], out["staging"][0]["al_stage_unknown_because"]) for out in (myeloma, late)]
    assert found == [(None, None), (None, ["troponin_t", "nt_probnp"])]
    assert derived["staging"][0]["al_stage"] == "I"


def course_of(text: str) -> Outcome:
    return al(f"2019-12-15 M 1 U 0 K 300 L 10\n{text}")


DATES = ("2019-12-15", "2020-02-01", "2020-03-01")
NEGATIVE = "serum_immunofixation neg urine_immunofixation neg"
POSITIVE = "serum_immunofixation pos urine_immunofixation neg"
COMPLETE = f"2020-02-01 M 0 U 0 K 10 L 10 {NEGATIVE}"


@pytest.mark.criterion("AL.progression")
def test_progression_is_from_the_lowest_of_the_line_so_far(
    out: Outcome = course_of(
        "2020-02-01 M 0.4 U 0 K 80 L 10\n2020-03-01 M 0.5 U 0 K 110 L 10\n2020-04-01 M 0.6 U 0 K 120 L 10"
    ),
) -> None:
    rows = out["al_poems_visits"]
    assert [row["haematologic_progression"] for row in rows] == [False, False, True]
    assert rows[-1]["progressed_by"] == ["AL.pd_flc", "AL.pd_serum"]


# M-protein at the baseline, and at visits: does the last show progression
UNCERTAIN = {
    ("M 1", "M <0.5", "M 0.7"): False,  # half again as high as 0.5 is 0.75
    ("M 1", "M <0.5", "M 0.75"): True,
    ("M 1", "M >0.4", "M 0.7"): None,  # as 0.4 it is 0.6, as 1 it is 1.5
    ("M <0.5", "M 0.7"): False,
    ("M <0.5", "M 0.75"): True,
    ("M >1", "M 1.6"): None,
}


@pytest.mark.criterion("AL.progression")
def test_the_lowest_is_what_a_comparator_lets_it_be(
    outs: Mapping[tuple[str, ...], Outcome] = {
        found: al("\n".join(f"{on} {m} U 0 K 80 L 10" for on, m in zip(DATES, found, strict=False)))
        for found in UNCERTAIN
    },
) -> None:
    last = {found: out["al_poems_visits"][-1] for found, out in outs.items()}
    assert {found: row["haematologic_progression"] for found, row in last.items()} == UNCERTAIN


@pytest.mark.criterion("AL.progression")
def test_after_a_complete_response_a_positive_immunofixation_is_progression(
    back: Outcome = course_of(f"{COMPLETE}\n2020-03-01 M 0 U 0 K 10 L 10 {POSITIVE}"),
    still: Outcome = course_of(f"{COMPLETE}\n2020-03-01 M 0 U 0 K 10 L 10 {NEGATIVE}"),
) -> None:
    first, second = back["al_poems_visits"]
    assert (first["haematologic_response"], first["haematologic_progression"]) == ("CR", False)
    assert (second["haematologic_progression"], second["progressed_by"]) == (True, ["AL.pd_from_cr"])
    assert [row["haematologic_progression"] for row in still["al_poems_visits"]] == [False, False]


@pytest.mark.criterion("AL.progression")
def test_only_amyloidosis_progresses_by_it_and_what_is_missing_is_named(
    amyloidosis: Outcome = course_of("2020-02-01 M 0.4 K 80 L 10"),
    poems: Outcome = al("2019-12-15 M 1\n2020-02-01 M 3", diagnosis="POEMS"),
) -> None:
    row, of_poems = visit(amyloidosis), visit(poems)
    assert (row["haematologic_progression"], row["progression_unknown_because"]) == (None, ["urine_m_protein"])
    assert (of_poems["haematologic_progression"], of_poems["progressed_by"]) == (None, [])
    assert of_poems["progression_unknown_because"] is None
