"""The strips above and beneath the curves: responses with the clauses of each PD, MRD, lines of therapy."""

from __future__ import annotations

import math
from datetime import date, timedelta

from flows.drawing.colours import response_fill
from flows.drawing.marks import Anchor, bar, linked, named, shortened, symbol, text, width_of
from flows.drawing.svg import INK
from flows.drawing.words import words
from flows.explain.axes import PD, SMALL, WIDTH, Link, Panel, Span, first_progressions, pixels, visits_of
from flows.explain.course import Course, Line, Row
from flows.explain.overview import drugs

STRIP, DRUGS, PAPER = 30, "var(--accent)", "var(--card)"
WORD, BOLD = 33, 6.8  # widths in pixels: a category, a bold letter of a label
LEVELS = 3  # heights at which names of clauses stand, so that they do not overlap
ABOVE = 14 * LEVELS  # what they take
SQUARE = "M-5.5,-5.5H5.5V5.5H-5.5Z"
DIAMOND = "M0,-6L6,0L0,6L-6,0Z"
ARROW = "M0,5.5L-5.5,-5H5.5Z"
CELLS = "M5,0A5,5,0,1,1,-5,0A5,5,0,1,1,5,0"
LANE, BAR_TOP, BAR, THIN = 44, 24, 13, 5
LABEL = 11  # the base line of a lane's text, which the marks of days leave free
# What is given beside or after the line's drugs is drawn thin, so that it is seen where it begins.
THIN_PHASES = ("maintenance", "radiotherapy")
TRANSPLANT, UNCERTAIN, CAR_T = "autologous_transplant", "uncertain_transplant", "car_t"
POINTS = {TRANSPLANT: ARROW, UNCERTAIN: ARROW, CAR_T: CELLS}  # what has one day
NAMES = {
    TRANSPLANT: "autologous transplant",
    UNCERTAIN: "possibly an autologous transplant",
    CAR_T: "CAR-T cells",
}


def response_strip(course: Course, span: Span, link: Link | None) -> Panel:
    """A mark per visit in its response's colour, which leads to the visit; the category where it changes, and the
    clauses of each PD."""
    visits = visits_of(course)
    base = ABOVE + STRIP - 6
    return Panel(
        ABOVE + STRIP,
        [
            *(_visit(visit, pixels(visit["visit_date"], span), base, link) for visit in visits),
            *(
                text(pixels(row["on"], span), base - 9, row["label"], "middle", size=SMALL)
                for row in category_labels(visits, span)
            ),
            *(
                text(row["x"], base - 24 - 14 * row["level"], row["label"], row["anchor"], bold=True, fill=PD)
                for row in _progression_labels(visits, span)
            ),
        ],
    )


def says(visit: Row) -> str:
    """A visit in one breath: its day, its response, and what decided it."""
    because = f" by {', '.join(visit['progression_reasons'])}" if visit["progression_reasons"] else ""
    return f"{visit['visit_date']}: {visit['response']}{because}"


def _visit(visit: Row, x: float, y: float, link: Link | None) -> str:
    mark = symbol(x, y, SQUARE, fill=response_fill(visit["response"]), stroke=INK, stroke_width=0.5)
    return linked(link(visit["visit_date"]), says(visit), [mark]) if link else named(says(visit), [mark])


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
        anchor = "end" if here + length > WIDTH else "start"
        start = here - length if anchor == "end" else here
        level = next((i for i, end in enumerate(taken) if end < start), len(taken) - 1)
        taken[level] = start + length
        labels.append({"x": here, "label": label, "anchor": anchor, "level": level})
    return labels


def mrd_strip(course: Course, span: Span) -> Panel:
    """MRD tests: filled where positive, open where negative."""
    marks = [text(0, 0, "MRD (open: negative, filled: positive)", size=SMALL)]
    for row in course.mrd:
        x = pixels(row["collected_on"], span)
        fill = INK if row["result"] == "positive" else PAPER
        mark = symbol(x, 14, DIAMOND, fill=fill, stroke=INK, stroke_width=1.2)
        marks += [
            named(f"{row['collected_on']}: MRD {row['result']} by {row['method']}", [mark]),
            text(x, 32, row["method"], "middle", size=10),
        ]
    return Panel(40, marks)


def therapy_bars(course: Course, span: Span) -> Panel:
    """A bar per line with its drugs, paler to the next line or last contact where no end is recorded; in it the phases,
    and a mark for each transplant and each infusion of CAR-T cells."""
    marks: list[str] = []
    for position, each in enumerate(course.lines):
        end = each.row["end_date"] or each.row["next_line_start"] or span[1] - timedelta(days=1)
        top = LANE * position
        said, anchor, x = _therapy_label(each, end, span)
        marks.append(text(x, top + LABEL, said, anchor, size=SMALL))
        marks += _stretches(each, end, span, top + BAR_TOP)
        marks += [
            named(
                f"{NAMES[kind]}, {day}",
                [symbol(pixels(day, span), top + BAR_TOP - 1, POINTS[kind], fill=PAPER, stroke=INK, stroke_width=1.3)],
            )
            for kind, day in points_of(course, each)
        ]
    return Panel(LANE * len(course.lines) + 4, marks)


def points_of(course: Course, line: Line) -> list[tuple[str, date]]:
    """Transplants and infusions of CAR-T cells in a line, by day."""
    own = [row for row in course.transplants if row["line"] == line.number]
    days = {(TRANSPLANT if row["is_certain"] else UNCERTAIN, row["transplanted_on"]) for row in own}
    days |= {(CAR_T, phase["start_date"]) for phase in line.phases if phase["phase"] == CAR_T}
    return sorted(days, key=lambda point: (point[1], point[0]))


def _stretches(line: Line, end: date, span: Span, top: float) -> list[str]:
    """The line as a pale bar, and each of its phases over it."""
    start = line.row["start_date"]
    whole = _bar((start, end), span, top, BAR, 0.28)
    phases = {
        (phase["start_date"], phase["end_date"], phase["phase"])
        for phase in line.phases
        if phase["phase"] not in POINTS
    }
    ordered = sorted(phases, key=lambda one: (one[0], one[1] or end, one[2] or ""))
    drawn = []
    for begun, ended, phase in ordered:
        height = THIN if phase in THIN_PHASES else BAR
        stretch = _bar((begun, ended or end), span, top + BAR - height, height, 0.85 if ended else 0.5)
        days = f"{begun} to {ended}" if ended else f"from {begun}, no end recorded"
        drawn.append(named(f"{words(phase) if phase else 'phase not recorded'}, {days}", [stretch]))
    return [whole, *drawn]


def _bar(days: Span, span: Span, top: float, height: float, opacity: float) -> str:
    x = pixels(days[0], span)
    width = max(pixels(min(days[1], span[1]), span) - x, 1.5)
    return bar(x, top, width, height, DRUGS, stroke=PAPER, stroke_width=0.7, opacity=opacity)


def _therapy_label(line: Line, end: date, span: Span) -> tuple[str, Anchor, float]:
    label = f"Line {line.number}: {drugs(line)}"
    left, right = pixels(line.row["start_date"], span), pixels(end, span)
    is_right = WIDTH - left < width_of(label, SMALL) and right > WIDTH - left
    cut = shortened(label, max(right if is_right else WIDTH - left, 120), SMALL)
    return (cut, "end", right) if is_right else (cut, "start", left)
