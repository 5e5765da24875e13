"""Age on a date."""

from __future__ import annotations

import polars as pl


def age_years(birth: pl.Expr, on: pl.Expr) -> pl.Expr:
    """Completed years; a birthday on 29 February counts on 1 March where there is none. Null where a date is."""
    day_of_birth, day = (date.dt.month().cast(pl.Int32) * 100 + date.dt.day() for date in (birth, on))
    return on.dt.year() - birth.dt.year() - (day < day_of_birth).cast(pl.Int32)
