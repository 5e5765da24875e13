"""When the treatment of each line ended, for TTD (section 8)."""

from __future__ import annotations

import polars as pl

from transforms.lines import gives_drugs
from transforms.lost import is_lost

LINE = ["patient_id", "line"]
ON_ONE_DAY = ["autologous_transplant", "allogeneic_transplant", "car_t"]  # without an end over on the day they begin


def with_treatment_end(lines: pl.LazyFrame, treatments: pl.LazyFrame) -> pl.LazyFrame:
    """Lines with `treated_until`, the end of the last drug: null where one has no end, or there is none.

    `is_end_lost`: an end could not be read, or a refused treatment may be of the line (as `lines` have it already).
    """
    is_brief = pl.col("phase").is_in(ON_ONE_DAY).fill_null(value=False)
    end = pl.when(is_brief).then(pl.coalesce("end_date", "start_date")).otherwise("end_date")
    is_unread = is_lost("end_date", "phase")
    ended = (
        treatments.filter(gives_drugs())
        .group_by(LINE)
        .agg(treated_until=pl.when(end.is_not_null().all()).then(end.max()), is_unread=is_unread.any())
    )
    return (
        lines.join(ended, on=LINE, how="left")
        .with_columns(is_end_lost=pl.col("is_end_lost") | pl.col("is_unread").fill_null(value=False))
        .drop("is_unread")
    )
