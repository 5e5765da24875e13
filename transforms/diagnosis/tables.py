"""The diagnosis of every patient by Table 1, beside the recorded one; what it rests on, and where the two disagree."""

from __future__ import annotations

from functools import reduce
from operator import or_

import polars as pl

from rules.clauses.defining_events import ATTRIBUTED, unattributed
from rules.clauses.diagnosis import DIAGNOSES, OF_RECORDED, SIGNS, plasmacytoma_site
from rules.criterion import Edition
from rules.verdict import TESTS, missing_column
from transforms.diagnosis.on_a_date import CLAUSES, judged_at
from transforms.diagnosis.values import COLUMNS, Tables
from transforms.names import names_of, names_where

DIAGNOSIS = [
    "patient_id",
    "diagnosis_date",
    "derived",
    "recorded",
    "clauses_for",
    "clauses_against",
    "possible",
    "unknown_because",
]
DISAGREEMENT = ["patient_id", "recorded", "derived", "clause"]
FIGURES = [name for name in COLUMNS if name not in SIGNS and not name.endswith("_as_nadir")]
EVIDENCE = [
    *("patient_id", "diagnosis_date", *FIGURES, "estimated_clearance_ml_min", "age_years"),
    *("plasmacytoma_site", "events_unattributed", *SIGNS, *CLAUSES),
]
NOWHERE = len(DIAGNOSES)  # the place, in the page's order, of what does not hold


def diagnosis(tables: Tables, lines: pl.LazyFrame, edition: Edition) -> dict[str, pl.DataFrame]:
    """The tables `diagnosis`, `diagnosis_evidence` (a row per patient each) and `diagnosis_disagreement`.

    What is dated after the first line's start does not count.
    """
    first_line = lines.group_by("patient_id").agg(until=pl.col("start_date").min())
    about = (
        tables["patients"].select("patient_id", on_date="diagnosis_date").join(first_line, on="patient_id", how="left")
    )
    judged = (
        judged_at(about, tables, edition)
        .with_columns(diagnosis_date="on_date", recorded="diagnosis", derived=_first_that_holds())
        .with_columns(
            clauses_for=names_where({name: pl.col(name) for name in CLAUSES}),
            clauses_against=names_where({name: ~pl.col(name) for name in CLAUSES}),
            possible=names_where({name: pl.col(name).is_null() for name in DIAGNOSES}),
            events_unattributed=names_where({event: unattributed(event) for event in ATTRIBUTED}),
            plasmacytoma_site=plasmacytoma_site(),
            unknown_because=names_of(reduce(or_, (pl.col(missing_column(name)) for name in DIAGNOSES)), TESTS),
        )
        .collect()
        .sort("patient_id")
    )
    return {
        "diagnosis": judged.select(DIAGNOSIS),
        "diagnosis_evidence": judged.select(EVIDENCE),
        "diagnosis_disagreement": disagreements(judged.lazy()).collect(),
    }


def _first_that_holds() -> pl.Expr:
    return pl.coalesce(pl.when(name).then(pl.lit(name)) for name in DIAGNOSES)


def disagreements(judged: pl.LazyFrame) -> pl.LazyFrame:
    """One row per patient whose recorded diagnosis is contradicted, and clause that speaks against it.

    It is contradicted where none of its own clauses can hold, or where another diagnosis holds that comes first
    whatever they say. The clause is its own that is known not to hold; where there is none, the derived one.
    """
    own = pl.coalesce(_own(recorded, names) for recorded, names in OF_RECORDED.items())
    is_contradicted = pl.coalesce(_is_contradicted(recorded, names) for recorded, names in OF_RECORDED.items())
    against = own.list.set_intersection("clauses_against").list.sort()
    derived = pl.concat_list("derived")
    return (
        judged.filter(is_contradicted)
        .with_columns(clause=pl.when(against.list.len() > 0).then(against).otherwise(derived))
        .explode("clause")
        .select(DISAGREEMENT)
        .sort("patient_id", "clause")
    )


def _own(recorded: str, names: tuple[str, ...]) -> pl.Expr:
    return pl.when(pl.col("recorded") == recorded).then(pl.lit(list(names)))


def _is_contradicted(recorded: str, names: tuple[str, ...]) -> pl.Expr:
    """Null where another diagnosis is recorded."""
    derived = pl.coalesce(*(pl.when(name).then(place) for place, name in enumerate(DIAGNOSES)), NOWHERE)
    may_hold = {name: pl.col(name).fill_null(value=True) for name in names}
    own = pl.min_horizontal(pl.when(may_hold[name]).then(DIAGNOSES.index(name)).otherwise(NOWHERE) for name in names)
    return pl.when(pl.col("recorded") == recorded).then((derived < own) | (own == NOWHERE))
