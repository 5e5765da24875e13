"""Where the checks of the data ask for a column, and which numbers they take from the criteria."""

from __future__ import annotations

from rules.audit.data_checks import Asked, asked, data_checks, dimension
from rules.criterion import load_edition


def test_a_column_is_asked_for_where_it_can_be_filled() -> None:
    assert asked("patients", "death_date") == Asked("vital_status = 'dead'"), "only of the dead"
    assert asked("patients", "registered_on") == Asked(may_be_empty=True), "empty is an answer"
    assert asked("patients", "sex") == Asked(), "of everybody"


def test_a_number_named_after_a_clause_is_that_clauses_in_this_run() -> None:
    edition = load_edition()
    of_clauses = {
        (check.id, name): text
        for check in data_checks(edition)
        for name, text in check.numbers.items()
        if isinstance(text, str)
    }
    assert of_clauses
    for check in data_checks(edition):
        for name, value in edition.numbers_of(check.id).items():
            if (check.id, name) in of_clauses:
                clause_id, _, number = of_clauses[check.id, name].rpartition(".")
                assert value == edition[clause_id].numbers[number]
            else:
                assert value == check.numbers[name]


def test_a_clause_of_the_criteria_is_no_check_of_the_data() -> None:
    assert dimension("PD.serum") is None
    assert dimension("plausibility.after_death") == "plausibility"
