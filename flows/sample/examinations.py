"""Marrow, minimal residual disease and cytogenetics: rows of the examinations done on a marrow sample."""

from __future__ import annotations

import numpy as np
import polars as pl

from flows.sample.disease import Course
from flows.sample.draws import NEVER, Array, Rng, chance, day, lognormal, pick, text
from flows.sample.markers import Markers
from flows.sample.patients import ABNORMALITIES, Cohort
from flows.sample.reporting import fixed
from flows.sample.visit_days import BASELINE, REGULAR, WORKUP, Visits, clone_size

FIRST_FLOW_MRD = day("2015-01-01")


def remissions(v: Visits, m: Markers) -> Array:
    """Index of the first visit of each line with both immunofixations negative, two months in at the earliest."""
    quiet = np.flatnonzero(m.gone & (v.line > 0) & (v.kind == REGULAR) & ~v.relapsed & (v.size < 0.12))
    _, first = np.unique(v.patient[quiet] * 10 + v.line[quiet], return_index=True)
    return np.asarray(quiet[first])


def marrow_rows(rng: Rng, c: Cohort, course: Course, v: Visits, complete: Array) -> pl.DataFrame:
    """One row a marrow: at diagnosis, near complete remission (`remissions`), after transplant, at relapse."""
    workup = np.flatnonzero((v.kind == WORKUP) & chance(rng, 0.97, len(v)))
    looked = complete[chance(rng, 0.76, len(complete))]
    relapse = np.flatnonzero((v.kind == BASELINE) & (v.line > 0) & chance(rng, 0.4, len(v)))
    grafted, line = np.nonzero((course.transplant < NEVER) & chance(rng, 0.4, course.transplant.shape))
    patient = np.concatenate([v.patient[workup], v.patient[looked], v.patient[relapse], grafted])
    lines = np.concatenate([v.line[workup], v.line[looked], v.line[relapse], line])
    days = np.concatenate(
        [
            v.day[workup],
            _after_graft(course, v, looked, v.day[looked] + rng.integers(0, 26, len(looked))),
            v.day[relapse],
            course.transplant[grafted, line] + rng.integers(85, 115, len(grafted)),
        ]
    )
    keep = inside(course, patient, lines, days)
    patient, lines, days = patient[keep], lines[keep], days[keep]
    clonal = c.plasma_cells[patient] * clone_size(course, patient, lines, days)
    normal = np.clip(lognormal(rng, 1.3, 0.5, len(days)), 0.2, 4.0)
    percent = np.clip(clonal * lognormal(rng, 1.0, 0.15, len(days)) + normal, 0.2, 98)
    core = chance(rng, 0.3, len(days))
    percent = np.where(core & (percent > 8), np.round(percent / 5) * 5, percent)
    # clonal by light-chain ratio: the clone must stand out from the normal plasma cells
    stands_out = clonal > 0.6 * normal
    recorded = chance(rng, np.where(lines == 0, 0.7, 0.78), len(days))
    frame = pl.DataFrame(
        {"patient": patient, "day": days, "percent": percent, "core": core, "out": stands_out, "recorded": recorded}
    )
    one = pl.lit(1)
    return frame.select(
        "patient",
        "day",
        plasma_cell_percent=fixed(pl.col("percent"), one),
        clonal_plasma_cells=pl.when("recorded").then(
            pl.when("out").then(pl.lit("detected")).otherwise(pl.lit("not_detected"))
        ),
        specimen=pl.when("core").then(pl.lit("biopsy")).otherwise(pl.lit("aspirate")),
    ).sort("patient", "day")


def _after_graft(course: Course, v: Visits, at: Array, days: Array) -> Array:
    """No marrow is aspirated in the weeks after a transplant: that look waits for day 85 or so."""
    graft = course.transplant[v.patient[at], v.line[at]]
    soon = (graft < NEVER) & (days > graft - 10) & (days < graft + 85)
    return np.where(soon, graft + 85 + days % 20, days)


def inside(course: Course, patient: Array, line: Array, days: Array) -> Array:
    """Whether a day lies in follow-up and before the next line: nothing is examined after death."""
    alive = (days < course.death[patient]) & (days <= course.end[patient])
    return np.asarray(alive & (days <= course.stop[patient, line]))


def mrd_rows(rng: Rng, c: Cohort, course: Course, v: Visits, complete: Array) -> pl.DataFrame:
    """One row a test: in about half of the complete remissions, and again after one and two years of it."""
    tested = complete[chance(rng, 0.5, len(complete)) & (v.day[complete] > FIRST_FLOW_MRD)]
    again = [tested[chance(rng, p, len(tested))] for p in (0.5, 0.3)]
    at = np.concatenate([tested, *again])
    later = np.concatenate([np.full(len(x), y) for x, y in zip([tested, *again], (0, 372, 745), strict=True)])
    patient, line = v.patient[at], v.line[at]
    days = _after_graft(course, v, at, v.day[at] + later + rng.integers(5, 120, len(at)))
    keep = inside(course, patient, line, days) & (days < course.progressed[patient, line])
    patient, line, days = patient[keep], line[keep], days[keep]
    n = len(days)
    method = pick(rng, ["NGF", "NGS", "MFC", "PCR"], [0.46, 0.26, 0.25, 0.03], n)
    sharp = chance(rng, np.select([method == "NGF", method == "NGS", method == "MFC"], [0.93, 0.97, 0.3], 0.5), n)
    floor = np.where(sharp, np.where((method == "NGS") & chance(rng, 0.2, n), 1e-6, 1e-5), 1e-4)
    level = (
        c.plasma_cells[patient]
        / 100
        * clone_size(course, patient, line, days, quicker=0.7)
        * lognormal(rng, 0.5, 0.5, n)
    )
    level = np.clip(level, 0, 0.05)
    positive = level >= floor
    needed = np.where(floor <= 1e-5, 6e6, 6e5)  # cells: enough for the sensitivity, mostly (Flores-Montero 2017)
    cells = np.round(needed * lognormal(rng, 1.1, 0.35, n), -4).astype(np.int64)
    counted = np.isin(method, ["NGF", "MFC"]) & chance(rng, 0.8, n)
    micro = np.maximum(np.round(level * 1e6).astype(np.int64), 1)
    frame = pl.DataFrame(
        {"patient": patient, "day": days, "micro": micro, "positive": positive, "cells": cells, "counted": counted},
    ).with_columns(method=text(method), floor=pl.Series(np.round(floor * 1e6).astype(np.int64)))
    return frame.select(
        "patient",
        "day",
        "method",
        sensitivity=_millionths(pl.col("floor")),
        result=pl.when("positive").then(pl.lit("positive")).otherwise(pl.lit("negative")),
        level=pl.when("positive").then(_millionths(pl.col("micro"))),
        cells_analysed=pl.when("counted").then(pl.col("cells").cast(pl.String)),
    ).sort("patient", "day")


def _millionths(count: pl.Expr) -> pl.Expr:
    """0.00001 rather than 1e-5: the contract's numbers are plain decimals."""
    return "0." + count.cast(pl.String).str.zfill(6).str.strip_chars_end("0")


def cytogenetics_rows(rng: Rng, c: Cohort, v: Visits) -> pl.DataFrame:
    """One row a probe: part of the panel is often left out, 1q most of all in the early years.

    The later, the more are examined by a wide panel, with t(14;20), 1p32 and TP53 in it. Where alleles of 1p32 are
    counted there is a row for one and one for both; of a mutation no share of cells is recorded, and of some findings
    neither.
    """
    workup = np.flatnonzero((v.kind == WORKUP) & chance(rng, 0.9, len(v)))
    patient, days = v.patient[workup], v.day[workup]
    years = (days - day("2012-01-01")) / 365.25
    one_q = np.clip(0.3 + 0.05 * years, 0, 0.85)
    shares = np.tile([0.96, 0.95, 0.85, 0.0, 0.6, 0.6, 0.15, 0.1, 0.0, 0.0, 0.02], (len(workup), 1))
    shares[:, ABNORMALITIES.index("gain1q")] = one_q
    wide = chance(rng, np.clip(0.06 * years, 0, 0.5), len(workup))
    shares[wide] = [0.99, 0.99, 0.99, 0.98, 0.7, 0.9, 0.96, 0.97, 0.0, 0.0, 0.95]
    asked = chance(rng, shares, shares.shape)
    of_1p32, of_one, of_both, mutation = (
        ABNORMALITIES.index(name) for name in ("del1p32", "del1p32_monoallelic", "del1p32_biallelic", "tp53_mutation")
    )
    counted = asked[:, of_1p32] & chance(rng, np.where(wide, 0.6, 0.0), len(workup))
    asked[:, of_1p32] &= ~counted
    asked[:, of_one] = asked[:, of_both] = counted
    row, probe = np.nonzero(asked)
    n = len(row)
    found = c.fish[patient[row], probe]
    percent = np.where(found, rng.uniform(12, 98, n), np.where(chance(rng, 0.5, n), rng.uniform(0, 4, n), np.nan))
    percent[(probe == mutation) | (found & chance(rng, 0.1, n))] = np.nan
    frame = pl.DataFrame(
        {"patient": patient[row], "day": days[row], "probe": probe, "found": found, "percent": percent}
    ).with_columns(abnormality=text(np.asarray(ABNORMALITIES)[probe]))
    recorded = pl.col("percent").fill_nan(None)
    return frame.sort("patient", "day", "probe").select(
        "patient",
        "day",
        "abnormality",
        result=pl.when("found").then(pl.lit("positive")).otherwise(pl.lit("negative")),
        percent=fixed(recorded, pl.lit(0)),
    )
