"""Everything the page says, section by section, in the order in which it says it."""

from flows.drawing.words import Words
from flows.report.sections import Facts, Section, one_row
from flows.report.sections.cohort import cohort
from flows.report.sections.courses import courses
from flows.report.sections.events import events
from flows.report.sections.methods import methods
from flows.report.sections.opening import opening
from flows.report.sections.precursors import precursors
from flows.report.sections.published import published
from flows.report.sections.quality import quality
from flows.report.sections.records import agreement, changes, checks, quarantine
from flows.report.sections.relapse import relapse
from flows.report.sections.response import response
from flows.report.sections.stage import stage
from flows.report.sections.survival import mrd, survival
from flows.report.sections.unknown import unknown
from flows.report.sections.work_up import work_up


def page(facts: Facts, words: Words, *, internal: bool = False) -> Section:
    """Everything the templates need, by section; `internal` says that the facts are exact."""
    return {
        "run": one_row(facts, "run"),
        "flow": one_row(facts, "flow"),
        "opening": opening(facts, words),
        "cohort": cohort(facts, words),
        "stage": stage(facts, words),
        "response": response(facts, words),
        "survival": survival(facts, words),
        "mrd": mrd(facts, words),
        "courses": courses(facts, words),
        "relapse": relapse(facts, words),
        "precursors": precursors(facts, words),
        "events": events(facts, words),
        "published": published(facts, words),
        "quality": quality(facts, words),
        "work_up": work_up(facts, words),
        "agreement": agreement(facts, words),
        "unknown": unknown(facts, words),
        "checks": checks(facts, words),
        "quarantine": quarantine(facts, words),
        "changes": changes(facts, words),
        "methods": methods(facts, words, internal=internal),
    }
