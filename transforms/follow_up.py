"""How far each patient is followed: to death, to the last day that shows the patient alive, or to the cut-off (section
8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from transforms.lost import is_lost

# Dates that show a patient alive. Not ends of treatment: they may be planned, or stand for "going on".
DATED = {
    "labs": "collected_on",
    "marrow": "collected_on",
    "mrd": "collected_on",
    "cytogenetics": "collected_on",
    "imaging": "performed_on",
    "treatments": "start_date",
    "assessments": "assessed_on",
    "supportive_care": "start_date",
    "findings": "observed_on",
    "adverse_events": "onset_on",
}


@dataclass(frozen=True)
class Declared:
    """What holds of the extract as a whole, whichever of its patients are derived: the day after which nothing in it
    follows anybody (null: as the patients' own dates have it), whether its assessments are a log of progressions, and
    whether its dates are counted from an invented day 0, so that there is no cut-off.
    """

    cutoff: date | None = None
    is_log: bool = False
    dates_invented: bool = False


NOTHING_DECLARED = Declared()


def cutoff_of(patients: pl.DataFrame, latest_row: date | None, alone_years: int) -> date | None:
    """The latest recorded last contact or death; null where none is recorded.

    One that is later by more than some years than every other patient's, and than every dated row (the latest of which
    is `latest_row`), is a mistake of writing, and does not move what all are followed up to.
    """
    last = pl.max_horizontal("last_contact_date", "death_date")
    ended = patients.select(on=last).drop_nulls().sort("on", descending=True)
    beside = pl.max_horizontal(pl.col("on").shift(-1), pl.lit(latest_row, pl.Date))
    is_alone = (pl.col("on").dt.offset_by(f"-{alone_years}y") > beside).fill_null(value=False)
    return ended.filter(~is_alone)["on"].max()  # type: ignore[return-value]


def latest_row_of(tables: Mapping[str, pl.DataFrame]) -> date | None:
    """The latest date of the rows that show a patient alive; null where there is none."""
    latest = [tables[name][column].max() for name, column in DATED.items()]
    return max((on for on in latest if isinstance(on, date)), default=None)


def follow_up(tables: Mapping[str, pl.LazyFrame], cutoff: date | None) -> pl.LazyFrame:
    """One row per patient: diagnosis, death date if dead, `last_contact` (the latest of the recorded one and any
    dated row that shows the patient alive), neither after the `cutoff`.

    `is_contradictory` marks a death without a date, or a date of death of a patient recorded as alive; `is_death_lost`
    a date of death that could not be read.
    """
    patients = tables["patients"]
    own = ("last_contact_date", "diagnosis_date", "registered_on")
    dates = [patients.select("patient_id", date=column) for column in own]
    dates += [tables[name].select("patient_id", date=column) for name, column in DATED.items()]
    end = pl.lit(cutoff, pl.Date)
    is_in_time = (pl.col("date") <= end).fill_null(value=cutoff is None)
    last_contact = pl.concat(dates).filter(is_in_time).group_by("patient_id").agg(last_contact=pl.col("date").max())
    is_dead, has_date = pl.col("vital_status") == "dead", pl.col("death_date").is_not_null()
    return patients.join(last_contact, on="patient_id", how="left").select(
        "patient_id",
        "diagnosis_date",
        up_to(pl.when(is_dead).then("death_date"), end).alias("death_date"),
        "last_contact",
        ((is_dead != has_date) & ~is_lost("death_date")).alias("is_contradictory"),
        is_lost("death_date").alias("is_death_lost"),
        end.alias("cutoff"),
    )


def up_to(on: pl.Expr, cutoff: pl.Expr) -> pl.Expr:
    """A date; null after the cut-off, where there is one."""
    return pl.when((on > cutoff).fill_null(value=False)).then(None).otherwise(on)
