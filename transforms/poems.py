"""POEMS syndrome: VEGF before and after autologous transplant."""

from __future__ import annotations

import polars as pl

from rules.quotient import quotient
from transforms.amyloidosis import has
from transforms.results import with_bounds

GRAFT = ["patient_id", "line", "transplanted_on"]
DAY = ["patient_id", "day"]


def poems_transplant(
    diagnosed: pl.LazyFrame, labs: pl.LazyFrame, grafts: pl.LazyFrame, lines: pl.LazyFrame
) -> pl.LazyFrame:
    """One row per autologous transplant (`transplant`) of a patient with POEMS syndrome, recorded or derived.

    Before: the latest VEGF up to the day of transplant, on which it is drawn first. After: until the day on which the
    next line starts, the lowest (the first of equal ones) and the latest. Of several results of a day the highest
    counts. Null: none was measured; of a figure, change or normal also where a comparator leaves it open.
    """
    theirs = (
        grafts.join(diagnosed.filter(has("POEMS")), on="patient_id", how="semi")
        .join(lines.select("patient_id", "line", "next_line_start"), on=["patient_id", "line"], how="left")
        .select(*GRAFT, "is_certain", "next_line_start")
    )
    found = theirs.join(_vegf(labs), on="patient_id")
    after = found.filter(
        (pl.col("day") > pl.col("transplanted_on")) & (pl.col("day") <= pl.col("next_line_start")).fill_null(value=True)
    )
    before = found.filter(pl.col("day") <= pl.col("transplanted_on")).sort(*GRAFT, "day")
    of_each = (
        theirs.join(_last(before, "before"), on=GRAFT, how="left")
        .join(
            _last(after.sort(*GRAFT, "high", "low", "day", descending=[False] * 3 + [True] * 3), "lowest"),
            on=GRAFT,
            how="left",
        )
        .join(_last(after.sort(*GRAFT, "day"), "last"), on=GRAFT, how="left")
    )
    start, lowest = pl.col("before_pg_ml"), pl.col("lowest_pg_ml")
    is_missing = pl.col("before_on").is_null() | pl.col("lowest_on").is_null()
    return of_each.select(
        *GRAFT,
        "is_certain",
        "before_on",
        "before_pg_ml",
        "lowest_on",
        "lowest_pg_ml",
        lowest_change=pl.when(start > 0).then(quotient(lowest - start, start)),
        is_normal_after=_is_normal(),
        last_on="last_on",
        last_pg_ml="last_pg_ml",
        unknown_because=pl.when(is_missing).then(pl.lit(["vegf"])).otherwise(pl.lit([], pl.List(pl.String))),
    ).sort(GRAFT)


def _vegf(labs: pl.LazyFrame) -> pl.LazyFrame:
    """One row per patient and day: bounds of the highest result, and its upper limit of normal.

    Of equal results that counts whose limit is lower, as elsewhere, and one that has none last.
    """
    rows = with_bounds(labs.filter((pl.col("analyte") == "vegf") & pl.col("value").is_not_null()))
    return (
        rows.select("patient_id", "low", "high", "ref_high", day="collected_on")
        .sort(*DAY, "high", "low", -pl.col("ref_high"))
        .group_by(DAY, maintain_order=True)
        .last()
    )


def _last(rows: pl.LazyFrame, name: str) -> pl.LazyFrame:
    """Of each transplant the last row: its day, its figure where that is exact, and its bounds."""
    exact = pl.when(pl.col("low") == pl.col("high")).then("low")
    return (
        rows.group_by(GRAFT, maintain_order=True)
        .last()
        .select(
            *GRAFT,
            pl.col("day").alias(f"{name}_on"),
            exact.alias(f"{name}_pg_ml"),
            *(pl.col(column).alias(f"{name}_{column}") for column in ("low", "high", "ref_high")),
        )
    )


def _is_normal() -> pl.Expr:
    """Whether the lowest after transplant is at most its laboratory's upper limit."""
    limit = pl.col("lowest_ref_high")
    return pl.when(pl.col("lowest_high") <= limit).then(True).when(pl.col("lowest_low") > limit).then(False)
