"""What the clinic itself wrote down: the patient's record, and its own judgement of response."""

from __future__ import annotations

import numpy as np
import polars as pl

from flows.sample.disease import Course
from flows.sample.draws import Rng, chance, day, text
from flows.sample.markers import Markers
from flows.sample.patients import SITES, Cohort, registered_on
from flows.sample.visit_days import Visits
from rules.categories import CATEGORIES

RESPONSES = np.array(CATEGORIES[1:], dtype=object)  # a clinic tells no NE
STAGES = np.array(["", "I", "II", "III"], dtype=object)
R_ISS_PUBLISHED = day("2015-09-01")


def patient_rows(rng: Rng, c: Cohort, course: Course) -> pl.DataFrame:
    """One row a patient. Days still as numbers."""
    n = len(c)
    silent = c.isotype == "non_secretory"

    # recorded stages agree with the values but for a slip of one
    slip = np.where(chance(rng, 0.04, n), rng.choice([-1, 1], n), 0)
    iss = np.clip(c.iss + slip, 1, 3)
    treated = ~np.isin(c.diagnosis, ["MGUS", "SMM", "plasmacytoma", "POEMS"])
    r_iss_known = treated & (c.diagnosed > R_ISS_PUBLISHED) & chance(rng, 0.4, n)
    beta = np.where(c.in_beta, "true", "false")
    return pl.DataFrame(
        {
            "patient": np.arange(n),
            "site_id": text(SITES[c.site]),
            "sex": text(np.where(c.male, "M", "F")),
            "birth_date": c.birth,
            "diagnosis_date": c.diagnosed,
            "registered_on": registered_on(rng, c, course.end),
            "diagnosis": text(c.diagnosis),
            "isotype": text(c.isotype, chance(rng, 0.985, n)),
            "light_chain": text(np.where(c.kappa, "kappa", "lambda"), ~silent & chance(rng, 0.965, n)),
            "m_protein_in_beta": text(beta, c.in_beta | (~silent & chance(rng, 0.85, n))),
            "reported_iss": text(STAGES[iss], treated & chance(rng, 0.62, n)),
            "reported_r_iss": text(STAGES[c.r_iss], r_iss_known),
            "vital_status": text(np.where(course.dead, "dead", "alive")),
            "death_date": np.where(course.dead, course.end, np.nan),
            "last_contact_date": course.end,
        }
    ).with_columns(pl.col("death_date").fill_nan(None).cast(pl.Int64))


def assessment_rows(rng: Rng, c: Cohort, course: Course, v: Visits, m: Markers) -> pl.DataFrame:
    """One row a judgement: about 60 % of the visits on a line, right to within a category most of the time."""
    judged = (v.day > course.start[v.patient, v.line] + 20) & (v.line > 0) & chance(rng, 0.6, len(v))
    patient, line = v.patient[judged], v.line[judged]
    ratio = v.size[judged] / course.clone[patient, line]
    normal = np.abs(np.log(m.kappa[judged] / m.lambda_[judged]) - np.log(0.65)) < np.log(2.5)
    gone = m.gone[judged] & (ratio < 0.05)
    # MR is a category of relapsed disease, and many clinics never use it
    minor = (ratio < 0.75) & (line > 1) & chance(rng, 0.6, len(patient))
    sharp = gone & normal & (v.size[judged] < 2e-3) & chance(rng, 0.7, len(patient))
    level = np.select([sharp, gone, ratio < 0.1, ratio < 0.5, minor], [6, 5, 4, 3, 2], 1)
    wrong = chance(rng, 0.08, len(patient))
    level = np.where(wrong, np.clip(level + rng.choice([-1, 1], len(patient)), 1, 6), level)
    # MR again only where it exists
    level = np.where((level == 2) & (line == 1), 1, level)
    # progression is called with some delay
    level = np.where(v.relapsed[judged] & ~chance(rng, 0.12, len(patient)), 0, level)
    response = RESPONSES[level]
    response = np.where(chance(rng, 0.015, len(patient)), "NE", response)
    return pl.DataFrame(
        {
            "patient": patient,
            "day": v.day[judged],
            "response": text(response),
            "line": np.where(chance(rng, 0.93, len(patient)), line, 0),
        }
    ).with_columns(line=pl.when(pl.col("line") > 0).then(pl.col("line").cast(pl.String)))
