"""Age in completed years."""

from __future__ import annotations

import polars as pl


def age_years(birth: str, on: str) -> pl.Expr:
    """Completed years from the date in one column to the date in the other; null where either is.

    Who was born on 29 February has a birthday on 1 March where the year has none.
    """
    born, day = pl.col(birth), pl.col(on)
    is_before_birthday = _day_of_year(day) < _day_of_year(born)
    return day.dt.year() - born.dt.year() - is_before_birthday.cast(pl.Int32)


def _day_of_year(day: pl.Expr) -> pl.Expr:
    """Month and day as one number that grows through the year."""
    return 100 * day.dt.month().cast(pl.Int32) + day.dt.day().cast(pl.Int32)
