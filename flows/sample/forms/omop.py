"""OMOP CDM 5.4: a CSV file a table, everything as concepts; lines of therapy as episodes of drug exposures."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from flows.sample.forms.clean_tables import Tables
from flows.sample.forms.codes import EVENTS, LOINC, LOINC_IN_MOLES, MARROW, OMOP, OMOP_UNITS, RXNORM, UCUM
from flows.sample.forms.writing import write_csv

_FROM_EHR = 32817
_FROM_LABORATORY = 32856
_SEX = {"M": 8507, "F": 8532}
_COMPARATOR = {"<": 4171756, "<=": 4171754, ">": 4172704, ">=": 4171755}
_SIGN = {"positive": 9191, "negative": 9189}
_MYELOMA = 437233
# SMM has no code of its own in ICD-10: it is C90.0 too. That of POEMS syndrome (D47.7) is of others as well: its name.
_ICD10 = {
    "MM": "C90.0",
    "SMM": "C90.0",
    "MGUS": "D47.2",
    "PCL": "C90.1",
    "plasmacytoma": "C90.3",
    "AL": "E85.81",
    "POEMS": "POEMS syndrome",
}
_REGIMEN = 32531
_DRUG_EXPOSURE_ID = 1147094
_VITAL_SIGNS = {"weight_kg": (3025315, 9529, "kg"), "systolic_bp": (3004249, 8876, "mm[Hg]")}
_PERSON = pl.col("patient_id").str.slice(1).cast(pl.Int64).alias("person_id")
_NONE = pl.lit(None, pl.Int64)


def write_omop(folder: Path, tables: Tables) -> dict[str, int]:
    """Write the tables of the CDM that the patients fill; the profile omop reads them. `person_id` is the number in
    their id."""
    is_transplant = pl.col("phase").str.ends_with("transplant")
    given = tables["treatments"].filter(~is_transplant)
    exposures, episodes, events = _therapy({**tables, "treatments": given})
    written = {
        "person": _person(tables["patients"]),
        "observation_period": _observed(tables),
        "death": tables["patients"]
        .drop_nulls("death_date")
        .select(
            _PERSON,
            death_date="death_date",
            death_datetime=_NONE,
            death_type_concept_id=pl.lit(_FROM_EHR),
            cause_concept_id=_NONE,
            cause_source_value=_NONE,
            cause_source_concept_id=_NONE,
        ),
        "care_site": tables["patients"]
        .select(care_site_id=_care_site(), care_site_name="site_id")
        .unique()
        .sort("care_site_id")
        .with_columns(place_of_service_concept_id=pl.lit(0), care_site_source_value="care_site_name"),
        "condition_occurrence": _conditions(tables),
        "measurement": _measurements(tables),
        "observation": _performance(tables["findings"]),
        "procedure_occurrence": _transplants(tables["treatments"].filter(is_transplant)),
        "drug_exposure": exposures,
        "episode": episodes,
        "episode_event": events,
    }
    return {f"{name}.csv": write_csv(frame, folder / f"{name}.csv") for name, frame in written.items()}


def _care_site() -> pl.Expr:
    return pl.col("site_id").str.slice(1).cast(pl.Int64)


def _person(patients: pl.DataFrame) -> pl.DataFrame:
    born = pl.col("birth_date").str.to_date("%Y-%m-%d")
    return patients.select(
        _PERSON,
        gender_concept_id=pl.col("sex").replace_strict(_SEX),
        year_of_birth=born.dt.year(),
        month_of_birth=born.dt.month(),
        day_of_birth=born.dt.day(),
        birth_datetime=pl.col("birth_date") + " 00:00:00",
        race_concept_id=pl.lit(0),
        ethnicity_concept_id=pl.lit(0),
        location_id=_NONE,
        provider_id=_NONE,
        care_site_id=_care_site(),
        person_source_value="patient_id",
        gender_source_value="sex",
    )


def _observed(tables: Tables) -> pl.DataFrame:
    """From the first row of a patient to the last day that it was known how he or she was."""
    first = tables["labs"].group_by("patient_id").agg(pl.col("collected_on").min())
    patients = tables["patients"].join(first, on="patient_id", how="left", maintain_order="left")
    return patients.select(
        _PERSON.alias("observation_period_id"),
        _PERSON,
        observation_period_start_date=pl.min_horizontal("collected_on", "diagnosis_date"),
        observation_period_end_date="last_contact_date",
        period_type_concept_id=pl.lit(_FROM_EHR),
    )


def _conditions(tables: Tables) -> pl.DataFrame:
    """The disease by its code, complications by their names; an event of another kind is no condition of its own."""
    disease = tables["patients"].select(
        "patient_id",
        day="diagnosis_date",
        until=pl.lit(None, pl.String),
        name=pl.col("diagnosis").replace_strict(_ICD10),
    )
    events = tables["adverse_events"].filter(pl.col("event") != "other")
    name = pl.coalesce("description", pl.col("event").replace_strict(EVENTS, default=None))
    rows = pl.concat([disease, events.select("patient_id", day="onset_on", until="resolved_on", name=name)])
    return rows.with_row_index("condition_occurrence_id", 1).select(
        "condition_occurrence_id",
        _PERSON,
        condition_concept_id=pl.when(pl.col("name") == "C90.0").then(_MYELOMA).otherwise(0),
        condition_start_date="day",
        condition_start_datetime=_NONE,
        condition_end_date="until",
        condition_type_concept_id=pl.lit(_FROM_EHR),
        condition_source_value="name",
        condition_source_concept_id=pl.lit(0),
    )


def _measurements(tables: Tables) -> pl.DataFrame:
    labs = tables["labs"].filter(pl.col("analyte").is_in(LOINC))
    loinc = (
        pl.when(pl.col("unit").str.contains("mol"))
        .then(pl.col("analyte").replace_strict(LOINC_IN_MOLES, default=None))
        .otherwise(pl.col("analyte").replace_strict(LOINC))
    )
    sign = pl.coalesce("comparator", pl.col("value").str.extract("^([<>]=?)"))
    results = labs.select(
        "patient_id",
        pl.col("collected_on").alias("day"),
        loinc.alias("code"),
        sign.alias("sign"),
        pl.col("value").str.strip_chars("<>=").alias("number"),
        "result",
        "unit",
        "ref_low",
        "ref_high",
        (pl.coalesce("comparator", pl.lit("")) + pl.coalesce("value", "result")).alias("as_written"),
    )
    marrow = tables["marrow"].select(
        "patient_id",
        pl.col("collected_on").alias("day"),
        pl.lit(MARROW).alias("code"),
        pl.col("plasma_cell_percent").alias("number"),
        pl.lit("%").alias("unit"),
        pl.col("plasma_cell_percent").alias("as_written"),
    )
    signs = tables["findings"].filter(pl.col("finding").is_in(_VITAL_SIGNS))
    vital = signs.select(
        "patient_id",
        pl.col("observed_on").alias("day"),
        pl.col("finding").alias("code"),
        pl.col("value").alias("number"),
        pl.col("finding").replace_strict({name: unit for name, (_, _, unit) in _VITAL_SIGNS.items()}).alias("unit"),
        pl.col("value").alias("as_written"),
    )
    concepts = OMOP | {name: concept for name, (concept, _, _) in _VITAL_SIGNS.items()}
    units = OMOP_UNITS | {unit: concept for _, concept, unit in _VITAL_SIGNS.values()}
    rows = pl.concat([results, marrow, vital], how="diagonal").sort("patient_id", "day", maintain_order=True)
    return rows.with_row_index("measurement_id", 1).select(
        "measurement_id",
        _PERSON,
        measurement_concept_id=pl.col("code").replace_strict(concepts),
        measurement_date="day",
        measurement_datetime=pl.col("day") + " 08:00:00",
        measurement_time=_NONE,
        measurement_type_concept_id=pl.lit(_FROM_LABORATORY),
        operator_concept_id=pl.col("sign").replace_strict(_COMPARATOR, default=4172703, return_dtype=pl.Int64),
        value_as_number="number",
        value_as_concept_id=pl.col("result").replace_strict(_SIGN, default=0, return_dtype=pl.Int64),
        unit_concept_id=pl.col("unit").replace_strict(units, default=0, return_dtype=pl.Int64),
        range_low="ref_low",
        range_high="ref_high",
        provider_id=_NONE,
        visit_occurrence_id=_NONE,
        visit_detail_id=_NONE,
        measurement_source_value="code",
        measurement_source_concept_id=pl.lit(0),
        unit_source_value=pl.col("unit").replace(UCUM),
        unit_source_concept_id=pl.lit(0),
        value_source_value="as_written",
        measurement_event_id=_NONE,
        meas_event_field_concept_id=_NONE,
    )


def _performance(findings: pl.DataFrame) -> pl.DataFrame:
    ecog = findings.filter(pl.col("finding") == "ecog").with_row_index("observation_id", 1)
    return ecog.select(
        "observation_id",
        _PERSON,
        observation_concept_id=pl.lit(0),
        observation_date="observed_on",
        observation_type_concept_id=pl.lit(_FROM_EHR),
        value_as_number="value",
        unit_concept_id=pl.lit(0),
        observation_source_value=pl.lit("89247-1"),
        observation_source_concept_id=pl.lit(0),
        unit_source_value=_NONE,
    )


def _transplants(treatments: pl.DataFrame) -> pl.DataFrame:
    """By their codes in CPT."""
    return treatments.with_row_index("procedure_occurrence_id", 1).select(
        "procedure_occurrence_id",
        _PERSON,
        procedure_concept_id=pl.lit(0),
        procedure_date="start_date",
        procedure_type_concept_id=pl.lit(_FROM_EHR),
        procedure_source_value=pl.when(pl.col("phase") == "allogeneic_transplant")
        .then(pl.lit("38240"))
        .otherwise(pl.lit("38241")),
        procedure_source_concept_id=pl.lit(0),
    )


def _therapy(tables: Tables) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Exposures to the drugs of lines and of supportive care; an episode a phase of a line; which exposures are its."""
    phases = tables["treatments"].with_row_index("episode_id", 1)
    given = phases.with_columns(pl.col("drugs").str.split(";").alias("drug")).explode("drug")
    care = tables["supportive_care"].filter(pl.col("drug") != "dental_check")
    columns = ["patient_id", "drug", "start_date", "end_date", "stop_reason", "episode_id"]
    exposed = pl.concat([given.select(columns), care], how="diagonal").with_row_index("drug_exposure_id", 1)
    last = tables["patients"].select("patient_id", "last_contact_date")
    # the CDM wants an end: of what goes on, the day to which that is known
    exposures = exposed.join(last, on="patient_id", how="left", maintain_order="left").select(
        "drug_exposure_id",
        _PERSON,
        drug_concept_id=pl.col("drug").replace_strict(RXNORM, default=0, return_dtype=pl.Int64),
        drug_exposure_start_date="start_date",
        drug_exposure_start_datetime=_NONE,
        drug_exposure_end_date=pl.coalesce("end_date", "last_contact_date"),
        drug_exposure_end_datetime=_NONE,
        verbatim_end_date="end_date",
        drug_type_concept_id=pl.lit(_FROM_EHR),
        stop_reason="stop_reason",
        drug_source_value=pl.col("drug").str.replace_all("_", " "),
        drug_source_concept_id=pl.lit(0),
    )
    episodes = phases.select(
        "episode_id",
        _PERSON,
        episode_concept_id=pl.lit(_REGIMEN),
        episode_start_date="start_date",
        episode_start_datetime=_NONE,
        episode_end_date="end_date",
        episode_end_datetime=_NONE,
        episode_parent_id=_NONE,
        episode_number="line",
        episode_object_concept_id=pl.lit(0),
        episode_type_concept_id=pl.lit(_FROM_EHR),
        episode_source_value="phase",
        episode_source_concept_id=pl.lit(0),
    )
    events = exposed.drop_nulls("episode_id").select(
        "episode_id", event_id="drug_exposure_id", episode_event_field_concept_id=pl.lit(_DRUG_EXPOSURE_ID)
    )
    return exposures, episodes, events
