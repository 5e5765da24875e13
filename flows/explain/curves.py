"""What was measured over time: the M-protein with its nadir and where progression begins, and organ function."""

from __future__ import annotations

import math
from collections.abc import Callable

from flows.drawing.colours import response_fill
from flows.drawing.marks import CRISP, area, line, linked, moved, named, stroke, symbol, text
from flows.drawing.scale import decades, steps_within
from flows.drawing.svg import FAINT, INK
from flows.explain.axes import PD, SMALL, WIDTH, Link, Panel, Span, pixels
from flows.explain.course import Course, Line, Row
from flows.explain.measures import DFLC, NBSP, SERUM, Measure, fixed_baseline, is_followed, limit, name_of, number
from flows.explain.strips import says
from rules.quantities import LABELS

HEAD = 20  # the title of a panel, above its axis
ORGAN = 62
NADIR = "var(--accent)"
MEASURABLE = {
    "serum": ("MEAS.serum", "at_least_g_dl"),
    "urine": ("MEAS.urine", "at_least_mg_24h"),
    "flc": ("MEAS.flc", "involved_mg_l"),
}
SYMLOG_FROM = 15.0  # largest over smallest figure from which on a linear axis hides the small ones
BEND = 10.0  # about where such an axis turns from linear to logarithmic
DOT, SMALL_DOT = "M4.4,0A4.4,4.4,0,1,1,-4.4,0A4.4,4.4,0,1,1,4.4,0", "M2.4,0A2.4,2.4,0,1,1,-2.4,0A2.4,2.4,0,1,1,2.4,0"
# Organ function, in the order of CRAB; of calcium as it was measured, no albumin corrects it.
ORGANS = ("calcium", "creatinine", "hemoglobin")
Scale = Callable[[float], float]  # of a figure: pixels from the top


def has_curve(course: Course, measure: Measure) -> bool:
    """Whether there is anything to see: a line that is measured by it, or figures above 0."""
    known = [value for each in course.lines for visit in each.visits if (value := visit[measure.value]) is not None]
    is_measured = any(is_followed(each, measure) for each in course.lines)
    return bool(known) and (is_measured or max(known) > 0)


def curve(course: Course, measure: Measure, span: Span, height: int, link: Link | None) -> Panel:
    """A quantity that lines are followed by: its figures, the nadir of each visit, and the figure that would be PD."""
    lines = [(_points(course, each, measure), _steps(course, each, measure)) for each in course.lines]
    points, steps = [one for found, _ in lines for one in found], [one for _, found in lines for one in found]
    y, labelled = _axis(course, measure, points, steps, height)
    # A baseline is often the last visit of the line before, and that visit's colour is what counts.
    seen = {point["on"] for point in points if point["visit"]}
    marked = [point for point in points if point["visit"] or point["on"] not in seen]
    runs = [[(pixels(point["on"], span), y(point["value"])) for point in found] for found, _ in lines]
    marks = [
        *_grid(labelled, y),
        *(_level(step, span, y, NADIR, [2, 3]) for step in steps if step["kind"] == "nadir"),
        *(_level(step, span, y, PD, [6, 3]) for step in steps if step["kind"] == "limit"),
        stroke([run for run in runs if run], INK, 1.6, [1, 0]),
        *(_dot(point, measure, span, y, link) for point in marked),
    ]
    return _panel(f"{name_of(course, measure)}, {measure.unit}", height, marks)


def organ_curve(course: Course, analyte: str, span: Span) -> Panel:
    """Haemoglobin, creatinine or calcium as reported, over the range that the laboratory last gave."""
    rows = [row for row in course.series if row["analyte"] == analyte and span[0] <= row["collected_on"] <= span[1]]
    bounds = [
        next((row[end] for row in reversed(rows) if row[end] is not None), None) for end in ("ref_low", "ref_high")
    ]
    known = [row["value"] for row in rows] + [bound for bound in bounds if bound is not None]
    title = f"{LABELS['en'][analyte]}, {_unit(course, analyte)}"
    if not known:
        return _panel(title, ORGAN, [])
    low, high = _around(min(known), max(known))
    y = _linear(low, high, ORGAN)
    points = [(pixels(row["collected_on"], span), y(row["value"])) for row in rows]
    marks = [
        *_range(bounds, (low, high), y),
        *_grid(steps_within(low, high, 3), y),
        stroke([points] if points else [], INK, 1.3, [1, 0]),
        *(
            named(
                f"{row['collected_on']}: {row['comparator'] or ''}{number(row['value'])}{NBSP}{row['unit']}",
                [symbol(*at, SMALL_DOT, fill=INK)],
            )
            for row, at in zip(rows, points, strict=True)
        ),
    ]
    return _panel(title, ORGAN, marks)


def _unit(course: Course, analyte: str) -> str:
    return str(next(row["unit"] or "" for row in course.series if row["analyte"] == analyte))


def _panel(title: str, height: int, marks: list[str]) -> Panel:
    return Panel(HEAD + height, [text(0, 11, title, size=SMALL), moved(0, HEAD, marks)])


def _points(course: Course, line: Line, measure: Measure) -> list[Row]:
    """The figures of a line from its baseline on; values open above are drawn at their lower bound."""
    points = []
    if line.visits and line.visits[0][measure.baseline] is not None:
        is_iga = measure is SERUM and course.patient["m_protein_in_beta"]
        dated = line.baselines.get("iga" if is_iga else measure.analyte or "flc_kappa")
        on = fixed_baseline(course, line, measure) or (dated["dated"] if dated else line.row["start_date"])
        points.append({"on": on, "value": line.visits[0][measure.baseline], "visit": None})
    points += [
        {"on": visit["visit_date"], "value": visit[measure.value], "visit": visit}
        for visit in line.visits
        if visit[measure.value] is not None
    ]
    return points


def _steps(course: Course, line: Line, measure: Measure) -> list[Row]:
    """The nadir that each visit is compared with, and the figure from which on it would be PD."""
    steps, since = [], line.row["start_date"]
    for visit in line.visits:
        if visit[measure.value] is None:
            continue
        known = {"nadir": visit[measure.nadir], "limit": limit(visit, measure.progression, measure)}
        is_judged = is_followed(line, measure) or visit[measure.progression]
        for kind, level in known.items():
            if level is not None and math.isfinite(level) and is_judged:
                steps.append({"on": since, "until": visit["visit_date"], "value": level, "kind": kind})
        since = visit["visit_date"]
    return steps


def _dot(point: Row, measure: Measure, span: Span, y: Scale, link: Link | None) -> str:
    visit, on = point["visit"], point["on"]
    fill = response_fill(visit["response"] if visit else "none")
    mark = symbol(pixels(on, span), y(point["value"]), DOT, fill=fill, stroke=INK, stroke_width=0.8)
    said = f"{number(point['value'])}{NBSP}{measure.unit}"
    if not visit:
        return named(f"{on}: baseline, {said}", [mark])
    # The keyboard has the visit's mark in the strip above.
    both = f"{says(visit)}, {said}"
    return linked(link(on), both, [mark], is_reached=False) if link else named(both, [mark])


def _level(step: Row, span: Span, y: Scale, colour: str, dash: list[int]) -> str:
    level = y(step["value"])
    return stroke([[(pixels(step["on"], span), level), (pixels(step["until"], span), level)]], colour, 1.4, dash)


def _grid(labelled: list[float], y: Scale) -> list[str]:
    rows = [(round(y(value)) + CRISP, f"{value:,.10g}") for value in labelled]
    return [
        *(line((0, at), WIDTH, 0, FAINT) for at, _ in rows),
        *(text(-6, at + 4, said, "end", size=SMALL) for at, said in rows),
    ]


def _range(bounds: list[float | None], axis: tuple[float, float], y: Scale) -> list[str]:
    """The laboratory's range; open where it has one bound only."""
    if bounds == [None, None]:
        return []
    low, high = (axis[end] if bound is None else bound for end, bound in enumerate(bounds))
    return [area([(0, y(high)), (WIDTH, y(high)), (WIDTH, y(low)), (0, y(low))], NADIR, 0.09)]


def _around(low: float, high: float) -> tuple[float, float]:
    """An axis about figures that never reach 0, with some room."""
    room = 0.08 * (high - low) or 0.1 * abs(high) or 1.0
    return max(0.0, low - room), high + room


def _linear(low: float, high: float, height: int) -> Scale:
    return lambda value: height * (1 - (value - low) / (high - low))


def _symlog(low: float, high: float, height: int) -> Scale:
    """Linear about 0 and logarithmic beyond, so that small figures and 0 can be seen beside large ones."""

    def bent(value: float) -> float:
        return math.copysign(math.log1p(abs(value) / BEND), value)

    return lambda value: height * (1 - (bent(value) - bent(low)) / (bent(high) - bent(low)))


def _axis(
    course: Course, measure: Measure, points: list[Row], steps: list[Row], height: int
) -> tuple[Scale, list[float]]:
    """The vertical axis, and what of it is labelled."""
    levels = [row["value"] for row in points + steps if math.isfinite(row["value"])]
    # Of what the lines are not measured by, little must look like little: the axis reaches what would be measurable.
    is_measured = any(is_followed(each, measure) for each in course.lines)
    least = 0.0 if is_measured else course.number(*MEASURABLE[measure.key])
    top, low = max([*levels, least]) or 1.0, min([*levels, 0.0])  # dFLC is below 0 where the other chain is more
    above = [level for level in levels if level > 0]
    if measure is DFLC and above and max(above) / min(above) > SYMLOG_FROM:
        return _symlog(low, top * 1.3, height), decades(top)
    return _linear(low, top * 1.06, height), steps_within(0.0, top * 1.06, 4)
