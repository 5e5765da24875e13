"""Involved and uninvolved light chain, and dFLC, from κ and λ (V.flc)."""

from __future__ import annotations

import polars as pl


def with_light_chains(rows: pl.LazyFrame, when: str = "") -> pl.LazyFrame:
    """Add involved FLC and dFLC (mg/L, each with `_max` and `_as_nadir`); null where a chain is missing.

    Where the involved chain is unknown dFLC is null, and involved FLC is somewhere between the two chains.

    `when` is "_baseline" for a line's baseline, empty for a visit. Reads `involved_chain`.
    """
    parts = ["", "_max", "_as_nadir"]
    kappa, lambda_ = ({p: pl.col(f"{chain}{when}_mg_l{p}") for p in parts} for chain in ("kappa", "lambda"))
    is_kappa, is_lambda = pl.col("involved_chain") == "kappa", pl.col("involved_chain") == "lambda"
    involved = {p: pl.when(is_kappa).then(kappa[p]).when(is_lambda).then(lambda_[p]) for p in parts}
    other = {p: pl.when(is_kappa).then(lambda_[p]).when(is_lambda).then(kappa[p]) for p in parts}
    dflc = {
        "": involved[""] - other["_max"],
        "_max": involved["_max"] - other[""],
        "_as_nadir": involved["_as_nadir"] - other["_max"],
        "_as_nadir_max": pl.max_horizontal(involved["_as_nadir"], involved["_max"]) - other[""],
    }
    have_both = kappa[""].is_not_null() & lambda_[""].is_not_null()
    lower, higher = pl.min_horizontal(kappa[""], lambda_[""]), pl.max_horizontal(kappa["_max"], lambda_["_max"])
    either = {"": lower, "_max": higher, "_as_nadir": None}
    side_is_unknown = pl.col("involved_chain").is_null() & have_both
    shown = {p: pl.when(side_is_unknown).then(either[p]).otherwise(involved[p]) for p in parts}
    return rows.with_columns(
        *(shown[p].alias(f"involved_flc{when}_mg_l{p}") for p in parts),
        *(bound.clip(lower_bound=0).alias(f"dflc{when}_mg_l{p}") for p, bound in dflc.items()),
    )
