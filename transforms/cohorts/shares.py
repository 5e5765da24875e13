"""Shares with Wilson's 95 % interval, as the macros `share`, `share_low` and `share_high` of sql/macros have them."""

from __future__ import annotations

import polars as pl

from transforms.survival.risk_sets import NORMAL_QUANTILE

_Z2 = NORMAL_QUANTILE**2


def shares(name: str, part: pl.Expr, whole: pl.Expr) -> dict[str, pl.Expr]:
    """`name`, `name_low` and `name_high`, as fractions: null of no one."""
    middle, width = part + _Z2 / 2, NORMAL_QUANTILE * (part * (whole - part) / whole + _Z2 / 4).sqrt()
    limits = {"low": middle - width, "high": middle + width}
    is_of_someone = whole > 0
    return {
        name: pl.when(is_of_someone).then(part / whole),
        **{
            f"{name}_{side}": pl.when(is_of_someone).then((limit / (whole + _Z2)).clip(0, 1))
            for side, limit in limits.items()
        },
    }
