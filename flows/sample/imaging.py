"""Imaging rows: bone lesions, plasmacytomas and PET uptake as the disease comes, goes and returns."""

from __future__ import annotations

import numpy as np
import polars as pl

from flows.sample.disease import Course
from flows.sample.draws import Array, Rng, chance, pick, text
from flows.sample.patients import Cohort
from flows.sample.reporting import fixed
from flows.sample.visit_days import EXTRA, WORKUP, Visits, clone_size

MODALITIES = ["ct", "pet_ct", "xray", "mri", "wbmri"]


def imaging_rows(rng: Rng, c: Cohort, course: Course, v: Visits, complete: Array) -> pl.DataFrame:
    """One row a scan: at diagnosis, about yearly later, often at progression, more often with a plasmacytoma."""
    v, newest = _scanned(rng, c, v, complete)
    n, p = len(v), v.patient
    modality = pick(rng, MODALITIES, [0.36, 0.27, 0.17, 0.12, 0.08], n)
    modality = np.where((c.plasmacytoma[p] > 0) & (modality == "xray"), "ct", modality)
    first = v.kind == WORKUP
    active = np.clip(v.size_flc, 0, 1)
    # X-ray sees a lesion when a third to a half of the bone is gone
    seen = np.where(modality == "xray", rng.binomial(c.lytic[p], 0.55), c.lytic[p])
    relapse = newest & ~first
    bone = relapse & chance(rng, 0.34, n)
    grown = relapse & chance(rng, np.where(c.lytic[p] > 0, 0.2, 0), n)
    outside = relapse & (modality != "xray") & chance(rng, 0.07, n)
    size = _plasmacytoma(c, v, course)
    size = np.where(outside, np.maximum(size, np.round(rng.uniform(150, 2500, n), -1)), size)
    known = (c.plasmacytoma[p] > 0) | outside | ((modality == "pet_ct") & chance(rng, 0.3, n))
    focal = np.where(
        np.isin(modality, ["mri", "wbmri"]), np.round(c.lytic[p] * 1.3 * np.clip(active + 0.3, 0, 1)), np.nan
    )
    # some reports give no count
    counted = np.isin(modality, ["ct", "xray", "pet_ct"]) & chance(rng, np.where(first, 0.95, 0.7), n)
    frame = pl.DataFrame(
        {
            "patient": p,
            "day": v.day,
            "lytic": np.where(counted, seen + bone * rng.integers(1, 4, n), np.nan),
            "focal": focal,
            "size": np.where(known, size, np.nan),
            "uptake": (active > np.where(first, 0.0, 0.06)) | bone | outside,
            "first": first,
            "bone": bone,
            "grown": grown,
            "outside": outside,
            "recorded": chance(rng, 0.85, n),
        }
    ).with_columns(modality=text(modality))
    return _written(frame)


def _scanned(rng: Rng, c: Cohort, v: Visits, complete: Array) -> tuple[Visits, Array]:
    """The visits with a scan, and which of them are the first look at a progression."""
    at_remission = np.zeros(len(v), dtype=bool)
    at_remission[complete] = True
    late = v.relapsed & (v.line > 0)
    first_late = late.copy()
    first_late[1:] &= ~(late[:-1] & (v.patient[1:] == v.patient[:-1]) & (v.line[1:] == v.line[:-1]))
    # only the scan that finds the relapse reports new lesions; the next line's baseline compares with it
    finds = first_late | (v.kind == EXTRA)
    share = np.where(c.plasmacytoma[v.patient] > 0, 0.26, 0.075)
    share = np.where(
        finds,
        np.where(c.plasmacytoma[v.patient] > 0, 0.85, 0.42),
        np.where(at_remission, 0.35, np.where(v.kind == WORKUP, 0.95, share)),
    )
    scanned = chance(rng, share, len(v))
    return v.only(scanned), finds[scanned]


def _plasmacytoma(c: Cohort, v: Visits, course: Course) -> Array:
    """Sum of products (mm²): shrinks more slowly than the protein falls, gone where the clone is below a tenth."""
    p = v.patient
    # the protein rises before the tumour does: until progression it is as small as the line made it
    shrunk = clone_size(course, p, v.line, v.day, regrowing=False)
    size = np.where(v.relapsed, v.size, shrunk)
    return np.asarray(np.where((shrunk < 0.1) & ~v.relapsed, 0, np.round(c.plasmacytoma[p] * size**0.8, -1)))


def _written(frame: pl.DataFrame) -> pl.DataFrame:
    zero = pl.lit(0)

    def flag(name: str) -> pl.Expr:
        said = pl.when(name).then(pl.lit("true")).when("recorded").then(pl.lit("false"))
        return pl.when(~pl.col("first")).then(said)

    uptake = pl.when("uptake").then(pl.lit("positive")).otherwise(pl.lit("negative"))
    return frame.select(
        "patient",
        "day",
        "modality",
        lytic_lesions=fixed(pl.col("lytic").fill_nan(None), zero),
        focal_lesions=fixed(pl.col("focal").fill_nan(None), zero),
        new_bone_lesion=flag("bone"),
        bone_lesion_progression=flag("grown"),
        plasmacytoma_spd_mm2=fixed(pl.col("size").fill_nan(None), zero),
        new_plasmacytoma=flag("outside"),
        fdg_uptake=pl.when(pl.col("modality") == "pet_ct").then(uptake),
    ).sort("patient", "day")
