"""A study of cBioPortal as others publish it: clinical data under four lines of comment, timelines from diagnosis."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from flows.sample.forms.clean_tables import Tables, diagnosis_day, in_days, treated_myeloma
from flows.sample.forms.writing import write_csv
from transforms.survival import DAYS_PER_MONTH

# Name, label, type.
ATTRIBUTES = (
    ("PATIENT_ID", "Patient Identifier", "STRING"),
    ("SEX", "Sex", "STRING"),
    ("AGE", "Age at Diagnosis", "NUMBER"),
    ("ISOTYPE", "Isotype", "STRING"),
    ("LIGHT_CHAIN", "Light Chain", "STRING"),
    ("ISS_STAGE", "ISS Stage", "STRING"),
    ("RISS", "R-ISS", "STRING"),
    ("CENTER", "Center", "STRING"),
    ("OS_STATUS", "Overall Survival Status", "STRING"),
    ("OS_MONTHS", "Overall Survival (Months)", "NUMBER"),
)


def write_cbioportal(folder: Path, tables: Tables) -> dict[str, int]:
    """Write the patients of the study and its timelines; the profile cbioportal reads them."""
    study = in_days(treated_myeloma(tables), diagnosis_day(tables))
    patients = _patients(study["patients"])
    path = folder / "data_clinical_patient.txt"
    comments = [[label for _, label, _ in ATTRIBUTES]] * 2 + [
        [kind for *_, kind in ATTRIBUTES],
        ["1"] * len(ATTRIBUTES),
    ]
    path.write_text("".join("#" + "\t".join(line) + "\n" for line in comments), encoding="utf-8")
    with path.open("ab") as file:
        patients.write_csv(file, separator="\t")
    timelines = {
        "treatment": _treatment(study["treatments"]),
        "labtest": _labs(study["labs"]),
        "status": study["assessments"].select(*_event("assessed_on", "STATUS"), STATUS="response"),
    }
    rows = {path.name: patients.height}
    for name, frame in timelines.items():
        of = f"data_timeline_{name}.txt"
        rows[of] = write_csv(frame, folder / of, separator="\t")
    return rows


def _event(start: str, kind: str, stop: str | None = None) -> list[pl.Expr]:
    return [
        pl.col("patient_id").alias("PATIENT_ID"),
        pl.col(start).alias("START_DATE"),
        (pl.col(stop) if stop else pl.lit(None, pl.String)).alias("STOP_DATE"),
        pl.lit(kind).alias("EVENT_TYPE"),
    ]


def _patients(patients: pl.DataFrame) -> pl.DataFrame:
    months = (pl.col("last_contact_date").cast(pl.Float64) / DAYS_PER_MONTH).round(2)
    return patients.select(
        PATIENT_ID="patient_id",
        SEX=pl.col("sex").replace_strict({"F": "Female", "M": "Male"}),
        AGE=(-pl.col("birth_date").cast(pl.Float64) / 365.25).floor().cast(pl.Int64),
        ISOTYPE="isotype",
        LIGHT_CHAIN="light_chain",
        ISS_STAGE="reported_iss",
        RISS="reported_r_iss",
        CENTER="site_id",
        OS_STATUS=pl.col("vital_status").replace_strict({"alive": "0:LIVING", "dead": "1:DECEASED"}),
        OS_MONTHS=months,
    )


def _treatment(treatments: pl.DataFrame) -> pl.DataFrame:
    is_transplant = pl.col("phase").str.ends_with("transplant")
    given = treatments.with_columns(pl.col("drugs").str.split(";").alias("agent")).explode("agent")
    return given.select(
        *_event("start_date", "TREATMENT", "end_date"),
        TREATMENT_TYPE=pl.lit("Medical Therapy"),
        SUBTYPE=pl.when(is_transplant).then(pl.lit("Autologous Transplant")).otherwise(pl.lit("Drug")),
        AGENT=pl.col("agent").str.replace_all("_", " "),
        LINE="line",
        PHASE="phase",
    )


def _labs(labs: pl.DataFrame) -> pl.DataFrame:
    return labs.select(
        *_event("collected_on", "LAB_TEST"),
        TEST="analyte",
        RESULT=pl.coalesce("comparator", pl.lit("")) + pl.coalesce("value", "result"),
        UNIT="unit",
    )
