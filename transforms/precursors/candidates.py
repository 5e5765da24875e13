"""Who has a precursor, recorded or derived: MGUS, smouldering myeloma, a solitary plasmacytoma, or myeloma of which
there is a biomarker only.
"""

from __future__ import annotations

import polars as pl

from rules.clauses.diagnosis import is_diagnosed
from rules.clauses.progression_of_precursors import has_a_solitary_plasmacytoma, has_biomarkers_only
from transforms.lines import gives_drugs

COURSE = ["patient_id", "precursor"]  # whose course, and of what
PRECURSORS = {
    "MGUS": is_diagnosed("MGUS").truth,
    "SMM": is_diagnosed("SMM").truth,
    "plasmacytoma": has_a_solitary_plasmacytoma(),
    "SLiM": has_biomarkers_only(),
}


def precursors(diagnosed: pl.LazyFrame, lines: pl.LazyFrame, treatments: pl.LazyFrame) -> pl.LazyFrame:
    """One row per patient and precursor, with the day of diagnosis as `on_date` and `first_line_start` (null: none).

    `diagnosed` has `diagnosis_date`, the diagnosis as `recorded` and as `derived`, and what of Table 1 held then. Where
    they differ a patient can have two. A line of radiotherapy alone is no treatment of a precursor.
    """
    with_drugs = treatments.filter(gives_drugs()).select("patient_id", "line").unique()
    first_line = (
        lines.join(with_drugs, on=["patient_id", "line"], how="semi")
        .group_by("patient_id")
        .agg(first_line_start=pl.col("start_date").min())
    )
    about = diagnosed.with_columns(on_date="diagnosis_date")
    return (
        pl.concat(
            [about.filter(is_there).with_columns(precursor=pl.lit(name)) for name, is_there in PRECURSORS.items()]
        )
        .join(first_line, on="patient_id", how="left")
        .select("patient_id", "precursor", "on_date", "first_line_start", "recorded")
    )
