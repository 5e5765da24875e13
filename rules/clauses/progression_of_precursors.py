"""Progression of precursors (SMM., PLASMACYTOMA. and SLIM.progression), and who has the last two. One row is one
patient on one date, with Table 1 decided on it, and whether a clone had been shown by then.
"""

from __future__ import annotations

import polars as pl

from rules.clauses.defining_events import BIOMARKERS, EVENTS, clonal_cells
from rules.clauses.diagnosis import bone_lesions, is_diagnosed, is_proven
from rules.criterion import Criterion, criterion
from rules.verdict import Verdict, any_of, at_least, bit, clause, stated

# Without these nobody looked for an event.
LOOKED_FOR = ("calcium", "creatinine", "hemoglobin", "bone_imaging")
OF_CRAB = any_of(*map(clause, EVENTS))
OF_MYELOMA = any_of(*map(clause, (*EVENTS, *BIOMARKERS)))
SEVERAL = "DX.multiple_plasmacytoma"


def is_a_clone(c: Criterion) -> Verdict:
    """Whether a marrow or a biopsy shows the clone of myeloma; `c` is the section of DX.myeloma."""
    return is_in_marrow(c) | is_proven


def is_in_marrow(c: Criterion) -> Verdict:
    """Whether a marrow shows the clone of myeloma; `c` is the section of DX.myeloma."""
    return at_least(clonal_cells, c.at_least_percent)


def becomes_myeloma() -> Verdict:
    """Myeloma by Table 1; of a clone that was there before (none goes away untreated) an event or biomarker alone."""
    return clause("DX.myeloma") | (stated(pl.col("had_clone"), "marrow") & OF_MYELOMA)


def plasmacytoma_becomes_myeloma(c: Criterion) -> Verdict:
    """Myeloma by Table 1; more lesions than the plasmacytoma, which was proven before; of a clone that a marrow had
    shown an event or biomarker alone.
    """
    had_clone = stated(pl.col("had_clone_in_marrow"), "marrow")
    return any_of(clause("DX.myeloma"), had_clone & OF_MYELOMA, at_least(bone_lesions, c.at_least_lesions))


@criterion("SMM.progression")
def myeloma_leukaemia_or_amyloidosis_holds(_: Criterion) -> Verdict:
    return any_of(clause("DX.al"), clause("DX.pcl"), becomes_myeloma())


@criterion("PLASMACYTOMA.progression")
def myeloma_comes_of_a_plasmacytoma(c: Criterion) -> Verdict:
    return any_of(clause("DX.al"), clause("DX.pcl"), plasmacytoma_becomes_myeloma(c))


@criterion("SLIM.progression")
def organs_are_damaged(_: Criterion) -> Verdict:
    return any_of(clause("DX.al"), clause("DX.pcl"), OF_CRAB)


def not_looked_for(progression: Verdict) -> pl.Expr:
    """Mask of the tests whose absence leaves an event, or the clone where there is an event, unknown; 0: none."""
    return pl.when(OF_MYELOMA.truth).then(progression.missing).otherwise(events_not_looked_for(progression))


def events_not_looked_for(progression: Verdict) -> pl.Expr:
    """Mask of the tests whose absence leaves an event unknown; 0: none."""
    return progression.missing & sum(map(bit, LOOKED_FOR))


def has_a_solitary_plasmacytoma() -> pl.Expr:
    """Whether one is recorded or derived; not, where Table 1 finds several."""
    is_several = pl.col("derived").eq_missing(SEVERAL)
    return is_diagnosed("plasmacytoma").truth & ~is_several


def has_biomarkers_only() -> pl.Expr:
    """Whether myeloma is recorded or derived, with a biomarker and, as is known, without organ damage at diagnosis."""
    is_damaged = pl.any_horizontal(*EVENTS)
    has_biomarker = pl.any_horizontal(*BIOMARKERS)
    return is_diagnosed("MM").truth & ~is_damaged & has_biomarker
