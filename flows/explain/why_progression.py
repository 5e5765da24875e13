"""Why a visit is progression, or is not: the arithmetic of each clause, and what confirmed it, in words."""

from __future__ import annotations

from collections.abc import Callable

from flows.explain.course import Course, Line, Row
from flows.explain.measures import (
    BY_PROGRESSION,
    DFLC,
    FLUIDS,
    NBSP,
    PLASMACYTOMA,
    SAME,
    Measure,
    asked,
    chain,
    figure,
    is_followed,
    nadir_date,
    name_of,
    number,
    percent,
    with_unit,
)
from rules.clauses.routine import TWO_MARKERS
from transforms.confirmation import FINDINGS

SIDES = {"kappa": "κ", "lambda": "λ"}


def progression(course: Course, line: Line, visit: Row) -> str:
    """Why this visit is PD: the arithmetic of every clause that says so."""
    parts = [f"PD by {clause_id}: {arithmetic(course, line, visit, clause_id)}" for clause_id in _reasons(visit)]
    return "; also ".join(parts)


def _reasons(visit: Row) -> list[str]:
    return list(visit["progression_reasons"] or [])


def arithmetic(course: Course, line: Line, visit: Row, clause_id: str) -> str:
    """What was found, with its rise and the nadir's date; what the clause asks, its limit at this visit, its source."""
    measure = BY_PROGRESSION.get(clause_id)
    if clause_id in _FOUND:
        found = _FOUND[clause_id](course, line, visit)
    else:
        found = rise(course, line, visit, measure) if measure else "recorded so"
    return f"{found}; {asked(course, visit, clause_id, [measure] if measure else [])}"


def rise(course: Course, line: Line, visit: Row, measure: Measure) -> str:
    """`1.5 g/dL, up 0.6 (+67 %) from the nadir of 0.9 (2019-05-06)`."""
    value, nadir = visit[measure.value], visit[measure.nadir]
    shown = with_unit(figure(course, visit, measure), measure)
    if nadir is None:
        return f"{name_of(course, measure)} {shown}, nothing earlier to compare with"
    share = f" (+{percent(value - nadir, nadir)})" if nadir > 0 else ""
    when = nadir_date(course, line, visit, measure)
    reference = "the baseline" if when == "baseline" else "the nadir"
    dated = f" ({when})" if when and when != "baseline" else ""
    more = "more than " if figure(course, visit, measure).startswith(">") else ""
    change = f"up {more}{number(value - nadir)}{share} from {reference} of {number(nadir)}{dated}"
    return f"{name_of(course, measure)} {shown}, {change}"


def _flc(course: Course, line: Line, visit: Row) -> str:
    side, found = visit["involved_chain"], rise(course, line, visit, DFLC)
    return f"{found}, involved {SIDES[side]} {with_unit(chain(course, visit, side), DFLC)}" if side else found


def _bone(_: Course, __: Line, visit: Row) -> str:
    found = "a new bone lesion" if visit["new_bone_lesion"] else "definite growth of a bone lesion"
    return f"{found} on imaging"


def _plasmacytoma(course: Course, line: Line, visit: Row) -> str:
    return "recorded as a new plasmacytoma" if visit["new_plasmacytoma"] else rise(course, line, visit, PLASMACYTOMA)


def _calcium(_: Course, __: Line, visit: Row) -> str:
    before = visit["corrected_calcium_before_mg_dl"]
    since = f", {number(before)} before" if before is not None else ""
    return f"corrected calcium {number(visit['corrected_calcium_mg_dl'])}{NBSP}mg/dL{since}, recorded as due to myeloma"


# Of the other clauses the figure and its rise say what was found.
_FOUND: dict[str, Callable[[Course, Line, Row], str]] = {
    "PD.flc": _flc,
    "PD.bone": _bone,
    "PD.plasmacytoma": _plasmacytoma,
    "PD.calcium": _calcium,
}


def no_progression(course: Course, line: Line, visit: Row) -> str | None:
    """Why a rise from the nadir is not (yet) PD; null where nothing that the line is measured by has risen."""
    for measure in FLUIDS:
        value, nadir = visit[measure.value], visit[measure.nadir]
        is_rise = value is not None and nadir is not None and value > nadir + SAME
        if is_rise and is_followed(line, measure) and visit[measure.progression] is not True:
            verdict = "no" if visit[measure.progression] is False else "not decided:"
            return f"{verdict} {measure.progression}: {arithmetic(course, line, visit, measure.progression)}"
    return None


def confirmation(course: Course, line: Line, visit: Row) -> str:
    """What confirmed the PD of a visit, or why nothing did."""
    if visit["confirmed_response"] == "PD":
        return _confirmed_by(course, line, visit)
    counts = f"counts as {visit['confirmed_response']} in the confirmed series"
    after = line.evaluable(after=visit["visit_date"])
    if after:
        return f"unconfirmed: the next evaluable visit ({after['visit_date']}) was {after['response']}; {counts}"
    days = course.number("CONF.pd", "death_within_days")
    return f"unconfirmed: no evaluable visit or next line followed, nor death within {days} days; {counts}"


def _confirmed_by(course: Course, line: Line, visit: Row) -> str:
    findings = [clause_id for clause_id in _reasons(visit) if clause_id in FINDINGS]
    if findings:
        return f"needs no confirmation: a finding ({findings[0]}) needs no second assessment"
    before, after = line.evaluable(before=visit["visit_date"]), line.evaluable(after=visit["visit_date"])
    if TWO_MARKERS in visit["clauses"]:
        return "confirmed at once: two markers progress at this visit"
    if after and after["response"] == "PD":
        return f"confirmed by PD at the next visit, {after['visit_date']}"
    if before and before["response"] == "PD":
        return f"confirmed by PD at the visit before, {before['visit_date']}"
    if line.row["next_line_start"]:
        return f"confirmed by the start of line {line.row['next_line']}, {line.row['next_line_start']}"
    return f"confirmed by death on {course.patient['death_date']}"


def _is_unread(course: Course, line: Line) -> bool:
    """Whether an assessment that may be a progression of this line was refused."""
    return any(
        row["table"] == "assessments"
        and not row["row_kept"]
        and row["kind"] in (None, "PD")
        and row["line"] in (None, line.number)
        for row in course.unread
    )


def progression_of_line(course: Course, line: Line) -> str:
    """Whether, when and by what the line progressed."""
    row, when = line.row, line.row["progression_date"]
    if row["progression_source"] is None and _is_unread(course, line):
        return "not known: recorded by the clinic, but could not be read; no visit of this line is evaluable"
    if row["progression_source"] is None:
        return "not known: no evaluable visit and no recorded assessment"
    if row["progression_source"] == "reported":
        basis = f"{when}, as the clinic recorded it" if when else "none recorded by the clinic"
        return f"{basis}; no visit of this line is evaluable"
    visit = next((visit for visit in line.visits if visit["visit_date"] == when), None)
    if visit:
        return f"{when} by {', '.join(_reasons(visit))}, {confirmation(course, line, visit)}"
    alone = [visit for visit in line.visits if visit["response"] == "PD"]
    if alone:
        return f"none confirmed; PD on {alone[-1]['visit_date']} {confirmation(course, line, alone[-1])}"
    return "none"
