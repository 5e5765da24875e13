"""MMRF CoMMpass, the long tables of the v25 dictionary: days from the first treatment, a row a laboratory result."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from flows.sample.forms.clean_tables import Tables, first_treatment, in_days, treated_myeloma
from flows.sample.forms.writing import write_csv

LABS = {
    "serum_m_protein": ("protein", "serum_protein_electrophoresis_m_protein", "serum"),
    "urine_m_protein": ("protein", "24hr_serum_m_protein", "urine"),
    "flc_kappa": ("protein", "serum_kappa_free_light_chains", "serum"),
    "flc_lambda": ("protein", "serum_lambda_free_light_chains", "serum"),
    "igg": ("immunoglobulin", "igg", "serum"),
    "iga": ("immunoglobulin", "iga", "serum"),
    "igm": ("immunoglobulin", "igm", "serum"),
    "igd": ("immunoglobulin", "igd", "serum"),
    "beta2_microglobulin": ("chemistry", "beta_2_microglobulin", "serum"),
    "albumin": ("chemistry", "albumin", "serum"),
    "ldh": ("chemistry", "lactate_dehydrogenase_ldh", "serum"),
    "calcium": ("chemistry", "calcium", "serum"),
    "creatinine": ("chemistry", "creatinine", "serum"),
    "crp": ("chemistry", "c_reactive_protein", "serum"),
    "hemoglobin": ("hematology", "hemoglobin", "blood"),
    "wbc": ("hematology", "wbc", "blood"),
}
RESPONSES = {
    "sCR": "stingent_complete_respones",  # as it is spelt there
    "CR": "complete_response",
    "VGPR": "very_good_partial_response",
    "PR": "partial_response",
    "MR": "minimal_response",
    "SD": "stable_disease",
    "PD": "progressive_disease",
    "NE": "not_evaluable",
}
CATEGORIES = {
    **dict.fromkeys(("bortezomib", "carfilzomib", "ixazomib"), "pi"),
    **dict.fromkeys(("lenalidomide", "pomalidomide", "thalidomide"), "imid"),
    **dict.fromkeys(("daratumumab", "isatuximab"), "cd38"),
    **dict.fromkeys(("melphalan", "cyclophosphamide"), "chemo"),
    **dict.fromkeys(("dexamethasone", "prednisolone"), "steroid"),
    **dict.fromkeys(("idecabtagene_vicleucel", "elranatamab"), "bcma"),
    "elotuzumab": "slamf7",
}
_INTENT = {"autologous_transplant": "sct_prep", "salvage": "relapse", "car_t": "relapse"}
_STAGE = {"I": "1", "II": "2", "III": "3"}
_UNITS = {"mg/24 h": "mg/24hr", "g/24 h": "g/24hr", "mg/day": "mg/24hr", "/µL": "/mcl", "10^9/L": "x10^3/mcl"}


def write_mmrf(folder: Path, tables: Tables) -> dict[str, int]:
    """Write the tables of the study, whose patients all have a treated myeloma; the profile mmrf reads them."""
    study = in_days(treated_myeloma(tables), first_treatment(tables))
    written = {
        "subject": _subjects(study["patients"]),
        "diagnosis": _diagnoses(study["patients"]),
        "labs": _labs(study["labs"]),
        "followup": _visits(study),
        "administered_line": study["treatments"]
        .group_by("patient_id", "line", maintain_order=True)
        .agg(days_to_line_start=pl.col("start_date").cast(pl.Int64).min(), days_to_line_end=_end())
        .rename({"patient_id": "public_id"}),
        "administered_agent": _agents(study["treatments"]),
        "sample": _samples(study["marrow"]),
        "sample_features": _features(study["marrow"]),
    }
    return {f"{name}.csv": write_csv(frame, folder / f"{name}.csv") for name, frame in written.items()}


def _end() -> pl.Expr:
    """The last day of several, null while one goes on."""
    end = pl.col("end_date").cast(pl.Int64)
    return pl.when(end.is_null().any()).then(None).otherwise(end.max())


def _subjects(patients: pl.DataFrame) -> pl.DataFrame:
    return patients.select(
        public_id="patient_id",
        gender=pl.col("sex").replace_strict({"F": "female", "M": "male"}),
        vital_status="vital_status",
        age_at_index=(-pl.col("birth_date").cast(pl.Float64) / 365.25).floor().cast(pl.Int64),
        days_to_birth="birth_date",
        days_to_death="death_date",
        institution_id="site_id",
    )


def _diagnoses(patients: pl.DataFrame) -> pl.DataFrame:
    return patients.select(
        public_id="patient_id",
        dx_id=pl.lit("1"),
        diagnosis_is_primary_disease=pl.lit("True"),
        iss_stage=pl.col("reported_iss").replace(_STAGE),
        r_iss_stage=pl.col("reported_r_iss").replace(_STAGE),
        days_to_diagnosis="diagnosis_date",
        days_to_last_follow_up="last_contact_date",
    )


def _labs(labs: pl.DataFrame) -> pl.DataFrame:
    known = labs.filter(pl.col("analyte").is_in(LABS))
    group, test, specimen = (
        pl.col("analyte").replace_strict({name: of[place] for name, of in LABS.items()}) for place in range(3)
    )
    return known.select(
        public_id="patient_id",
        days_to_specimen_collection="collected_on",
        lab_group=group,
        lab_test=test,
        lab_test_specimen=specimen,
        lab_test_result=pl.coalesce("comparator", pl.lit("")) + pl.col("value"),
        lab_result_test_unit=pl.col("unit").replace(_UNITS).str.to_lowercase(),
    )


def _visits(study: Tables) -> pl.DataFrame:
    """A row a visit at which response or performance was assessed."""
    seen = study["assessments"].select(
        "patient_id",
        pl.col("assessed_on").alias("day"),
        pl.col("response").replace_strict(RESPONSES).alias("disease_response"),
        pl.col("assessed_on").alias("days_to_disease_response_assessment"),
    )
    ecog = study["findings"].filter(pl.col("finding") == "ecog")
    fit = ecog.select("patient_id", pl.col("observed_on").alias("day"), pl.col("value").alias("ecog_ps_numeric"))
    visits = seen.join(fit, on=["patient_id", "day"], how="full", coalesce=True)
    return visits.sort("patient_id", pl.col("day").cast(pl.Int64)).rename(
        {"patient_id": "public_id", "day": "days_to_visit"}
    )


def _agents(treatments: pl.DataFrame) -> pl.DataFrame:
    agents = treatments.with_columns(pl.col("drugs").str.split(";").alias("agent")).explode("agent")
    return agents.select(
        public_id="patient_id",
        line="line",
        agent=pl.col("agent").str.replace_all("_", " "),
        agent_category=pl.col("agent").replace_strict(CATEGORIES, default="other"),
        regimen_intent=pl.col("phase").replace(_INTENT),
        days_to_agent_start="start_date",
        days_to_agent_end="end_date",
    )


_VISIT = (
    pl.col("patient_id").str.to_lowercase() + "_" + pl.int_range(1, pl.len() + 1).over("patient_id").cast(pl.String)
)


def _samples(marrow: pl.DataFrame) -> pl.DataFrame:
    """A row a sample of a visit; the visit's features do not say the day."""
    return marrow.select(
        public_id="patient_id",
        sample_visit_id=_VISIT,
        specimen=pl.lit("bone_marrow"),
        days_to_sample_procurement="collected_on",
    )


def _features(marrow: pl.DataFrame) -> pl.DataFrame:
    return marrow.select(
        public_id="patient_id", study_visit_id=_VISIT, morphology_pct_plasma_cells_in_bm="plasma_cell_percent"
    )
