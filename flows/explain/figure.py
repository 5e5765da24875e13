"""The course as one picture: what was measured, the nadir and where progression begins, responses, lines beneath.

Every panel has the same time axis. Colours are the report's own CSS variables, so the picture follows the page.
"""

from __future__ import annotations

import math

import altair as alt
from markupsafe import Markup

from flows.drawing.svg import INK, inline_svg
from flows.explain.axes import (
    PD,
    WIDTH,
    Chart,
    Span,
    data,
    line_starts,
    progression_rules,
    response_colour,
    span_of,
    time_axis,
    visits_of,
)
from flows.explain.course import Course, Line, Row
from flows.explain.measures import DFLC, FLUIDS, SERUM, Measure, is_followed, limit, name_of
from flows.explain.strips import mrd_strip, response_strip, therapy_bars

TALL, LOW = 210, 110
LABELS = 46  # room for the numbers of every vertical axis: the panels' time axes are one length
NADIR = "var(--accent)"
MEASURABLE = {
    "serum": ("MEAS.serum", "at_least_g_dl"),
    "urine": ("MEAS.urine", "at_least_mg_24h"),
    "flc": ("MEAS.flc", "involved_mg_l"),
}
SYMLOG_FROM = 15.0  # largest over smallest figure from which on a linear axis hides the small ones


def course_figure(course: Course) -> Markup:
    """The picture of a course as inline SVG; empty markup where there is neither a line nor a visit."""
    if not course.lines:
        return Markup("")
    span = span_of(course)
    measures = _ordered(course, [measure for measure in FLUIDS if _has_curve(course, measure)])
    panels = [response_strip(course, span)] if visits_of(course) else []
    panels += [_curve(course, measure, span, LOW if i else TALL) for i, measure in enumerate(measures)]
    if course.mrd:
        panels.append(mrd_strip(course, span))
    panels.append(therapy_bars(course, span))
    chart = alt.vconcat(*panels, spacing=10).resolve_scale(color="independent")
    return inline_svg(chart, f"Course of patient {course.patient['patient_id']}", _says(course))


def _ordered(course: Course, measures: list[Measure]) -> list[Measure]:
    """What the lines are measured by first."""
    return sorted(measures, key=lambda measure: not any(is_followed(line, measure) for line in course.lines))


def _has_curve(course: Course, measure: Measure) -> bool:
    """Whether there is anything to see: a line that is measured by it, or figures above 0."""
    known = [value for line in course.lines for visit in line.visits if (value := visit[measure.value]) is not None]
    is_measured = any(is_followed(line, measure) for line in course.lines)
    return bool(known) and (is_measured or max(known) > 0)


def _curve(course: Course, measure: Measure, span: Span, height: int) -> Chart:
    points: list[Row] = []
    steps: list[Row] = []
    for line in course.lines:
        points += _points(course, line, measure)
        steps += _steps(course, line, measure)
    y = _y(course, measure, points, steps)
    x = time_axis(span)
    # A baseline is often the last visit of the line before, and that visit's colour is what counts.
    seen = {point["on"] for point in points if point["response"] != "none"}
    marked = [point for point in points if point["response"] != "none" or point["on"] not in seen]
    curve = alt.Chart(data(points)).mark_line(color=INK, strokeWidth=1.6).encode(x=x, y=y, detail="line:N")
    levels = [
        _level(data([step for step in steps if step["kind"] == "nadir"]), span, y, NADIR, [2, 3]),
        _level(data([step for step in steps if step["kind"] == "limit"]), span, y, PD, [6, 3]),
    ]
    marks = (
        alt.Chart(data(marked))
        .mark_circle(size=70, opacity=1, stroke=INK, strokeWidth=0.8)
        .encode(x=x, y=y, color=response_colour())
    )
    title = f"{name_of(course, measure)}, {measure.unit}"
    layers = [line_starts(course, span), *levels, progression_rules(course, span), curve, marks]
    return alt.layer(*layers).properties(width=WIDTH, height=height, title=title)


def _points(course: Course, line: Line, measure: Measure) -> list[Row]:
    """The figures of a line from its baseline on; values open above are drawn at their lower bound."""
    points = []
    if line.visits and line.visits[0][measure.baseline] is not None:
        is_iga = measure is SERUM and course.patient["m_protein_in_beta"]
        dated = line.baselines.get("iga" if is_iga else measure.analyte or "flc_kappa")
        on = dated["dated"] if dated else line.row["start_date"]
        points.append({"on": on, "value": line.visits[0][measure.baseline], "response": "none"})
    for visit in line.visits:
        if visit[measure.value] is not None:
            points.append({"on": visit["visit_date"], "value": visit[measure.value], "response": visit["response"]})
    return [{**point, "line": line.number} for point in points]


def _steps(course: Course, line: Line, measure: Measure) -> list[Row]:
    """The nadir that each visit is compared with, and the figure from which on it would be PD."""
    steps, since = [], line.row["start_date"]
    for visit in line.visits:
        if visit[measure.value] is None:
            continue
        known = {"nadir": visit[measure.nadir], "limit": limit(visit, measure.progression, measure)}
        is_judged = is_followed(line, measure) or visit[measure.progression]
        for kind, level in known.items():
            if level is not None and is_judged:
                steps.append({"on": since, "until": visit["visit_date"], "value": level, "kind": kind})
        since = visit["visit_date"]
    return steps


def _level(rows: alt.Data, span: Span, y: alt.Y, colour: str, dash: list[int]) -> alt.Chart:
    return (
        alt.Chart(rows)
        .mark_rule(color=colour, strokeWidth=1.4, strokeDash=dash)
        .encode(x=time_axis(span), x2="until:T", y=y)
    )


def _y(course: Course, measure: Measure, points: list[Row], steps: list[Row]) -> alt.Y:
    levels = [row["value"] for row in points + steps if row["value"] is not None and math.isfinite(row["value"])]
    # Of what the lines are not measured by, little must look like little: the axis reaches what would be measurable.
    is_measured = any(is_followed(line, measure) for line in course.lines)
    least = 0.0 if is_measured else course.number(*MEASURABLE[measure.key])
    top = max([*levels, least]) or 1.0
    above = [level for level in levels if level > 0]
    is_wide = measure is DFLC and above and max(above) / min(above) > SYMLOG_FROM
    linear = alt.Scale(domain=[0, top * 1.06], nice=False)
    symlog = alt.Scale(domain=[0, top * 1.3], nice=False, type="symlog", constant=10)
    axis = alt.Axis(
        title=None,
        domain=False,
        ticks=False,
        tickCount=4,
        labelPadding=6,
        minExtent=LABELS,
        maxExtent=LABELS,
        values=_decades(top) if is_wide else alt.Undefined,
    )
    return alt.Y("value:Q", scale=symlog if is_wide else linear, axis=axis)


def _decades(top: float) -> list[float]:
    return [0.0, *(10.0**power for power in range(1, math.floor(math.log10(top)) + 1))]


def _says(course: Course) -> str:
    said = []
    for line in course.lines:
        progressions = [f"{visit['visit_date']}" for visit in line.visits if visit["response"] == "PD"]
        progression = f", PD on {', '.join(progressions)}" if progressions else ""
        said.append(
            f"Line {line.number} from {line.row['start_date']}, best response {line.row['best_response']}{progression}"
        )
    return f"Figures over time with nadir and limit of progression, responses and lines of therapy. {'; '.join(said)}."
