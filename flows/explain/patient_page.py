"""The course as one page that stands alone: it loads nothing and runs nothing."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment

from flows.drawing.render import environment
from flows.drawing.words import FILTERS
from flows.explain import overview
from flows.explain.course import Course, Line, Row
from flows.explain.figure import course_figure
from flows.explain.measures import DFLC, SERUM, URINE, is_followed
from flows.explain.remarks import Remark, remarks
from flows.explain.strips import NAMES, POINTS, points_of
from flows.explain.table import visit_columns
from flows.explain.why_diagnosis import diagnosis
from rules.categories import BEST_FIRST

TEMPLATES = Path(__file__).parent / "templates"


def write_page(course: Course, target: Path) -> Path:
    """Write the course's page and return its path; folders are made. Raises OSError where it can't be written."""
    text = _templates().get_template("patient.html.j2").render(sections(course))
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f"{target.name}.new")
    unfinished.write_text(text, encoding="utf-8")
    os.replace(unfinished, target)
    return target


@cache
def _templates() -> Environment:
    templates = environment(TEMPLATES)  # the look is the report's: its style sheet and its macros
    templates.filters.update(FILTERS)
    return templates


def sections(course: Course) -> dict[str, Any]:
    """What course_sections.html.j2 shows. The mark of a visit leads to its row, whose id is `visit-` and its date;
    the row to the sentences and to the clauses that decided."""
    lines = [_line(course, line) for line in course.lines]
    by_table_1 = diagnosis(course)
    said = [sentence for line in lines for remark in line["remarks"] for sentence in remark.sentences]
    return {
        "patient": course.patient["patient_id"],
        "about": overview.about(course),
        "criteria": overview.criteria(course),
        "version": course.run["version"],
        "staging": course.staging,
        "diagnosis": by_table_1,
        "stage": overview.stage(course),
        "outlook": overview.outlook(course),
        "lines": lines,
        "progressions": [found for line in course.lines if (found := _verdict(line, remarks(course, line)))],
        "endpoints": overview.endpoints(course, None),
        "mrd": overview.mrd(course),
        "unread": overview.unread(course),
        "sources": overview.sources(course, [*said, *(text for _, text in by_table_1)]),
        "figure": course_figure(course, lambda day: f"#visit-{day}"),
        "shapes": POINTS,
        "mark_names": NAMES,
        "marks": [
            kind for kind in POINTS if kind in {found for line in course.lines for found, _ in points_of(course, line)}
        ],
        "has_ranges": any(row["ref_low"] is not None or row["ref_high"] is not None for row in course.series),
        "clauses": [course.clauses[name] for name in _decisive(course) if name in course.clauses],
        "responses": [name for name in BEST_FIRST if _occurs(course, name)],
        "has_limit": _has_limit(course),
    }


def _line(course: Course, line: Line) -> dict[str, Any]:
    columns, said = visit_columns(course, line), remarks(course, line)
    of_day = {day: remark.visit_date for remark in said for day in (remark.visit_date, *remark.same)}
    return {
        "number": line.number,
        "title": overview.title(line),
        "facts": overview.line_facts(course, line),
        "columns": columns,
        "rows": [
            {
                "day": visit["visit_date"],
                "remark": of_day.get(visit["visit_date"]),
                "response": visit["response"],
                "cells": [column.cells[position] for column in columns],
                "clauses": decided_by(visit),
            }
            for position, visit in enumerate(line.visits)
        ],
        "remarks": said,
        "endpoints": overview.endpoints(course, line.number),
        "best": line.row["best_response"],
    }


def decided_by(visit: Row) -> list[str]:
    """The clauses that gave a visit its category; none where it is SD or NE, which is that no clause holds."""
    return list(visit["progression_reasons"] or visit["clauses"] or [])


def _decisive(course: Course) -> list[str]:
    """Every clause that decided a visit, once, in the order of the visits."""
    return list(dict.fromkeys(name for line in course.lines for visit in line.visits for name in decided_by(visit)))


def _verdict(line: Line, said: list[Remark]) -> dict[str, Any] | None:
    """What to see first of a line: why its progression (or, where none is confirmed, its last PD) is one."""
    progressions = [remark for remark in said if remark.category == "PD"]
    if not progressions:
        return None
    dated = [remark for remark in progressions if remark.visit_date == line.row["progression_date"]]
    remark = dated[0] if dated else progressions[-1]
    return {"line": line.number, "date": remark.visit_date, "sentences": remark.sentences, "is_confirmed": bool(dated)}


def _occurs(course: Course, category: str) -> bool:
    return any(visit["response"] == category for line in course.lines for visit in line.visits)


def _has_limit(course: Course) -> bool:
    return any(is_followed(line, measure) for line in course.lines for measure in (SERUM, URINE, DFLC))
