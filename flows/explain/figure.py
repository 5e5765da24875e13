"""The course as one picture: responses, what was measured with the nadir and where progression begins, organ function,
MRD, and lines of therapy beneath.

Every panel has the same time axis. Colours are the report's own CSS variables, so the picture follows the page.
"""

from __future__ import annotations

from markupsafe import Markup

from flows.drawing.marks import Drawing, moved
from flows.explain.axes import (
    LEFT,
    RIGHT,
    WIDTH,
    Link,
    death,
    line_starts,
    progression_rules,
    span_of,
    time_axis,
    visits_of,
)
from flows.explain.course import Course
from flows.explain.curves import ORGANS, curve, has_curve, organ_curve
from flows.explain.measures import FLUIDS, Measure, is_followed
from flows.explain.strips import mrd_strip, response_strip, therapy_bars

TALL, LOW = 210, 110
GAP, FOOT = 12, 26  # between panels; the time axis with its labels


def course_figure(course: Course, link: Link | None = None) -> Markup:
    """The picture of a course as inline SVG; empty markup where there is neither a line nor a visit."""
    if not course.lines:
        return Markup("")
    return course_drawing(course, link).svg(*course_title(course))


def course_title(course: Course) -> tuple[str, str]:
    """The picture's title, and what it shows, for those who can't see it."""
    return f"Course of patient {course.patient['patient_id']}", _says(course)


def course_drawing(course: Course, link: Link | None = None) -> Drawing:
    """The picture of a course that has a line; `link` says where the mark of a visit leads."""
    span = span_of(course)
    measures = _ordered(course, [measure for measure in FLUIDS if has_curve(course, measure)])
    figures = [curve(course, measure, span, LOW if i else TALL, link) for i, measure in enumerate(measures)]
    figures += [organ_curve(course, analyte, span) for analyte in ORGANS if _is_measured(course, analyte)]
    first = [response_strip(course, span, link)] if visits_of(course) else []
    mrd = [mrd_strip(course, span)] if course.mrd else []
    therapy = therapy_bars(course, span)
    panels = [*first, *figures, *mrd, therapy]
    tops = [sum(panel.height + GAP for panel in panels[:place]) for place in range(len(panels))]
    tops[-1] += GAP  # the word at the day of death stands above therapy
    bottom = tops[-1] + therapy.height
    beside = first[0].height if first else 0.0
    drawn = Drawing(LEFT + WIDTH + RIGHT, bottom + FOOT, LEFT, 0, has_links=link is not None)
    drawn.add(*line_starts(course, span, bottom))
    drawn.add(moved(0, beside, progression_rules(course, span, tops[-1] - 2 * GAP - beside)))
    for top, panel in zip(tops, panels, strict=True):
        drawn.add(moved(0, top, panel.marks))
    drawn.add(moved(0, tops[-1], death(course, span, therapy.height)), moved(0, bottom, time_axis(span)))
    return drawn


def _ordered(course: Course, measures: list[Measure]) -> list[Measure]:
    """What the lines are measured by first."""
    return sorted(measures, key=lambda measure: not any(is_followed(each, measure) for each in course.lines))


def _is_measured(course: Course, analyte: str) -> bool:
    return any(row["analyte"] == analyte for row in course.series)


def _says(course: Course) -> str:
    said = []
    for each in course.lines:
        progressions = [f"{visit['visit_date']}" for visit in each.visits if visit["response"] == "PD"]
        progression = f", PD on {', '.join(progressions)}" if progressions else ""
        said.append(
            f"Line {each.number} from {each.row['start_date']}, best response {each.row['best_response']}{progression}"
        )
    return f"Figures over time with nadir and limit of progression, responses and lines of therapy. {'; '.join(said)}."
