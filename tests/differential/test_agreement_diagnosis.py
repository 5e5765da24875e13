"""Both paths agree on the rest of the guideline: diagnosis, precursors, relapse, frailty, AL amyloidosis and POEMS."""

from __future__ import annotations

from random import Random

import pytest

from tests.differential.agreement import KEYS, derived, differences
from tests.differential.histories_of_diagnosis import registry
from tests.examples import patients
from tests.reference.diagnosis import ORDER


@pytest.mark.parametrize(("edition", "seed"), [("jsh2023", 2), ("imwg2016", 3)])
def test_both_paths_agree_on_every_cell(edition: str, seed: int) -> None:
    found = differences(registry(Random(seed), patients(80, 120)), edition)
    assert not found, "\n".join(found[:20])


def test_the_order_of_the_rows_read_changes_no_row_and_no_order() -> None:
    rng = Random(5)
    made = registry(rng, 80)
    mixed = {table: rng.sample(rows, len(rows)) for table, rows in made.items()}
    found, again = derived(made, "jsh2023"), derived(mixed, "jsh2023")
    assert [table for table, frame in found.items() if not frame.equals(again[table])] == []


def test_the_histories_have_every_diagnosis_and_every_answer() -> None:
    """Asked of the vectorised path, which agrees with the other on every cell and is the faster."""
    tables = derived(registry(Random(4), 220), "jsh2023")
    assert tables.keys() >= KEYS.keys()  # every table is compared
    found = {table: frame.to_dicts() for table, frame in tables.items()}
    diagnoses = found["diagnosis"]
    assert {row["derived"] for row in diagnoses} == {None, *ORDER}
    clauses = {name for row in diagnoses for name in row["clauses_for"]}
    assert clauses == {name for row in diagnoses for name in row["clauses_against"]}
    answers = {
        "refractoriness": "refractory",
        "refractory_level": "refractory",
        "car_t_eligibility": "eligible",
        "al_transplant": "eligible",
        "staging": "high_risk",
        "al_poems_visits": "haematologic_progression",
    }
    for table, column in answers.items():
        assert {row[column] for row in found[table]} == {True, False, None}, table
    groups = {
        "frailty": ("frailty_group", {"non_frail", "fit", "intermediate", "frail", None}),
        "al_poems_visits": ("haematologic_response", {"CR", "VGPR", "PR", "NR", None}),
        "staging": ("al_stage", {"I", "II", "IIIa", "IIIb", None}),
        "relapse": ("interval_group", {"<9", "9-12", ">12", None}),
        "precursor_course": ("event", {"progression", "treated_before_progression", "death", "censored"}),
    }
    for table, (column, names) in groups.items():
        assert {row[column] for row in found[table]} == names, table
