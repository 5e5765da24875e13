"""Lists of names from conditions or bit masks, without building a list for every row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_

import polars as pl

from rules.verdict import mask

Names = pl.List(pl.String)


def names_where(conditions: Mapping[str, pl.Expr]) -> pl.Expr:
    """Per row the sorted names whose condition holds; one that is null does not hold."""
    names = sorted(conditions)
    bits = [pl.when(conditions[name]).then(mask(1 << place)).otherwise(mask(0)) for place, name in enumerate(names)]
    return names_of(reduce(or_, bits), names)


def names_of(mask: pl.Expr, names: Sequence[str]) -> pl.Expr:
    """Per row the names whose bits are set, in the order given. Rows share few masks, so each is spelled out once."""

    def spelled_out(masks: pl.Series) -> pl.Series:
        distinct = masks.unique().sort()
        lists = [[name for place, name in enumerate(names) if code >> place & 1] for code in distinct]
        return pl.Series(lists, dtype=Names).gather(distinct.search_sorted(masks))

    return mask.map_batches(spelled_out, return_dtype=Names, is_elementwise=True)
