"""Laboratory rows: which test is done at which visit, its day, and how the site reports it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from flows.sample.draws import Array, Rng, chance
from flows.sample.markers import Markers
from flows.sample.patients import Cohort
from flows.sample.reporting import LDH_UPPER, reported
from flows.sample.visit_days import BASELINE, WORKUP, Visits, ends_watching

# share of the tests that should be done that each site does
SITE_CARE = np.array([1.0, 0.98, 0.97, 0.95, 1.0, 0.93, 0.88, 0.82])


@dataclass(frozen=True)
class Bench:
    """What every analyte needs to become rows."""

    rng: Rng
    cohort: Cohort
    visits: Visits

    def done(self, workup: float | Array, baseline: float | Array, else_: float | Array) -> Array:
        """Visits at which a test is done, by kind of visit and by how careful the site is."""
        v = self.visits
        p = np.where(v.kind == WORKUP, workup, np.where(v.kind == BASELINE, baseline, else_))
        return chance(self.rng, p * SITE_CARE[self.cohort.site[v.patient]], len(v))

    def days(self, at: Array, earlier: float) -> Array:
        """Day of collection: for a share of them one or two days before the visit (a sample sent ahead)."""
        day = self.visits.day[at]
        return day - np.where(chance(self.rng, earlier, len(day)), self.rng.integers(1, 3, len(day)), 0)

    def number(self, analyte: str, at: Array, value: Array, earlier: float = 0.0) -> pl.DataFrame:
        """Rows of an analyte measured at the visits `at`; `value` in the canonical unit, for all visits."""
        patient = self.visits.patient[at]
        head = pl.DataFrame({"patient": patient, "day": self.days(at, earlier)})
        rows = reported(analyte, self.cohort.site[patient], value[at])
        return head.with_columns(pl.lit(analyte).alias("analyte")).hstack(rows)

    def verdict(self, analyte: str, at: Array, positive: Array, earlier: float = 0.0) -> pl.DataFrame:
        """Rows of an immunofixation at the visits `at`."""
        frame = pl.DataFrame(
            {"patient": self.visits.patient[at], "day": self.days(at, earlier), "positive": positive[at]}
        )
        result = pl.when("positive").then(pl.lit("positive")).otherwise(pl.lit("negative"))
        return frame.select("patient", "day", pl.lit(analyte).alias("analyte"), result.alias("result"))


def lab_rows(rng: Rng, c: Cohort, v: Visits, m: Markers) -> pl.DataFrame:
    """One row a result: patient (index), day, and the contract's columns as text."""
    bench = Bench(rng, c, v)
    frames = [*_m_protein(bench, m), *_light_chains(bench, m), *_immunoglobulins(bench, m), *_blood(bench)]
    rows = pl.concat(frames, how="diagonal").sort("patient", "day", "analyte", maintain_order=True)
    # a sample sent ahead can fall on the day of the visit before
    return rows.unique(["patient", "day", "analyte"], keep="first", maintain_order=True)


def _m_protein(b: Bench, m: Markers) -> list[pl.DataFrame]:
    c, v = b.cohort, b.visits
    p = v.patient
    # a peak that hides under the beta globulins is seldom given a figure
    usual = np.where(c.in_beta[p], 0.2, np.where(c.isotype[p] == "light_chain", 0.75, 0.94))
    faint = m.serum < 0.15
    serum_done = b.done(0.97, np.minimum(usual + 0.02, 1), usual) & ~(c.in_beta[p] & chance(b.rng, 0.6, len(v)))
    urine_done = b.done(0.88, 0.62, np.where(c.urine_m[p] >= 200, 0.82, 0.24))
    fixed_done = b.done(0.95, 0.45, np.where(faint, 0.74, 0.14))
    # who asks for one immunofixation near remission mostly asks for both
    both = b.done(0.80, 0.30, np.where(faint & fixed_done, 0.68, 0.07))
    return [
        b.number("serum_m_protein", serum_done, m.serum, 0.02),
        b.number("urine_m_protein", urine_done, m.urine, 0.2),
        b.verdict("serum_immunofixation", fixed_done, m.serum_fixed, 0.03),
        b.verdict("urine_immunofixation", both, m.urine_fixed, 0.2),
    ]


def _light_chains(b: Bench, m: Markers) -> list[pl.DataFrame]:
    needed = np.isin(b.cohort.isotype[b.visits.patient], ["light_chain", "non_secretory", "IgD"])
    done = b.done(0.9, np.where(needed, 0.95, 0.82), np.where(needed, 0.94, 0.7))
    # one sample, two results; now and then one of them is lost
    lost = chance(b.rng, 0.01, len(done))
    return [
        b.number("flc_kappa", done & ~lost, m.kappa),
        b.number("flc_lambda", done, m.lambda_),
    ]


def _immunoglobulins(b: Bench, m: Markers) -> list[pl.DataFrame]:
    c, v = b.cohort, b.visits
    p, isotype = v.patient, c.isotype[v.patient]
    quiet = 0.35 + 0.65 * np.exp(-3 * v.size)  # immunoparesis of what the clone doesn't make
    frames = []
    for analyte, name, normal, seldom in [
        ("igg", "IgG", 1.02, 0.2),
        ("iga", "IgA", 0.17, 0.16),
        ("igm", "IgM", 0.07, 0.10),
        ("igd", "IgD", 0.004, 0.0),
    ]:
        own = isotype == name
        # quantitative IgA stands in for electrophoresis where the peak hides
        follow = np.where(own & c.in_beta[p], 0.95, np.where(own, 0.55, seldom))
        done = b.done(0.85 if analyte != "igd" else 0.0, follow, follow) | (own & (v.kind == WORKUP))
        scatter = np.exp(b.rng.normal(0, 0.04, len(v)))
        clone = np.where(own, c.serum_m[p] * v.size * np.where(own & ~c.in_beta[p], 1.08, 1.0), 0)
        frames.append(b.number(analyte, done, (normal * quiet + clone) * scatter))
    return frames


def _blood(b: Bench) -> list[pl.DataFrame]:
    """Chemistry and blood count: they follow the clone from what the patient presented with."""
    c, v, rng = b.cohort, b.visits, b.rng
    p, n = v.patient, len(v)
    active = np.clip(v.size_flc, 0, 1)
    panel = b.done(0.985, 0.92, np.where(v.relapsed, 0.6, 0.33))
    usual = np.minimum(c.creatinine[p], 0.85)
    ldh = 0.74 + (c.ldh_ratio[p] - 0.74) * active
    wild = v.relapsed & (c.risk[p] > 0.5)  # aggressive relapse
    ldh = np.where(wild, ldh * np.exp(np.abs(rng.normal(0, 0.35, n))), ldh) * np.exp(
        rng.normal(0, 0.06, n) * (v.kind != WORKUP)
    )
    b2m = np.maximum(c.b2m[p] * (0.42 + 0.58 * active) * np.exp(rng.normal(0, 0.07, n) * (v.kind != WORKUP)), 1.1)
    albumin = c.albumin[p] + (4.15 - c.albumin[p]) * (1 - active) * 0.85
    albumin = np.clip(albumin + rng.normal(0, 0.15, n) * (v.kind != WORKUP), 1.4, 5.2)
    hemoglobin = c.hemoglobin[p] + (12.7 - c.hemoglobin[p]) * (1 - active) * 0.8 + rng.normal(0, 0.35, n)
    # anaemia is what most often ends the watching; a patient's own part, without a draw
    hemoglobin -= ends_watching(c, v) * (0.5 + 3 * c.own[p])
    creatinine = (usual + (c.creatinine[p] - usual) * (0.35 + 0.65 * active)) * np.exp(rng.normal(0, 0.05, n))
    dead_cells = chance(rng, 0.12, n) * v.relapsed * 3.0
    cells = c.circulating[p] * active * np.exp(rng.normal(0, 0.2, n)) + np.round(dead_cells * 10 * v.size)
    leukaemic = c.diagnosis[p] == "PCL"

    def part(share: float) -> Array:
        return panel & chance(rng, share, n)

    return [
        _calcium(b, part(0.97), albumin, active),
        b.number("albumin", part(0.98), albumin),
        b.number("creatinine", part(0.98), creatinine),
        b.number("hemoglobin", part(0.98), hemoglobin),
        b.number("ldh", part(0.93), np.round(np.clip(ldh, 0.25, 30) * LDH_UPPER[c.site[p]])),
        b.number("crp", part(0.6), c.crp[p] * (0.4 + 0.6 * active) * np.exp(rng.normal(0, 0.5, n))),
        b.number("beta2_microglobulin", b.done(0.93, 0.45, 0.02), b2m),
        b.number(
            "circulating_plasma_cells",
            b.done(np.where(leukaemic, 0.95, 0.3), 0.1, np.where(leukaemic, 0.5, 0.02)),
            cells,
        ),
    ]


def _calcium(b: Bench, done: Array, albumin: Array, active: Array) -> pl.DataFrame:
    """Calcium, and for a high one whether the clinic put it down to myeloma (asked, not always answered)."""
    c, v, rng = b.cohort, b.visits, b.rng
    p, n = v.patient, len(v)
    sudden = v.relapsed & (v.size > 0.3) & chance(rng, 0.05, n)
    corrected = 9.35 + (c.calcium[p] - 9.35) * active + rng.normal(0, 0.25, n) + np.where(sudden, 2.9, 0)
    corrected = np.where(v.relapsed | (v.kind == WORKUP), corrected, np.minimum(corrected, 10.9))
    total = np.clip(corrected - np.clip(4 - albumin, 0, None), 6.5, 18)
    frame = b.number("calcium", done, total)
    answer = rng.random(n)
    high = ((corrected >= 11) & (active > 0.05))[done]
    recorded = pl.Series("recorded", np.where(high & (answer[done] < 0.86), np.where(answer[done] < 0.8, 1, 0), -1))
    return frame.with_columns(
        pl.when(recorded == 1)
        .then(pl.lit("true"))
        .when(recorded == 0)
        .then(pl.lit("false"))
        .alias("attributed_to_myeloma")
    )
