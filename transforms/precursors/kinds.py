"""What counts as the progression of each precursor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from rules.clauses.defining_events import EVENTS
from rules.clauses.progression_of_precursors import (
    becomes_myeloma,
    events_not_looked_for,
    not_looked_for,
    plasmacytoma_becomes_myeloma,
)
from rules.criterion import Edition
from rules.verdict import Verdict, clause

KINDS = ("SMM.progression", "PLASMACYTOMA.progression", "SLIM.progression")
# Of several on one date the first counts.
PROGRESSIONS = ("DX.al", "DX.pcl", "DX.myeloma", *EVENTS)
NEED_A_CLONE = ("MGUS", "SMM")


@dataclass(frozen=True)
class Kind:
    """The clause of progression of some precursors, what of PROGRESSIONS it may be by, the recorded diagnoses that are
    none of them any more, the column of the clone that must have been shown (null: none), and the mask of what nobody
    looked for.
    """

    clause_id: str
    precursors: tuple[str, ...]
    progressions: Mapping[str, Verdict]
    recorded: tuple[str, ...]
    clone: str | None
    not_looked_for: pl.Expr


def kinds(edition: Edition) -> tuple[Kind, ...]:
    """Every kind of progression, as the edition has it."""
    smouldering, plasmacytoma, biomarkers = KINDS
    others = {name: clause(name) for name in ("DX.al", "DX.pcl")}
    progressed = ("MM", "PCL", "AL")
    of_plasmacytoma = plasmacytoma_becomes_myeloma(edition[plasmacytoma])
    return (
        Kind(
            smouldering,
            NEED_A_CLONE,
            others | {"DX.myeloma": becomes_myeloma()},
            progressed,
            "had_clone",
            not_looked_for(clause(smouldering)),
        ),
        Kind(
            plasmacytoma,
            ("plasmacytoma",),
            others | {"DX.myeloma": of_plasmacytoma},
            progressed,
            "had_clone_in_marrow",
            not_looked_for(clause(plasmacytoma)),
        ),
        Kind(
            biomarkers,
            ("SLiM",),
            others | {name: clause(name) for name in EVENTS},
            ("PCL", "AL"),
            None,
            events_not_looked_for(clause(biomarkers)),
        ),
    )
