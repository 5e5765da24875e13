"""What the clinic found: performance, comorbidity, weight, fitness for transplant, and the signs of rarer diagnoses."""

from __future__ import annotations

import numpy as np
import polars as pl

from flows.sample.disease import Course
from flows.sample.draws import NEVER, Array, Rng, chance
from flows.sample.labs import SITE_CARE
from flows.sample.patients import Cohort

AL_SIGNS = ["al_amyloidosis", "amyloid_organ_damage"]
POEMS_SIGNS = ["polyneuropathy", "organomegaly", "endocrinopathy", "skin_changes", "sclerotic_bone_lesion"]


def finding_rows(rng: Rng, c: Cohort, course: Course) -> pl.DataFrame:
    """One row a finding: figures at diagnosis, weight and performance again at each line, signs where looked for."""
    [own] = rng.spawn(1)
    frames = [*_at_diagnosis(rng, c, course), *_at_lines(rng, c, course), _fitness(rng, c, course)]
    frames += _geriatric(own, c, course)
    rows = pl.concat([*frames, *_signs(rng, c, course)], how="diagonal")
    last = pl.Series("last", course.end)
    return (
        rows.with_columns(last=last.gather(rows["patient"]))
        .filter(pl.col("day") <= pl.col("last"))
        .drop("last")
        .unique(["patient", "day", "finding"], keep="first", maintain_order=True)
        .sort("patient", "day", "finding")
    )


def progressions(rng: Rng, c: Cohort, course: Course) -> pl.DataFrame:
    """What the clinic recorded of precursors that became myeloma: PD in the days before treatment, in most."""
    begun = c.watched & (course.start[:, 1] < NEVER) & chance(rng, 0.8, len(c))
    patient = np.flatnonzero(begun)
    day = np.maximum(course.start[patient, 1] - rng.integers(1, 15, len(patient)), c.diagnosed[patient])
    frame = pl.DataFrame({"patient": patient, "day": day})
    return frame.with_columns(response=pl.lit("PD"), line=pl.lit(None, pl.String))


def _figures(name: str, patient: Array, day: Array, value: Array, decimals: int = 0) -> pl.DataFrame:
    text = pl.Series(np.round(value, decimals)).cast(pl.Float64 if decimals else pl.Int64).cast(pl.String)
    return pl.DataFrame({"patient": patient, "day": day, "value": text}).with_columns(finding=pl.lit(name))


def _weight(c: Cohort) -> Array:
    """Kilograms at diagnosis; a body's own, so that two weights of a patient are near each other."""
    return np.where(c.male, 63.0, 51.5) + 26 * (c.own - 0.5) - 0.15 * (c.age - 68)


def _performance(rng: Rng, age: Array, ill: Array) -> Array:
    return np.clip(np.round(rng.normal(0.75 + 0.03 * (age - 68) + 0.3 * ill, 0.7)), 0, 4)


def _at_diagnosis(rng: Rng, c: Cohort, course: Course) -> list[pl.DataFrame]:
    n = len(c)
    day = np.minimum(c.diagnosed + rng.integers(-3, 8, n), course.end)
    care = SITE_CARE[c.site]
    charlson = rng.poisson(np.clip(0.5 + 0.03 * (c.age - 65), 0.15, None))
    pressure = rng.normal(128, 16, n) - np.where(c.diagnosis == "AL", 18, 0)
    found = {
        "ecog": (_performance(rng, c.age, c.burden), chance(rng, 0.9 * care, n)),
        "charlson": (charlson, chance(rng, 0.8 * care, n)),
        "weight_kg": (_weight(c) + rng.normal(0, 1.5, n), chance(rng, 0.93 * care, n)),
        "systolic_bp": (np.clip(pressure, 75, 220), chance(rng, np.where(c.diagnosis == "AL", 0.9, 0.25) * care, n)),
    }
    return [
        _figures(name, np.flatnonzero(recorded), day[recorded], value[recorded], 1 if name == "weight_kg" else 0)
        for name, (value, recorded) in found.items()
    ]


def _at_lines(rng: Rng, c: Cohort, course: Course) -> list[pl.DataFrame]:
    patient, line = np.nonzero(course.given)
    n = len(patient)
    start = course.start[patient, line]
    day = start - rng.integers(0, 5, n)
    recorded = (line > 1) | (day > c.diagnosed[patient] + 10)
    age = c.age[patient] + (start - c.diagnosed[patient]) / 365.25
    kilograms = _weight(c)[patient] - 0.6 * (line - 1) + rng.normal(0, 1.8, n)
    weighed = recorded & chance(rng, 0.85 * SITE_CARE[c.site[patient]], n)
    performed = recorded & chance(rng, 0.7 * SITE_CARE[c.site[patient]], n)
    performance = _performance(rng, age, c.burden[patient])
    return [
        _figures("weight_kg", patient[weighed], day[weighed], kilograms[weighed], 1),
        _figures("ecog", patient[performed], day[performed], performance[performed]),
    ]


def _geriatric(rng: Rng, c: Cohort, course: Course) -> list[pl.DataFrame]:
    """Activities of daily living (ADL of 6, IADL of 8) by one questionnaire: before each line in most of the elderly,
    where it decides, and in some of the others; now and then half of it is left out.
    """
    patient, line = np.nonzero(course.given & ~c.watched[:, None])
    n, start = len(patient), course.start[patient, line]
    age = c.age[patient] + (start - c.diagnosed[patient]) / 365.25
    usual = np.where(age >= 65, 0.85, 0.3) * np.where(line == 1, 1, 0.7)
    asked = chance(rng, usual * SITE_CARE[c.site[patient]], n)
    day = np.maximum(start - rng.integers(0, 8, n), c.diagnosed[patient])
    figures = []
    for name, most, yearly in (("adl", 6, 0.06), ("iadl", 8, 0.10)):
        lost = rng.poisson(np.clip(yearly * (age - 68), 0.05, None) + 0.15 * (line - 1))
        at = asked & chance(rng, 0.96, n)
        figures.append(_figures(name, patient[at], day[at], np.clip(most - lost, 0, most)[at]))
    return figures


def _fitness(rng: Rng, c: Cohort, course: Course) -> pl.DataFrame:
    """Whether transplant was ruled out: never in who had one; recorded in most of the young without one."""
    n = len(c)
    start = course.start[:, 1]
    grafted = (course.transplant < NEVER).any(axis=1)
    unfit = ~grafted & chance(rng, np.where(c.age < 65, 0.6, np.where(c.age < 72, 0.5, 0.35)), n)
    cleared = grafted & chance(rng, 0.3, n)
    treated = (start < NEVER) & ~np.isin(c.diagnosis, ["MGUS", "SMM", "AL"])
    patient = np.flatnonzero((unfit | cleared) & treated)
    day = np.maximum(start[patient] - rng.integers(-10, 20, len(patient)), c.diagnosed[patient])
    return _looked_for("transplant_ineligible", patient, day, unfit[patient])


def _signs(rng: Rng, c: Cohort, course: Course) -> list[pl.DataFrame]:
    n = len(c)
    day = np.minimum(c.diagnosed + rng.integers(0, 10, n), course.end)
    outside = c.plasmacytoma > 0
    frames = [
        _recorded(rng, "extramedullary_disease", c, day, outside & chance(rng, 0.5, n), share=0.55),
        _recorded(
            rng, "biopsy_proven_plasmacytoma", c, day, outside, share=np.where(c.diagnosis == "plasmacytoma", 1.0, 0.1)
        ),
        _recorded(rng, "constitutional_symptoms", c, day, chance(rng, 0.15, n), share=0.3),
    ]
    for diagnosis, signs, share in [("AL", AL_SIGNS, 0.95), ("POEMS", POEMS_SIGNS, 0.8)]:
        has_it = c.diagnosis == diagnosis
        for sign in signs:
            always = sign in ("al_amyloidosis", "polyneuropathy")
            frames.append(
                _recorded(rng, sign, c, day, has_it & (always | chance(rng, 0.6, n)), share=np.where(has_it, share, 0))
            )
    return frames


def _recorded(rng: Rng, name: str, c: Cohort, day: Array, present: Array, *, share: float | Array) -> pl.DataFrame:
    at = np.flatnonzero(chance(rng, share * SITE_CARE[c.site], len(c)))
    return _looked_for(name, at, day[at], present[at])


def _looked_for(name: str, patient: Array, day: Array, present: Array) -> pl.DataFrame:
    word = pl.when("present").then(pl.lit("true")).otherwise(pl.lit("false"))
    frame = pl.DataFrame({"patient": patient, "day": day, "present": present})
    return frame.select("patient", "day", word.alias("present"), pl.lit(name).alias("finding"))
