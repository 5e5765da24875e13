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


def precursors(diagnosed: pl.LazyFrame, treatments: pl.LazyFrame) -> pl.LazyFrame:
    """One row per patient and precursor, with the day of diagnosis as `on_date` and that of the first drug as
    `treated_on` (null: none).

    `diagnosed` has `diagnosis_date`, the diagnosis as `recorded` and as `derived`, and what of Table 1 held then. Where
    they differ a patient can have two. Radiotherapy is no treatment of a precursor.
    """
    first_drug = treatments.filter(gives_drugs()).group_by("patient_id").agg(treated_on=pl.col("start_date").min())
    about = diagnosed.with_columns(on_date="diagnosis_date")
    return (
        pl.concat(
            [about.filter(is_there).with_columns(precursor=pl.lit(name)) for name, is_there in PRECURSORS.items()]
        )
        .join(first_drug, on="patient_id", how="left")
        .select("patient_id", "precursor", "on_date", "treated_on", "recorded")
    )
