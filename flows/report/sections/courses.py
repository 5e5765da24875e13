"""Courses of a sample of patients, each a bar from the start of treatment."""

from flows.drawing.swimmer import swimmer
from flows.drawing.words import Words
from flows.report.sections import Facts, Section, is_stored


def courses(facts: Facts, words: Words) -> Section:
    """The swimmer plot."""
    rows = facts["swimmer"]
    return {"is_stored": is_stored(facts, "swimmer"), "figure": swimmer(rows, words) if rows.height else ""}
