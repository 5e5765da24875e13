"""MMRF CoMMpass, the flat files of IA9 to IA22: a row a visit, a column a test, SI units, days from enrolment."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from flows.sample.forms.clean_tables import Tables, first_treatment, in_days, in_one_unit, treated_myeloma
from flows.sample.forms.writing import across, write_csv

LABS = {
    "serum_m_protein": ("D_LAB_serum_m_protein", "g/dL"),
    "urine_m_protein": ("D_LAB_urine_24hr_m_protein", "g/24 h"),
    "flc_kappa": ("D_LAB_serum_kappa", "mg/dL"),
    "flc_lambda": ("D_LAB_serum_lambda", "mg/dL"),
    "beta2_microglobulin": ("D_LAB_serum_beta2_microglobulin", "µg/mL"),
    "albumin": ("D_LAB_chem_albumin", "g/L"),
    "calcium": ("D_LAB_chem_calcium", "mmol/L"),
    "creatinine": ("D_LAB_chem_creatinine", "µmol/L"),
    "ldh": ("D_LAB_chem_ldh", "µkat/L"),
    "hemoglobin": ("D_LAB_cbc_hemoglobin", "mmol/L"),
    "wbc": ("D_LAB_cbc_wbc", "10^9/L"),
    "igg": ("D_LAB_serum_igg", "g/L"),
    "iga": ("D_LAB_serum_iga", "g/L"),
    "igm": ("D_LAB_serum_igm", "g/L"),
    "igd": ("D_LAB_serum_igd", "g/L"),
    "crp": ("D_LAB_serum_c_reactive_protein", "mg/L"),
}
# Abnormalities of FISH by their number.
FISH = {
    **{"del13q": "", "t(4;14)": "3", "t(11;14)": "6", "t(14;16)": "8", "t(14;20)": "9", "del17p": "11"},
    "gain1q": "13",
}
RESPONSES = {
    "sCR": "Stringent Complete Response (sCR)",
    "CR": "Complete Response",
    "VGPR": "Very Good Partial Response (VGPR)",
    "PR": "Partial Response",
    "MR": "Minimal Response",
    "SD": "Stable Disease",
    "PD": "Progressive Disease",
    "NE": "Not Evaluable",
}
_VISIT = ["patient_id", "day"]
_STAGE = {"I": "1", "II": "2", "III": "3"}


def write_mmrf_flat(folder: Path, tables: Tables) -> dict[str, int]:
    """Write PER_PATIENT, PER_PATIENT_VISIT and STAND_ALONE_TRTRESP; the profile mmrf-flat reads them."""
    study = in_days(treated_myeloma(tables), first_treatment(tables))
    written = {
        "PER_PATIENT": _patients(study["patients"]),
        "PER_PATIENT_VISIT": _visits(study),
        "STAND_ALONE_TRTRESP": _lines(study["treatments"]),
    }
    return {f"{name}.csv": write_csv(frame, folder / f"{name}.csv") for name, frame in written.items()}


def _patients(patients: pl.DataFrame) -> pl.DataFrame:
    return patients.select(
        PUBLIC_ID="patient_id",
        STUDY_ID=pl.lit("CoMMpass"),
        D_PT_SITE="site_id",
        D_PT_age=(-pl.col("birth_date").cast(pl.Float64) / 365.25).floor().cast(pl.Int64),
        DEMOG_GENDER=pl.col("sex").replace_strict({"F": "Female", "M": "Male"}),
        D_PT_iss=pl.col("reported_iss").replace(_STAGE),
        D_PT_deathdy="death_date",
        D_PT_lstalive="last_contact_date",
    )


def _visits(study: Tables) -> pl.DataFrame:
    labs = in_one_unit(study["labs"], {name: unit for name, (_, unit) in LABS.items()})
    number = labs.with_columns(pl.col("value").str.strip_chars("<>="))
    results = across(
        number.rename({"collected_on": "day"}), _VISIT, "analyte", {n: of for n, (of, _) in LABS.items()}, {"value": ""}
    )
    marrow = study["marrow"].rename({"collected_on": "day"})
    plasma = across(marrow, _VISIT, "specimen", {"biopsy": "BB_", "aspirate": "BONE_"}, _PERCENT)
    fish = study["cytogenetics"].with_columns(
        pl.col("result").replace_strict({"positive": "Yes", "negative": "No"}), pl.col("collected_on").alias("day")
    )
    named = {name: f"D_TRI_CF_ABNORMALITYPR{number}" for name, number in FISH.items()}
    found = across(fish, _VISIT, "abnormality", named, {"result": ""})
    found = found.filter(pl.any_horizontal(pl.col(*named.values()).is_not_null())).with_columns(
        pl.col(*named.values()).fill_null("Not Done"), pl.col("day").alias("D_TRI_CF_DAYPERFORMED")
    )
    lesions = pl.col("lytic_lesions").cast(pl.Int64)
    scans = study["imaging"].drop_nulls("lytic_lesions")
    bones = scans.select(
        "patient_id",
        pl.col("performed_on").alias("day"),
        pl.when(lesions >= 3).then(pl.lit(">=3")).otherwise(lesions.cast(pl.String)).alias("BA_OFLYTICLESION"),
    )
    seen = study["assessments"].select(
        "patient_id",
        pl.col("assessed_on").alias("day"),
        pl.col("response").replace_strict(RESPONSES).alias("AT_TREATMENTRESP"),
        pl.col("assessed_on").alias("AT_RESPONSEASSES"),
    )
    ecog = study["findings"].filter(pl.col("finding") == "ecog")
    fit = ecog.select("patient_id", pl.col("observed_on").alias("day"), pl.col("value").alias("ECOG_PERFORMANCEST"))
    visits = pl.concat([seen, fit, bones, plasma, results, found], how="align_full")
    visits = visits.sort("patient_id", pl.col("day").cast(pl.Int64))
    number_of = pl.int_range(pl.len()).over("patient_id").cast(pl.String).alias("VISIT")
    return visits.select(
        pl.col("patient_id").alias("PUBLIC_ID"),
        number_of,
        pl.col("day").alias("VISITDY"),
        pl.exclude("patient_id", "day"),
    )


_PERCENT = {"plasma_cell_percent": "PERCENTOFPLAS"}


def _lines(treatments: pl.DataFrame) -> pl.DataFrame:
    """A row a line: its drugs, and the day of a transplant in it."""
    is_transplant = pl.col("phase").str.ends_with("transplant")
    end = pl.col("end_date").cast(pl.Int64)
    rows = treatments.with_columns(pl.col("drugs").str.split(";"), is_transplant.alias("is_transplant"))
    given = (
        rows.filter(~is_transplant)
        .group_by("patient_id", "line", maintain_order=True)
        .agg(
            pl.col("drugs").list.explode().unique().sort().alias("trtshnm"),
            pl.col("start_date").cast(pl.Int64).min().alias("trtstdy"),
            pl.when(end.is_null().any()).then(None).otherwise(end.max()).alias("trtendy"),
        )
    )
    transplants = (
        rows.filter("is_transplant")
        .group_by("patient_id", "line")
        .agg(
            pl.col("start_date").cast(pl.Int64).min().alias("bmtx_day"),
            pl.when(pl.col("phase").first() == "allogeneic_transplant")
            .then(pl.lit("Allogeneic"))
            .otherwise(pl.lit("Autologous"))
            .alias("bmtx_type"),
        )
    )
    lines = given.join(transplants, on=["patient_id", "line"], how="left", maintain_order="left")
    return lines.select(
        public_id="patient_id",
        line="line",
        trtshnm=pl.col("trtshnm").list.eval(pl.element().str.replace_all("_", " ").str.to_titlecase()).list.join("-"),
        trtstdy="trtstdy",
        trtendy="trtendy",
        bmtx_day="bmtx_day",
        bmtx_type="bmtx_type",
    )
