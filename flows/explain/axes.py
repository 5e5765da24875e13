"""What all panels of the picture share: the time axis, the rules through it, the colours of responses."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import altair as alt

from flows.drawing.colours import RESPONSES, response_fill
from flows.drawing.svg import FAINT
from flows.explain.course import Course, Row

WIDTH = 860
PD = response_fill("PD")
Span = tuple[date, date]
Chart = Any  # altair's own types of layered charts differ from one release to the next


def span_of(course: Course) -> Span:
    """First and last day of the picture, with a margin."""
    first = course.lines[0].row["start_date"]
    dates = [first, course.patient["last_contact_date"], course.patient["death_date"]]
    dates += [row["dated"] for line in course.lines for row in line.baselines.values()]
    dates += [visit["visit_date"] for line in course.lines for visit in line.visits]
    dates += [line.row["end_date"] for line in course.lines] + [line.row["start_date"] for line in course.lines]
    known = [day for day in dates if day is not None]
    pad = timedelta(days=max(7, (max(known) - min(known)).days // 50))
    return min(known) - pad, max(known) + pad


def time_axis(span: Span, *, is_labelled: bool = False) -> alt.X:
    """The time axis, the same in every panel; the lowest has its labels."""
    months = (span[1] - span[0]).days / 30.4
    axis = alt.Axis(title=None, grid=False, format="%b %Y" if months < 40 else "%Y", tickCount=8, labelOverlap=True)
    scale = alt.Scale(domain=[day.isoformat() for day in span], nice=False, type="utc")
    return alt.X("on:T", title=None, scale=scale, axis=axis if is_labelled else None)


def data(rows: list[Row]) -> alt.Data:
    """Rows as a chart takes them, dates as text: no time zone can move them."""
    return alt.Data(values=[{key: _plain(value) for key, value in row.items()} for row in rows])


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def pixels(day: date, span: Span) -> float:
    """Where a day is, in pixels from the left."""
    return WIDTH * (day - span[0]).days / (span[1] - span[0]).days


def progression_rules(course: Course, span: Span) -> alt.Chart:
    """A rule through every PD; the first of a run stands out."""
    first = {visit["visit_date"] for visit in first_progressions(visits_of(course))}
    rows = [
        {"on": visit["visit_date"], "is_first": visit["visit_date"] in first}
        for visit in visits_of(course)
        if visit["response"] == "PD"
    ]
    opacity = alt.condition("datum.is_first", alt.value(0.95), alt.value(0.3))
    return alt.Chart(data(rows)).mark_rule(color=PD, strokeWidth=1.3).encode(x=time_axis(span), opacity=opacity)


def visits_of(course: Course) -> list[Row]:
    """All visits of all lines, in order."""
    return [visit for line in course.lines for visit in line.visits]


def first_progressions(visits: list[Row]) -> list[Row]:
    """The first PD of each run of evaluable visits of PD."""
    evaluable = [visit for visit in visits if visit["is_evaluable"]]
    before = [None, *evaluable]
    return [
        visit
        for last, visit in zip(before, evaluable, strict=False)
        if visit["response"] == "PD" and (last is None or last["response"] != "PD" or last["line"] != visit["line"])
    ]


def line_starts(course: Course, span: Span) -> alt.Chart:
    """A faint rule at each line's start."""
    rows = [{"on": line.row["start_date"]} for line in course.lines]
    return alt.Chart(data(rows)).mark_rule(color=FAINT, strokeWidth=1.2).encode(x=time_axis(span))


def response_colour() -> alt.Color:
    """The report's colour of each category; `none` is a baseline."""
    fills = [response_fill(name) for name in RESPONSES]
    return alt.Color("response:N", scale=alt.Scale(domain=list(RESPONSES), range=fills), legend=None)
