"""Precursors (section 10): risk at diagnosis, course, and how well the risk predicts it."""

from __future__ import annotations

import polars as pl

from rules.criterion import Edition
from transforms.precursors.calibration import calibration
from transforms.precursors.candidates import precursors
from transforms.precursors.course import precursor_course
from transforms.precursors.risk import precursor_risk

WITH_MODELS = ("MGUS", "SMM")

__all__ = ["calibration", "precursor_tables"]


def precursor_tables(
    diagnosed: pl.LazyFrame,
    tables: dict[str, pl.LazyFrame],
    followed: pl.LazyFrame,
    edition: Edition,
) -> dict[str, pl.DataFrame]:
    """The tables of section 10 that say something of single patients. `diagnosed` are the patients with their
    diagnosis as `recorded` and as `derived` and what of Table 1 held then, `tables` those in.
    """
    candidates = precursors(diagnosed, tables["treatments"]).collect().lazy()
    return {
        "precursor_risk": precursor_risk(
            candidates.filter(pl.col("precursor").is_in(WITH_MODELS)), tables, edition
        ).collect(),
        "precursor_course": precursor_course(candidates, tables, followed, edition).collect(),
    }
