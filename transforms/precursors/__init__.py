"""MGUS and smouldering myeloma (section 10): risk at diagnosis, course, and how well the risk predicts it."""

from __future__ import annotations

import polars as pl

from rules.criterion import Edition
from transforms.precursors.calibration import calibration
from transforms.precursors.course import precursor_course
from transforms.precursors.risk import precursor_risk
from transforms.precursors.whom import precursors

__all__ = ["calibration", "precursor_tables"]


def precursor_tables(
    diagnosed: pl.LazyFrame,
    tables: dict[str, pl.LazyFrame],
    lines: pl.LazyFrame,
    followed: pl.LazyFrame,
    edition: Edition,
) -> dict[str, pl.DataFrame]:
    """The tables of section 10 that say something of single patients. `diagnosed` are the patients with their
    diagnosis as `recorded` and as `derived`, `tables` those in.
    """
    whom = precursors(diagnosed, lines).collect().lazy()
    return {
        "precursor_risk": precursor_risk(whom, tables, edition).collect(),
        "precursor_course": precursor_course(whom, tables, followed, edition).collect(),
    }
