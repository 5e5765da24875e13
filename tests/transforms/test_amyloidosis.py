"""AL amyloidosis and POEMS syndrome: transplant at the first line, response and VEGF at every visit (section 13)."""

from __future__ import annotations

import pytest

from tests.one_patient import Row, judged
from tests.reference.build import day, patient, starts
from tests.transforms.test_frailty import finding

FIT = "2020-01-01 troponin_t 0.01 egfr 60"
STRONG = [finding("2020-01-01", "systolic_bp", 120), finding("2020-01-01", "ecog", 1)]


def al(
    text: str, table: str, *findings: Row, diagnosis: str = "AL", lines: tuple[str, ...] = ("2020-01-01",)
) -> list[Row]:
    who = patient(diagnosis=diagnosis, light_chain="kappa", birth_date=day("1950-01-02"))
    return judged(text, who=who, findings=list(findings), treatments=starts(*lines))[table]


def test_a_patient_of_69_with_a_sound_heart_is_eligible() -> None:
    [row] = al(FIT, "al_transplant", *STRONG)
    assert (row["on_date"], row["eligible"], row["clauses_against"]) == (day("2020-01-01"), True, [])


def test_a_pressure_with_a_comparator_decides_where_it_does() -> None:
    pressure, ecog = STRONG
    [row] = al(FIT, "al_transplant", pressure | {"value_comparator": ">"}, ecog)
    assert row["eligible"] is True
    [row] = al(FIT, "al_transplant", pressure | {"value_comparator": "<"}, ecog)
    assert (row["eligible"], row["unknown_because"]) == (None, ["systolic_bp"])


def test_the_clauses_against_are_named_though_others_are_unknown() -> None:
    [row] = al("2020-01-31 troponin_t 0.06", "al_transplant", finding("2020-03-01", "ecog", 2))
    against = ["AL.transplant_performance", "AL.transplant_troponin"]
    assert (row["eligible"], row["clauses_against"], row["unknown_because"]) == (False, against, [])


def test_what_was_measured_too_far_from_the_start_leaves_it_unknown() -> None:
    [row] = al("2020-02-01 troponin_t 0.01 egfr 60", "al_transplant", *STRONG)
    assert (row["eligible"], row["clauses_against"], row["unknown_because"]) == (None, [], ["troponin_t", "egfr"])


def test_the_first_line_counts_and_at_diagnosis_where_there_is_none() -> None:
    [row] = al(FIT, "al_transplant", lines=("2020-01-01", "2021-01-01"))
    assert row["on_date"] == day("2020-01-01")
    [row] = al(FIT, "al_transplant", lines=())
    assert row["on_date"] == day("2019-12-01")


@pytest.mark.parametrize("diagnosis", ["MM", "POEMS"])
def test_only_amyloidosis_has_a_row_about_transplant(diagnosis: str) -> None:
    assert al(FIT, "al_transplant", *STRONG, diagnosis=diagnosis) == []


def test_amyloidosis_found_in_who_is_recorded_otherwise_counts() -> None:
    found = finding("2019-12-01", "al_amyloidosis", present=True)
    [row] = al(FIT, "al_transplant", *STRONG, found, diagnosis="MM")
    assert row["eligible"] is True
    [visit] = al(f"{RAISED}2020-03-01 K 69 L 20 SIF pos UIF pos", "al_poems_visits", found, diagnosis="MM")
    assert visit["haematologic_response"] == "PR"


RAISED = "2019-12-20 K 120 L 20\n"


@pytest.mark.parametrize(
    ("visit", "response", "missing"),
    [
        ("K 100 L 20", "NR", []),
        ("K 70 L 20", "NR", []),  # 50 of 100: not more than half
        ("K 69 L 20", "PR", []),
        ("K 59 L 20", "VGPR", []),
        ("K 20 L 20 SIF neg UIF neg", "CR", []),
        ("K 20 L 20 SIF neg", "VGPR", ["urine_immunofixation"]),
        ("SIF neg UIF pos", None, ["flc_kappa", "flc_lambda"]),
        ("SIF neg UIF neg", None, ["flc_kappa", "flc_lambda"]),
    ],
)
def test_the_best_level_that_holds_is_the_response(visit: str, response: str | None, missing: list[str]) -> None:
    fixation = "" if "IF" in visit else " SIF pos UIF pos"
    [row] = al(f"{RAISED}2020-03-01 {visit}{fixation}", "al_poems_visits")
    assert (row["haematologic_response"], row["unknown_because"]) == (response, missing)


def test_light_chains_that_were_never_raised_tell_no_response_short_of_complete() -> None:
    low = "2019-12-20 K 69 L 20\n"
    [row] = al(f"{low}2020-03-01 K 30 L 20 SIF pos UIF pos", "al_poems_visits")
    assert (row["haematologic_response"], row["unknown_because"], row["dflc_baseline_mg_l"]) == (None, [], 49)
    [row] = al(f"{low}2020-03-01 K 20 L 20 SIF neg UIF neg", "al_poems_visits")
    assert row["haematologic_response"] == "CR"


def test_without_a_baseline_it_is_named() -> None:
    [row] = al("2020-03-01 K 30 L 20 SIF pos UIF pos", "al_poems_visits")
    assert row["unknown_because"] == ["baseline_flc_kappa", "baseline_flc_lambda"]


@pytest.mark.criterion("POEMS.vegf")
@pytest.mark.parametrize(
    ("before", "at", "vegf", "change"),
    [
        ("2020-01-01 vegf 1000", "2020-03-01 vegf 400", 400, -0.6),
        ("2020-01-01 vegf 1000", "2020-03-04 vegf 1500", 1500, 0.5),  # three days after the visit: it joins
        ("2020-01-01 vegf 1000", "2020-03-05 vegf 1500", None, None),
        ("2019-10-03 vegf 1000", "2020-03-01 vegf 500", 500, -0.5),  # 90 days before the line
        ("2019-10-02 vegf 1000", "2020-03-01 vegf 500", 500, None),
        ("2020-01-01 vegf 0", "2020-03-01 vegf 500", 500, None),
        ("2020-01-01 vegf 1000", "2020-03-01 vegf <31", None, None),
        ("2020-01-01 vegf >1000", "2020-03-01 vegf 500", 500, None),
    ],
)
def test_vegf_of_a_visit_is_compared_with_that_of_the_baseline(
    before: str, at: str, vegf: float | None, change: float | None
) -> None:
    [row] = al(f"{before}\n2020-03-01 M 0.5\n{at}", "al_poems_visits", diagnosis="POEMS")
    assert (row["vegf_pg_ml"], row["vegf_change"]) == (vegf, pytest.approx(change))
    assert row["haematologic_response"] is None
    is_known = change is not None or before.endswith("vegf 0")
    assert row["unknown_because"] == ([] if is_known else ["vegf"])


def test_a_visit_without_vegf_has_a_row_and_vegf_alone_makes_no_visit() -> None:
    [row] = al("2020-03-01 M 0.5\n2020-06-01 vegf 100", "al_poems_visits", diagnosis="POEMS")
    assert (row["visit_date"], row["vegf_pg_ml"], row["unknown_because"]) == (day("2020-03-01"), None, ["vegf"])


def test_vegf_is_of_poems_and_the_response_of_amyloidosis() -> None:
    assert al("2020-03-01 M 0.5 vegf 100", "al_poems_visits", diagnosis="MM") == []
    [row] = al("2020-03-01 M 0.5 vegf 100", "al_poems_visits")
    assert row["vegf_pg_ml"] is None
