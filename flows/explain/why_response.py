"""Why a visit has its category and no better one: the arithmetic of response, and the tests that were missing."""

from __future__ import annotations

from datetime import timedelta

from flows.drawing.words import name_of_test
from flows.explain.course import Course, Line, Row
from flows.explain.measures import (
    BY_RESPONSE,
    DFLC,
    FLUIDS,
    MARROW,
    NBSP,
    PLASMACYTOMA,
    SAME,
    SERUM,
    URINE,
    Measure,
    asked,
    figure,
    is_followed,
    is_same,
    limits,
    listed,
    name_of,
    number,
    percent,
    source_name,
    with_unit,
)

# Tests that are asked for together are named together.
TOGETHER = {
    ("serum_immunofixation", "urine_immunofixation"): "immunofixation of serum and urine",
    ("serum_m_protein", "urine_m_protein"): "serum and urine M-protein",
    ("flc_kappa", "flc_lambda"): "free light chains",
    ("baseline_flc_kappa", "baseline_flc_lambda"): "free light chains before the line",
    ("marrow", "clonal_plasma_cells"): "marrow with clonality",
}


def response(course: Course, line: Line, visit: Row) -> str:
    """Why this visit, not PD, has its category."""
    category = visit["response"]
    explained = {
        "NE": _not_evaluable,
        "SD": _stable,
        "MR": _minimal,
        "PR": _partial,
        "VGPR": _very_good,
        "CR": _complete,
        "sCR": _complete,
    }[category](course, line, visit)
    return f"{category}: {explained}" if explained else str(category)


def missing_tests(tests: list[str]) -> str:
    """The tests of `limited_by` in words, those that are asked for together named once."""
    left, named = list(tests), []
    for test in tests:
        for pair, name in TOGETHER.items():
            if test == pair[0] and set(pair) <= set(left):
                named.append(name)
                left = [other for other in left if other not in pair]
        if test in left:
            named.append(name_of_test(test))
            left.remove(test)
    return ", ".join(named)


def limited(visit: Row) -> str | None:
    """What a missing test kept out of reach; null where none did."""
    if not visit["limited_by"]:
        return None
    missing, possible = missing_tests(visit["limited_by"]), visit["possible_response"]
    if visit["response"] == "NE":
        return f"NE for want of: {missing}" + (f"; could be {possible}" if possible != "NE" else "")
    return f"{visit['response']}, not better for want of: {missing}; could be {possible}"


def skipped(course: Course, line: Line, visit: Row) -> str:
    """Why a visit of SD is none of the consecutive assessments: a fluid that the line is measured by is missing."""
    missing = [name_of(course, measure) for measure in _followed(line) if visit[measure.value] is None]
    return (
        f"skipped, as NE is, for want of {listed(missing)} (the line is measured by serum and urine):"
        " it confirms no other visit and separates none"
    )


def only_confirmed_as(line: Line, visit: Row) -> str | None:
    """Why the confirmed series has a lower category than the visit; null where it has the same."""
    category, confirmed = visit["response"], visit["confirmed_response"]
    if confirmed == category or category in ("PD", "NE"):
        return None
    neighbours = [line.evaluable(before=visit["visit_date"]), line.evaluable(after=visit["visit_date"])]
    seen = [f"{other['response']} on {other['visit_date']}" for other in neighbours if other]
    beside = f"beside it {listed(seen)}" if seen else "no other evaluable visit"
    return f"confirmed only as {confirmed}: {beside}"


def _down(course: Course, visit: Row, measure: Measure) -> str:
    """`serum M-protein 1.4 g/dL, down 56.2 % from the baseline of 3.2`."""
    value, baseline = visit[measure.value], visit[measure.baseline]
    shown = f"{name_of(course, measure)} {with_unit(figure(course, visit, measure), measure)}"
    if value is None or not baseline:
        return shown
    if value > baseline + SAME:
        return f"{shown}, up {percent(value - baseline, baseline)} from the baseline of {number(baseline)}"
    return f"{shown}, down {percent(baseline - value, baseline)} from the baseline of {number(baseline)}"


def _followed(line: Line) -> list[Measure]:
    return [measure for measure in (*FLUIDS, MARROW) if is_followed(line, measure)]


def _seen(course: Course, line: Line, visit: Row) -> list[str]:
    return [_down(course, visit, measure) for measure in _followed(line) if visit[measure.value] is not None]


def _partial(course: Course, line: Line, visit: Row) -> str:
    said = [_part(course, visit, clause_id) for clause_id in visit["clauses"] if clause_id in BY_RESPONSE]
    here = " or ".join(limits(course, visit, "VGPR", FLUIDS))
    return "; ".join(said) + (_short_of("VGPR", here) if visit["VGPR"] is False else "")


def _short_of(category: str, here: str) -> str:
    return f"; short of {category}" + (f" ({here})" if here else "")


def _part(course: Course, visit: Row, clause_id: str) -> str:
    measure = BY_RESPONSE[clause_id]
    found = _down(course, visit, measure) if measure is not PLASMACYTOMA else _mass(visit)
    return f"{found}; {asked(course, visit, clause_id, [measure])}"


def _mass(visit: Row) -> str:
    size, baseline = visit["latest_plasmacytoma_mm2"], visit[PLASMACYTOMA.baseline]
    shown = f"plasmacytoma {with_unit(number(size), PLASMACYTOMA)}"
    return f"{shown}, down {percent(baseline - size, baseline)} from the baseline of {number(baseline)}"


def _minimal(course: Course, line: Line, visit: Row) -> str:
    return f"{'; '.join(_seen(course, line, visit))}; {asked(course, visit, 'MR', (SERUM, URINE))}"


def _very_good(course: Course, line: Line, visit: Row) -> str:
    ruled_out = _why_not_complete(course, line, visit)
    if is_followed(line, DFLC):
        is_urine_tested = visit[URINE.value] is not None or visit["urine_immunofixation_positive"] is not None
        found = f"{_down(course, visit, DFLC)}, {'both fluids' if is_urine_tested else 'serum'} tested"
    elif not visit[SERUM.value] and not visit[URINE.value]:
        found = "no M-protein on electrophoresis of serum and urine"
    else:
        found = "; ".join(_down(course, visit, m) for m in (SERUM, URINE) if visit[m.value] is not None)
    return f"{found}; {asked(course, visit, 'VGPR', FLUIDS)}" + (f"; no CR: {ruled_out}" if ruled_out else "")


def _why_not_complete(course: Course, line: Line, visit: Row) -> str | None:
    """What rules CR out; null where nothing does (a test is missing)."""
    if visit["CR"] is not False:
        return None
    marrow, size = visit["latest_marrow_percent"], visit["latest_plasmacytoma_mm2"]
    # IgA above 0 may be polyclonal: it contradicts nothing
    detectable = (URINE,) if course.patient["m_protein_in_beta"] else (SERUM, URINE)
    below = course.clauses["CR"].numbers["marrow_below_percent"]
    found = {
        "serum immunofixation positive": visit["serum_immunofixation_positive"],
        "urine immunofixation positive": visit["urine_immunofixation_positive"],
        "M-protein still detectable": any((visit[measure.value] or 0) > 0 for measure in detectable),
        f"marrow {_latest_marrow(course, line, visit)}{NBSP}% plasma cells": marrow is not None
        and marrow >= below - SAME,
        f"plasmacytoma {number(size)}{NBSP}mm²": (size or 0) > 0,
    }
    said = [words for words, is_so in found.items() if is_so]
    if not said and is_followed(line, DFLC):
        said = [f"κ/λ ratio {_ratio(visit)}"]
    return listed(said) if said else None


def _complete(course: Course, line: Line, visit: Row) -> str:
    numbers = course.clauses["CR"].numbers
    below = f"{number(numbers['marrow_below_percent'])}{NBSP}%"
    used = _marrow_used(course, line, visit)
    dated = f" ({used['collected_on']})" if used else ""
    marrow = f"marrow {_latest_marrow(course, line, visit)}{NBSP}% plasma cells{dated}"
    said = [
        "immunofixation negative in serum" + (" and urine" if visit["urine_immunofixation_positive"] is False else ""),
        f"{marrow}, limit: below {below}",
    ]
    ratio = f"κ/λ {_ratio(visit)} ({number(numbers['ratio_low'])} to {number(numbers['ratio_high'])})"
    if visit["response"] == "sCR" or is_followed(line, DFLC):
        said.append(f"normal {ratio}")
    if visit["response"] == "sCR":
        said.append("no clonal plasma cells")
    elif visit["sCR"] is False:
        ruled_out = "clonal plasma cells in the marrow" if visit["latest_marrow_clonal"] else f"{ratio} not normal"
        said.append(f"no sCR: {ruled_out}")
    return f"{'; '.join(said)} [{source_name(course, visit['response'])}]"


def _latest_marrow(course: Course, line: Line, visit: Row) -> str:
    """The marrow that CR used, as reported."""
    used, least = _marrow_used(course, line, visit), visit["latest_marrow_percent"]
    if used and is_same(used["least"], least):
        return f"{used['plasma_cell_percent_comparator'] or ''}{number(used['plasma_cell_percent'])}"
    return number(least)


def _marrow_used(course: Course, line: Line, visit: Row) -> Row | None:
    """The marrow that CR used: the latest of the line up to some days after the visit."""
    until = visit["visit_date"] + timedelta(days=course.number("CR", "marrow_up_to_days_after"))
    start, end = line.row["start_date"], line.row["next_line_start"]
    used = [
        row
        for row in course.marrows
        if start < row["collected_on"] <= until and (end is None or row["collected_on"] <= end)
    ]
    return used[-1] if used else None


def _ratio(visit: Row) -> str:
    kappa, lambda_ = visit["kappa_mg_l"], visit["lambda_mg_l"]
    if kappa is None or lambda_ is None:
        return "not known"
    return number(round(kappa / lambda_, 3)) if lambda_ else f"{number(kappa)}/0"


def _stable(course: Course, line: Line, visit: Row) -> str:
    seen = _seen(course, line, visit)
    if not seen:
        return ""
    # A response that only a missing test withholds is not short of anything: `limited` says what is missing.
    missed = [measure for measure in _followed(line) if visit[measure.response] is False]
    here = " and ".join(limit for measure in missed for limit in limits(course, visit, measure.response, [measure]))
    return "; ".join(seen) + (_short_of("PR", here) if visit["PR"] is False else "")


def _not_evaluable(course: Course, line: Line, visit: Row) -> str:
    not_measured = [name_of(course, measure) for measure in _followed(line) if visit[measure.value] is None]
    if not _followed(line):
        return f"the line is measurable by {line.row['measurable_by']}"
    return f"{listed(not_measured)} not measured" if not_measured else ""
