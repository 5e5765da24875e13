"""Cases of the NCI Genomic Data Commons: a JSON object a case, days from diagnosis, figures made SI by factors."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from flows.sample.forms.clean_tables import Tables, diagnosis_day, in_days, in_one_unit, treated_myeloma
from flows.sample.forms.writing import write_ndjson

# The name, the unit that its figures start from, the factor, and the unit that they are then in.
LABS = {
    "serum_m_protein": ("M Protein", "g/dL", 1.0, "g/dL"),
    "flc_kappa": ("Serum Free Immunoglobulin Light Chain, Kappa", "mg/dL", 1.0, "mg/dL"),
    "flc_lambda": ("Serum Free Immunoglobulin Light Chain, Lambda", "mg/dL", 1.0, "mg/dL"),
    "igg": ("Immunoglobulin G", "g/L", 1.0, "g/L"),
    "iga": ("Immunoglobulin A", "g/L", 1.0, "g/L"),
    "igm": ("Immunoglobulin M", "g/L", 1.0, "g/L"),
    "beta2_microglobulin": ("Beta 2 Microglobulin", "µg/mL", 1.0, "mcg/mL"),
    "albumin": ("Albumin", "g/L", 1.0, "g/L"),
    "ldh": ("Lactate Dehydrogenase", "U/L", 0.01667, "ukat/L"),
    "calcium": ("Calcium", "mg/dL", 0.25, "mmol/L"),
    "creatinine": ("Creatinine", "µmol/L", 1.0, "umol/L"),
    "hemoglobin": ("Hemoglobin", "g/dL", 0.62, "mmol/L"),
    "wbc": ("Leukocytes", "10^9/L", 1.0, "10^9/L"),
}
_NTH = ["First", "Second", "Third", "Fourth", "Fifth", "Sixth"]
_LINE = {str(number): f"{word} line of therapy" for number, word in enumerate(_NTH, start=1)}
_KIND = {
    "autologous_transplant": "Stem Cell Transplantation, Autologous",
    "allogeneic_transplant": "Stem Cell Transplantation, Allogeneic",
}


def write_gdc(folder: Path, tables: Tables) -> dict[str, int]:
    """Write cases.ndjson; the profile gdc reads it."""
    study = in_days(treated_myeloma(tables), diagnosis_day(tables))
    cases = (
        study["patients"]
        .join(_diagnoses(study), on="patient_id", how="left", maintain_order="left")
        .join(_follow_ups(study), on="patient_id", how="left", maintain_order="left")
    )
    whole = cases.select(
        submitter_id="patient_id",
        primary_site=pl.lit("Hematopoietic and reticuloendothelial systems"),
        demographic=pl.struct(
            gender=pl.col("sex").replace_strict({"F": "female", "M": "male"}),
            vital_status=pl.col("vital_status").str.to_titlecase(),
            days_to_birth=pl.col("birth_date").cast(pl.Int64),
            days_to_death=pl.col("death_date").cast(pl.Int64),
        ),
        diagnoses="diagnoses",
        follow_ups="follow_ups",
    )
    return {"cases.ndjson": write_ndjson(whole, folder / "cases.ndjson")}


def _diagnoses(study: Tables) -> pl.DataFrame:
    treatments = (
        study["treatments"]
        .group_by("patient_id", maintain_order=True)
        .agg(
            pl.struct(
                treatment_type=pl.col("phase").replace_strict(_KIND, default="Pharmaceutical Therapy, NOS"),
                therapeutic_agents=pl.col("drugs")
                .str.replace_all("_", " ")
                .str.replace_all(";", ", ")
                .str.to_titlecase(),
                regimen_or_line_of_therapy=pl.col("line").replace_strict(_LINE, default=None),
                days_to_treatment_start=pl.col("start_date").cast(pl.Int64),
                days_to_treatment_end=pl.col("end_date").cast(pl.Int64),
            ).alias("treatments")
        )
    )
    return (
        study["patients"]
        .join(treatments, on="patient_id", maintain_order="left")
        .select(
            "patient_id",
            pl.concat_list(
                pl.struct(
                    primary_diagnosis=pl.lit("Multiple myeloma"),
                    iss_stage="reported_iss",
                    days_to_last_follow_up=pl.col("last_contact_date").cast(pl.Int64),
                    treatments="treatments",
                )
            ).alias("diagnoses"),
        )
    )


def _follow_ups(study: Tables) -> pl.DataFrame:
    """Of each patient the days of follow-up, each with its tests and the performance status."""
    labs = in_one_unit(study["labs"].filter(pl.col("analyte").is_in(LABS)), {n: of[1] for n, of in LABS.items()})
    name, _, factor, unit = (
        pl.col("analyte").replace_strict({test: of[place] for test, of in LABS.items()}) for place in range(4)
    )
    figure = pl.col("value").str.strip_chars("<>=").cast(pl.Float64)
    tests = labs.group_by("patient_id", pl.col("collected_on").cast(pl.Int64).alias("day"), maintain_order=True).agg(
        pl.struct(
            laboratory_test=name,
            test_value=(figure * factor).round(6),
            test_units=unit,
            days_to_test=pl.col("collected_on").cast(pl.Int64),
        ).alias("molecular_tests")
    )
    ecog = study["findings"].filter(pl.col("finding") == "ecog")
    fit = ecog.select("patient_id", pl.col("observed_on").cast(pl.Int64).alias("day"), pl.col("value").alias("ecog"))
    visits = tests.join(fit, on=["patient_id", "day"], how="full", coalesce=True).sort("patient_id", "day")
    return visits.group_by("patient_id", maintain_order=True).agg(
        pl.struct(days_to_follow_up="day", ecog_performance_status="ecog", molecular_tests="molecular_tests").alias(
            "follow_ups"
        )
    )
