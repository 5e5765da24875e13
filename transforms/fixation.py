"""What a negative immunofixation says of the M-protein of its fluid: none detectable (V.n1, V.iga)."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from transforms.results import FIXATION

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


def with_none_detectable(rows: pl.LazyFrame, within_days: int, of: list[str]) -> pl.LazyFrame:
    """Where there are no visits: rows with a value of 0 on the day of a negative immunofixation that has no figure of
    its fluid within some days, and with IgA of 0 where the last immunofixation within them is negative.

    One row is one result (`test`, `date`, `is_beta` of its patient) of what the columns `of` name, apart from others.
    """
    key = [*of, "test"]
    fixations = (
        rows.filter(pl.col("test").is_in(FIXATION))
        .group_by(*of, pl.col("test").replace(FIGURE_OF), fixed="date")
        .agg(is_negative=(~pl.col("positive")).all())  # positive over negative
    )
    # one that could not be read is a figure too
    beside = (
        rows.with_columns(pl.col("test").str.strip_suffix("_lost"))
        .filter(pl.col("test").is_in(list(FIGURE_OF.values())))
        .select(*key, "date")
        .unique()
        .join(fixations, on=key, nulls_equal=True)
        .filter((pl.col("fixed") - pl.col("date")).dt.total_days().abs() <= within_days)
    )
    last_beside = beside.sort("fixed").unique([*key, "date"], keep="last").drop("fixed")
    is_polyclonal = pl.col("is_beta") & (pl.col("test") == "serum_m_protein") & pl.col("is_negative")
    figures = rows.join(last_beside, on=[*key, "date"], how="left", nulls_equal=True).with_columns(
        pl.when(is_polyclonal).then(0.0).otherwise(name).alias(name) for name in BOUNDS
    )
    zeros = (
        fixations.filter("is_negative")
        .join(beside, on=[*key, "fixed"], how="anti", nulls_equal=True)
        .select(*key, date="fixed", **{name: pl.lit(0.0) for name in BOUNDS})
    )
    return pl.concat([figures.drop("is_negative"), zeros], how="diagonal")
