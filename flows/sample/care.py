"""Supportive care: bone agents with a dental check, denosumab with vitamin D or calcium; zoster and thrombosis
prophylaxis along what needs them.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from flows.sample import regimens
from flows.sample.disease import Course
from flows.sample.draws import NEVER, Array, Rng, chance, pick, text
from flows.sample.patients import Cohort
from flows.sample.treatments import Given

Part = tuple[Array, Array, Array, Array]
# The habits of each site: a share of the patients who need it. Some are better than others, and not at everything.
BONE_AGENT = np.array([0.88, 0.84, 0.80, 0.62, 0.90, 0.78, 0.74, 0.55])
DENTAL_CHECK = np.array([0.90, 0.74, 0.52, 0.78, 0.93, 0.66, 0.70, 0.40])
ZOSTER = np.array([0.97, 0.94, 0.91, 0.93, 0.96, 0.78, 0.85, 0.68])
THROMBOSIS = np.array([0.92, 0.70, 0.88, 0.82, 0.90, 0.84, 0.62, 0.74])
VITAMIN_D = np.array([0.86, 0.76, 0.66, 0.80, 0.90, 0.55, 0.70, 0.42])
DENOSUMAB_IF_RENAL = np.array([0.85, 0.72, 0.60, 0.80, 0.90, 0.55, 0.70, 0.45])
# the last is a name that says nothing: whether it was vitamin D is unknown
SUPPLEMENTS = ["calcium_with_vitamin_d", "eldecalcitol", "alfacalcidol", "vitamin_d", "calcium", "supplement"]
ANTITHROMBOTIC = ["aspirin", "apixaban", "edoxaban", "warfarin"]


def care_rows(rng: Rng, c: Cohort, course: Course, given: Given) -> pl.DataFrame:
    """One row a drug and period. `end` null is still given at last contact."""
    parts = [*_bone(rng, c, course), _zoster(rng, c, given), _thrombosis(rng, c, given), _too_soon(rng, c)]
    patient, drug, start, end = (np.concatenate(column) for column in zip(*parts, strict=True))
    last, death = course.end[patient], course.death[patient]
    end = np.minimum(end, np.where(death < NEVER, death, NEVER))
    keep = (start <= last) & (start < death)
    frame = pl.DataFrame({"patient": patient, "start": start, "end": np.maximum(end, start), "last": last})
    frame = frame.with_columns(drug=text(drug)).filter(pl.Series(keep))
    # two rows of a line may ask for the same prophylaxis on the same day
    return (
        frame.with_columns(end=pl.when(pl.col("end") <= pl.col("last")).then("end"))
        .select("patient", "drug", "start", "end")
        .unique(["patient", "drug", "start"], keep="first", maintain_order=True)
        .sort("patient", "start", "drug")
    )


def _bone(rng: Rng, c: Cohort, course: Course) -> list[Part]:
    [own] = rng.spawn(1)
    n = len(c)
    started = course.start[:, 1]
    wanted = np.where(c.lytic > 0, BONE_AGENT[c.site], 0.3) * ~c.watched
    given = np.flatnonzero(chance(rng, wanted, n) & (started < NEVER))
    start = started[given] + rng.gamma(1.5, 18, len(given)).astype(np.int64)
    # denosumab needs no dose by kidney function
    kidney = (c.creatinine[given] > 1.2) | (c.age[given] > 80)
    wanted = np.where(kidney, DENOSUMAB_IF_RENAL[c.site[given]], 0.3)
    drug = np.where(chance(rng, wanted, len(given)), "denosumab", "zoledronic_acid").astype(object)
    end = start + np.where(chance(rng, 0.6, len(given)), 730, 300) + rng.integers(-60, 120, len(given))
    checked = chance(rng, DENTAL_CHECK[c.site[given]], len(given))
    check = start[checked] - rng.integers(0, 25, checked.sum())
    check = np.maximum(check, c.diagnosed[given[checked]])
    names = np.full(checked.sum(), "dental_check", dtype=object)
    supplied = _supplements(own, c, given[drug == "denosumab"], start[drug == "denosumab"], end[drug == "denosumab"])
    return [(given, drug, start, end), (given[checked], names, check, check), supplied]


def _supplements(rng: Rng, c: Cohort, given: Array, start: Array, end: Array) -> Part:
    """Against low calcium along denosumab: from the day it is begun in most, within two months in the others."""
    rows = np.flatnonzero(chance(rng, VITAMIN_D[c.site[given]], len(given)))
    drug = pick(rng, SUPPLEMENTS, [0.5, 0.14, 0.11, 0.09, 0.08, 0.08], len(rows))
    late = np.where(chance(rng, 0.2, len(rows)), rng.integers(7, 60, len(rows)), 0)
    return given[rows], drug, start[rows] + late, end[rows] + 14


def _along(rng: Rng, c: Cohort, given: Given, drugs: list[str], habits: Array) -> tuple[Array, Array, Array]:
    """Treatment rows with one of these drugs that got the prophylaxis, its start and end."""
    needed = np.zeros(len(given.patient), dtype=bool)
    names = text(given.drugs)
    for drug in drugs:
        needed |= names.str.contains(drug, literal=True).to_numpy()
    habit = chance(rng, habits[c.site[given.patient]], len(needed))
    rows = np.flatnonzero(needed & habit)
    start = given.start[rows] + np.where(chance(rng, 0.15, len(rows)), rng.integers(1, 15, len(rows)), 0)
    return given.patient[rows], start, np.where(given.end[rows] < NEVER, given.end[rows] + 14, NEVER)


def _zoster(rng: Rng, c: Cohort, given: Given) -> Part:
    patient, start, end = _along(rng, c, given, regimens.PROTEASOME, ZOSTER)
    return patient, pick(rng, ["aciclovir", "valaciclovir"], [0.66, 0.34], len(patient)), start, end


def _thrombosis(rng: Rng, c: Cohort, given: Given) -> Part:
    patient, start, end = _along(rng, c, given, regimens.IMMUNOMODULATORY, THROMBOSIS)
    return patient, pick(rng, ANTITHROMBOTIC, [0.8, 0.08, 0.08, 0.04], len(patient)), start, end


def _too_soon(rng: Rng, c: Cohort) -> Part:
    """A bone agent in a precursor, which does not need it."""
    given = np.flatnonzero(chance(rng, 0.12 * c.watched, len(c)))
    start = c.diagnosed[given] + rng.integers(10, 200, len(given))
    return given, np.full(len(given), "zoledronic_acid", dtype=object), start, start + 360
