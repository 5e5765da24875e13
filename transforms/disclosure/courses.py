"""Courses of single patients that may leave the house: of many to be hidden among, and blurred in time."""

from __future__ import annotations

import polars as pl

from transforms.disclosure.release import refuse_patients

# Among fewer, one patient's course might be recognised.
COHORT = 100
QUARTER = 3  # months
TIMES = ("first_month", "last_month")


def protect_courses(courses: pl.DataFrame, cohort: int) -> pl.DataFrame:
    """The courses with times in whole quarters of a year, numbered again by what is then to be seen of them.

    Columns: row (one patient), first_month, last_month, and what happened. None of a cohort of fewer than COHORT.
    """
    refuse_patients(courses)
    if cohort < COHORT:
        return courses.clear()
    blurred = courses.with_columns((pl.col(TIMES) / QUARTER).round() * QUARTER)
    # A stretch that is no longer to be seen goes; a mark is a moment.
    seen = blurred.filter(pl.col("mark").is_not_null() | (pl.col("first_month") < pl.col("last_month")))
    what = [name for name in seen.columns if name != "row"]
    seen = seen.sort("row", *what)
    # Ties in length would reveal who was followed longer: they are in the order of what is drawn.
    order = seen.group_by("row").agg(
        end=pl.col("last_month").max(),
        course=pl.concat_str(pl.col(what).cast(pl.String).fill_null("-"), separator=" ").str.join(";"),
    )
    places = order.sort("end", "course", descending=[True, False]).select("row", place=pl.int_range(1, pl.len() + 1))
    return (
        seen.join(places, on="row").with_columns(row="place").drop("place").sort("row", *what).select(courses.columns)
    )
