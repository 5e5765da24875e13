"""PFS2: from the start of line 1 to progression on line 2 or death (section 14).

Line 2 is the line after line 1 in time, as for TTNT. While there is none, only a death can end the time.
"""

from __future__ import annotations

import polars as pl

LINE = ["patient_id", "line"]
ENDS = ["end_date", "event", "reason", "progression_source"]


def second_progression(to_next_line: pl.LazyFrame, to_progression: pl.LazyFrame, lines: pl.LazyFrame) -> pl.LazyFrame:
    """One row per line 1, columns as in `time_to_event`, of the rows of TTNT and of PFS and the lines themselves.

    Once line 2 has begun its PFS ends the time, under the run's censoring; before, the time ends as TTNT does, at death
    or last contact. Null as either is. No row where nothing tells of progression on line 2, or before it on line 1:
    where no one looks for progression, only those who never begin line 2 would be left.
    """
    following = lines.sort("start_date", "line").select(*LINE, next_line=pl.col("line").shift(-1).over("patient_id"))
    of_next = to_progression.select("patient_id", next_line="line", **{f"next_{name}": name for name in ENDS})
    goes_on = (pl.col("reason") == "next_line") & pl.col("event")
    progression = pl.when(goes_on).then
    found = (
        to_next_line.filter(line=1)
        .join(to_progression.select(*LINE, is_followed=True), on=LINE, how="left")
        .join(following, on=LINE, how="left")
        .join(of_next, on=["patient_id", "next_line"], how="left")
        .filter(pl.when(goes_on).then(pl.col("next_reason").is_not_null()).otherwise("is_followed"))
        .with_columns(progression(f"next_{name}").otherwise(name).alias(name) for name in ENDS)
    )
    days = (pl.col("end_date") - pl.col("start_date")).dt.total_days()
    return found.with_columns(endpoint=pl.lit("PFS2"), days=days).drop(
        "next_line", "is_followed", *(f"next_{name}" for name in ENDS)
    )
