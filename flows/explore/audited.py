"""The indicators as the audit stored them, with their words and how far chance takes each site."""

from __future__ import annotations

import polars as pl

from flows.drawing.funnel import beside_limits
from flows.explore.asked import Asked

ABOUT = {"group": "group", "denominator_words": "denominator", "numerator_words": "numerator", "reference": "reference"}


def indicators(asked: Asked) -> pl.DataFrame:
    """quality_indicator in the order of the edition, with each one's words and `outside`: beyond which limits of the
    funnel a site is (none, 95, 998).
    """
    clauses = asked.frame("criterion").filter(pl.col("about").is_not_null()).with_row_index("order")
    about = clauses.select(
        "order",
        "id",
        "decision",
        "numbers",
        "citation",
        question="states",
        rows=pl.col("about").str.json_path_match("$.rows"),
        grade=pl.col("about").str.json_path_match("$.grade"),
        kind=pl.col("about").str.json_path_match("$.kind"),
        **{name: pl.col("about").str.json_path_match(f"$.{key}") for name, key in ABOUT.items()},
    )
    stored = asked.frame("quality_indicator")
    shares = stored.filter(pl.col("site").is_null()).select("id", whole="share")
    known = stored.join(about, on="id").join(shares, on="id").sort("order", "site", nulls_last=False)
    return pl.concat(
        [_beside(part) for part in known.partition_by("id", maintain_order=True)]
        or [known.with_columns(outside=pl.lit(None, pl.String))]
    )


def _beside(of_one: pl.DataFrame) -> pl.DataFrame:
    whole = of_one["whole"][0]
    points = of_one.filter(pl.col("site").is_not_null(), pl.col("denominator") > 0).select(
        "site", "numerator", "denominator"
    )
    if whole is None or points.is_empty():
        return of_one.with_columns(outside=pl.lit(None, pl.String))
    outside = beside_limits(points, whole).select("site", "outside")
    return of_one.join(outside, on="site", how="left", maintain_order="left")
