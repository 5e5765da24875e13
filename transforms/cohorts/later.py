"""What is known only later, as of a landmark's day: response, MRD and transplant of the line, and nothing after it."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from transforms.cohorts.catalogue import ATTRIBUTES, LATER
from transforms.lost import EARLIEST
from transforms.models.known import history, state_on

FIRST = 1


def with_later(people: pl.DataFrame, frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """The people (`patient_id`, `line`, `day_of_look`) with each attribute that is known later, as it was on that day.

    From diagnosis (null `line`) it is that of line 1. Null: not tested, not evaluable, or, of a transplant, a treatment
    by then may have been one.
    """
    of_line = pl.col("line").fill_null(FIRST).alias("of_line")
    placed = people.with_columns(of_line).partition_by("of_line", as_dict=True)
    return pl.concat(
        [people.clear().with_columns(pl.lit(None, pl.String).alias(name) for name in LATER)]
        + [_of_line(some.drop("of_line"), dict(frames), int(line)) for [line], some in sorted(placed.items())]
    )


def _of_line(people: pl.DataFrame, frames: dict[str, pl.DataFrame], line: int) -> pl.DataFrame:
    for name in LATER:
        people = state_on(history(frames, name, line), people, name).drop("known_on").rename({"state": name})
    is_untold = [
        pl.when(pl.col(name) != ATTRIBUTES[name].unknown).then(name).alias(name)
        for name in LATER
        if name != "transplant"
    ]
    return _with_doubt(people.with_columns(is_untold), frames["transplant"], line)


def _with_doubt(people: pl.DataFrame, transplant: pl.DataFrame, line: int) -> pl.DataFrame:
    """No transplant is unknown where a treatment of the line begun by then may have been one."""
    may_be = (
        transplant.filter(pl.col("line").eq(line) & ~pl.col("is_certain"))
        .group_by("patient_id")
        .agg(may_be_on=pl.col("transplanted_on").fill_null(EARLIEST).min())
    )
    is_open = (pl.col("transplant") == "no") & (pl.col("may_be_on") <= pl.col("day_of_look")).fill_null(value=False)
    return (
        people.join(may_be, on="patient_id", how="left", maintain_order="left")
        .with_columns(transplant=pl.when(~is_open).then("transplant"))
        .drop("may_be_on")
    )
