"""The strips above and beneath the curves: responses with the clauses of each PD, MRD, lines of therapy."""

from __future__ import annotations

import math
from datetime import date, timedelta

import altair as alt

from flows.drawing.svg import INK
from flows.explain.axes import (
    PD,
    WIDTH,
    Chart,
    Span,
    data,
    first_progressions,
    line_starts,
    pixels,
    progression_rules,
    response_colour,
    time_axis,
    visits_of,
)
from flows.explain.course import Course, Line, Row
from flows.explain.overview import drugs

STRIP, BAR, DRUGS = 30, 40, "var(--accent)"
WORD, LETTER, BOLD = 33, 6.2, 6.8  # widths in pixels: a category, a letter of a label, a bold one
LEVELS = 3  # heights at which names of clauses stand, so that they do not overlap


def response_strip(course: Course, span: Span) -> Chart:
    """A mark per visit in its response's colour; the category where it changes, and the clauses of each PD."""
    visits = visits_of(course)
    rows = [{"on": visit["visit_date"], "response": visit["response"]} for visit in visits]
    marks = (
        alt.Chart(data(rows))
        .mark_square(size=130, opacity=1, stroke=INK, strokeWidth=0.5)
        .encode(x=time_axis(span), y=alt.value(STRIP - 6), color=response_colour())
    )
    names = (
        alt.Chart(data(category_labels(visits, span)))
        .mark_text(fontSize=10.5, color=INK, baseline="bottom")
        .encode(x=time_axis(span), y=alt.value(STRIP - 15), text="label:N")
    )
    reasons = [
        alt.Chart(data([row]))
        .mark_text(fontSize=11.5, fontWeight="bold", color=PD, align=row["align"], baseline="bottom")
        .encode(x=time_axis(span), y=alt.value(STRIP - 30 - 14 * row["level"]), text="label:N")
        for row in _progression_labels(visits, span)
    ]
    return alt.layer(progression_rules(course, span), marks, names, *reasons).properties(width=WIDTH, height=STRIP)


def category_labels(visits: list[Row], span: Span) -> list[Row]:
    """Categories where they change and there is room; of PD the clauses are named instead."""
    labels: list[Row] = []
    last, at = "", -math.inf
    for visit in visits:
        here, category = pixels(visit["visit_date"], span), visit["response"]
        if category == last or not visit["is_evaluable"]:
            continue
        if category == "PD":
            last = category
        elif here - at >= WORD:
            labels.append({"on": visit["visit_date"], "label": category})
            last, at = category, here
    return labels


def _progression_labels(visits: list[Row], span: Span) -> list[Row]:
    """The clauses of the first PD of each run, stepped where two would overlap."""
    labels: list[Row] = []
    taken = [-math.inf] * LEVELS
    for visit in first_progressions(visits):
        reasons = ", ".join(visit["progression_reasons"])
        label = reasons if visit["confirmed_response"] == "PD" else f"{reasons}, unconfirmed"
        here, length = pixels(visit["visit_date"], span), BOLD * len(label)
        align = "right" if here + length > WIDTH else "left"
        start = here - length if align == "right" else here
        level = next((i for i, end in enumerate(taken) if end < start), len(taken) - 1)
        taken[level] = start + length
        labels.append({"on": visit["visit_date"], "label": label, "align": align, "level": level})
    return labels


def mrd_strip(course: Course, span: Span) -> Chart:
    """MRD tests: filled where positive, open where negative."""
    rows = [{"on": row["collected_on"], "result": row["result"], "method": row["method"]} for row in course.mrd]
    is_positive = alt.condition("datum.result === 'positive'", alt.value(INK), alt.value("var(--card)"))
    base = alt.Chart(data(rows)).encode(x=time_axis(span))
    marks = base.mark_point(shape="diamond", size=90, opacity=1, stroke=INK).encode(y=alt.value(8), fill=is_positive)
    names = base.mark_text(fontSize=10, color=INK, baseline="top").encode(y=alt.value(17), text="method:N")
    title = "MRD (open: negative, filled: positive)"
    return alt.layer(line_starts(course, span), marks, names).properties(width=WIDTH, height=STRIP, title=title)


def therapy_bars(course: Course, span: Span) -> Chart:
    """A bar per line with its drugs, open to the next line or last contact where no end is recorded."""
    rows = []
    for position, line in enumerate(course.lines):
        end = line.row["end_date"] or line.row["next_line_start"] or span[1] - timedelta(days=1)
        top = position * BAR
        label, align, on = _therapy_label(line, end, span)
        row = {"on": line.row["start_date"], "until": end, "top": top + 22, "text": top + 15, "label": label}
        rows.append({**row, "align": align, "label_on": on, "is_open": line.row["end_date"] is None})
    height = BAR * len(rows)
    scale = alt.Scale(domain=[0, height], range=[0, height])
    lines = data(rows)
    bars = (
        alt.Chart(lines)
        .mark_rule(color=DRUGS, strokeWidth=13, strokeCap="butt")
        .encode(
            x=time_axis(span, is_labelled=True),
            x2="until:T",
            y=alt.Y("top:Q", scale=scale, axis=None),
            opacity=alt.condition("datum.is_open", alt.value(0.45), alt.value(0.85)),
        )
    )
    texts = [
        alt.Chart(data([{"on": row["label_on"], "top": row["text"], "label": row["label"]}]))
        .mark_text(align=row["align"], baseline="bottom", fontSize=11.5, color=INK)
        .encode(x=time_axis(span, is_labelled=True), y=alt.Y("top:Q", scale=scale, axis=None), text="label:N")
        for row in rows
    ]
    return alt.layer(bars, *texts, *_death(course, span)).properties(width=WIDTH, height=height)


def _therapy_label(line: Line, end: date, span: Span) -> tuple[str, str, date]:
    label = f"Line {line.number}: {drugs(line)}"
    start = line.row["start_date"]
    room_right, room_left = WIDTH - pixels(start, span), pixels(end, span)
    is_right = room_right < LETTER * len(label) and room_left > room_right
    room = max(room_left if is_right else room_right, 120)
    cut = label if LETTER * len(label) <= room else f"{label[: int(room / LETTER) - 1]}…"
    return cut, "right" if is_right else "left", end if is_right else start


def _death(course: Course, span: Span) -> list[alt.Chart]:
    when = course.patient["death_date"]
    if when is None:
        return []
    base = alt.Chart(data([{"on": when, "label": "died"}])).encode(x=time_axis(span, is_labelled=True))
    return [
        base.mark_rule(color=INK, strokeWidth=2),
        base.mark_text(color=INK, fontSize=11, fontWeight="bold", baseline="bottom").encode(
            y=alt.value(-1), text="label:N"
        ),
    ]
