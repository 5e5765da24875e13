"""Why a row does not meet an indicator, as the store has it: what was asked for, and the nearest there is of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import polars as pl

from flows.explore.asked import Asked
from flows.explore.recorded import RECORDS, with_records
from flows.explore.untested import AT_VISIT, BEFORE_LINE_1, missing_at_visit, missing_before

Anchor = Literal["dated", "diagnosis", "first_line"]


@dataclass(frozen=True)
class Event:
    """What an indicator looks for: rows of a table by day; only those of values in a column, or after the row's day."""

    name: str
    table: str
    day: str
    only: tuple[str, tuple[str, ...]] | None = None
    is_later: bool = False


MRD = Event("mrd", "mrd", "collected_on")
MARROW = Event("marrow", "marrow", "collected_on")
CYTOGENETICS = Event("cytogenetics", "cytogenetics", "collected_on")
IMAGING = Event("imaging", "imaging", "performed_on")
TRANSPLANT = Event("transplant", "transplant", "transplanted_on", is_later=True)
MAINTENANCE = Event("maintenance", "treatments", "start_date", ("phase", ("maintenance",)))
BONE_AGENT = Event("bone_agent", "bone_agent", "begun_on")
NEXT_LINE = Event("next_line", "lines", "start_date", is_later=True)
NEXT_VISIT = Event("next_visit", "visits", "visit_date", is_later=True)
PRECURSOR_TESTS = (
    *("serum_m_protein", "urine_m_protein", "flc_kappa", "flc_lambda", "serum_immunofixation", "urine_immunofixation"),
    "iga",
)
NEXT_TEST = Event("next_test", "labs", "collected_on", ("analyte", PRECURSOR_TESTS), is_later=True)
NEXT_MRI = Event("next_mri", "imaging", "performed_on", ("modality", ("wbmri",)), is_later=True)
# Indicator -> what it looks for, and from which day: the row's own, the diagnosis, or the start of the first line.
LOOKED_FOR: dict[str, tuple[Event, Anchor]] = {
    "Q.fish": (CYTOGENETICS, "diagnosis"),
    "Q.gain1q": (CYTOGENETICS, "diagnosis"),
    "Q.marrow": (MARROW, "first_line"),
    "Q.imaging": (IMAGING, "first_line"),
    "Q.mrd_after_cr": (MRD, "dated"),
    "Q.cr_marrow": (MARROW, "dated"),
    "Q.monthly": (NEXT_VISIT, "dated"),
    "Q.two_monthly": (NEXT_VISIT, "dated"),
    "Q.relapse_watch": (NEXT_VISIT, "dated"),
    "Q.yearly_imaging": (IMAGING, "dated"),
    "Q.transplant": (TRANSPLANT, "dated"),
    "Q.maintenance": (MAINTENANCE, "dated"),
    "Q.bone_agent": (BONE_AGENT, "dated"),
    "Q.aggressive_treated": (NEXT_LINE, "dated"),
    "Q.tandem": (TRANSPLANT, "dated"),
    "Q.transplant_again": (TRANSPLANT, "dated"),
    "Q.mgus_followup": (NEXT_TEST, "dated"),
    "Q.smm_followup": (NEXT_TEST, "dated"),
    "Q.smm_mri": (NEXT_MRI, "dated"),
}
# Indicator -> the system whose missing tests staging names.
STAGES = {"Q.iss": ("ISS", "iss_source"), "Q.r_iss": ("R-ISS", "r_iss_source")}


def with_reasons(asked: Asked, rows: pl.DataFrame, indicator: str) -> pl.DataFrame:
    """Rows of an indicator with `why`: null where the store has nothing more to say than that it is so."""
    if indicator in STAGES:
        return _missing(asked, rows, *STAGES[indicator])
    if indicator in RECORDS:
        return with_records(asked, rows, RECORDS[indicator])
    if indicator in AT_VISIT:
        return missing_at_visit(asked, rows, AT_VISIT[indicator])
    if indicator in BEFORE_LINE_1:
        return missing_before(asked, rows, indicator)
    if indicator not in LOOKED_FOR:  # one of another version of the rules
        return rows.with_columns(why=pl.lit(None, pl.String))
    event, anchor = LOOKED_FOR[indicator]
    placed = _anchored(asked, rows.with_row_index("row"), anchor)
    nearest = _nearest(placed, _events(asked, event, placed), is_later=event.is_later)
    found = placed.join(nearest, on="row", how="left", maintain_order="left")
    unread = _unread(asked, event.table)
    said = [
        _sentence(asked, event, each, is_unread=each["patient_id"] in unread) for each in found.iter_rows(named=True)
    ]
    return rows.with_columns(why=pl.Series(said, dtype=pl.String))


def _anchored(asked: Asked, rows: pl.DataFrame, anchor: Anchor) -> pl.DataFrame:
    if anchor == "dated":
        return rows.with_columns(anchor="dated")
    if anchor == "diagnosis":
        days = asked.frame("patients", ["patient_id", "diagnosis_date"]).rename({"diagnosis_date": "anchor"})
    else:
        lines = asked.frame("lines", ["patient_id", "start_date"])
        days = lines.group_by("patient_id").agg(anchor=pl.col("start_date").min())
    return rows.join(days, on="patient_id", how="left", maintain_order="left")


def _events(asked: Asked, event: Event, placed: pl.DataFrame) -> pl.DataFrame:
    """The events of the patients, a row a day."""
    column, values = event.only or (event.day, ())
    only = f'and list_contains($values, "{column}")' if event.only else ""
    text = (
        f'select distinct patient_id, "{event.day}" as found from "{event.table}" semi join asked_of using (patient_id)'
        f' where "{event.day}" is not null {only}'
    )
    with asked.connection() as connection:
        connection.register("asked_of", placed.select(pl.col("patient_id").unique()))
        found = connection.sql(text, params={"values": list(values)} if event.only else None).pl()
        connection.unregister("asked_of")
    return found


def _nearest(placed: pl.DataFrame, events: pl.DataFrame, *, is_later: bool) -> pl.DataFrame:
    """Of each row the event nearest to its day, the earlier of two; only later ones, where those are looked for."""
    pairs = placed.select("row", "patient_id", "anchor").join(events, on="patient_id")
    days = (pl.col("found") - pl.col("anchor")).dt.total_days()
    pairs = pairs.with_columns(days=days).filter((pl.col("days") > 0) | pl.lit(value=not is_later))
    return (
        pairs.sort("row", pl.col("days").abs(), "days", nulls_last=True)
        .unique("row", keep="first", maintain_order=True)
        .select("row", "found", "days")
    )


def _unread(asked: Asked, table: str) -> set[str]:
    refused = asked.frame("refused_row", ["table", "patient_id", "is_repeat"])
    return set(refused.filter(pl.col("table") == table, ~pl.col("is_repeat"))["patient_id"].to_list())


def _sentence(asked: Asked, event: Event, row: Mapping[str, object], *, is_unread: bool) -> str:
    t = asked.words.t
    name, days = t(f"explore_event.{event.name}"), row["days"]
    if row["found"] is None:
        said = t("explore_quality.none_found", event=name)
    elif not isinstance(days, int):  # the row has no day to count from
        return str(row["found"])
    elif days == 0:
        said = t("explore_quality.same_day", event=name, day=str(row["anchor"]))
    else:
        key = "explore_quality.later" if days > 0 else "explore_quality.earlier"
        said = t(key, event=name, found=str(row["found"]), n=abs(days), day=str(row["anchor"]))
    return asked.words.join([said, t("explore_quality.unread")]) if is_unread else said


def _missing(asked: Asked, rows: pl.DataFrame, system: str, source: str) -> pl.DataFrame:
    """The tests for want of which a stage can't be derived; of one that the clinic recorded the store has no such."""
    words = asked.words
    staging = asked.frame("staging", ["patient_id", "unknown_because", source]).select(
        "patient_id", source, tests=pl.col("unknown_because").str.extract(rf"(?:^|; ){system}: ([^;]+)")
    )
    found = rows.join(staging, on="patient_id", how="left", maintain_order="left")

    def said(tests: str) -> str:
        return words.t("explore_quality.why_missing", tests=words.join([*map(words.name_of_test, tests.split(", "))]))

    names = {tests: said(tests) for tests in found["tests"].drop_nulls().unique().to_list()}
    missing = pl.col("tests").replace_strict(names, default=None, return_dtype=pl.String)
    recorded = pl.when(pl.col(source) == "reported").then(pl.lit(words.t("explore_quality.only_recorded")))
    return found.with_columns(why=pl.coalesce(missing, recorded)).drop("tests", source)
