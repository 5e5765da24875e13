"""What became of each line of a cohort's members: attrition, the ways from line to line, the end of each.

`lines` are a cohort's (`member_lines`): a row per cohort, patient and line.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from transforms.cohorts.regimens import MEMBER_LINE, NOT_RECORDED, RARE, with_regimen
from transforms.cohorts.shares import shares
from transforms.survival import DAYS_PER_MONTH
from transforms.survival.cohort import entry_days
from transforms.survival.line_strata import LINE

NEXT_LINE, DIED, PROGRESSED, ON, LOST, UNKNOWN = "next_line", "died", "progressed", "on", "lost", "unknown"
ENDS = (DIED, PROGRESSED, ON, LOST, UNKNOWN)  # of those without a next line, in the order in which they are drawn
LOST_AFTER_MONTHS = 12
STAGES = 4
RARE_BELOW = 0.05  # of those who begin a line
MAINTENANCE, NO_MAINTENANCE = "maintenance", "none"


def with_end(lines: pl.DataFrame, patients: pl.DataFrame, cutoff: date | None = None) -> pl.DataFrame:
    """Lines with `ended`: next_line, died; of those alive without another: progressed, on, unknown (whether it
    progressed is not known); and, with a cut-off, lost: on or unknown, and last seen so long before it.
    """
    known = lines.join(patients.select("patient_id", "vital_status", "last_contact_date"), on="patient_id", how="left")
    is_lost = pl.lit(value=False)
    if cutoff is not None:
        days = (pl.lit(cutoff, pl.Date) - pl.col("last_contact_date")).dt.total_days()
        is_lost = (days > LOST_AFTER_MONTHS * DAYS_PER_MONTH).fill_null(value=False)
    ended = (
        pl.when(pl.col("next_line_start").is_not_null())
        .then(pl.lit(NEXT_LINE))
        .when(pl.col("vital_status") == "dead")
        .then(pl.lit(DIED))
        .when(pl.col("progression_date").is_not_null())
        .then(pl.lit(PROGRESSED))
        .when(is_lost)
        .then(pl.lit(LOST))
        .when(pl.col("progression_source").is_null())
        .then(pl.lit(UNKNOWN))
        .otherwise(pl.lit(ON))
    )
    return known.with_columns(ended=ended).drop("vital_status", "last_contact_date")


def attrition(ended: pl.DataFrame) -> pl.DataFrame:
    """A row per cohort and line, of `with_end`: how many `started` it, and what became of them, which adds up to it.

    `months_median`: to the next line, of those who came to it. Who is still followed may come to it later.
    """
    months = (pl.col("next_line_start") - pl.col("start_date")).dt.total_days() / DAYS_PER_MONTH
    return (
        ended.group_by("cohort", "line")
        .agg(
            started=pl.len().cast(pl.Int64),
            **{name: (pl.col("ended") == name).sum().cast(pl.Int64) for name in (NEXT_LINE, *ENDS)},
            months_median=months.median(),
        )
        .with_columns(**shares("next_line_share", pl.col(NEXT_LINE), pl.col("started")))
        .sort("cohort", "line")
    )


def stages(
    members: pl.DataFrame,
    lines: pl.DataFrame,
    maintained: pl.DataFrame,
    first_line: int = 1,
) -> pl.DataFrame:
    """A row per member and stage of the way: `stage` (0, 1, …), `node`, `kind` (regimen, maintenance, end).

    The stages are the line asked for, its maintenance, and the three lines that follow it. `lines` are all lines of the
    patients, with `regimen` and `ended`; `maintained` has a `regimen` for each line that had maintenance. Regimens of
    fewer than `RARE_BELOW` of those who begin their line are `rare`. Who begins no further line is at the next stage
    where the line before ended, and at none after it.
    """
    people = members.select("cohort", "patient_id").unique().sort("cohort", "patient_id").with_row_index("who")
    later = lines.filter(pl.col("line") >= first_line).select(*LINE, "start_date", "regimen", "ended")
    every = people.join(later, on="patient_id", how="inner").sort("who", "start_date", "line").with_row_index("row")
    own_first = pl.when(pl.col("who").is_first_distinct()).then("row").forward_fill()
    every = every.with_columns(place=(pl.col("row") - own_first).cast(pl.Int64))
    begun = every.filter(pl.col("place") == 0, pl.col("line") == first_line)
    own = every.filter(pl.col("place") < STAGES).join(begun, on="who", how="semi", maintain_order="left")
    size = pl.len().over("cohort", "place")
    few = (pl.len().over("cohort", "place", "regimen") < RARE_BELOW * size) & (pl.col("regimen") != NOT_RECORDED)
    placed = own.with_columns(node=pl.when(few).then(pl.lit(RARE)).otherwise("regimen"))
    key = ["who", "cohort", "patient_id"]
    # between the first and the second line there is the stage of maintenance
    stage = pl.when(pl.col("place") == 0).then(0).otherwise(pl.col("place") + 1)
    regimens = placed.select(*key, stage=stage, node="node", kind=pl.lit("regimen"))
    kept = (
        placed.filter(pl.col("place") == 0)
        .join(maintained.select(*LINE, kept="regimen"), on=LINE, how="left")
        .with_columns(kept=pl.col("kept").fill_null(NO_MAINTENANCE))
    )
    is_few = (pl.len().over("cohort", "kept") < RARE_BELOW * pl.len().over("cohort")) & ~pl.col("kept").is_in(
        [NOT_RECORDED, NO_MAINTENANCE]
    )
    maintenance = kept.select(
        *key, stage=pl.lit(1), node=pl.when(is_few).then(pl.lit(RARE)).otherwise("kept"), kind=pl.lit(MAINTENANCE)
    )
    ends = placed.filter(pl.col("ended") != NEXT_LINE, pl.col("place") < STAGES - 1).select(
        *key, stage=pl.col("place") + 2, node="ended", kind=pl.lit("end")
    )
    parts = [part.with_columns(pl.col("stage").cast(pl.Int64)) for part in (regimens, maintenance, ends)]
    return pl.concat(parts).sort("who", "stage").drop("who")


def onward(staged: pl.DataFrame) -> pl.DataFrame:
    """The rows of `stages` with `to` and `to_kind`, the node of the next stage; null at the last stage of a way."""
    key = ["cohort", "patient_id"]
    is_same = pl.all_horizontal(pl.col(name) == pl.col(name).shift(-1) for name in key)
    return staged.sort(*key, "stage").with_columns(
        to=pl.when(is_same).then(pl.col("node").shift(-1)), to_kind=pl.when(is_same).then(pl.col("kind").shift(-1))
    )


def flows(staged: pl.DataFrame) -> pl.DataFrame:
    """A row per cohort, stage and way from a node to one of the next stage: `node`, `kind`, `to`, `to_kind`, `n`.

    `to` is null at the last stage of a way, so that the rows of a stage add up to those who are there.
    """
    return (
        onward(staged)
        .group_by("cohort", "stage", "kind", "node", "to_kind", "to")
        .agg(n=pl.len().cast(pl.Int64))
        .sort("cohort", "stage", "kind", "node", "to_kind", "to", nulls_last=True)
    )


def maintenance(lines: pl.DataFrame, given_drug: pl.DataFrame, by: str) -> pl.DataFrame:
    """A row per line that had maintenance, with its `regimen`: the classes (drugs) of its rows of that phase."""
    given = given_drug.filter(pl.col("phase") == MAINTENANCE)
    kept = lines.join(given.select(LINE).unique(), on=LINE, how="semi").unique(LINE)
    return with_regimen(kept, given, by, within_days=None).select(*LINE, "regimen")


def with_times(lines: pl.DataFrame, time_to_event: pl.DataFrame, patients: pl.DataFrame, endpoint: str) -> pl.DataFrame:
    """Lines with `days`, `event` and `entry_days` of an endpoint from their start; null: not known, or not asked of
    (`is_asked`).
    """
    own = time_to_event.filter(pl.col("endpoint") == endpoint, pl.col("line").is_not_null())
    return (
        lines.select(*MEMBER_LINE, "start_date", "regimen")
        .join(own.select(*LINE, "days", "event", is_asked=pl.lit(value=True)), on=LINE, how="left")
        .join(patients.select("patient_id", "registered_on"), on="patient_id", how="left")
        .with_columns(pl.col("is_asked").fill_null(value=False), entry_days())
        .drop("registered_on")
    )
