"""The report's swimmer plot, a page wide."""

from __future__ import annotations

import polars as pl

from flows.drawing.paper import PAGE_MM, Figure
from flows.drawing.swimmer import swimmer_chart, swimmer_says
from flows.drawing.words import ENGLISH

SWIMMER = "swimmer"


def swimmer(courses: pl.DataFrame) -> list[Figure]:
    """The figure, or none where nobody has a course; from the query `swimmer`."""
    if courses.is_empty():
        return []
    title, says = ENGLISH.t("chart.swimmer.title"), swimmer_says(courses, ENGLISH)
    return [Figure(SWIMMER, swimmer_chart(courses, ENGLISH), PAGE_MM, title, says)]
