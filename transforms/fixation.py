"""What a negative immunofixation says of the M-protein of its fluid: none detectable (V.n1, V.iga)."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from transforms.results import FIXATION

LINE = ["patient_id", "line"]
FIGURE_OF = dict(zip(FIXATION, ["serum_m_protein", "urine_m_protein"], strict=True))
BOUNDS = ["low", "high", "nadir"]
NOTHING_LOST: Mapping[str, pl.Expr] = {}


def none_detectable(lost: Mapping[str, pl.Expr] = NOTHING_LOST) -> list[pl.Expr]:
    """At a visit: a negative immunofixation makes the figure of its fluid 0 where there is none, or where it is IgA.

    `lost`: by fluid, whether a figure was recorded that could not be read; then it is not known that there is none.
    """

    def zero_where_none(figure: str, fluid: str, *, is_replaced: pl.Expr) -> list[pl.Expr]:
        names = [f"{figure}{part}" for part in ("", "_max", "_as_nadir")]
        has_no_figure = pl.col(figure).is_null() & ~lost.get(fluid, pl.lit(value=False)).fill_null(value=False)
        is_none = ~pl.col(f"{fluid}_immunofixation_positive") & (has_no_figure | is_replaced)
        return [pl.when(is_none).then(0.0).otherwise(name).alias(name) for name in names]

    return [
        *zero_where_none("serum_m_g_dl", "serum", is_replaced=pl.col("is_beta")),
        *zero_where_none("urine_m_mg_24h", "urine", is_replaced=pl.lit(value=False)),
    ]


def zeros_by_fixation(rows: pl.LazyFrame, within_days: int) -> pl.LazyFrame:
    """A value of 0 on the day of each negative immunofixation that has no figure of its fluid within some days: of any
    patient's results (`patient_id`, `test`, `date`), where they are not those of a line.
    """
    key = ["patient_id", "test"]
    negative = rows.filter(pl.col("test").is_in(FIXATION) & ~pl.col("positive")).select(
        "patient_id", pl.col("test").replace(FIGURE_OF), "date"
    )
    figures = rows.filter(pl.col("test").is_in(list(FIGURE_OF.values()))).select(*key, figure_on="date")
    days = (pl.col("date") - pl.col("figure_on")).dt.total_days().abs()
    beside = negative.join(figures, on=key).filter(days <= within_days).select(*key, "date")
    zeros = negative.join(beside, on=[*key, "date"], how="anti").unique()
    return zeros.with_columns(pl.lit(0.0).alias(name) for name in BOUNDS)


def with_none_detectable(rows: pl.LazyFrame, within_days: int) -> pl.LazyFrame:
    """Before a line, where there are no visits: rows with a value of 0 on the day of a negative immunofixation that
    has no figure of its fluid within some days, and with IgA of 0 where the last immunofixation within them is
    negative.

    One row is one test of one line and day (`days_before` it), with `is_beta` of its patient.
    """
    key = [*LINE, "test"]
    fixations = rows.filter(pl.col("test").is_in(FIXATION)).select(
        *LINE, pl.col("test").replace(FIGURE_OF), fixed="days_before", is_negative=~pl.col("positive")
    )
    # one that could not be read is a figure too
    beside = (
        rows.with_columns(pl.col("test").str.strip_suffix("_lost"))
        .filter(pl.col("test").is_in(list(FIGURE_OF.values())))
        .select(*key, "days_before")
        .unique()
        .join(fixations, on=key)
        .filter((pl.col("fixed") - pl.col("days_before")).abs() <= within_days)
    )
    last_beside = beside.sort("fixed").unique([*key, "days_before"], keep="first").drop("fixed")
    is_polyclonal = pl.col("is_beta") & (pl.col("test") == "serum_m_protein") & pl.col("is_negative")
    figures = rows.join(last_beside, on=[*key, "days_before"], how="left").with_columns(
        pl.when(is_polyclonal).then(0.0).otherwise(name).alias(name) for name in BOUNDS
    )
    zeros = (
        fixations.filter("is_negative")
        .join(beside, on=[*key, "fixed"], how="anti")
        .select(*key, days_before="fixed", **{name: pl.lit(0.0) for name in BOUNDS})
    )
    return pl.concat([figures.drop("is_negative"), zeros], how="diagonal")
