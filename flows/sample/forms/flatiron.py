"""Tables of the kind that Flatiron Health delivers: results by LOINC, a row a line of therapy, a month of death."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from flows.sample.forms.clean_tables import Tables, myeloma
from flows.sample.forms.codes import LOINC, LOINC_IN_MOLES, NAMES, UCUM
from flows.sample.forms.writing import write_csv

_ISOTYPE = {"light_chain": "Light chain only", "non_secretory": "Non-secretory"}
_CHAIN = {"kappa": "Kappa", "lambda": "Lambda"}
_SIGN = {"positive": "Positive", "negative": "Negative"}


def write_flatiron(folder: Path, tables: Tables) -> dict[str, int]:
    """Write the tables of those with myeloma as CSV; the profile flatiron reads them."""
    tables = myeloma(tables)
    written = {
        "Demographics": _demographics(tables["patients"]),
        "Enhanced_MultipleMyeloma": _disease(tables["patients"]),
        "Enhanced_Mortality_V2": tables["patients"]
        .drop_nulls("death_date")
        .select(PatientID="patient_id", DateOfDeath=pl.col("death_date").str.head(7)),
        "LineOfTherapy": _lines(tables["treatments"]),
        "Lab": _labs(tables["labs"]),
        "ECOG": _ecog(tables["findings"]),
        "Vitals": _vitals(tables["findings"]),
        "Visit": _visits(tables),
    }
    return {f"{name}.csv": write_csv(frame, folder / f"{name}.csv") for name, frame in written.items()}


def _demographics(patients: pl.DataFrame) -> pl.DataFrame:
    return patients.select(
        PatientID="patient_id",
        PracticeID="site_id",
        BirthYear=pl.col("birth_date").str.head(4),
        Gender="sex",
        Race=pl.lit(None, pl.String),
    )


def _disease(patients: pl.DataFrame) -> pl.DataFrame:
    protein = pl.coalesce(pl.col("isotype").replace(_ISOTYPE), pl.lit(""))
    chain = pl.coalesce(pl.col("light_chain").replace(_CHAIN), pl.lit(""))
    return patients.select(
        PatientID="patient_id",
        DiagnosisDate="diagnosis_date",
        MProtein=(protein + " " + chain).str.strip_chars(),
        ISSStage=pl.coalesce("Stage " + pl.col("reported_iss"), pl.lit("Unknown/not documented")),
        SmolderingMM=pl.when(pl.col("diagnosis") == "SMM").then(pl.lit("Yes")).otherwise(pl.lit("No")),
    )


def _lines(treatments: pl.DataFrame) -> pl.DataFrame:
    """A row a line, and one more for its maintenance; a transplant is none, and its melphalan no drug of the line."""
    is_maintenance = pl.col("phase") == "maintenance"
    given = treatments.filter(~pl.col("phase").str.ends_with("transplant")).with_columns(
        pl.col("drugs").str.split(";"), is_maintenance.alias("IsMaintenanceTherapy")
    )
    lines = given.group_by("patient_id", "line", "IsMaintenanceTherapy", maintain_order=True).agg(
        pl.col("drugs").list.explode().unique().sort().str.replace_all("_", " ").str.to_titlecase().alias("LineName"),
        pl.col("start_date").min(),
        pl.when(pl.col("end_date").is_null().any()).then(None).otherwise(pl.col("end_date").max()).alias("end_date"),
    )
    return lines.select(
        PatientID="patient_id",
        LineName=pl.col("LineName").list.join(","),
        LineNumber="line",
        LineSetting=pl.lit(None, pl.String),
        IsMaintenanceTherapy=pl.when("IsMaintenanceTherapy").then(pl.lit("True")).otherwise(pl.lit("False")),
        StartDate="start_date",
        EndDate="end_date",
    )


def _labs(labs: pl.DataFrame) -> pl.DataFrame:
    known = labs.filter(pl.col("analyte").is_in(LOINC))
    mole = pl.col("unit").str.contains("mol")
    value = pl.coalesce("comparator", pl.lit("")) + pl.col("value")
    return known.select(
        PatientID="patient_id",
        TestDate="collected_on",
        LOINC=pl.when(mole)
        .then(pl.col("analyte").replace_strict(LOINC_IN_MOLES, default=None))
        .otherwise(pl.col("analyte").replace_strict(LOINC)),
        Test=pl.col("analyte").replace_strict(NAMES),
        LabComponent=pl.col("analyte").replace_strict(NAMES).str.replace(r" (\[.*|in .*|for .*)$", ""),
        TestUnits=pl.col("unit").replace(UCUM),
        TestResult=pl.coalesce(value, pl.col("result").replace(_SIGN)),
        TestResultCleaned=pl.col("value").str.strip_chars("<>="),
        MinNorm="ref_low",
        MaxNorm="ref_high",
    )


def _ecog(findings: pl.DataFrame) -> pl.DataFrame:
    return findings.filter(pl.col("finding") == "ecog").select(
        PatientID="patient_id", EcogDate="observed_on", EcogValue="value"
    )


def _vitals(findings: pl.DataFrame) -> pl.DataFrame:
    signs = {"weight_kg": ("body weight", "kg"), "systolic_bp": ("systolic blood pressure", "mmHg")}
    test, unit = (pl.col("finding").replace_strict({name: of[place] for name, of in signs.items()}) for place in (0, 1))
    return findings.filter(pl.col("finding").is_in(signs)).select(
        PatientID="patient_id",
        TestDate="observed_on",
        Test=test,
        TestUnits=unit,
        TestResult="value",
        TestResultCleaned="value",
        TestUnitsCleaned=unit,
    )


def _visits(tables: Tables) -> pl.DataFrame:
    """A row a day on which the patient was seen; the last is the last contact of one who is alive."""
    labs = tables["labs"].select("patient_id", pl.col("collected_on").alias("VisitDate"))
    alive = tables["patients"].filter(pl.col("vital_status") == "alive")
    seen = pl.concat([labs, alive.select("patient_id", pl.col("last_contact_date").alias("VisitDate"))])
    visits = seen.unique().sort("patient_id", "VisitDate")
    return visits.select(PatientID="patient_id", VisitDate="VisitDate", VisitType=pl.lit("Visit"))
