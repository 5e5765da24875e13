"""One division for every figure that is shown."""

from __future__ import annotations

import polars as pl

DECIMALS = 12


def quotient(of: pl.Expr, by: pl.Expr | float) -> pl.Expr:
    """`of` divided by `by`, to twelve decimals.

    polars multiplies by the reciprocal where the divisor is a single value: the last digit of a double would tell how
    many rows a shard has (11.5 / 2 = 5.750000000000001).
    """
    return (of / by).round(DECIMALS)
