"""Why a visit is progression, or is not: the arithmetic of each clause, and what confirmed it, in words."""

from __future__ import annotations

from collections.abc import Callable

from flows.explain.course import Course, Line, Row
from flows.explain.measures import (
    CELLS,
    DFLC,
    FLUIDS,
    MARROW,
    NBSP,
    PLASMACYTOMA,
    SAME,
    SERUM,
    URINE,
    Measure,
    chain,
    figure,
    fraction,
    is_followed,
    is_high,
    limit,
    nadir_date,
    name_of,
    number,
    percent,
    source_name,
    with_unit,
)
from transforms.confirmation import FINDINGS

SIDES = {"kappa": "κ", "lambda": "λ"}


def progression(course: Course, line: Line, visit: Row) -> str:
    """Why this visit is PD: the arithmetic of every clause that says so."""
    parts = [f"PD by {clause_id}: {arithmetic(course, line, visit, clause_id)}" for clause_id in _reasons(visit)]
    return "; also ".join(parts)


def _reasons(visit: Row) -> list[str]:
    return list(visit["progression_reasons"] or [])


def arithmetic(course: Course, line: Line, visit: Row, clause_id: str) -> str:
    """Figure, rise, nadir with its date, and the clause's limit with its source."""
    found, asked = _ARITHMETIC.get(clause_id, _as_stated)(course, line, visit, clause_id)
    return f"{found}; limit: {asked} [{source_name(course, clause_id)}]"


def _as_stated(course: Course, _: Line, __: Row, clause_id: str) -> tuple[str, str]:
    return "recorded so", course.clauses[clause_id].states


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


def _from(course: Course, line: Line, visit: Row, measure: Measure) -> str:
    least = limit(course, line, visit, measure)
    return "" if least is None else f", so from {with_unit(number(least), measure)}"


def _serum(course: Course, line: Line, visit: Row, clause_id: str) -> tuple[str, str]:
    numbers, nadir, value = course.clauses[clause_id].numbers, visit[SERUM.nadir], visit[SERUM.value]
    asked = f"+{fraction(numbers['relative_rise'])} of the nadir and {_plus(numbers['absolute_rise_g_dl'], SERUM)}"
    is_by_quarter = nadir is None or value >= (1 + numbers["relative_rise"]) * nadir - SAME
    if is_high(course, visit) and not is_by_quarter:
        reference = numbers["high_reference"]
        asked = (
            f"{_plus(numbers['high_absolute_rise_g_dl'], SERUM)} where the {reference} was "
            f"{with_unit(number(numbers['high_from_g_dl']), SERUM)} or more "
            f"(it was {number(visit[{'baseline': SERUM.baseline, 'nadir': SERUM.nadir}[reference]])})"
        )
    return rise(course, line, visit, SERUM), asked + _from(course, line, visit, SERUM)


def _urine(course: Course, line: Line, visit: Row, clause_id: str) -> tuple[str, str]:
    numbers = course.clauses[clause_id].numbers
    asked = f"+{fraction(numbers['relative_rise'])} of the nadir and {_plus(numbers['absolute_rise_mg_24h'], URINE)}"
    return rise(course, line, visit, URINE), asked + _from(course, line, visit, URINE)


def _flc(course: Course, line: Line, visit: Row, clause_id: str) -> tuple[str, str]:
    numbers, side = course.clauses[clause_id].numbers, visit["involved_chain"]
    found, asked = rise(course, line, visit, DFLC), f"+{fraction(numbers['relative_rise'])} of the nadir and "
    if "involved_at_least_mg_l" not in numbers:
        return found, f"{asked}more than {_plus(numbers['absolute_rise_above_mg_l'], DFLC)}"
    if side:
        found += f", involved {SIDES[side]} {with_unit(chain(course, visit, side), DFLC)}"
    return found, f"{asked}involved light chain at least {with_unit(number(numbers['involved_at_least_mg_l']), DFLC)}"


def _marrow(course: Course, line: Line, visit: Row, clause_id: str) -> tuple[str, str]:
    numbers = course.clauses[clause_id].numbers
    points = numbers.get("absolute_rise_points")
    by_points = f", by {number(points)} points" if points else ""
    asked = f"+{fraction(numbers['relative_rise'])} of the nadir{by_points} and at least "
    return rise(course, line, visit, MARROW), asked + with_unit(number(numbers["at_least_percent"]), MARROW)


def _cells(course: Course, line: Line, visit: Row, clause_id: str) -> tuple[str, str]:
    numbers = course.clauses[clause_id].numbers
    asked = f"+{fraction(numbers['relative_rise'])} of the nadir and at least "
    return rise(course, line, visit, CELLS), asked + with_unit(number(numbers["at_least_per_ul"]), CELLS)


def _bone(course: Course, _: Line, visit: Row, clause_id: str) -> tuple[str, str]:
    found = "a new bone lesion" if visit["new_bone_lesion"] else "definite growth of a bone lesion"
    return f"{found} on imaging", _lower(course.clauses[clause_id].states)


def _plasmacytoma(course: Course, line: Line, visit: Row, clause_id: str) -> tuple[str, str]:
    found = "recorded as a new plasmacytoma"
    if not visit["new_plasmacytoma"]:
        found = rise(course, line, visit, PLASMACYTOMA)
    factor = number(course.clauses[clause_id].numbers["growth_factor"])
    return found, f"a new one, or {factor} times the nadir"


def _calcium(course: Course, _: Line, visit: Row, clause_id: str) -> tuple[str, str]:
    before = visit["corrected_calcium_before_mg_dl"]
    since = f", {number(before)} before" if before is not None else ""
    found = (
        f"corrected calcium {number(visit['corrected_calcium_mg_dl'])}{NBSP}mg/dL{since}, recorded as due to myeloma"
    )
    return found, f"newly at least {number(course.clauses[clause_id].numbers['at_least_mg_dl'])}{NBSP}mg/dL"


_ARITHMETIC: dict[str, Callable[[Course, Line, Row, str], tuple[str, str]]] = {
    "PD.serum": _serum,
    "PD.urine": _urine,
    "PD.flc": _flc,
    "PD.marrow": _marrow,
    "PD.bone": _bone,
    "PD.plasmacytoma": _plasmacytoma,
    "PD.cells": _cells,
    "PD.calcium": _calcium,
}


def _plus(amount: float, measure: Measure) -> str:
    return f"+{with_unit(number(amount), measure)}"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


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
        return f"confirmed as it stands: a finding ({findings[0]}) needs no second assessment"
    before, after = line.evaluable(before=visit["visit_date"]), line.evaluable(after=visit["visit_date"])
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
