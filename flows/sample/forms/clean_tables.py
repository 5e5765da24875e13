"""What every form begins with: the clean rows of the contract's tables, and what most forms do to them."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from flows.sample.blocks import COLUMNS, DATES, block_tables
from flows.sample.draws import BLOCK
from rules.audit.work_up import EXAMINATIONS, ONLY_TESTED
from transforms.intake.units import DECIMALS, NUMERIC, canonical_unit, factor, to_canonical

Tables = dict[str, pl.DataFrame]
_DAY = "%Y-%m-%d"


def clean_tables(patients: int, seed: int) -> Tables:
    """The contract's tables of that many patients, all text, without a row that the contract refuses.

    Tests of which is asked only whether they were done (Q.work_up) are in no form.
    """
    blocks = [block_tables(seed, block, min(BLOCK, patients - block * BLOCK)) for block in range(-(-patients // BLOCK))]
    tables = {table: pl.concat(block[table] for block in blocks) for table in COLUMNS}
    only_tested = {"labs": ("analyte", ONLY_TESTED), "findings": ("finding", EXAMINATIONS)}
    return {
        table: rows.filter(~pl.col(only_tested[table][0]).is_in(only_tested[table][1]))
        if table in only_tested
        else rows
        for table, rows in tables.items()
    }


def without_amounts(tables: Tables) -> Tables:
    """The tables without causes of death, radiotherapy, and how much of a treatment was given."""
    given = ("cycles", "dose", "dose_unit", "stem_cells_10e6_kg", "radiation_gy")
    treatments = tables["treatments"].filter((pl.col("phase") != "radiotherapy").fill_null(value=True))
    return tables | {"patients": tables["patients"].drop("death_cause"), "treatments": treatments.drop(given)}


def dates(table: str) -> list[str]:
    """The columns of a table that hold dates."""
    return DATES.get(table, ["collected_on"])


def first_treatment(tables: Tables) -> pl.DataFrame:
    """Day 0 of each patient as most studies have it, `day_0`: of the first treatment, of diagnosis if there is none."""
    first = tables["treatments"].group_by("patient_id").agg(pl.col("start_date").min().alias("day_0"))
    patients = tables["patients"].select("patient_id", "diagnosis_date").join(first, on="patient_id", how="left")
    return patients.sort("patient_id").select("patient_id", pl.coalesce("day_0", "diagnosis_date").alias("day_0"))


def diagnosis_day(tables: Tables) -> pl.DataFrame:
    """Day 0 of each patient, `day_0`, where that is diagnosis."""
    return tables["patients"].select("patient_id", pl.col("diagnosis_date").alias("day_0"))


def myeloma(tables: Tables) -> Tables:
    """The tables of those patients who have myeloma, smouldering or active."""
    chosen = tables["patients"].filter(pl.col("diagnosis").is_in(["MM", "SMM"]))
    return {
        table: rows.join(chosen, on="patient_id", how="semi", maintain_order="left") for table, rows in tables.items()
    }


def treated_myeloma(tables: Tables) -> Tables:
    """The tables of those patients that studies of myeloma consist of."""
    treated = tables["treatments"].select("patient_id").unique()
    chosen = tables["patients"].filter(pl.col("diagnosis") == "MM").join(treated, on="patient_id", how="semi")
    return {
        table: rows.join(chosen, on="patient_id", how="semi", maintain_order="left") for table, rows in tables.items()
    }


def in_days(tables: Tables, day_0: pl.DataFrame) -> Tables:
    """The tables with their dates as days from the patient's day 0, as text."""
    zero = pl.col("day_0").str.to_date(_DAY)
    return {
        table: rows.join(day_0, on="patient_id", how="left", maintain_order="left")
        .with_columns(
            (pl.col(name).str.to_date(_DAY) - zero).dt.total_days().cast(pl.String).alias(name) for name in dates(table)
        )
        .drop("day_0")
        for table, rows in tables.items()
    }


def in_one_unit(labs: pl.DataFrame, units: Mapping[str, str] | None = None) -> pl.DataFrame:
    """Labs with the figures of each analyte in one unit: that of `units`, else the criteria's own. All text again; a
    figure below the limit of detection is `<0.1` in `value`, and `comparator` is gone."""
    units = units or {}
    sign = pl.coalesce("comparator", pl.col("value").str.extract("^([<>]=?)")).fill_null("").alias("sign")
    typed = labs.with_row_index("row_number").with_columns(
        sign, *(pl.col(name).str.strip_chars("<>=").cast(pl.Float64) for name in NUMERIC)
    )
    canonical, _ = to_canonical(typed)
    known = {name: units.get(name, canonical_unit(name)) for name in labs["analyte"].unique() if _is_figure(name)}
    factors = {name: factor(name, unit) for name, unit in known.items() if name in units}
    scale = pl.col("analyte").replace_strict(factors, default=1.0, return_dtype=pl.Float64)
    figures = [_text((pl.col(name) / scale).round(DECIMALS)).alias(name) for name in NUMERIC]
    unit = pl.col("analyte").replace_strict(known, default=None, return_dtype=pl.String).alias("unit")
    text = canonical.with_columns(figures).with_columns((pl.col("sign") + pl.col("value")).alias("value"), unit)
    return text.select(name for name in labs.columns if name != "comparator")


def _is_figure(analyte: str) -> bool:
    return not analyte.endswith("immunofixation")


def _text(figure: pl.Expr) -> pl.Expr:
    return figure.cast(pl.String).str.strip_suffix(".0")
