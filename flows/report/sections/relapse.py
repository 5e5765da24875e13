"""Relapse and fitness: drugs failed, kinds of progression, who may have CAR-T, who is frail, light chains in AL."""

from flows.drawing.words import Words
from flows.report.sections import Facts, Section, is_stored

FACTS = ("refractory_levels", "relapses", "car_t", "car_t_reasons", "frailty_groups", "al_responses")


def relapse(facts: Facts, words: Words) -> Section:
    """Small tables, each of counts."""
    if not is_stored(facts, *FACTS):
        return {"is_stored": False}
    reasons = [{**row, "name": _reason(row, words)} for row in facts["car_t_reasons"].to_dicts()]
    return {"is_stored": True, **{name: facts[name].to_dicts() for name in FACTS}, "car_t_reasons": reasons}


def _reason(row: Section, words: Words) -> str:
    return words.name_of_test(row["reason"]) if row["kind"] == "test" else words.name("car_t_clause", row["reason"])
