"""One row a visit, one column a test, days from the first treatment; empty cells are NA, as R writes them."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from flows.sample.forms.clean_tables import Tables, first_treatment, in_days, in_one_unit
from flows.sample.forms.writing import across, copy_registry, write_csv
from transforms.intake.contracts import codes

LABS = {
    "serum_m_protein": "SPEP",
    "urine_m_protein": "UPEP24",
    "serum_immunofixation": "SIFE",
    "urine_immunofixation": "UIFE",
    "flc_kappa": "KAPPA",
    "flc_lambda": "LAMBDA",
    "iga": "IGA",
    "igg": "IGG",
    "igm": "IGM",
    "igd": "IGD",
    "beta2_microglobulin": "B2M",
    "albumin": "ALB",
    "ldh": "LDH",
    "calcium": "CA",
    "creatinine": "CREA",
    "hemoglobin": "HB",
    "crp": "CRP",
    "wbc": "WBC",
    "circulating_plasma_cells": "CPC",
    "circulating_plasma_cells_percent": "CPC_PCT",
    "troponin_t": "TNT",
    "nt_probnp": "NTPROBNP",
    "egfr": "EGFR",
    "vegf": "VEGF",
}
_RANGES = ["flc_kappa", "flc_lambda", "iga", "igg", "igm", "beta2_microglobulin", "albumin", "ldh", "calcium"]
RANGES = [*_RANGES, "creatinine", "hemoglobin", "vegf"]
FISH = {
    "del17p": "DEL17P",
    "t(4;14)": "T4_14",
    "t(14;16)": "T14_16",
    "gain1q": "GAIN1Q",
    "del13q": "DEL13Q",
    "t(11;14)": "T11_14",
    "del1p32": "DEL1P32",
    "t(14;20)": "T14_20",
    "del1p32_monoallelic": "DEL1P32_MONO",
    "del1p32_biallelic": "DEL1P32_BI",
    "tp53_mutation": "TP53_MUT",
}
IMAGING = {
    "modality": "SCAN",
    "lytic_lesions": "LYTIC_N",
    "focal_lesions": "FOCAL_N",
    "new_bone_lesion": "NEW_BONE",
    "bone_lesion_progression": "BONE_GROWN",
    "plasmacytoma_spd_mm2": "PCT_SPD",
    "new_plasmacytoma": "NEW_PCT",
    "fdg_uptake": "FDG",
}
MARROW = {"plasma_cell_percent": "PC_PCT", "clonal_plasma_cells": "PC_CLONAL", "specimen": "PC_SPECIMEN"}
MRD = {
    "result": "MRD",
    "method": "MRD_METHOD",
    "sensitivity": "MRD_LIMIT",
    "level": "MRD_LEVEL",
    "cells_analysed": "MRD_CELLS",
}
RESPONSE = {"response": "RESPONSE", "line": "RESPONSE_LINE"}
# Findings with a figure; the others are Y or N.
SCORES = ["ecog", "charlson", "adl", "iadl", "weight_kg", "systolic_bp"]
VISIT = ["patient_id", "collected_on"]
_YES = {"true": "Y", "false": "N"}
_SIGNS = {"positive": "1", "negative": "0"}


def write_wide(folder: Path, tables: Tables) -> dict[str, int]:
    """Write patients.csv, visits.csv, treatment.csv, comedication.csv, toxicity.csv and the registry.toml for them."""
    day_0 = first_treatment(tables)
    patients = tables["patients"].join(day_0, on="patient_id", maintain_order="left").rename({"day_0": "INDEX_DATE"})
    own = {name: name.upper() for name in tables["patients"].columns}
    counted = in_days(tables, day_0)
    named = {"patient_id": "ID", "start_date": "FROM_DAY", "end_date": "TO_DAY"}
    written = {
        "patients.csv": patients.rename({**own, "patient_id": "ID"}),
        "visits.csv": _visits(counted),
        "treatment.csv": counted["treatments"].rename({**named, "line": "LINE", "phase": "PHASE", "drugs": "DRUGS"}),
        "toxicity.csv": counted["adverse_events"].rename(
            {
                "patient_id": "ID",
                "onset_on": "ONSET_DAY",
                "event": "EVENT",
                "grade": "GRADE",
                "resolved_on": "RESOLVED_DAY",
            }
        ),
        "comedication.csv": counted["supportive_care"].rename({**named, "drug": "DRUG"}),
    }
    copy_registry("wide", folder)
    return {
        name: write_csv(frame, folder / name, null="NA" if name == "visits.csv" else "")
        for name, frame in written.items()
    }


def _visits(tables: Tables) -> pl.DataFrame:
    """One row a patient and day on which anything was measured, examined or assessed."""
    labs = in_one_unit(tables["labs"]).with_columns(
        pl.col("value").fill_null(pl.col("result").replace(_SIGNS)),
        pl.col("attributed_to_myeloma").replace(_YES),
    )
    fish = tables["cytogenetics"].with_columns(pl.col("result").replace(_SIGNS))
    found = tables["findings"].with_columns(pl.col("value").fill_null(pl.col("present").replace(_YES)))
    parts = [
        across(labs, VISIT, "analyte", LABS, {"value": ""}),
        across(labs, VISIT, "analyte", {name: LABS[name] for name in RANGES}, {"ref_low": "_LLN", "ref_high": "_ULN"}),
        across(labs, VISIT, "analyte", {"calcium": "CA"}, {"attributed_to_myeloma": "_DUE_TO_MM"}),
        _down(tables["marrow"], MARROW),
        _down(tables["mrd"], MRD),
        across(fish, VISIT, "abnormality", FISH, {"result": "", "percent": "_PCT"}),
        _down(tables["imaging"].rename({"performed_on": "collected_on"}), IMAGING),
        _down(tables["assessments"].rename({"assessed_on": "collected_on"}), RESPONSE),
        across(
            found.rename({"observed_on": "collected_on"}),
            VISIT,
            "finding",
            {name: name.upper() for name in codes("findings", "finding")},
            {"value": ""},
        ),
    ]
    visits = pl.concat(parts, how="align_full")
    visits = visits.sort("patient_id", pl.col("collected_on").cast(pl.Int32))
    return visits.rename({"patient_id": "ID", "collected_on": "DAY"})


def _down(rows: pl.DataFrame, names: dict[str, str]) -> pl.DataFrame:
    return rows.select("patient_id", "collected_on", *(pl.col(name).alias(own) for name, own in names.items()))
