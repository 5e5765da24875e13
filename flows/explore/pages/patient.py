"""One patient's course, as `mspike explain --html` shows it."""

from __future__ import annotations

from typing import Any

import polars as pl
from markupsafe import Markup

from flows.explain.course import Course, NoCourseError, course_in
from flows.explain.figure import course_drawing, course_title
from flows.explain.patient_page import decided_by, sections
from flows.explore.asked import Asked
from flows.explore.fields import WrongAddressError

PARAMETERS = ("patient",)
IS_OFFERED = False  # reached from a list
FIGURES_OF_VISIT = ("serum_m_g_dl", "urine_m_mg_24h", "dflc_mg_l", "marrow_percent")


def page(asked: Asked) -> dict[str, Any]:
    """The parts of the course; nothing but a link to the lists where no patient is named."""
    lists = {"lists": asked.link("patients")}
    if "patient" not in asked.parameters:
        return {**lists, "patient": None}
    course = _course(asked)
    figures = {form: asked.here(f"patient/figure/course.{form}") for form in ("svg", "png", "csv")}
    return {**lists, **sections(course), "take_away": figures if course.lines else {}}


def taken(asked: Asked) -> tuple[pl.DataFrame, Markup]:
    """The visits with what decided each, and the picture."""
    course = _course(asked)
    drawn = course_drawing(course).svg(*course_title(course)) if course.lines else Markup("")
    return _visits(course), drawn


FIGURES = {"course": taken}


def _course(asked: Asked) -> Course:
    t = asked.words.t
    patient_id = asked.patient(asked.parameters.get("patient", ""))
    if patient_id is None:
        raise WrongAddressError(t("explore_patient.no_such_name"), 404)
    try:
        with asked.connection() as connection:
            return course_in(connection, patient_id, asked.store)
    except NoCourseError:
        raise WrongAddressError(t("explore_patient.gone"), 404) from None


def _visits(course: Course) -> pl.DataFrame:
    rows = [
        {
            "line": line.number,
            "visit_date": visit["visit_date"],
            **{name: visit[name] for name in FIGURES_OF_VISIT},
            "response": visit["response"],
            "confirmed_response": visit["confirmed_response"],
            "decided_by": decided_by(visit),
            "limited_by": visit["limited_by"],
        }
        for line in course.lines
        for visit in line.visits
    ]
    return pl.DataFrame(rows, infer_schema_length=None)
