"""REDCap, the raw export of a project with repeating instruments: a row of codes for each time one is filled in."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from flows.sample.care import SUPPLEMENTS
from flows.sample.forms.clean_tables import Tables, in_one_unit
from flows.sample.forms.writing import across, copy_registry, write_csv
from rules.categories import BEST_FIRST
from transforms.intake.contracts import codes

FILE = "MyelomaRegistry_DATA_2025-01-15_1030.csv"
# As the project's forms ask for them.
UNITS = dict.fromkeys(("serum_m_protein", "albumin", "hemoglobin", "iga", "igg", "igm", "igd"), "g/L")
LABS = {
    "serum_m_protein": "spep",
    "urine_m_protein": "upep",
    "serum_immunofixation": "sife",
    "urine_immunofixation": "uife",
    "flc_kappa": "kappa",
    "flc_lambda": "lambda",
    "iga": "iga",
    "igg": "igg",
    "igm": "igm",
    "igd": "igd",
    "beta2_microglobulin": "b2m",
    "albumin": "alb",
    "ldh": "ldh",
    "calcium": "calcium",
    "creatinine": "creat",
    "hemoglobin": "hb",
    "crp": "crp",
    "wbc": "wbc",
    "circulating_plasma_cells": "cpc",
    "circulating_plasma_cells_percent": "cpc_pct",
    "troponin_t": "tnt",
    "nt_probnp": "ntprobnp",
    "egfr": "egfr",
    "vegf": "vegf",
}
FISH = {
    "del17p": "fish_del17p",
    "t(4;14)": "fish_t414",
    "t(14;16)": "fish_t1416",
    "gain1q": "fish_gain1q",
    "del13q": "fish_del13q",
    "t(11;14)": "fish_t1114",
    "del1p32": "fish_del1p",
    "t(14;20)": "fish_t1420",
    "del1p32_monoallelic": "fish_del1p_mono",
    "del1p32_biallelic": "fish_del1p_bi",
    "tp53_mutation": "fish_tp53",
}
PATIENT = {
    "site_id": "redcap_data_access_group",
    "birth_date": "dob",
    "sex": "sex",
    "diagnosis_date": "dx_date",
    "registered_on": "enrol_dt",
    "diagnosis": "dx_type",
    "isotype": "heavy_chain",
    "light_chain": "light_chain",
    "m_protein_in_beta": "beta_peak",
    "reported_iss": "iss",
    "reported_r_iss": "riss",
    "vital_status": "vital",
    "death_date": "death_dt",
    "last_contact_date": "last_fu",
}
MARROW = {
    "collected_on": "bm_dt",
    "plasma_cell_percent": "bm_pc",
    "clonal_plasma_cells": "bm_clonal",
    "specimen": "bm_type",
}
MRD = {
    "collected_on": "mrd_dt",
    "method": "mrd_method",
    "sensitivity": "mrd_sens",
    "result": "mrd_result",
    "level": "mrd_level",
    "cells_analysed": "mrd_cells",
}
IMAGING = {
    "performed_on": "img_dt",
    "modality": "img_type",
    "lytic_lesions": "img_lytic",
    "focal_lesions": "img_focal",
    "new_bone_lesion": "img_new_bone",
    "bone_lesion_progression": "img_bone_pd",
    "plasmacytoma_spd_mm2": "img_spd",
    "new_plasmacytoma": "img_new_pct",
    "fdg_uptake": "img_fdg",
}
TREATMENT = {
    "line": "tx_line",
    "phase": "tx_phase",
    "start_date": "tx_start",
    "end_date": "tx_stop",
    "stop_reason": "tx_reason",
}
RESPONSE = {"assessed_on": "resp_dt", "response": "resp", "line": "resp_line"}
CARE = {"drug": "sup_drug", "start_date": "sup_start", "end_date": "sup_stop"}
# Check boxes: the place in the list is the code.
DRUGS = [
    *("bortezomib", "carfilzomib", "ixazomib", "thalidomide", "lenalidomide", "pomalidomide", "daratumumab"),
    *("isatuximab", "elotuzumab", "dexamethasone", "prednisolone", "melphalan", "cyclophosphamide"),
    *("idecabtagene_vicleucel", "ciltacabtagene_autoleucel", "elranatamab", "teclistamab"),
]
REASONS = ["completed", "progression", "toxicity", "death", "patient_choice"]
CARE_DRUGS = [
    *("zoledronic_acid", "denosumab", "dental_check", "aciclovir", "valaciclovir", "aspirin", "warfarin"),
    *("apixaban", "edoxaban"),
    *SUPPLEMENTS,
]
RADIO = {
    "sex": ["M", "F"],
    "stop_reason": REASONS,
    "drug": CARE_DRUGS,
    "response": list(BEST_FIRST),
    "specimen": ["aspirate", "biopsy"],
    **{name: list(codes("patients", name)) for name in ("diagnosis", "isotype", "light_chain")},
    **{name: list(codes("patients", name)) for name in ("reported_iss", "reported_r_iss")},
    "modality": list(codes("imaging", "modality")),
    "method": list(codes("mrd", "method")),
    "phase": list(codes("treatments", "phase")),
}
_NO_YES = {
    **{"false": "0", "true": "1", "alive": "0", "dead": "1"},
    **{"negative": "0", "positive": "1", "not_detected": "0", "detected": "1"},
}


def write_redcap(folder: Path, tables: Tables) -> dict[str, int]:
    """Write the project's one file, and the registry.toml that reads it."""
    instruments = {"demographics": _own(tables["patients"], PATIENT)}
    instruments |= {
        "lab": _labs(tables["labs"]),
        "marrow": _own(tables["marrow"], MARROW),
        "mrd": _own(tables["mrd"], MRD),
        "fish": _fish(tables["cytogenetics"]),
        "imaging": _own(tables["imaging"], IMAGING),
        "treatment": _treatments(tables["treatments"]),
        "response": _own(tables["assessments"], RESPONSE),
        "supportive_care": _own(tables["supportive_care"], CARE),
        "clinical": _clinical(tables["findings"]),
    }
    parts = [_instrument(name, frame, nth) for nth, (name, frame) in enumerate(instruments.items())]
    whole = pl.concat(parts, how="diagonal").sort("record_id", "nth", pl.col("redcap_repeat_instance").cast(pl.Int32))
    group = pl.col("redcap_data_access_group").max().over("record_id").str.to_lowercase()
    first = ["record_id", "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"]
    rest = [name for name in whole.columns if name not in (*first, "nth", "redcap_data_access_group")]
    copy_registry("redcap", folder)
    export = whole.with_columns(group).select(*first, "redcap_data_access_group", *rest)
    return {FILE: write_csv(export, folder / FILE)}


def _instrument(name: str, frame: pl.DataFrame, nth: int) -> pl.DataFrame:
    """Rows of an instrument; only the first, filled in once, does not repeat."""
    again = nth > 0
    instance = pl.int_range(1, pl.len() + 1).over("record_id").cast(pl.String)
    return frame.with_columns(
        pl.lit("followup_arm_1" if again else "baseline_arm_1").alias("redcap_event_name"),
        pl.lit(name if again else None, pl.String).alias("redcap_repeat_instrument"),
        pl.when(again).then(instance).alias("redcap_repeat_instance"),
        pl.lit("2").alias(f"{name}_complete"),
        pl.lit(nth).alias("nth"),
    )


def _coded(name: str) -> pl.Expr:
    """A choice as its number in the list, yes and no as 1 and 0."""
    if name in RADIO:
        numbers = {choice: str(number) for number, choice in enumerate(RADIO[name], start=1)}
        return pl.col(name).replace_strict(numbers)
    return pl.col(name).replace(_NO_YES)


def _own(rows: pl.DataFrame, names: dict[str, str]) -> pl.DataFrame:
    cells = [_coded(name).alias(own) for name, own in names.items()]
    return rows.select(pl.col("patient_id").alias("record_id"), *cells)


def _labs(rows: pl.DataFrame) -> pl.DataFrame:
    labs = in_one_unit(rows, UNITS).with_columns(pl.col("value").fill_null(_coded("result")))
    wide = across(labs, ["patient_id", "collected_on"], "analyte", LABS, {"value": ""})
    limits = across(labs, ["patient_id", "collected_on"], "analyte", {"ldh": "ldh"}, {"ref_high": "_uln"})
    cause = labs.with_columns(_coded("attributed_to_myeloma"))
    causes = across(
        cause, ["patient_id", "collected_on"], "analyte", {"calcium": "calcium"}, {"attributed_to_myeloma": "_mm"}
    )
    return (
        pl.concat([wide, limits, causes], how="align")
        .sort("patient_id", "collected_on")
        .rename({"patient_id": "record_id", "collected_on": "lab_dt"})
    )


def _fish(rows: pl.DataFrame) -> pl.DataFrame:
    fish = rows.with_columns(_coded("result"))
    wide = across(fish, ["patient_id", "collected_on"], "abnormality", FISH, {"result": "", "percent": "_pct"})
    return wide.sort("patient_id", "collected_on").rename({"patient_id": "record_id", "collected_on": "fish_dt"})


def _clinical(rows: pl.DataFrame) -> pl.DataFrame:
    found = rows.with_columns(pl.col("value").fill_null(_coded("present")))
    asked = {name: f"clin_{name}" for name in codes("findings", "finding")}
    wide = across(found, ["patient_id", "observed_on"], "finding", asked, {"value": ""})
    return wide.sort("patient_id", "observed_on").rename({"patient_id": "record_id", "observed_on": "clin_dt"})


def _treatments(rows: pl.DataFrame) -> pl.DataFrame:
    given = rows.select("drugs").to_series().str.split(";")
    boxes = [given.list.contains(drug).cast(pl.Int8).cast(pl.String) for drug in DRUGS]
    boxes = [box.alias(f"tx_drug___{number}") for number, box in enumerate(boxes, start=1)]
    return _own(rows, TREATMENT).hstack(boxes)
