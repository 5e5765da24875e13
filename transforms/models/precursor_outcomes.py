"""Progression of precursors: incidence with death competing, and rates by years from diagnosis."""

from __future__ import annotations

from typing import Any

import polars as pl

from transforms.models.exposures import rate
from transforms.models.incidence import EVENT_INCIDENCE, EVENT_INCIDENCE_CURVE, incidence
from transforms.models.inputs import Tables, as_table, table
from transforms.survival.cohort import entry_days, is_seen
from transforms.survival.strata import with_columns
from transforms.survival.tables import DAYS_PER_YEAR

PRECURSORS = ("MGUS", "SMM", "plasmacytoma", "SLiM")
PROGRESSION, DEATH = "progression", "death"
COURSE = "precursor_course"
PERIODS = ((0, 5), (5, 10), (10, 20))  # years from diagnosis

PRECURSOR_RATE = {
    "precursor": pl.String,
    **dict.fromkeys(("from_year", "to_year", "n", "events"), pl.Int64),
    **dict.fromkeys(("person_years", "rate_per_100_years", "rate_low", "rate_high"), pl.Float64),
}


def precursor_outcomes(tables: Tables) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Summaries and curves, as `incidence` has them, of progression of each precursor, and its rates by `PERIODS`.

    Left out is who had progressed by the day of diagnosis. A treatment begun before progression censors. None without
    the table `precursor_course`.
    """
    summaries, curves = [pl.DataFrame(schema=EVENT_INCIDENCE)], [pl.DataFrame(schema=EVENT_INCIDENCE_CURVE)]
    rates: list[dict[str, Any]] = []
    for precursor in PRECURSORS if COURSE in tables else ():
        people = _people(tables, precursor)
        if people.is_empty():
            continue
        key = {"analysis": f"{precursor.lower()}_progression", "origin": "diagnosis", "line": None}
        summary, curve = incidence(people, key, (PROGRESSION, DEATH))
        summaries.append(summary)
        curves.append(curve)
        rates += [_rate(people, precursor, *period) for period in PERIODS]
    return pl.concat(summaries), pl.concat(curves), as_table(rates, PRECURSOR_RATE)


def _people(tables: Tables, precursor: str) -> pl.DataFrame:
    registered = with_columns(table(tables, "patients"), {"registered_on": pl.Date})
    is_one = pl.col("event").is_in([PROGRESSION, DEATH])
    return (
        table(tables, COURSE)
        .filter(precursor=precursor)
        .join(registered, on="patient_id", how="left")
        .with_columns(days=(pl.col("end_date") - pl.col("start_date")).dt.total_days())
        .with_columns(
            entry_days(),
            is_before=((pl.col("event") == PROGRESSION) & (pl.col("days") <= 0)).fill_null(value=False),
            cause=pl.when(is_one).then("event"),
        )
        .select("patient_id", "days", "event", "cause", "entry_days", "is_before")
    )


def _rate(people: pl.DataFrame, precursor: str, first_year: int, last_year: int) -> dict[str, Any]:
    """Progressions after the first day of a period up to its last, of those followed in it."""
    first, last = first_year * DAYS_PER_YEAR, last_year * DAYS_PER_YEAR
    begin = pl.max_horizontal(pl.col("entry_days").fill_null(0), pl.lit(first))
    end = pl.min_horizontal(pl.col("days"), pl.lit(last))
    seen = people.filter(~pl.col("is_before") & is_seen()).filter(begin < end)
    progressed = seen.filter(pl.col("cause") == PROGRESSION, pl.col("days") <= last).height
    years = float(seen.select((end - begin).sum()).item()) / DAYS_PER_YEAR
    return {
        "precursor": precursor,
        "from_year": first_year,
        "to_year": last_year,
        "n": seen.height,
        "events": progressed,
        "person_years": years,
        **rate(progressed, years),
    }
