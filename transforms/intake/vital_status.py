"""A date of death says that its patient is dead, where the vital status does not say anything that can be read."""

import polars as pl

from transforms.intake.contracts import REPAIRS, codes
from transforms.intake.date_forms import PART_OF_A_DATE
from transforms.intake.readers import as_date
from transforms.intake.spellings import folded


def with_deaths(patients: pl.DataFrame, first_year: int, last_year: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Text of patients with `dead` where only the date of death tells so, and how many cells that filled.

    A year or a month of death does too, though it is no date; years outside of the two bounds are placeholders.
    """
    day = as_date(pl.col("death_date")).dt.year()
    part = folded(pl.col("death_date"))
    year = pl.when(part.str.contains(PART_OF_A_DATE)).then(part.str.slice(0, 4)).cast(pl.Int32, strict=False)
    died = pl.coalesce(day, year).is_between(first_year, last_year)
    is_known = pl.col("vital_status").is_in(codes("patients", "vital_status"))
    known = patients.with_columns(fills=(died & ~is_known.fill_null(value=False)).fill_null(value=False))
    filled = known.with_columns(vital_status=pl.when("fills").then(pl.lit("dead")).otherwise("vital_status"))
    cells = known["fills"].sum()
    rows = [("vital_status", "death_date", cells)] if cells else []
    return filled.select(patients.columns), pl.DataFrame(rows, schema=REPAIRS, orient="row")
