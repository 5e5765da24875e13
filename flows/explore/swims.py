"""A section of the page of courses: patient by patient."""

from __future__ import annotations

from typing import Any

import polars as pl
from markupsafe import Markup

from flows.drawing.swimmer import swimmer_chart
from flows.explore.asked import Asked
from flows.explore.fields import WrongAddressError
from flows.explore.lines_asked import Made, cohort_names, figure, members, of_line
from flows.explore.listing import Listing, lists, of
from flows.sql_files import SQL
from transforms.survival import DAYS_PER_MONTH

PAGE, SWIMS = "course", "swims"
SWIMMERS = 20
SWIMMER = (SQL / "figures" / "swimmer.sql").read_text(encoding="utf-8")


def swims(asked: Asked, people: pl.DataFrame, letter: str, line: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The report's swimmers, of the members of a cohort from a line on; and the patients of whom they are a sample."""
    patients = people.filter(pl.col("cohort") == letter).select(pl.col("patient_id").unique())
    parameters = {"patients": SWIMMERS, "days_per_month": DAYS_PER_MONTH, "first_line": line}
    with asked.connection() as connection:
        connection.register("asked_of", patients)
        connection.execute("create or replace temp table cohort as select patient_id from asked_of")
        connection.unregister("asked_of")
        courses = connection.sql(SWIMMER, params=parameters).pl()
    return courses, patients.join(_known(asked, line), on="patient_id", how="semi").sort("patient_id")


def _known(asked: Asked, line: int) -> pl.DataFrame:
    """The patients whose course from a line on can be drawn."""

    def read() -> pl.DataFrame:
        with asked.connection() as connection:
            return connection.sql(KNOWN, params={"line": line}).pl()

    found: pl.DataFrame = asked.registry.made(("swimmers", line), read)
    return found


# As swimmer.sql has it.
KNOWN = """
    select distinct patient_id from time_to_event
    where
        endpoint = 'OS' and origin = 'line_start' and line = $line and event is not null
        and patient_id in (
            select patient_id from visits
            where line = $line and response <> 'NE' and not list_contains(flags, 'one_fluid_missing')
        )
"""


def swims_of(asked: Asked, letter: str, people: pl.DataFrame, line: int) -> dict[str, Any]:
    """Courses of some of a cohort, drawn, and the list of those of whom they are a sample."""
    courses, known = swims(asked, people, letter, line)
    says = _swims_says(asked, courses, known.height, letter)
    drawn, title = _swimmer(asked, courses, says), asked.words.t("explore_course.swims")
    return {
        "name": cohort_names(asked)[letter],
        "says": says,
        "of": known.height,
        "href": asked.link("patients", of=of(SWIMS, letter, str(line))),
        "figure": figure(asked, PAGE, f"swims-{letter}", drawn, title),
    }


def _swims_says(asked: Asked, courses: pl.DataFrame, n: int, letter: str) -> str:
    cohort, line, drawn = cohort_names(asked)[letter], str(of_line(asked)), courses["row"].n_unique()
    return asked.words.t("explore_course.swims_caption", n=drawn, of=n, cohort=cohort, line=line)


def _swimmer(asked: Asked, courses: pl.DataFrame, says: str) -> Markup:
    if courses.is_empty():
        return Markup("")
    return swimmer_chart(courses, asked.words, of_line(asked)).svg(asked.words.t("explore_course.swims"), says)


def take_swims(asked: Asked, letter: str) -> Made:
    """The courses that are drawn, and drawn."""
    courses, known = swims(asked, members(asked), letter, of_line(asked))
    return courses, _swimmer(asked, courses, _swims_says(asked, courses, known.height, letter))


@lists(SWIMS)
def swimmers_of(asked: Asked, letter: str, line: str) -> Listing:
    """The patients of a cohort of whose courses from a line on some are drawn."""
    if letter not in cohort_names(asked) or not (line.isascii() and line.isdigit() and len(line) < 3):
        raise WrongAddressError(asked.words.t("explore_patients.no_listing", of=of(SWIMS, letter, line)))
    _, known = swims(asked, members(asked), letter, int(line))
    which = asked.words.t("explore_list.swims")
    title = asked.words.t("explore_list.ended", cohort=cohort_names(asked)[letter], line=line, which=which)
    return Listing(title, known)
