"""A bulk export of FHIR R4: newline-delimited JSON, a file a resource type; a line of therapy is a care plan."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from flows.sample.forms.clean_tables import Tables
from flows.sample.forms.codes import LOINC, LOINC_IN_MOLES, MARROW, MARROW_NAME, NAMES, UCUM
from flows.sample.forms.writing import write_ndjson

_LOINC = "http://loinc.org"
_UCUM = "http://unitsofmeasure.org"
_SNOMED = "http://snomed.info/sct"
_SIGN = {"positive": "10828004", "negative": "260385009"}
_DISEASE = {
    "MM": ("C90.0", "Multiple myeloma"),
    "SMM": ("C90.0", "Smoldering multiple myeloma"),
    "MGUS": ("D47.2", "Monoclonal gammopathy"),
    "PCL": ("C90.1", "Plasma cell leukemia"),
    "plasmacytoma": ("C90.3", "Solitary plasmacytoma"),
    "AL": ("E85.81", "Light chain (AL) amyloidosis"),
    "POEMS": ("D47.7", "POEMS syndrome"),
}
_RESPONSE = {
    "sCR": "stringent_complete_response",
    "CR": "complete_response",
    "VGPR": "very_good_partial_response",
    "PR": "partial_response",
    "MR": "minimal_response",
    "SD": "stable_disease",
    "PD": "progressive_disease",
    "NE": "not_evaluable",
}
_FINDINGS = {
    "ecog": ("89247-1", "ECOG Performance Status score", "{score}"),
    "weight_kg": ("29463-7", "Body weight", "kg"),
    "systolic_bp": ("8480-6", "Systolic blood pressure", "mm[Hg]"),
}


def write_fhir(folder: Path, tables: Tables) -> dict[str, int]:
    """Write the resources; the profile fhir reads them."""
    plans, medications, procedures = _therapy(tables)
    written = {
        "Patient": _patients(tables["patients"]),
        "Condition": _conditions(tables["patients"]),
        "Observation": _observations(tables),
        "CarePlan": plans,
        "MedicationAdministration": medications,
        "Procedure": procedures,
        "MedicationStatement": _care(tables["supportive_care"]),
    }
    return {
        f"{name}.ndjson": write_ndjson(
            frame.select(pl.lit(name).alias("resourceType"), pl.all()), folder / f"{name}.ndjson"
        )
        for name, frame in written.items()
    }


def _subject() -> pl.Expr:
    return pl.struct(reference="Patient/" + pl.col("patient_id")).alias("subject")


def _code(system: str | pl.Expr, code: pl.Expr, words: pl.Expr) -> pl.Expr:
    system = pl.lit(system) if isinstance(system, str) else system
    return pl.struct(coding=pl.concat_list(pl.struct(system=system, code=code, display=words)), text=words)


def _quantity(number: pl.Expr, unit: pl.Expr, sign: pl.Expr) -> pl.Expr:
    code = unit.replace(UCUM)
    whole = pl.struct(value=number.cast(pl.Float64), comparator=sign, unit=unit, system=pl.lit(_UCUM), code=code)
    return pl.when(number.is_not_null()).then(whole)


def _patients(patients: pl.DataFrame) -> pl.DataFrame:
    return patients.select(
        id="patient_id",
        gender=pl.col("sex").replace_strict({"F": "female", "M": "male"}),
        birthDate="birth_date",
        deceasedDateTime="death_date",
        managingOrganization=pl.struct(reference="Organization/" + pl.col("site_id")),
    )


def _conditions(patients: pl.DataFrame) -> pl.DataFrame:
    code, words = (
        pl.col("diagnosis").replace_strict({name: of[place] for name, of in _DISEASE.items()}) for place in (0, 1)
    )
    return patients.select(
        ("c-" + pl.col("patient_id")).alias("id"),
        _subject(),
        _code("http://hl7.org/fhir/sid/icd-10", code, words).alias("code"),
        pl.col("diagnosis_date").alias("onsetDateTime"),
    )


def _observations(tables: Tables) -> pl.DataFrame:
    """Laboratory results, marrow, vital signs, responses, and for the living the last visit."""
    labs = tables["labs"].filter(pl.col("analyte").is_in(LOINC))
    loinc = (
        pl.when(pl.col("unit").str.contains("mol"))
        .then(pl.col("analyte").replace_strict(LOINC_IN_MOLES, default=None))
        .otherwise(pl.col("analyte").replace_strict(LOINC))
    )
    sign = pl.coalesce("comparator", pl.col("value").str.extract("^([<>]=?)"))
    limit = [pl.when(pl.col(name).is_not_null()).then(pl.struct(value=pl.col(name).cast(pl.Float64))) for name in _ENDS]
    results = labs.select(
        "patient_id",
        pl.col("collected_on").alias("effectiveDateTime"),
        _code(_LOINC, loinc, pl.col("analyte").replace_strict(NAMES)).alias("code"),
        _quantity(pl.col("value").str.strip_chars("<>="), pl.col("unit"), sign).alias("valueQuantity"),
        pl.when(pl.col("result").is_not_null())
        .then(_code(_SNOMED, pl.col("result").replace_strict(_SIGN, default=None), pl.col("result")))
        .alias("valueCodeableConcept"),
        pl.when(pl.any_horizontal(pl.col(*_ENDS).is_not_null()))
        .then(pl.concat_list(pl.struct(low=limit[0], high=limit[1])))
        .alias("referenceRange"),
    )
    nothing = pl.lit(None, pl.String)
    marrow = tables["marrow"].select(
        "patient_id",
        pl.col("collected_on").alias("effectiveDateTime"),
        _code(_LOINC, pl.lit(MARROW), pl.lit(MARROW_NAME)).alias("code"),
        _quantity(pl.col("plasma_cell_percent"), pl.lit("%"), nothing).alias("valueQuantity"),
    )
    found = tables["findings"].filter(pl.col("finding").is_in(_FINDINGS))
    code, words, unit = (
        pl.col("finding").replace_strict({name: of[place] for name, of in _FINDINGS.items()}) for place in range(3)
    )
    signs = found.select(
        "patient_id",
        pl.col("observed_on").alias("effectiveDateTime"),
        _code(_LOINC, code, words).alias("code"),
        _quantity(pl.col("value"), unit, nothing).alias("valueQuantity"),
    )
    response = pl.col("response").replace_strict(_RESPONSE)
    responses = tables["assessments"].select(
        "patient_id",
        pl.col("assessed_on").alias("effectiveDateTime"),
        _code("urn:registry", pl.lit("response"), pl.lit("Response of the myeloma")).alias("code"),
        _code("urn:registry", response, response.str.replace_all("_", " ")).alias("valueCodeableConcept"),
    )
    living = tables["patients"].filter(pl.col("vital_status") == "alive")
    seen = living.select(
        "patient_id",
        pl.col("last_contact_date").alias("effectiveDateTime"),
        _code(_LOINC, pl.lit("67162-8"), pl.lit("Vital status")).alias("code"),
        _code(_SNOMED, pl.lit("438949009"), pl.lit("Alive")).alias("valueCodeableConcept"),
    )
    whole = pl.concat([results, marrow, signs, responses, seen], how="diagonal")
    whole = whole.sort("patient_id", "effectiveDateTime", maintain_order=True)
    number = pl.int_range(1, pl.len() + 1).cast(pl.String)
    return whole.select(
        ("o-" + number).alias("id"), pl.lit("final").alias("status"), _subject(), pl.exclude("patient_id")
    )


_ENDS = ("ref_low", "ref_high")


def _period() -> pl.Expr:
    return pl.struct(start="start_date", end="end_date")


def _therapy(tables: Tables) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """A care plan a line; the drugs given, and transplants, based on it."""
    plan = ("plan-" + pl.col("patient_id") + "-" + pl.col("line")).alias("id")
    lines = tables["treatments"].group_by("patient_id", "line", maintain_order=True)
    plans = lines.agg(pl.col("start_date").min()).select(
        plan,
        pl.lit("completed").alias("status"),
        pl.lit("plan").alias("intent"),
        ("Line " + pl.col("line")).alias("title"),
        _subject(),
        pl.struct(start="start_date").alias("period"),
    )
    based = pl.concat_list(pl.struct(reference="CarePlan/" + plan)).alias("basedOn")
    is_transplant = pl.col("phase").str.ends_with("transplant")
    drugs = tables["treatments"].filter(~is_transplant).with_columns(pl.col("drugs").str.split(";")).explode("drugs")
    number = pl.int_range(1, pl.len() + 1).cast(pl.String)
    drug = pl.col("drugs").str.replace_all("_", " ")
    medications = drugs.select(
        ("m-" + number).alias("id"),
        pl.lit("completed").alias("status"),
        _subject(),
        pl.concat_list(pl.struct(reference="CarePlan/" + plan)).alias("supportingInformation"),
        pl.struct(text=drug).alias("medicationCodeableConcept"),
        _period().alias("effectivePeriod"),
    )
    procedures = (
        tables["treatments"]
        .filter(is_transplant)
        .select(
            ("p-" + number).alias("id"),
            pl.lit("completed").alias("status"),
            _subject(),
            based,
            pl.struct(
                text=pl.when(pl.col("phase") == "allogeneic_transplant")
                .then(pl.lit("Allogeneic hematopoietic stem cell transplant"))
                .otherwise(pl.lit("Autologous hematopoietic stem cell transplant"))
            ).alias("code"),
            _period().alias("performedPeriod"),
        )
    )
    return plans, medications, procedures


def _care(care: pl.DataFrame) -> pl.DataFrame:
    given = care.filter(pl.col("drug") != "dental_check")
    return given.select(
        ("s-" + pl.int_range(1, pl.len() + 1).cast(pl.String)).alias("id"),
        pl.lit("completed").alias("status"),
        _subject(),
        pl.struct(text=pl.col("drug").str.replace_all("_", " ")).alias("medicationCodeableConcept"),
        _period().alias("effectivePeriod"),
    )
