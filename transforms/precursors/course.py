"""What became of a precursor: progression, death without it, or neither yet (SMM.progression)."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from rules.criterion import Edition
from transforms.diagnosis import judged_at
from transforms.diagnosis.values import Tables
from transforms.survival.tables import DAYS_PER_MONTH

# Of several on one date the first counts.
PROGRESSIONS = ["DX.al", "DX.pcl", "DX.myeloma"]
RECORDED = "recorded"
PROGRESSED = ["MM", "PCL", "AL"]  # a recorded diagnosis that is none of a precursor any more
DATED = {"labs": "collected_on", "marrow": "collected_on", "imaging": "performed_on", "findings": "observed_on"}
ANCHOR = ["patient_id", "on_date"]
DAYS_PER_YEAR = 12 * DAYS_PER_MONTH


def precursor_course(whom: pl.LazyFrame, tables: Tables, follow_up: pl.LazyFrame, edition: Edition) -> pl.LazyFrame:
    """One row per patient and precursor, from diagnosis to progression, death or last contact.

    Null event, end and years: the record of the death contradicts itself.
    """
    progressed = progressions(whom, tables, edition)
    start, died, last = pl.col("on_date"), pl.col("death_date"), pl.col("last_contact")
    is_progression = (pl.col("progressed_on") <= pl.coalesce(died, "progressed_on")).fill_null(value=False)
    is_told = is_progression | ~pl.col("is_contradictory")
    event = pl.when(is_progression).then(pl.lit("progression")).when(died.is_not_null()).then(pl.lit("death"))
    end = pl.when(is_progression).then("progressed_on").otherwise(pl.coalesce(died, last))
    return (
        whom.join(progressed, on="patient_id", how="left")
        .join(follow_up.drop("diagnosis_date"), on="patient_id", how="left")
        .select(
            "patient_id",
            "precursor",
            pl.when(is_progression).then("progressed_on"),
            pl.when(is_progression).then("progressed_by"),
            start_date=start,
            end_date=pl.when(is_told).then(pl.max_horizontal(start, end)),
            event=pl.when(is_told).then(event.otherwise(pl.lit("censored"))),
        )
        .with_columns(years=(pl.col("end_date") - pl.col("start_date")).dt.total_days() / DAYS_PER_YEAR)
        .select("patient_id", "precursor", "start_date", "progressed_on", "progressed_by", "end_date", "event", "years")
        .sort("patient_id", "precursor")
    )


def progressions(whom: pl.LazyFrame, tables: Tables, edition: Edition) -> pl.LazyFrame:
    """One row per patient who progressed: the first date, and the clause that held or that it was recorded."""
    judged = judged_at(_dates(whom, tables, edition), tables, edition).select(*ANCHOR, *PROGRESSIONS).collect().lazy()
    found = [judged.filter(pl.col(clause)).select(*ANCHOR, by=pl.lit(clause)) for clause in PROGRESSIONS]
    order = pl.col("by").replace_strict({by: place for place, by in enumerate([*PROGRESSIONS, RECORDED])})
    return (
        pl.concat([*found, *_recorded(whom, tables["assessments"])])
        .sort("patient_id", "on_date", order)
        .unique("patient_id", keep="first", maintain_order=True)
        .select("patient_id", progressed_on="on_date", progressed_by="by")
    )


def _recorded(whom: pl.LazyFrame, assessments: pl.LazyFrame) -> Iterator[pl.LazyFrame]:
    by = pl.lit(RECORDED).alias("by")
    yield whom.filter(pl.col("recorded").is_in(PROGRESSED)).select(*ANCHOR, by)
    told = assessments.filter(pl.col("response") == "PD").join(whom.select(ANCHOR).unique(), on="patient_id")
    yield (
        told.filter(pl.col("assessed_on") >= pl.col("on_date"))
        .select("patient_id", by, on_date="assessed_on")
        .select(*ANCHOR, "by")
    )


def _dates(whom: pl.LazyFrame, tables: Tables, edition: Edition) -> pl.LazyFrame:
    """The day of diagnosis, and each later date on which something was looked at near what a progression needs.

    No clause holds without clonal cells in marrow or blood, a proven plasmacytoma or amyloidosis in its window, so
    that other dates need not be asked about.
    """
    diagnosed = whom.select("patient_id", start="on_date").unique()
    looked = pl.concat([tables[name].select("patient_id", on_date=dated) for name, dated in DATED.items()]).unique()
    near = (pl.col("on_date") - pl.col("needed_on")).dt.total_days().abs()
    window = edition["DX"]
    is_near = near <= max(window.labs_window_days, window.findings_window_days)
    later = (
        looked.join(diagnosed, on="patient_id")
        .filter(pl.col("on_date") > pl.col("start"))
        .join(_needed(tables).join(diagnosed, on="patient_id", how="semi"), on="patient_id")
        .filter(is_near)
        .select(ANCHOR)
    )
    return pl.concat([diagnosed.select("patient_id", on_date="start"), later]).unique()


def _needed(tables: Tables) -> pl.LazyFrame:
    in_blood = pl.col("analyte").is_in(["circulating_plasma_cells", "circulating_plasma_cells_percent"])
    found = pl.col("finding").is_in(["biopsy_proven_plasmacytoma", "al_amyloidosis"]) & pl.col("present")
    return pl.concat(
        [
            tables["marrow"].select("patient_id", needed_on="collected_on"),
            tables["labs"].filter(in_blood & (pl.col("value") > 0)).select("patient_id", needed_on="collected_on"),
            tables["findings"].filter(found).select("patient_id", needed_on="observed_on"),
        ]
    ).unique()
