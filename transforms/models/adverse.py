"""The first adverse event of a kind after the start of line 1, with death competing."""

from __future__ import annotations

import polars as pl

from transforms.models.incidence import EVENT_INCIDENCE, EVENT_INCIDENCE_CURVE, incidence
from transforms.models.inputs import OS, Tables, table, times_of

FOLLOWED = ("second_primary", "jaw_osteonecrosis", "venous_thromboembolism", "skeletal_event")
DEATH = "death"
EVENTS = "adverse_events"


def adverse_incidence(tables: Tables) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Summaries and curves, as `incidence` has them, of each kind followed and of death without it.

    None where the registry gives no table of events: then nothing tells that there were none.
    """
    found = [
        incidence(first_events(tables, name), {"analysis": name, "origin": OS.origin, "line": OS.line}, (name, DEATH))
        for name in (FOLLOWED if EVENTS in tables else ())
    ]
    empty = pl.DataFrame(schema=EVENT_INCIDENCE), pl.DataFrame(schema=EVENT_INCIDENCE_CURVE)
    summaries, curves = zip(empty, *found, strict=True)
    return pl.concat(summaries), pl.concat(curves)


def first_events(tables: Tables, name: str) -> pl.DataFrame:
    """One row per patient with a line 1: the time to the first event of that kind, to death, or to last contact.

    `is_before`: had one before the line. Unknown where the time is, and where a row that could not be read may be of an
    earlier one.
    """
    people = times_of(tables, OS)
    of_kind = table(tables, EVENTS).filter(pl.col("event") == name)
    lost = table(tables, "refused_row").filter(
        pl.col("table") == EVENTS, ~pl.col("is_repeat"), (pl.col("kind") == name).fill_null(value=True)
    )
    day = (pl.col("on") - pl.col("start_date")).dt.total_days()
    dated = pl.concat(
        [
            of_kind.select("patient_id", on="onset_on", is_lost=pl.lit(value=False)),
            lost.select("patient_id", on="dated_on", is_lost=pl.lit(value=True)),
        ]
    )
    of_people = dated.join(people.select("patient_id", "start_date"), on="patient_id").with_columns(day=day)
    firsts = of_people.group_by("patient_id").agg(
        had_before=((pl.col("day") < 0) & ~pl.col("is_lost")).any(),
        event_day=pl.col("day").filter((pl.col("day") >= 0) & ~pl.col("is_lost")).min(),
        # of a row without a date nothing is known but that it may be of any
        lost_day=pl.col("day").filter("is_lost").fill_null(0).min(),
    )
    event_day, days = pl.col("event_day"), pl.col("days")
    has_it = (event_day <= days).fill_null(value=False)
    end = pl.when(has_it).then(event_day).otherwise(days)
    may_be_earlier = (pl.col("lost_day") <= end).fill_null(value=False)
    return (
        people.join(firsts, on="patient_id", how="left", maintain_order="left")
        .with_columns(
            is_before=pl.col("had_before").fill_null(value=False),
            cause=pl.when(has_it).then(pl.lit(name)).when("event").then(pl.lit(DEATH)),
            event=pl.when(~may_be_earlier & days.is_not_null() & pl.col("event").is_not_null()).then(
                has_it | pl.col("event")
            ),
            days=pl.when(~may_be_earlier).then(end),
        )
        .select("patient_id", "start_date", "days", "event", "cause", "entry_days", "is_before")
    )
