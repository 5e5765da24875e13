"""What the vital status, the date of death and, where a site says so, the last contact say of each other."""

import polars as pl

from transforms.intake.cells import as_date
from transforms.intake.contracts import codes
from transforms.intake.date_forms import PART_OF_A_DATE
from transforms.intake.spellings import folded


def with_deaths(patients: pl.DataFrame, first_year: int, last_year: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Text of patients with `dead` where only the date of death tells so, and which cells that filled.

    A year or a month of death does too, though it is no date; years outside of the two bounds are placeholders.
    """
    day = as_date(pl.col("death_date")).dt.year()
    part = folded(pl.col("death_date"))
    year = pl.when(part.str.contains(PART_OF_A_DATE)).then(part.str.slice(0, 4)).cast(pl.Int32)
    died = pl.coalesce(day, year).is_between(first_year, last_year)
    is_known = pl.col("vital_status").is_in(codes("patients", "vital_status"))
    known = patients.with_columns(fills=(died & ~is_known.fill_null(value=False)).fill_null(value=False))
    filled = known.with_columns(vital_status=pl.when("fills").then(pl.lit("dead")).otherwise("vital_status"))
    return filled.select(patients.columns), _filled(known.filter("fills"), "vital_status", "death_date")


def with_days_of_death(patients: pl.DataFrame, is_empty: pl.Series) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Text of patients of a site whose last contact with the dead is the day of death, and which cells that filled.

    `is_empty`: no date of death was there to be read.
    """
    fills = (pl.col("vital_status") == "dead") & is_empty & pl.col("last_contact_date").is_not_null()
    filled = patients.with_columns(death_date=pl.when(fills).then("last_contact_date").otherwise("death_date"))
    return filled, _filled(patients.filter(fills), "death_date", "last_contact")


def _filled(rows: pl.DataFrame, column: str, rule: str) -> pl.DataFrame:
    return rows.select("row_number", pl.lit(column).alias("column"), pl.lit(rule).alias("rule"))
