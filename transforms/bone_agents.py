"""The first bone agent of each patient, and the clearance of creatinine when it was begun."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from rules.clauses.defining_events import clearance_of_creatinine
from rules.criterion import Edition
from transforms.age import age_years
from transforms.diagnosis.looked_for import weights
from transforms.nearest import nearest
from transforms.results import with_bounds
from transforms.signs import measured_columns
from transforms.wide import wide

BONE_AGENT = ["patient_id", "begun_on", "is_first", "is_denosumab", "clearance_ml_min", "clearance_ml_min_max"]
COLUMNS = {
    "creatinine": "creatinine_mg_dl",
    "creatinine_clearance": "creatinine_clearance_ml_min",
    "weight_kg": "weight_kg",
}


def bone_agents(care: pl.LazyFrame, tables: Mapping[str, pl.LazyFrame], edition: Edition) -> pl.LazyFrame:
    """One row per patient who had a bone agent: the first day on which one was begun (null: not readable), `is_first`
    (false: another was begun on a day that could not be read), whether nothing but denosumab was begun then, and the
    clearance nearest that day, recorded or else of Cockcroft and Gault, from what it is to what it may be (null: not
    known). `care` is `given_care`.
    """
    begun, first = pl.col("start_date"), pl.col("start_date").min()
    agents = (
        care.filter(pl.col("purpose") == "bone")
        .group_by("patient_id")
        .agg(
            begun_on=first,
            is_first=begun.is_not_null().all(),
            is_denosumab=(pl.col("drug") == "denosumab").filter(begun.eq_missing(first)).all(),
        )
    )
    near = edition["DX"]
    is_ours = pl.col("analyte").is_in(list(COLUMNS)) & pl.col("value").is_not_null()
    figures = with_bounds(tables["labs"].filter(is_ours)).select(
        "patient_id", "low", "high", test="analyte", date="collected_on"
    )
    rows = ((figures, near.labs_window_days), (weights(tables["findings"]), near.findings_window_days))
    about = agents.select("patient_id", "begun_on")
    found = pl.concat([nearest(about, of_test, "begun_on", days) for of_test, days in rows], how="diagonal")
    least, most = clearance_of_creatinine(edition["MDE.renal"])
    return (
        agents.join(wide(found, ["patient_id"], measured_columns(COLUMNS)), on="patient_id", how="left")
        .join(tables["patients"].select("patient_id", "birth_date", "sex"), on="patient_id", how="left")
        .with_columns(age_years=age_years("birth_date", "begun_on"))
        .with_columns(clearance_ml_min=least, clearance_ml_min_max=most)
        .select(BONE_AGENT)
        .sort("patient_id")
    )
