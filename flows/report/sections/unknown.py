"""What is unknown, which tests would have decided it, and what their absence costs."""

from flows.drawing.words import Words
from flows.report.sections import Facts, Section, is_stored, one_row
from flows.report.sections.response import line_names


def unknown(facts: Facts, words: Words) -> Section:
    """Counts of what could not be judged, by line and missing test; sets of tests with what they could have shown."""
    names = line_names(words)
    return {
        "cost": [{**row, "name": tests_in_words(row["tests"].split(","), words)} for row in facts["cost"].to_dicts()],
        "has_cost": is_stored(facts, "cost"),
        "limited": facts["limited"].to_dicts(),
        "visits": [{**row, "name": names[row["line"]]} for row in facts["visits"].to_dicts()],
        "total": one_row(facts, "totals"),
        "progressions": [{**row, "name": names[row["line"]]} for row in facts["progressions"].to_dicts()],
        "measurable": facts["lines"].to_dicts(),
        "flags": facts["flags"].to_dicts(),
    }


def tests_in_words(tests: list[str], words: Words) -> str:
    """What would have to be done: serum immunofixation and urine immunofixation."""
    return words.and_all(
        [words.t(f"done.{test}") if words.has(f"done.{test}") else words.name_of_test(test) for test in tests]
    )
