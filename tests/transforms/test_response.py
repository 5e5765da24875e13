"""What a visit says beside its response: clauses that decided, tests it waits for, change of the M-protein."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.one_patient import Outcome, judged, responses
from tests.reference.build import imaging


def test_clauses_are_those_of_the_category_and_what_a_pr_or_vgpr_rests_on(
    out: Outcome = judged("""
        2020-01-01  M 4.0  U 0
        2020-02-01  M 3.0
        2020-03-01  M 2.0
        2020-04-01  M 0.4  U 0
        2020-05-01  M 0.9
    """),
) -> None:
    assert responses(out) == "SD PR VGPR PD"
    assert [visit["clauses"] for visit in out["visits"]] == [[], ["PR.serum"], ["PR.serum", "VGPR"], ["PD.serum"]]


def test_a_cr_rests_on_its_own_clause_alone(
    out: Outcome = judged(
        """
        2020-01-01  M 4.0  U 0
        2020-02-01  M 0  SIF neg  UIF neg
        """,
        marrow=[{"patient_id": "p", "collected_on": date(2020, 2, 1), "plasma_cell_percent": Decimal(2)}],
    ),
) -> None:
    assert [visit["clauses"] for visit in out["visits"]] == [["CR"]]


def test_a_stable_visit_names_what_it_waits_for_and_a_progression_nothing(
    out: Outcome = judged("""
        2020-01-01  M 4.0  U 1000
        2020-02-01  M 2.0
        2020-03-01  M 3.0
    """),
) -> None:
    assert responses(out) == "NE PD"
    stable, progression = out["visits"]
    assert "urine_m_protein" in stable["limited_by"]
    assert progression["limited_by"] == []


def test_changes_are_fractions_of_baseline_and_nadir_and_none_of_nothing(
    out: Outcome = judged("""
        2020-01-01  M 4.0
        2020-02-01  M 3.0
        2020-03-01  M 0.4
        2020-04-01  M 0.9
        2020-05-01  M 0
        2020-06-01  M 0.2
    """),
) -> None:
    from_baseline = [visit["serum_change_from_baseline"] for visit in out["visits"]]
    from_nadir = [visit["serum_change_from_nadir"] for visit in out["visits"]]
    assert from_baseline == pytest.approx([-0.25, -0.9, -0.775, -1, -0.95])
    assert from_nadir[:4] == pytest.approx([-0.25, -13 / 15, 1.25, -1])
    assert from_nadir[4] is None


def test_a_progression_waits_for_nothing_even_if_a_better_category_is_unknown(
    out: Outcome = judged(
        """
        2020-01-01  M 4.0  U 0
        2020-02-01  U 0
        """,
        imaging=[imaging("2020-02-01", new_bone_lesion=True)],
    ),
) -> None:
    assert responses(out) == "PD"
    assert out["visits"][0]["limited_by"] == []
