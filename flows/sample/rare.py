"""What only some are examined for: heart and kidneys in AL, VEGF in POEMS, leucocytes in plasma cell leukaemia.

Also what rules out more than a precursor, marrow when one moves on, and the nervous system after three lines.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from flows.sample.clinical_findings import AL_SIGNS
from flows.sample.draws import Rng, chance, lognormal, text
from flows.sample.labs import SITE_CARE, Bench
from flows.sample.patients import Cohort
from flows.sample.reporting import fixed
from flows.sample.visit_days import WORKUP, Visits, ends_watching

RULED_OUT = (
    *("al_amyloidosis", "amyloid_organ_damage", "biopsy_proven_plasmacytoma", "polyneuropathy"),
    *("hyperviscosity", "lymphadenopathy", "hepatosplenomegaly", "constitutional_symptoms"),
    "heavy_chain_on_immunofixation",
)


def organ_rows(rng: Rng, c: Cohort, v: Visits) -> pl.DataFrame:
    """One row a result, as `lab_rows`: at diagnosis, before each line, and at most visits on it."""
    bench = Bench(rng, c, v)
    patient, n = v.patient, len(v)
    amyloid, poems = (c.diagnosis[patient] == name for name in ("AL", "POEMS"))
    scatter = np.exp(rng.normal(0, 0.08, n))
    # a heart is as ill as it is: what it lets go changes little from visit to visit
    troponin = lognormal(rng, 0.035, 0.8, len(c))[patient] * scatter
    probnp = lognormal(rng, 900, 1.1, len(c))[patient] * scatter
    age = c.age[patient] + (v.day - c.diagnosed[patient]) / 365.25
    # the Japanese equation (Matsuo 2009, Am J Kidney Dis 53:982)
    filtered = 194 * c.creatinine[patient] ** -1.094 * age**-0.287 * np.where(c.male[patient], 1, 0.739) * scatter
    vegf = 180 + lognormal(rng, 1600, 0.6, len(c))[patient] * np.minimum(v.size_flc, 1) * scatter
    return pl.concat(
        [
            bench.number("troponin_t", amyloid & bench.done(0.9, 0.8, 0.3), troponin),
            bench.number("nt_probnp", amyloid & bench.done(0.95, 0.9, 0.6), probnp),
            bench.number("egfr", amyloid & bench.done(0.95, 0.95, 0.5), filtered),
            bench.number("vegf", poems & bench.done(0.95, 0.9, 0.6), vegf),
            *_leucocytes(rng, bench),
        ]
    )


def _leucocytes(rng: Rng, b: Bench) -> list[pl.DataFrame]:
    """Leucocytes, and how many of them are plasma cells, at the diagnosis of plasma cell leukaemia."""
    c, v = b.cohort, b.visits
    share = rng.uniform(0.2, 0.6, len(c))[v.patient]
    leucocytes = np.maximum(c.circulating[v.patient] / share, 2500)
    at = (c.diagnosis[v.patient] == "PCL") & b.done(0.95, 0, 0)
    return [
        b.number("wbc", at, leucocytes),
        b.number("circulating_plasma_cells_percent", at, 100 * c.circulating[v.patient] / leucocytes),
    ]


def marrow_at_progression(rng: Rng, c: Cohort, v: Visits) -> pl.DataFrame:
    """One row a marrow, as `marrow_rows`: before the first line of a precursor, in most."""
    at = np.flatnonzero(ends_watching(c, v) & chance(rng, 0.85, len(v)))
    p = v.patient[at]
    before = np.where(c.diagnosis[p] == "MGUS", 10 + 2 * c.plasma_cells[p], c.plasma_cells[p])
    clonal = before * v.size[at] * lognormal(rng, 1.15, 0.15, len(at))
    frame = pl.DataFrame({"patient": p, "day": v.day[at], "percent": np.minimum(clonal, 95)})
    return frame.select(
        "patient",
        "day",
        plasma_cell_percent=fixed(pl.col("percent"), pl.lit(1)),
        clonal_plasma_cells=pl.lit("detected"),
        specimen=pl.lit("aspirate"),
    )


def nervous_system(rng: Rng, c: Cohort, v: Visits) -> pl.DataFrame:
    """One row a finding: at the first look after the progression of a third or later line, in two of three."""
    late = np.flatnonzero(v.relapsed & (v.line >= 3))
    _, first = np.unique(v.patient[late] * 10 + v.line[late], return_index=True)
    at = late[first]
    at = at[chance(rng, 0.65 * SITE_CARE[c.site[v.patient[at]]], len(at))]
    word = np.where(chance(rng, 0.04, len(at)), "true", "false")
    frame = pl.DataFrame({"patient": v.patient[at], "observed_on": v.day[at], "present": text(word)})
    return frame.with_columns(finding=pl.lit("cns_involvement"))


def signs_ruled_out(rng: Rng, c: Cohort) -> pl.DataFrame:
    """One row a finding: what a clinic looks for in vain before it calls a disease a precursor, or POEMS syndrome."""
    frames = []
    for sign in RULED_OUT:
        asked = c.watched if sign != "heavy_chain_on_immunofixation" else c.watched & (c.isotype == "light_chain")
        if sign in AL_SIGNS:  # a neuropathy with a clone is the one or the other
            asked = asked | (c.diagnosis == "POEMS")
        at = np.flatnonzero(asked & chance(rng, 0.85, len(c)))
        frame = pl.DataFrame({"patient": at, "observed_on": c.diagnosed[at]})
        frames.append(frame.with_columns(present=pl.lit("false"), finding=pl.lit(sign)))
    return pl.concat(frames)


def whole_body_mri(rng: Rng, c: Cohort, v: Visits) -> pl.DataFrame:
    """One row a scan of smouldering disease, the day before a visit: at diagnosis in most, later about once a year."""
    watched = (c.diagnosis[v.patient] == "SMM") & (v.line == 0)
    at = np.flatnonzero(watched & chance(rng, np.where(v.kind == WORKUP, 0.85, 0.3), len(v)))
    lesions = np.where(chance(rng, 0.12, len(c)), "1", "0")[v.patient[at]]
    frame = pl.DataFrame({"patient": v.patient[at], "day": v.day[at] - 1, "focal_lesions": text(lesions)})
    return frame.with_columns(modality=pl.lit("wbmri"))
