"""Times to events of every line (section 8), in whole days.

One row is one endpoint of one line (OS from diagnosis: of one patient, line null). `event` is true for the event,
false for
censoring, null where the record contradicts itself; `days` is null with it. A line whose progression neither visits
nor the
clinic's record can tell has no row for the endpoints that need it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from transforms.lines import with_line

LINE = ["patient_id", "line"]
DATED = {
    "labs": ["collected_on"],
    "marrow": ["collected_on"],
    "mrd": ["collected_on"],
    "cytogenetics": ["collected_on"],
    "imaging": ["performed_on"],
    "treatments": ["start_date", "end_date"],
    "assessments": ["assessed_on"],
    "supportive_care": ["start_date", "end_date"],
}


def follow_up(tables: dict[str, pl.LazyFrame]) -> pl.LazyFrame:
    """One row per patient: diagnosis, death date if dead, `last_contact` (the latest of the recorded one and any
    dated row).

    `is_contradictory` marks a death without a date, or a date of death of a patient recorded as alive.
    """
    patients = tables["patients"]
    dates = [patients.select("patient_id", date="last_contact_date")]
    dates += [patients.select("patient_id", date=column) for column in ("diagnosis_date", "registered_on")]
    dates += [tables[name].select("patient_id", date=column) for name, columns in DATED.items() for column in columns]
    last_contact = pl.concat(dates).group_by("patient_id").agg(last_contact=pl.col("date").max())
    is_dead, has_date = pl.col("vital_status") == "dead", pl.col("death_date").is_not_null()
    return patients.join(last_contact, on="patient_id", how="left").select(
        "patient_id",
        "diagnosis_date",
        pl.when(is_dead).then("death_date").alias("death_date"),
        "last_contact",
        (is_dead != has_date).alias("is_contradictory"),
    )


def reported_progressions(assessments: pl.LazyFrame, lines: pl.LazyFrame) -> pl.LazyFrame:
    """First progression that the clinic recorded in each line (REPORTED); one row per line that has one.

    A date that lies outside the line that was recorded with it counts for neither.
    """
    recorded = assessments.filter(pl.col("response") == "PD").rename({"line": "recorded_line"})
    in_its_line = pl.col("recorded_line").is_null() | (pl.col("recorded_line") == pl.col("line"))
    return (
        with_line(recorded, lines, "assessed_on")
        .filter(pl.col("line").is_not_null() & in_its_line)
        .group_by(LINE)
        .agg(reported_progression_date=pl.col("assessed_on").min())
    )


def with_reported_progression(lines: pl.LazyFrame, assessments: pl.LazyFrame, *, has_assessments: bool) -> pl.LazyFrame:
    """Lines with `progression_source`: derived, or reported where no visit is evaluable and the extract has
    assessments.
    """
    is_derived = pl.col("last_evaluable_date").is_not_null()
    is_reported = pl.col("progression_source") == "reported"
    return (
        lines.join(reported_progressions(assessments, lines), on=LINE, how="left")
        .with_columns(
            progression_source=pl.when(is_derived)
            .then(pl.lit("derived"))
            .when(pl.lit(has_assessments))
            .then(pl.lit("reported"))
        )
        .with_columns(
            progression_date=pl.when(is_reported).then("reported_progression_date").otherwise("progression_date"),
            progression_confirmed_by=pl.when(is_reported & pl.col("reported_progression_date").is_not_null())
            .then(pl.lit("reported"))
            .otherwise("progression_confirmed_by"),
        )
    )


@dataclass(frozen=True)
class Stop:
    """Something that may end the time: its date (null where it did not happen) and the `reason` it gives."""

    date: pl.Expr
    reason: str


_NEXT_LINE = Stop(pl.col("next_line_start"), "next_line")
_PROGRESSION = Stop(pl.col("progression_date"), "progression")
_RESPONSE = Stop(pl.col("response_date"), "response")
_DEATH = Stop(pl.col("death_date"), "death")
_LAST_CONTACT = Stop(pl.col("last_contact"), "last_contact")
_IS_DERIVED = pl.col("progression_source") == "derived"
_LAST_ASSESSMENT = Stop(pl.when(_IS_DERIVED).then("last_evaluable_date"), "last_assessment")


def time_to_event(lines: pl.LazyFrame, follow_up_: pl.LazyFrame) -> pl.LazyFrame:
    """All endpoints of all lines, from `lines` with their outcomes and `follow_up`; sorted by patient, line,
    endpoint.
    """
    of_patients = follow_up_.with_columns(
        line=pl.lit(None, pl.Int64), start=pl.col("diagnosis_date"), progression_source=pl.lit(None, pl.String)
    )
    of_lines = lines.join(follow_up_, on="patient_id", how="left").with_columns(start=pl.col("start_date"))
    followed = of_lines.filter(pl.col("progression_source").is_not_null())
    responding = followed.with_columns(start=pl.col("response_date")).filter(pl.col("start").is_not_null())
    progression_or_death = [_PROGRESSION, _DEATH]
    rows = [
        _endpoint(of_patients, "OS", "diagnosis", events=[_DEATH]),
        _endpoint(of_lines, "OS", "line_start", events=[_DEATH]),
        _endpoint(of_lines, "TTNT", "line_start", events=[_NEXT_LINE, _DEATH]),
        _endpoint(followed, "PFS", "line_start", events=progression_or_death, censors=[_NEXT_LINE]),
        _endpoint(followed, "TTP", "line_start", events=[_PROGRESSION], censors=[_DEATH, _NEXT_LINE]),
        _endpoint(followed, "EFS", "line_start", events=[*progression_or_death, _NEXT_LINE]),
        _endpoint(responding, "DOR", "response", events=progression_or_death, censors=[_NEXT_LINE]),
        _endpoint(
            followed.filter(_IS_DERIVED),
            "TTR",
            "line_start",
            events=[_RESPONSE],
            censors=[*progression_or_death, _NEXT_LINE],
        ),
    ]
    return pl.concat(rows).sort("patient_id", "line", "endpoint", "origin", nulls_last=False)


def _endpoint(
    rows: pl.LazyFrame, name: str, origin: str, *, events: list[Stop], censors: Sequence[Stop] = ()
) -> pl.LazyFrame:
    """The first of events and censoring stops ends the time, on one day the first named; else the last look.

    A next line that censors does so at the last look before it (imwg): a later death is not this line's. The last look
    is the last evaluable assessment; for OS and TTNT, and where progression is reported, the last contact.
    """
    death = pl.when(pl.col("death_date") >= pl.col("start")).then("death_date")
    is_unclear = pl.col("is_contradictory") | (pl.col("death_date") < pl.col("start")).fill_null(value=False)
    rows = rows.with_columns(death_date=death, is_unclear=is_unclear)
    first = pl.min_horizontal(stop.date for stop in [*events, *censors])
    came_first = _first_reason([*events, *censors], first)
    is_event = came_first.is_in([stop.reason for stop in events])
    needs_progression = name not in ("OS", "TTNT")
    last_look = [_LAST_ASSESSMENT, _LAST_CONTACT] if needs_progression else [_LAST_CONTACT]
    ends = pl.coalesce(first, *(stop.date for stop in last_look))
    if any(stop.reason == "next_line" for stop in censors):
        look_before = pl.when(_IS_DERIVED).then("last_evaluable_date").otherwise("next_line_start")
        ends = pl.when(came_first == "next_line").then(look_before).otherwise(ends)
    # A death that may or may not have happened leaves open everything that nothing before it decided.
    is_told = first.is_not_null() | ~pl.col("is_unclear")
    is_told = is_told & (ends >= pl.col("start"))
    return rows.select(
        "patient_id",
        pl.col("line").cast(pl.Int64),
        endpoint=pl.lit(name),
        origin=pl.lit(origin),
        start_date="start",
        end_date=pl.when(is_told).then(ends),
        days=pl.when(is_told).then((ends - pl.col("start")).dt.total_days()),
        event=pl.when(is_told).then(is_event.fill_null(value=False)),
        reason=pl.when(is_told)
        .then(pl.coalesce(came_first, _first_reason(last_look, ends)))
        .otherwise(pl.lit("contradictory")),
        progression_source=pl.col("progression_source") if needs_progression else pl.lit(None, pl.String),
    )


def _first_reason(stops: list[Stop], first: pl.Expr) -> pl.Expr:
    return pl.coalesce(pl.when(stop.date == first).then(pl.lit(stop.reason)) for stop in stops)
