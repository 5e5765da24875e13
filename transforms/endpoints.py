"""Times to events of every line (section 8), in whole days.

One row is one endpoint of one line (OS from diagnosis: of one patient, line null). `event` is true for the event, false
for censoring, null where the record contradicts itself; `days` is null with it. A line whose progression neither visits
nor the clinic's record decides has no row for the endpoints that need it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import polars as pl

from rules.criterion import Criterion, Edition
from transforms.follow_up import up_to
from transforms.lines import with_line
from transforms.lost import refused
from transforms.second_progression import second_progression

LINE = ["patient_id", "line"]


def reported_progressions(assessments: pl.LazyFrame, lines: pl.LazyFrame) -> pl.LazyFrame:
    """What the clinic recorded of each line that it assessed: the first progression (REPORTED), null where none.

    An assessment dated outside the line that was recorded with it counts for neither.
    """
    recorded = assessments.rename({"line": "recorded_line"})
    in_its_line = pl.col("recorded_line").is_null() | (pl.col("recorded_line") == pl.col("line"))
    return (
        with_line(recorded, lines, "assessed_on")
        .filter(pl.col("line").is_not_null() & in_its_line)
        .group_by(LINE)
        .agg(
            reported_progression_date=pl.col("assessed_on").filter(pl.col("response") == "PD").min(),
            is_assessed=pl.lit(value=True),
        )
    )


def with_reported_progression(
    lines: pl.LazyFrame, assessments: pl.LazyFrame, refused_row: pl.LazyFrame, *, is_log: bool
) -> pl.LazyFrame:
    """Lines with `progression_source`: derived, reported where no visit is evaluable and the clinic assessed the line
    (or, in a log of progressions, would have recorded one), else null: nothing tells.

    `is_lost`: nor does the clinic's record, as one that could not be read may be of an earlier progression.
    """
    is_derived = pl.col("last_evaluable_date").is_not_null()
    is_reported = pl.col("progression_source") == "reported"
    reported = pl.col("reported_progression_date")
    return (
        lines.join(reported_progressions(assessments, lines), on=LINE, how="left")
        .join(_lost_assessments(lines, refused_row), on=LINE, how="left")
        .with_columns(
            progression_source=pl.when(is_derived)
            .then(pl.lit("derived"))
            .when(pl.col("is_assessed") | pl.col("lost_on").is_not_null() | pl.lit(is_log))
            .then(pl.lit("reported"))
        )
        .with_columns(
            is_lost=is_reported.fill_null(value=False)
            & (reported.is_null() | (pl.col("lost_on") < reported))
            & pl.col("lost_on").is_not_null()
        )
        .with_columns(
            pl.when(~pl.col("is_lost")).then(name).alias(name)
            for name in ("reported_progression_date", "progression_source")
        )
        .with_columns(
            progression_date=pl.when(is_reported).then(reported).otherwise("progression_date"),
            progression_confirmed_by=pl.when(is_reported & reported.is_not_null())
            .then(pl.lit("reported"))
            .otherwise("progression_confirmed_by"),
        )
    )


def _lost_assessments(lines: pl.LazyFrame, refused_row: pl.LazyFrame) -> pl.LazyFrame:
    """`lost_on` of each line with a refused assessment that may be in it: the earliest day that it may be of."""
    lost = refused(refused_row, "assessments").select("patient_id", "dated_on", lost_line="line")
    on = pl.col("dated_on")
    holds = (on > pl.col("start_date")) & (on <= pl.col("next_line_start")).fill_null(value=True)
    is_its_own = (pl.col("lost_line") == pl.col("line")).fill_null(value=True)
    return (
        lines.select(*LINE, "start_date", "next_line_start")
        .join(lost, on="patient_id")
        .filter(is_its_own & holds.fill_null(value=True))
        .group_by(LINE)
        .agg(lost_on=pl.coalesce("dated_on", "start_date").min())
    )


def with_lost_treatments(lines: pl.LazyFrame, refused_row: pl.LazyFrame) -> pl.LazyFrame:
    """Lines with `lost_line_on`: the earliest day on which a refused treatment may have begun the next line; and
    without an `end_date` where one may be of the line itself (`is_end_lost`).

    One that does not name its line may be of any begun by then, or between two of which the numbers leave room.
    """
    lost = refused(refused_row, "treatments").select("patient_id", "dated_on", lost_line="line")
    known = lines.select("patient_id", lost_line=pl.col("line").cast(pl.Int32))
    others = lost.join(known, on=["patient_id", "lost_line"], how="anti")
    number, dated_on, start = pl.coalesce("lost_line", pl.col("line") + 1), pl.col("dated_on"), pl.col("start_date")
    next_lines = (
        lines.sort("patient_id", "start_date", "line")
        .select(*LINE, "start_date", next_number=pl.col("line").shift(-1).over("patient_id"))
        .join(others, on="patient_id")
        .filter((number > pl.col("line")) & (number < pl.col("next_number")).fill_null(value=True))
        .filter((dated_on > start).fill_null(value=True))
        .group_by(LINE)
        .agg(lost_line_on=pl.coalesce("dated_on", "start_date").min())
    )
    own = (
        lines.select(*LINE, "start_date")
        .join(lost, on="patient_id")
        .filter((pl.col("lost_line") == pl.col("line")).fill_null((dated_on >= start).fill_null(value=True)))
        .select(*LINE, is_end_lost=pl.lit(value=True))
        .unique()
    )
    return (
        lines.join(next_lines, on=LINE, how="left")
        .join(own, on=LINE, how="left")
        .with_columns(pl.col("is_end_lost").fill_null(value=False))
        .with_columns(end_date=pl.when(~pl.col("is_end_lost")).then("end_date"))
    )


@dataclass(frozen=True)
class Stop:
    """Something that may end the time: its date (null where it did not happen) and the `reason` it gives."""

    date: pl.Expr
    reason: str


_NEXT_LINE = Stop(pl.col("next_line_start"), "next_line")
_NEXT_LINE_CENSORS = Stop(pl.col("censoring_line_start"), "next_line")
_PROGRESSION = Stop(pl.col("progression_date"), "progression")
_RESPONSE = Stop(pl.col("response_date"), "response")
_DEATH = Stop(pl.col("death_date"), "death")
_TREATMENT_END = Stop(pl.col("treated_until"), "treatment_end")
_LAST_CONTACT = Stop(pl.col("last_contact"), "last_contact")
_IS_DERIVED = pl.col("progression_source") == "derived"
_LAST_ASSESSMENT = Stop(pl.when(_IS_DERIVED).then("last_evaluable_date"), "last_assessment")
_PROGRESSION_OR_DEATH = [_PROGRESSION, _DEATH]
WITHOUT_PROGRESSION = ("OS", "TTNT", "TTD")  # their times end whatever is known of progression


def endpoint_tables(lines: pl.LazyFrame, followed: pl.LazyFrame, edition: Edition) -> dict[str, pl.DataFrame]:
    """The tables of section 8 that say something of single patients, from `lines` with outcomes and `follow_up`."""
    return {
        "time_to_event": time_to_event(lines, followed, edition).collect(),
        "pfs_by_censoring": pfs_by_censoring(lines, followed, edition).collect(),
    }


def time_to_event(lines: pl.LazyFrame, follow_up_: pl.LazyFrame, edition: Edition) -> pl.LazyFrame:
    """All endpoints of all lines, from `lines` with their outcomes and `follow_up`, under the run's censoring.

    Sorted by patient, line, endpoint.
    """
    of_patients = follow_up_.with_columns(
        line=pl.lit(None),
        start=pl.col("diagnosis_date"),
        start_date=pl.col("diagnosis_date"),
        is_lost=pl.lit(value=False),
        lost_line_on=pl.lit(None, pl.Date),
    )
    of_lines = _lines_with_follow_up(lines, follow_up_)
    rule = edition["PFS"]
    own = of_lines.filter("is_timed")
    followed = under_censoring(of_lines, rule).filter("is_timed")
    responding = followed.with_columns(start=pl.col("response_date")).filter(pl.col("start").is_not_null())
    to_next_line = _endpoint(of_lines, "TTNT", "line_start", events=[_NEXT_LINE, _DEATH])
    to_progression = _pfs(followed, rule)
    rows = [
        _endpoint(of_patients, "OS", "diagnosis", events=[_DEATH]),
        _endpoint(of_lines, "OS", "line_start", events=[_DEATH]),
        to_next_line,
        _endpoint(
            of_lines.with_columns(is_lost="is_end_lost"),
            "TTD",
            "line_start",
            events=[_DEATH, _TREATMENT_END, _NEXT_LINE],
        ),
        to_progression,
        second_progression(to_next_line, to_progression, of_lines),
        _endpoint(
            followed,
            "TTP",
            "line_start",
            events=[_PROGRESSION],
            censors=[_DEATH, _NEXT_LINE_CENSORS],
            rule=rule,
        ),
        _endpoint(own, "EFS", "line_start", events=[*_PROGRESSION_OR_DEATH, _NEXT_LINE]),
        _endpoint(responding, "DOR", "response", events=_PROGRESSION_OR_DEATH, censors=[_NEXT_LINE_CENSORS], rule=rule),
        _endpoint(
            own.filter(_IS_DERIVED),
            "TTR",
            "line_start",
            events=[_RESPONSE],
            censors=[*_PROGRESSION_OR_DEATH, _NEXT_LINE_CENSORS],
        ),
    ]
    return pl.concat(rows).sort("patient_id", "line", "endpoint")


def pfs_by_censoring(lines: pl.LazyFrame, follow_up_: pl.LazyFrame, edition: Edition) -> pl.LazyFrame:
    """PFS of every line under each rule of censoring: one row per line and rule, columns as in `time_to_event`."""
    of_lines = _lines_with_follow_up(lines, follow_up_)
    rows = []
    for name in edition["PFS"].censoring_choices:
        rule = replace(edition["PFS"], numbers={**edition["PFS"].numbers, "censoring": name})
        followed = under_censoring(of_lines, rule).filter("is_timed")
        rows.append(_pfs(followed, rule).with_columns(censoring=pl.lit(name)))
    return pl.concat(rows).drop("endpoint", "origin").sort("patient_id", "line", "censoring")


def _pfs(followed: pl.LazyFrame, rule: Criterion) -> pl.LazyFrame:
    censors = [_NEXT_LINE_CENSORS]
    return _endpoint(followed, "PFS", "line_start", events=_PROGRESSION_OR_DEATH, censors=censors, rule=rule)


def _lines_with_follow_up(lines: pl.LazyFrame, follow_up_: pl.LazyFrame) -> pl.LazyFrame:
    ends = ("progression_date", "response_date", "next_line_start", "treated_until")
    return (
        lines.join(follow_up_, on="patient_id", how="left")
        .with_columns(up_to(pl.col(name), pl.col("cutoff")).alias(name) for name in ends)
        .with_columns(
            start=pl.col("start_date"),
            censoring_line_start=pl.col("next_line_start"),
            # an end later than anything else is planned, or stands for "going on"
            treated_until=pl.when(pl.col("treated_until") <= pl.max_horizontal("last_contact", "death_date")).then(
                "treated_until"
            ),
            # whether there is something to tell of its progression
            is_timed=pl.col("progression_source").is_not_null() | pl.col("is_lost"),
        )
    )


def under_censoring(lines: pl.LazyFrame, rule: Criterion) -> pl.LazyFrame:
    """Lines with what PFS, TTP and DOR are to stop at under a rule of censoring (see PFS in the edition).

    Under ema a later line's progression and assessments are this line's too, and no next line censors.
    """
    if rule.censoring != "ema":
        return lines
    progressed_on = _from_here_on(pl.col("progression_date"), pl.Expr.cum_min)
    lost_from = _from_here_on(pl.when("is_lost").then("start_date"), pl.Expr.cum_min)
    return lines.sort("start_date", "line").with_columns(
        progression_date=progressed_on,
        last_evaluable_date=_from_here_on(pl.col("last_evaluable_date"), pl.Expr.cum_max),
        # what could not be read of a later line comes after its start
        is_lost=(lost_from < progressed_on).fill_null(lost_from.is_not_null()),
        censoring_line_start=pl.lit(None),
    )


def _from_here_on(date: pl.Expr, extreme: Callable[[pl.Expr], pl.Expr]) -> pl.Expr:
    """The extreme of a date over a patient's line and those after it; nulls do not count."""
    return extreme(date.reverse()).forward_fill().reverse().over("patient_id")


def _comes_late(event: pl.Expr, reason: pl.Expr, rule: Criterion) -> tuple[pl.Expr, pl.Expr]:
    """Under fda: whether an event comes after missed assessments, and the last assessment before it (or the start)."""
    before = pl.when(reason == "progression").then("last_evaluable_before_progression").otherwise("last_evaluable_date")
    last_look = pl.coalesce(before, "start_date")
    in_first_year = (last_look - pl.col("start_date")).dt.total_days() < rule.first_year_days
    interval = pl.when(in_first_year).then(rule.first_year_interval_days).otherwise(rule.later_interval_days)
    gap = (event - last_look).dt.total_days()
    return _IS_DERIVED & (gap > rule.missed_assessments * interval + rule.grace_days), last_look


def _endpoint(
    rows: pl.LazyFrame,
    name: str,
    origin: str,
    *,
    events: list[Stop],
    censors: Sequence[Stop] = (),
    rule: Criterion | None = None,
) -> pl.LazyFrame:
    """The first of events and censoring stops ends the time, on one day the first named; else the last look.

    A next line that censors does so at the last look before it: a later death is not this line's. The last look is the
    last evaluable assessment; for OS, TTNT and TTD, and where progression is reported, the last contact.
    """
    needs_progression = name not in WITHOUT_PROGRESSION
    died_within = pl.col("death_date") >= pl.col(
        "start_date"
    )  # of the line, and yet before the response it starts from
    is_impossible = (died_within & (pl.col("death_date") < pl.col("start"))).fill_null(value=False)
    death = pl.when(pl.col("death_date") >= pl.col("start")).then("death_date")
    is_early = (pl.col("death_date") < pl.col("start")).fill_null(value=False)
    is_unclear = pl.col("is_contradictory") | pl.col("is_death_lost") | is_early
    rows = rows.with_columns(death_date=death, is_unclear=is_unclear, is_impossible=is_impossible)
    first = pl.min_horizontal(stop.date for stop in [*events, *censors])
    reason = _first_reason([*events, *censors], first)
    is_event = reason.is_in([stop.reason for stop in events]).fill_null(value=False)
    last_seen = [_LAST_ASSESSMENT, _LAST_CONTACT] if needs_progression else [_LAST_CONTACT]
    ends = pl.coalesce(first, *(stop.date for stop in last_seen))
    if censors:
        look_before = pl.when(_IS_DERIVED).then("last_evaluable_date").otherwise("next_line_start")
        ends = pl.when(~is_event & (reason == "next_line")).then(look_before).otherwise(ends)
    if rule and rule.censoring == "fda":
        comes_late, last_look = _comes_late(first, reason, rule)
        is_late = is_event & comes_late.fill_null(value=False)
        ends = pl.when(is_late).then(last_look).otherwise(ends)
        reason = pl.when(is_late).then(pl.lit("missed_assessments")).otherwise(reason)
        is_event = is_event & ~is_late
    # A death that may or may not have happened leaves open everything that nothing before it decided.
    is_known = first.is_not_null() | ~pl.col("is_unclear")
    is_known = is_known & (ends >= pl.col("start")) & ~pl.col("is_impossible")
    is_read = ~pl.col("is_lost") if needs_progression or name == "TTD" else pl.lit(value=True)
    if any(stop is _NEXT_LINE for stop in events):
        is_read = is_read & ~(pl.col("lost_line_on") < ends).fill_null(pl.col("lost_line_on").is_not_null())
    unknown = pl.when(is_read & ~pl.col("is_death_lost")).then(pl.lit("contradictory")).otherwise(pl.lit("unreadable"))
    is_known = is_known & is_read
    return rows.select(
        "patient_id",
        pl.col("line").cast(pl.Int64),
        endpoint=pl.lit(name),
        origin=pl.lit(origin),
        start_date="start",
        end_date=pl.when(is_known).then(ends),
        days=pl.when(is_known).then((ends - pl.col("start")).dt.total_days()),
        event=pl.when(is_known).then(is_event),
        reason=pl.when(is_known).then(pl.coalesce(reason, _first_reason(last_seen, ends))).otherwise(unknown),
        progression_source=pl.col("progression_source") if needs_progression else pl.lit(None, pl.String),
    )


def _first_reason(stops: list[Stop], first: pl.Expr) -> pl.Expr:
    return pl.coalesce(pl.when(stop.date == first).then(pl.lit(stop.reason)) for stop in stops)
