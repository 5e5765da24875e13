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
from flows.sql_files import SQL, make_macros
from transforms.survival import DAYS_PER_MONTH

PAGE, SWIMS = "course", "swims"
SWIMMERS = 20
SWIMMER = (SQL / "figures" / "swimmer.sql").read_text(encoding="utf-8")


def swims(asked: Asked, people: pl.DataFrame, line: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The report's swimmers from a line on, of each cohort (`side`); and the patients that they are a sample of."""
    patients, known = _sides(people), _known(asked, line)
    parameters = {"patients": SWIMMERS, "days_per_month": DAYS_PER_MONTH, "first_line": line}
    with asked.connection() as connection:
        connection.register("known_course", known)
        connection.register("side_by_side", patients)
        courses = connection.sql(SWIMMER, params=parameters).pl()
    return courses, _sampled(patients, known)


def _sides(people: pl.DataFrame) -> pl.DataFrame:
    return people.select("patient_id", side="cohort").unique()


def _sampled(patients: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    return patients.join(known, on="patient_id", how="semi").sort("side", "patient_id")


def _known(asked: Asked, line: int) -> pl.DataFrame:
    """The courses from a line on that can be drawn."""

    def read() -> pl.DataFrame:
        with asked.connection() as connection:
            make_macros(connection, KNOWN)
            return connection.sql(KNOWN, params={"line": line}).pl()

    found: pl.DataFrame = asked.registry.made(("swimmers", line), read)
    return found


KNOWN = "select * from known_course where line = $line"


def swims_of(asked: Asked, people: pl.DataFrame, line: int) -> list[dict[str, Any]]:
    """Of each cohort courses of some, drawn, and the list of those that they are a sample of."""
    courses, known = swims(asked, people, line)
    return [
        _swims(asked, courses.filter(side=letter), known.filter(side=letter).height, letter)
        for letter in cohort_names(asked)
    ]


def _swims(asked: Asked, courses: pl.DataFrame, n: int, letter: str) -> dict[str, Any]:
    says, title = _swims_says(asked, courses, n, letter), asked.words.t("explore_course.swims")
    return {
        "name": cohort_names(asked)[letter],
        "says": says,
        "of": n,
        "href": asked.link("patients", of=of(SWIMS, letter, str(of_line(asked)))),
        "figure": figure(asked, PAGE, f"swims-{letter}", _swimmer(asked, courses, says), title),
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
    courses, known = swims(asked, members(asked).filter(cohort=letter), of_line(asked))
    return courses.drop("side"), _swimmer(asked, courses, _swims_says(asked, courses, known.height, letter))


@lists(SWIMS)
def swimmers_of(asked: Asked, letter: str, line: str) -> Listing:
    """The patients of a cohort of whose courses from a line on some are drawn."""
    if letter not in cohort_names(asked) or not (line.isascii() and line.isdigit() and len(line) < 3):
        raise WrongAddressError(asked.words.t("explore_patients.no_listing", of=of(SWIMS, letter, line)))
    known = _sampled(_sides(members(asked).filter(cohort=letter)), _known(asked, int(line)))
    which = asked.words.t("explore_list.swims")
    title = asked.words.t("explore_list.ended", cohort=cohort_names(asked)[letter], line=line, which=which)
    return Listing(title, known.select("patient_id"))
