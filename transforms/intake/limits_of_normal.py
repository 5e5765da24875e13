"""Limits of normal as laboratories print them: "<=240", "124-222", "0.8～2.0", "(-)"."""

from collections.abc import Mapping

import polars as pl

from transforms.intake.cells import as_number
from transforms.intake.contracts import KNOWN_ANALYTES, REPAIRS
from transforms.intake.spellings import folded

LIMITS = ("ref_low", "ref_high")
_NUMBER = r"([0-9]+(?:\.[0-9]+)?|\.[0-9]+)"
_RANGE = rf"^[\[(]?\s*{_NUMBER}\s*(?:-|~|〜|—|to|bis|\.\.)\s*{_NUMBER}\s*[\])]?$"
_UPPER = rf"^(?:<=|<|≤|~|〜|up to|bis)\s*{_NUMBER}$|^{_NUMBER}\s*(?:以下|未満|まで|이하|미만)$"
_LOWER = rf"^(?:>=|>|≥|from|ab)\s*{_NUMBER}$|^{_NUMBER}\s*(?:以上|超|이상|초과|-|~|〜)$"
_TORN = rf"^-\s*{_NUMBER}$"
_NO_LIMIT = ("-", "--", "~", "*", "none", "no limit", "nil", "absent", "なし", "無し", "設定なし", "없음")
_LONGEST = 100


def limits_of_normal(labs: pl.DataFrame, words: Mapping[str, list[str]]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Text of labs with both limits as numbers, and which cells were read so.

    A range in one cell gives both where the other has none; a limit in the other's cell is moved there. A normal result
    that is negative is no limit. What is none of these stays as it was. `words` by the code that they stand for.
    """
    is_odd = pl.any_horizontal(pl.col(name).is_not_null() & ~_is_number(name) for name in LIMITS)
    torn = pl.col("ref_high").str.starts_with("-")
    odd = labs.filter(is_odd | torn)
    if odd.is_empty():
        return labs, pl.DataFrame(schema=REPAIRS)
    no_limit = [*_NO_LIMIT, "negative", *words["negative"], *words["not_detected"]]
    read = odd.with_columns(part for name in LIMITS for part in _parts(name, no_limit)).with_columns(_with_torn())
    put = read.with_columns(_put(name, side, other) for name, side, other in _SIDES)
    changes = [
        read.filter(read[name].is_not_null() & read[name].ne_missing(put[name])).select(
            "row_number", pl.lit(name).alias("column"), pl.lit("limit_of_normal").alias("rule")
        )
        for name in LIMITS
    ]
    changed = put.select("row_number", *LIMITS)
    updated = labs.update(changed, on="row_number", include_nulls=True)
    return updated, pl.concat(changes)


_SIDES = (("ref_low", "low", "ref_high"), ("ref_high", "high", "ref_low"))


def _is_number(name: str) -> pl.Expr:
    return as_number(pl.col(name)).is_not_null()


def _parts(name: str, no_limit: list[str]) -> list[pl.Expr]:
    """What a cell says of either limit, as text, and whether it says anything that can be read: a plain number says
    nothing.
    """
    cell = folded(pl.when(pl.col(name).str.len_bytes() <= _LONGEST).then(name)).str.to_lowercase()
    bare = cell.str.strip_chars("()[] ")
    ends = [cell.str.extract(_RANGE, group) for group in (1, 2)]
    is_range = as_number(ends[0]) <= as_number(ends[1])
    upper = pl.coalesce(cell.str.extract(_UPPER, group) for group in (1, 2))
    lower = pl.coalesce(cell.str.extract(_LOWER, group) for group in (1, 2))
    low, high = pl.coalesce(pl.when(is_range).then(ends[0]), lower), pl.coalesce(pl.when(is_range).then(ends[1]), upper)
    is_none = bare.is_in(no_limit).fill_null(value=False)
    is_read = low.is_not_null() | high.is_not_null() | is_none
    return [low.alias(f"{name}_low"), high.alias(f"{name}_high"), is_read.alias(f"{name}_is_read")]


def _with_torn() -> list[pl.Expr]:
    """8.5 and -10.5 are the range 8.5-10.5, cut apart before its sign; nobody has a negative limit of these."""
    upper = folded(pl.col("ref_high")).str.extract(_TORN)
    is_range = as_number(pl.coalesce("ref_low_low", "ref_low")).is_between(0, as_number(upper), closed="left")
    is_torn = pl.col("analyte").is_in(KNOWN_ANALYTES) & is_range
    high = pl.when(is_torn).then(upper).otherwise("ref_high_high").alias("ref_high_high")
    return [high, pl.col("ref_high_is_read") | is_torn.fill_null(value=False)]


def _put(name: str, side: str, other: str) -> pl.Expr:
    stays = pl.col(name).is_not_null() & ~pl.col(f"{name}_is_read")
    return pl.when(stays).then(name).otherwise(pl.coalesce(f"{name}_{side}", f"{other}_{side}")).alias(name)
