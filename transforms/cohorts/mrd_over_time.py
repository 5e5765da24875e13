"""MRD of a cohort's lines as they go on, as sql/queries/mrd_negativity_by_month.sql has it.

`lines` are a cohort's (`member_lines`), of one line number or of several.
"""

from __future__ import annotations

import polars as pl

from transforms.cohorts.regimens import MEMBER_LINE
from transforms.cohorts.shares import shares
from transforms.survival import DAYS_PER_MONTH
from transforms.survival.line_strata import LINE

# What is asked of which tests.
METHODS = {"marrow": ("flow", "sequencing"), "flow": ("flow",), "sequencing": ("sequencing",), "imaging": ("imaging",)}


def mrd_by_month(
    lines: pl.DataFrame,
    time_to_event: pl.DataFrame,
    patients: pl.DataFrame,
    mrd_status: pl.DataFrame,
    method: str = "marrow",
    *,
    every_months: int = 3,
    last_month: int = 36,
) -> pl.DataFrame:
    """A row per cohort and span of months from the line's start; a line counts once in each, by the last date tested.

    `in_line`: alive, followed and without a next line when it begins; `never_tested`: those of them without a test of
    this method in the line at any time. Of tests on one date positive counts over negative, negative over unknown.
    `negative_share` is of negative and positive.
    """
    followed = _followed(lines, time_to_event, patients)
    tested = _tested(lines, mrd_status, method, every_months)
    ever = tested.select(MEMBER_LINE).unique().with_columns(is_tested=pl.lit(value=True))
    spans = pl.DataFrame({"from_month": list(range(0, last_month + 1, every_months))}, schema={"from_month": pl.Int64})
    in_line = (
        followed.join(ever, on=MEMBER_LINE, how="left")
        .join(spans, how="cross")
        .filter(pl.col("days") >= pl.col("from_month") * DAYS_PER_MONTH)
        .group_by("cohort", "from_month")
        .agg(in_line=pl.len(), never_tested=pl.col("is_tested").is_null().sum())
    )
    mrd = pl.col("mrd")
    counted = (
        tested.sort("collected_on")
        .unique([*MEMBER_LINE, "from_month"], keep="last", maintain_order=True)
        .group_by("cohort", "from_month")
        .agg(
            tested=pl.len(),
            negative=(mrd == "negative").sum(),
            positive=(mrd == "positive").sum(),
            unknown=mrd.is_null().sum(),
            negative_after_cr=((mrd == "negative") & pl.col("after_cr")).sum(),
        )
    )
    key = ["cohort", "from_month"]
    named = {name: pl.col(name).fill_null(0).cast(pl.Int64) for name in COUNTED}
    return (
        lines.select(pl.col("cohort").unique())
        .join(spans, how="cross")
        .join(in_line, on=key, how="left")
        .join(counted, on=key, how="left")
        .with_columns(**named)
        .with_columns(
            to_month=pl.col("from_month") + every_months,
            **shares("tested_share", pl.col("tested"), pl.col("in_line")),
            **shares("negative_share", pl.col("negative"), pl.col("negative") + pl.col("positive")),
        )
        .sort(key)
    )


COUNTED = ("in_line", "never_tested", "tested", "negative", "positive", "unknown", "negative_after_cr")


def _followed(lines: pl.DataFrame, time_to_event: pl.DataFrame, patients: pl.DataFrame) -> pl.DataFrame:
    """Lines with the days to the next one, death or last contact."""
    ttnt = time_to_event.filter(pl.col("endpoint") == "TTNT").select(*LINE, "days")
    last = pl.coalesce("next_line_start", "last_contact_date")
    return (
        lines.join(ttnt, on=LINE, how="left")
        .join(patients.select("patient_id", "last_contact_date"), on="patient_id", how="left")
        .select(*MEMBER_LINE, days=pl.coalesce("days", (last - pl.col("start_date")).dt.total_days()))
    )


def _tested(lines: pl.DataFrame, mrd_status: pl.DataFrame, method: str, every_months: int) -> pl.DataFrame:
    """A row per line and date tested."""
    months = (pl.col("collected_on") - pl.col("start_date")).dt.total_days() / DAYS_PER_MONTH
    is_positive, is_negative = (pl.col("mrd") == "positive").any(), (pl.col("mrd") == "negative").any()
    return (
        mrd_status.filter(pl.col("category").is_in(METHODS[method]))
        .join(lines.select(*MEMBER_LINE, "start_date"), on=LINE, how="inner")
        .group_by(*MEMBER_LINE, "start_date", "collected_on")
        .agg(
            mrd=pl.when(is_positive).then(pl.lit("positive")).when(is_negative).then(pl.lit("negative")),
            after_cr=pl.col("after_cr").any(ignore_nulls=True),
        )
        .with_columns(from_month=(months / every_months).floor().cast(pl.Int64) * every_months)
    )
