"""What all panels of the picture share: the time axis, the rules through it, the colours of responses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from flows.drawing.colours import response_fill
from flows.drawing.marks import line, text
from flows.drawing.scale import days_to_label
from flows.drawing.svg import FAINT, INK
from flows.explain.course import Course, Row

WIDTH = 860
LEFT, RIGHT = 62, 26  # room for the numbers of every vertical axis, and for half a label of the time axis
SMALL = 11
PD = response_fill("PD")
LABELS = 9  # of the time axis, at most
Span = tuple[date, date]
Link = Callable[[date], str]  # where a visit's mark leads


@dataclass(frozen=True)
class Panel:
    """A strip of the picture: its marks about its own upper left corner, and the height that they take."""

    height: float
    marks: list[str]


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


def pixels(day: date, span: Span) -> float:
    """Where a day is, in pixels from the left."""
    return WIDTH * (day - span[0]).days / (span[1] - span[0]).days


def time_axis(span: Span) -> list[str]:
    """The time axis with its labels, for the foot of the picture."""
    labelled = [(pixels(day, span), said) for day, said in days_to_label(*span, LABELS)]
    return [
        line((0, 0.5), WIDTH, 0),
        *(line((x, 0.5), 0, 5) for x, _ in labelled),
        *(text(x, 18, said, "middle", size=SMALL) for x, said in labelled),
    ]


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


def progression_rules(course: Course, span: Span, height: float) -> list[str]:
    """A rule through every PD; the first of a run stands out."""
    first = {visit["visit_date"] for visit in first_progressions(visits_of(course))}
    days = [visit["visit_date"] for visit in visits_of(course) if visit["response"] == "PD"]
    return [
        f'<g opacity="{0.95 if day in first else 0.3}">{line((pixels(day, span), 0), 0, height, PD, 1.3)}</g>'
        for day in days
    ]


def line_starts(course: Course, span: Span, height: float) -> list[str]:
    """A faint rule at each line's start."""
    return [line((pixels(each.row["start_date"], span), 0), 0, height, FAINT, 1.2) for each in course.lines]


def death(course: Course, span: Span, height: float) -> list[str]:
    """A rule at the day of death, with its word above; nothing of who is alive, or died on a day not recorded."""
    when = course.patient["death_date"]
    if when is None:
        return []
    x = pixels(when, span)
    return [line((x, 0), 0, height, INK, 2), text(x, -4, "died", "middle", bold=True, size=SMALL)]
