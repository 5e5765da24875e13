"""What is worth saying of single visits, in one or two sentences each; the rest stands in the table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from flows.explain.course import Course, Line, Row
from flows.explain.measures import NBSP, number
from flows.explain.relaxed import as_followed, relaxations, relaxed
from flows.explain.why_progression import confirmation, no_progression, progression
from flows.explain.why_response import limited, only_confirmed_as, response, skipped


@dataclass(frozen=True)
class Remark:
    """Sentences on one visit; `same` are later visits in a row of which no more is to be said than this one's limit."""

    visit_date: date
    category: str
    sentences: tuple[str, ...]
    clauses: tuple[str, ...] = ()
    limit: str = ""  # what a missing test kept out of reach
    same: tuple[date, ...] = ()


def remarks(course: Course, line: Line) -> list[Remark]:
    """The remarks on a line's visits: those that are PD, change the category, are limited by a test, or flagged."""
    made: list[Remark] = []
    for position, visit in enumerate(line.visits):
        remark = _remark(course, line, visit, _compared(line, position))
        last, before = made[-1] if made else None, line.visits[position - 1]
        if remark and last and _only_repeats(visit, before, remark, last):
            made[-1] = replace(last, same=(*last.same, remark.visit_date))
        elif remark:
            made.append(remark)
    return made


def _compared(line: Line, position: int) -> Row | None:
    """The visit whose category this one keeps or changes: of an evaluable visit the evaluable one before it."""
    is_skipped = not line.visits[position]["is_evaluable"]
    earlier = [visit for visit in line.visits[:position] if is_skipped or visit["is_evaluable"]]
    return earlier[-1] if earlier else None


def _only_repeats(visit: Row, before: Row, remark: Remark, last: Remark) -> bool:
    """Whether nothing is to be said but the limit that the visit before, of the same category, had too."""
    follows = before["visit_date"] in (last.visit_date, *last.same) and visit["response"] == last.category
    return follows and remark.limit != "" and remark.limit == last.limit and remark.sentences == (remark.limit,)


def _remark(course: Course, line: Line, visit: Row, before: Row | None) -> Remark | None:
    said: list[str | None] = []
    judged = as_followed(line, visit)
    if visit["response"] == "PD":
        said = [progression(course, judged, visit), confirmation(course, line, visit)]
    elif before is None or visit["response"] != before["response"] or _is_settled(visit, before):
        # Where a missing test makes the visit not evaluable, the limit below says it all.
        said = (
            [] if _is_ne_for_want(visit) else [response(course, judged, visit), no_progression(course, judged, visit)]
        )
    if before is None or relaxations(visit) != relaxations(before) or visit["response"] != before["response"]:
        said.append(relaxed(course, visit))
    said.append(only_confirmed_as(line, visit))
    short = limited(visit) if visit["response"] != "PD" else None
    sentences = [sentence for sentence in [*said, short, *_flags(course, line, visit)] if sentence]
    if not sentences:
        return None
    reasons = tuple(visit["progression_reasons"] or ())
    return Remark(visit["visit_date"], visit["response"], tuple(map(_capital, sentences)), reasons, _capital(short))


def _is_ne_for_want(visit: Row) -> bool:
    return visit["response"] == "NE" and bool(visit["limited_by"])


def _is_settled(visit: Row, before: Row) -> bool:
    """Whether the test that kept the same category undecided before has now been done, without a better one."""
    return bool(before["limited_by"]) and not visit["limited_by"]


def _capital(text: str | None) -> str:
    """A sentence starts with a capital, unless with a symbol of the field's (dFLC, sCR, κ)."""
    if not text or text.startswith(("dFLC", "sCR", "κ")):
        return text or ""
    return text[0].upper() + text[1:]


def _flags(course: Course, line: Line, visit: Row) -> list[str]:
    said: dict[str, Callable[[], str]] = {
        "contradictory_immunofixation": lambda: "immunofixation is negative although there is a figure above 0",
        "calcium_unattributed": lambda: _calcium(course, visit),
        "one_fluid_missing": lambda: skipped(course, line, visit),
    }
    return [said[flag]() for flag in visit["flags"] or [] if flag in said]


def _calcium(course: Course, visit: Row) -> str:
    least = number(course.number("PD.calcium", "at_least_mg_dl"))
    found = f"{number(visit['corrected_calcium_mg_dl'])}{NBSP}mg/dL"
    return f"no PD.calcium: corrected calcium {found} (limit: {least}), but its cause is not recorded"
