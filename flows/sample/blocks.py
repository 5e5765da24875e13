"""One block of the synthetic registry: every table as text, with the contract's columns in the contract's order."""

from __future__ import annotations

import numpy as np
import polars as pl

from flows.sample.care import care_rows
from flows.sample.clinic import assessment_rows, patient_rows
from flows.sample.clinical_findings import finding_rows, progressions
from flows.sample.complications import death_causes, event_rows
from flows.sample.disease import draw_course
from flows.sample.doses import with_doses
from flows.sample.draws import BLOCK, generators
from flows.sample.examinations import cytogenetics_rows, marrow_rows, mrd_rows, remissions
from flows.sample.imaging import imaging_rows
from flows.sample.labs import lab_rows
from flows.sample.markers import measure
from flows.sample.patients import draw_cohort
from flows.sample.rare import marrow_at_progression, nervous_system, organ_rows, signs_ruled_out, whole_body_mri
from flows.sample.rest_of_work_up import work_up_rows
from flows.sample.treatments import draw_treatments
from flows.sample.visit_days import draw_visits

COLUMNS: dict[str, list[str]] = {
    table: columns.split()
    for table, columns in {
        "patients": """patient_id site_id sex birth_date diagnosis_date registered_on diagnosis isotype light_chain
            m_protein_in_beta reported_iss reported_r_iss vital_status death_date last_contact_date death_cause""",
        "labs": """patient_id collected_on analyte value comparator unit result ref_low ref_high
            attributed_to_myeloma""",
        "marrow": "patient_id collected_on plasma_cell_percent clonal_plasma_cells specimen",
        "mrd": "patient_id collected_on method sensitivity result level cells_analysed",
        "cytogenetics": "patient_id collected_on abnormality result percent",
        "imaging": """patient_id performed_on modality lytic_lesions focal_lesions new_bone_lesion
            bone_lesion_progression plasmacytoma_spd_mm2 new_plasmacytoma fdg_uptake""",
        "treatments": """patient_id line phase drugs start_date end_date stop_reason cycles dose dose_unit
            stem_cells_10e6_kg radiation_gy""",
        "assessments": "patient_id assessed_on response line",
        "supportive_care": "patient_id drug start_date end_date",
        "findings": "patient_id observed_on finding present value",
        "adverse_events": "patient_id onset_on event grade resolved_on description",
    }.items()
}
DATES = {
    "patients": ["birth_date", "diagnosis_date", "registered_on", "death_date", "last_contact_date"],
    "imaging": ["performed_on"],
    "treatments": ["start_date", "end_date"],
    "assessments": ["assessed_on"],
    "supportive_care": ["start_date", "end_date"],
    "findings": ["observed_on"],
    "adverse_events": ["onset_on", "resolved_on"],
}


def block_tables(seed: int, block: int, patients: int) -> dict[str, pl.DataFrame]:
    """The tables of the first `patients` of a block (BLOCK at most): all text, rows ordered by patient and date.

    The whole block is always drawn, so a patient is the same however many are asked for.
    """
    rngs = iter(generators(seed, block, 18))
    cohort = draw_cohort(next(rngs), block * BLOCK + 1, BLOCK)
    course = draw_course(next(rngs), cohort)
    visits = draw_visits(next(rngs), cohort, course)
    markers = measure(next(rngs), cohort, visits)
    given = draw_treatments(next(rngs), cohort, course)
    complete = remissions(visits, markers)
    frames = {
        "patients": patient_rows(next(rngs), cohort, course),
        "labs": lab_rows(next(rngs), cohort, visits, markers),
        "marrow": marrow_rows(next(rngs), cohort, course, visits, complete),
        # from another generator than the marrow's, so that one can change without the other
        "mrd": mrd_rows(next(rngs), cohort, course, visits, complete),
        "cytogenetics": cytogenetics_rows(rng := next(rngs), cohort, visits),
        "imaging": imaging_rows(rng, cohort, course, visits, complete),
        "treatments": given.frame().rename({"start": "start_date", "end": "end_date"}),
        "assessments": assessment_rows(next(rngs), cohort, course, visits, markers),
        "supportive_care": care_rows(next(rngs), cohort, course, given).rename(
            {"start": "start_date", "end": "end_date"}
        ),
        "findings": finding_rows(rng := next(rngs), cohort, course).rename({"day": "observed_on"}),
    }
    assessments = pl.concat([progressions(rng, cohort, course), frames["assessments"]], how="diagonal_relaxed")
    frames["assessments"] = assessments.sort("patient", "day", maintain_order=True).rename({"day": "assessed_on"})
    rng = next(rngs)  # its own generator, so that all other rows stay the same
    for table, rows in {
        "labs": organ_rows(rng, cohort, visits),
        "marrow": marrow_at_progression(rng, cohort, visits),
    }.items():
        frames[table] = pl.concat([frames[table], rows], how="diagonal").sort("patient", "day", maintain_order=True)
    found = [frames["findings"], nervous_system(rng, cohort, visits), signs_ruled_out(rng, cohort)]
    frames["findings"] = (
        pl.concat(found, how="diagonal_relaxed")
        .unique(["patient", "observed_on", "finding"], keep="first", maintain_order=True)
        .sort("patient", "observed_on", maintain_order=True)
    )
    scans = pl.concat([frames["imaging"], whole_body_mri(rng, cohort, visits)], how="diagonal_relaxed")
    frames["imaging"] = scans.sort("patient", "day", maintain_order=True)
    frames["imaging"] = frames["imaging"].rename({"day": "performed_on"})
    # from generators of their own too
    care = frames["supportive_care"].rename({"start_date": "start", "end_date": "end"})
    events = event_rows(next(rngs), cohort, course, given=given, care=care)
    frames["adverse_events"] = events.rename({"onset": "onset_on", "resolved": "resolved_on"})
    frames["patients"] = frames["patients"].with_columns(death_cause=death_causes(next(rngs), cohort, course))
    treatments = frames["treatments"].rename({"start_date": "start", "end_date": "end"})
    dosed = with_doses(next(rngs), cohort, course, treatments)
    frames["treatments"] = dosed.rename({"start": "start_date", "end": "end_date"})
    tested, examined = work_up_rows(next(rngs), cohort, visits)
    for table, rows, day in (("labs", tested, "day"), ("findings", examined, "observed_on")):
        together = pl.concat([frames[table], rows], how="diagonal_relaxed")
        frames[table] = together.sort("patient", day, maintain_order=True)
    return {table: _as_text(table, frame, cohort.number, patients) for table, frame in frames.items()}


def _as_text(table: str, frame: pl.DataFrame, numbers: np.ndarray, patients: int) -> pl.DataFrame:
    if "day" in frame.columns:
        frame = frame.rename({"day": "collected_on"})
    dates = DATES.get(table, ["collected_on"])
    ids = "P" + pl.Series(numbers).cast(pl.String).str.zfill(6)
    return (
        frame.filter(pl.col("patient") < patients)
        .with_columns(ids.gather(frame.filter(pl.col("patient") < patients)["patient"]).alias("patient_id"))
        .with_columns(pl.col(name).cast(pl.Int32).cast(pl.Date).cast(pl.String) for name in dates)
        .select(pl.col(name).cast(pl.String) for name in COLUMNS[table])
    )
