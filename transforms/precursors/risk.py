"""What each model says of each patient with a precursor, at diagnosis."""

from __future__ import annotations

import polars as pl

from rules.clauses.precursors import MODELS, predicted
from rules.criterion import Edition
from rules.verdict import TESTS, missing_column
from transforms.diagnosis.values import Tables
from transforms.judging import decided
from transforms.names import names_of, names_where
from transforms.precursors.candidates import PRECURSORS
from transforms.precursors.model_values import values_for_models


def precursor_risk(candidates: pl.LazyFrame, tables: Tables, edition: Edition) -> pl.LazyFrame:
    """One row per patient of `candidates` and model of the precursor; none where the model is not for the patient.

    Null points or group: more than one is possible; null `predicted`: of that group the source says nothing.
    """
    judged = decided(values_for_models(candidates, tables, edition), MODELS, edition).collect().lazy()
    of_precursor = [
        _said(judged.join(candidates.filter(pl.col("precursor") == name), on="patient_id", how="semi"), model, edition)
        for name in PRECURSORS
        for model in MODELS
        if model.startswith(f"{name}.")
    ]
    return pl.concat(of_precursor).sort("patient_id", "model")


def _said(judged: pl.LazyFrame, model: str, edition: Edition) -> pl.LazyFrame:
    clause = edition[model]
    risk, predicted_by_group = MODELS[model](clause), predicted(clause)
    truths = {name: found.truth for name, found in risk.factors.items()}
    group = pl.when(model).then(risk.group)
    return judged.filter(pl.col(model).fill_null(value=True)).select(
        "patient_id",
        model=pl.lit(model),
        factors=names_where(truths),
        factors_unknown=names_where({name: truth.is_null() for name, truth in truths.items()}),
        points=pl.when(risk.points.low == risk.points.high).then(risk.points.low),
        risk_group=group,
        predicted=group.replace_strict(predicted_by_group, default=None, return_dtype=pl.Float64),
        horizon_years=pl.lit(clause.numbers.get("horizon_years"), pl.Float64),
        unknown_because=names_of(pl.col(missing_column(model)), TESTS),
    )
