"""Adverse events while exposed and not: rates of the first one, and hazard ratios, of exposures that change with time.

A patient counts as not exposed until the exposure begins, and never by having been exposed at some time: that would
count the time in which a patient had to live, free of the event, to come to it (immortal time).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import polars as pl

from transforms.models.adverse import EVENTS, first_events
from transforms.models.fits import counting_process_cox
from transforms.models.inputs import Tables, as_table, is_seen, table
from transforms.survival.tables import DAYS_PER_YEAR

LENALIDOMIDE, IMID = "lenalidomide", "immunomodulatory_drug"
BONE, THROMBOSIS = "bone", "thrombosis"


class Exposure(NamedTuple):
    """An event, what it is looked at by, and whether what began counts for good (else while it is given)."""

    event: str
    exposure: str
    is_for_good: bool


EXPOSURES = (
    Exposure("second_primary", "lenalidomide_maintenance", is_for_good=True),
    Exposure("jaw_osteonecrosis", "bone_agent", is_for_good=True),
    Exposure("skeletal_event", "bone_agent", is_for_good=True),
    Exposure("venous_thromboembolism", "imid", is_for_good=False),
    Exposure("venous_thromboembolism", "prophylaxis_on_imid", is_for_good=False),
)
NEEDS_CARE = ("bone_agent", "prophylaxis_on_imid")

EVENT_EXPOSURE = {
    "event": pl.String,
    "exposure": pl.String,
    "is_exposed": pl.Boolean,
    **dict.fromkeys(("n", "events", "n_left_out"), pl.Int64),
    **dict.fromkeys(("person_years", "rate_per_100_years", "rate_low", "rate_high"), pl.Float64),
    **dict.fromkeys(("hazard_ratio", "ci_low", "ci_high", "p"), pl.Float64),
    "reason": pl.String,
}


def adverse_by_exposure(tables: Tables) -> pl.DataFrame:
    """One row per event, exposure and state (in it, not in it): patients ever in the state, first events, person-years,
    the rate per 100 person-years with exact limits; the hazard ratio stands with the exposed.

    Time ends, as death would end it, where the exposure is no longer known: a treatment that names no drug or one not
    known, lenalidomide of no recorded phase, supportive care that is not known. Bone agents and prophylaxis are only
    asked of a registry that records supportive care. No row without a table of events.
    """
    rows: list[dict[str, Any]] = []
    for of in EXPOSURES if EVENTS in tables else ():
        if of.exposure in NEEDS_CARE and table(tables, "given_care").is_empty():
            continue
        people = first_events(tables, of.event).filter(~pl.col("is_before"))
        intervals = exposed_intervals(people, tables, of)
        rows += _rows(of, people, intervals)
    return as_table(rows, EVENT_EXPOSURE)


def exposed_intervals(people: pl.DataFrame, tables: Tables, of: Exposure) -> pl.DataFrame:
    """Follow-up cut where the exposure begins and ends: `patient_id`, `start`, `stop` (days; at risk after start, up to
    stop), `event`, `in_state` 0 or 1. Of prophylaxis only the time on an IMiD.
    """
    followed = people.filter(is_seen()).select(
        "patient_id",
        "start_date",
        "days",
        first=pl.col("entry_days").fill_null(0),
        has_it=(pl.col("cause") == of.event).fill_null(value=False),
    )
    given, unknown = _given(tables, of.exposure)
    followed = _while_known(followed, unknown, is_for_good=of.is_for_good)
    spans = _merged(_spans(_days_of(given, followed), is_for_good=of.is_for_good))
    if of.exposure != "prophylaxis_on_imid":
        return _cut(followed, spans)
    on_imid, unknown_imid = _given(tables, "imid")
    known = _while_known(followed, unknown_imid, is_for_good=False)
    during = _merged(_spans(_days_of(on_imid, known), is_for_good=False))
    return _cut(known, spans, within=during)


def _while_known(followed: pl.DataFrame, unknown: pl.DataFrame, *, is_for_good: bool) -> pl.DataFrame:
    """Follow-up, ended where something begins that may be an exposure; one over before line 1 may not, but for good."""
    later = _days_of(unknown, followed).filter(pl.lit(is_for_good) | (pl.col("to_day") >= 0).fill_null(value=True))
    until = later.group_by("patient_id").agg(unknown_day=pl.col("from_day").min())
    return (
        followed.join(until, on="patient_id", how="left")
        .with_columns(has_it=pl.col("has_it") & (pl.col("days") <= pl.col("unknown_day")).fill_null(value=True))
        .with_columns(days=pl.min_horizontal("days", "unknown_day"))
        .drop("unknown_day")
    )


def _given(tables: Tables, exposure: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Exposures (patient, first and last day; null: it goes on), and what may be one."""
    drugs = table(tables, "given_drug").select(
        "patient_id", "phase", "drug", "class", "start_date", end_date="last_dose_on"
    )
    care = table(tables, "given_care").select("patient_id", "purpose", "start_date", "end_date")
    if exposure == "lenalidomide_maintenance":
        is_drug, is_kept = pl.col("drug") == LENALIDOMIDE, pl.col("phase") == "maintenance"
        rows, is_one = drugs, is_drug & is_kept
        may_be = (is_drug | pl.col("drug").is_null()) & (is_kept | pl.col("phase").is_null())
    elif exposure == "imid":
        rows, is_one, may_be = drugs, pl.col("class") == IMID, pl.col("drug").is_null()
    else:
        purpose = BONE if exposure == "bone_agent" else THROMBOSIS
        rows, is_one, may_be = care, pl.col("purpose") == purpose, pl.col("purpose").is_null()
    is_one = is_one.fill_null(value=False) & pl.col("start_date").is_not_null()
    days = ("patient_id", "start_date", "end_date")
    return rows.filter(is_one).select(days), rows.filter(~is_one & may_be).select(days)


def _days_of(rows: pl.DataFrame, followed: pl.DataFrame) -> pl.DataFrame:
    """`from_day` and `to_day` from the start of line 1; of a row without a date, from the start on."""
    start = pl.col("start_date_line")
    return rows.join(followed.select("patient_id", "days", start_date_line="start_date"), on="patient_id").select(
        "patient_id",
        "days",
        from_day=(pl.col("start_date") - start).dt.total_days().fill_null(0),
        to_day=(pl.col("end_date") - start).dt.total_days(),
    )


def _spans(rows: pl.DataFrame, *, is_for_good: bool) -> pl.DataFrame:
    """Spans of exposure: exposed after `begin`, up to `end`."""
    goes_on = pl.col("to_day").is_null() | pl.lit(is_for_good)
    return rows.select(
        "patient_id",
        begin="from_day",
        end=pl.when(goes_on).then("days").otherwise("to_day"),
    ).filter(pl.col("begin") < pl.col("end"))


def _merged(spans: pl.DataFrame) -> pl.DataFrame:
    """Spans that overlap or touch as one."""
    sorted_ = spans.sort("patient_id", "begin", "end")
    furthest = pl.col("end").cum_max().shift().over("patient_id")
    is_new = (pl.col("begin") > furthest).fill_null(value=True)
    return (
        sorted_.with_columns(block=is_new.cum_sum())
        .group_by("patient_id", "block", maintain_order=True)
        .agg(pl.col("begin").min(), pl.col("end").max())
        .drop("block")
    )


def _cut(followed: pl.DataFrame, spans: pl.DataFrame, within: pl.DataFrame | None = None) -> pl.DataFrame:
    """The time of each patient, cut at the ends of the spans; with `within`, only that part of it."""
    ends = [
        followed.select("patient_id", day="first"),
        followed.select("patient_id", day="days"),
        *(of.select("patient_id", day=name) for of in (spans, within) if of is not None for name in ("begin", "end")),
    ]
    cuts = (
        pl.concat(ends)
        .join(followed, on="patient_id")
        .filter(pl.col("day") >= pl.col("first"), pl.col("day") <= pl.col("days"))
        .unique(["patient_id", "day"])
        .sort("patient_id", "day")
        .with_columns(stop=pl.col("day").shift(-1))
        .filter(pl.col("patient_id") == pl.col("patient_id").shift(-1))
        .rename({"day": "start"})
    )
    marked = _inside(cuts, spans, "in_state")
    if within is not None:
        marked = _inside(marked, within, "is_within").filter("is_within")
    return marked.select(
        "patient_id",
        "start",
        "stop",
        event=pl.col("has_it") & (pl.col("stop") == pl.col("days")),
        in_state=pl.col("in_state").cast(pl.Int8),
    )


def _inside(cuts: pl.DataFrame, spans: pl.DataFrame, name: str) -> pl.DataFrame:
    """Whether each piece lies in a span: the last one that begins by its start."""
    found = cuts.join_asof(
        spans.sort("begin"), left_on="start", right_on="begin", by="patient_id", check_sortedness=False
    )
    inside = (pl.col("start") < pl.col("end")).fill_null(value=False).alias(name)
    return found.with_columns(inside).drop("end")


def _rows(of: Exposure, people: pl.DataFrame, intervals: pl.DataFrame) -> list[dict[str, Any]]:
    fit = counting_process_cox(intervals, "in_state")
    estimate = fit.estimates.get("in_state")
    known = {name: value for name, value in vars(estimate).items() if name in EVENT_EXPOSURE} if estimate else {}
    left_out = people.height - intervals["patient_id"].n_unique()
    rows = []
    for is_exposed in (True, False):
        of_state = intervals.filter(pl.col("in_state") == int(is_exposed))
        years = float((of_state["stop"] - of_state["start"]).sum()) / DAYS_PER_YEAR
        row = {
            "event": of.event,
            "exposure": of.exposure,
            "is_exposed": is_exposed,
            "n": of_state["patient_id"].n_unique(),
            "events": int(of_state["event"].sum()),
            "n_left_out": left_out,
            "person_years": years,
            **rate(int(of_state["event"].sum()), years),
        }
        rows.append(row | ((known or {"reason": fit.reason}) if is_exposed else {}))
    return rows


def rate(events: int, years: float) -> dict[str, float]:
    """Events per 100 person-years with exact Poisson limits (R: poisson.test)."""
    if years <= 0:
        return {}
    from scipy.special import gammaincinv  # takes long to load

    low = float(gammaincinv(events, 0.025)) if events else 0.0
    high = float(gammaincinv(events + 1, 0.975))
    names = ("rate_per_100_years", "rate_low", "rate_high")
    return {name: 100 * value / years for name, value in zip(names, (events, low, high), strict=True)}
