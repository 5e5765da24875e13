"""Words in the column of figures that are a result: 陰性 of an immunofixation or antibody, 検出せず of an M-protein."""

from collections.abc import Mapping

import polars as pl

from rules.audit.work_up import ONLY_TESTED
from transforms.intake.contracts import REPAIRS
from transforms.intake.spellings import folded
from transforms.intake.units import canonical_unit

FLUIDS = ("serum_immunofixation", "urine_immunofixation")
SIGNED = (*FLUIDS, *ONLY_TESTED)
M_PROTEINS = ("serum_m_protein", "urine_m_protein")
SIGNS = ("positive", "negative")
# A longer text is no word for a result.
_LONGEST = 200


def results_of_values(labs: pl.DataFrame, words: Mapping[str, list[str]]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Text of labs with words in `value` put where they belong, and which cells that changed.

    Of an immunofixation without a result they are its result, and so of a test of which only that it was done is asked.
    An M-protein not detected is a figure, 0, for which any unit will do; one detected has a result and no figure.
    `words` by the code that they stand for.
    """
    is_short = pl.col("value").str.len_bytes() <= _LONGEST
    asked = pl.col("analyte").is_in([*SIGNED, *M_PROTEINS]) & is_short & ~pl.col("value").str.contains("[0-9]")
    odd = labs.filter(asked)
    if odd.is_empty():
        return labs, pl.DataFrame(schema=REPAIRS)
    word = folded(pl.col("value")).str.to_lowercase()
    found = odd.with_columns(_signs(word, words).alias("sign"), _detections(word, words).alias("detection"))
    is_signed = pl.col("analyte").is_in(SIGNED)
    is_moved = is_signed & (pl.col("sign") == pl.coalesce("result", "sign")).fill_null(value=False)
    is_none = ~is_signed & (pl.col("detection") == "not_detected").fill_null(value=False)
    is_some = ~is_signed & (pl.col("detection") == "detected").fill_null(value=False)
    found = found.with_columns(is_moved=is_moved, is_none=is_none, is_some=is_some)
    unit = pl.col("analyte").replace_strict({name: canonical_unit(name) for name in M_PROTEINS}, default=None)
    put = found.with_columns(
        value=pl.when("is_none").then(pl.lit("0")).when(~pl.col("is_moved") & ~pl.col("is_some")).then("value"),
        result=pl.when("is_moved")
        .then("sign")
        .when("is_some")
        .then(pl.coalesce("result", pl.lit("positive")))
        .otherwise("result"),
        unit=pl.when("is_none").then(pl.coalesce("unit", unit)).otherwise("unit"),
    )
    rules = pl.when(pl.col("is_moved") | pl.col("is_some")).then(pl.lit("result_in_value"))
    rule = rules.when("is_none").then(pl.lit("none_detected")).alias("rule")
    changed = found.select("row_number", pl.lit("value").alias("column"), rule).drop_nulls()
    moved = put.select("row_number", "value", "result", "unit")
    return labs.update(moved, on="row_number", include_nulls=True), changed


def _signs(word: pl.Expr, words: Mapping[str, list[str]]) -> pl.Expr:
    signs = {name: code for code in SIGNS for name in (code, *words[code])}
    return word.replace_strict(signs, default=None)


def _detections(word: pl.Expr, words: Mapping[str, list[str]]) -> pl.Expr:
    found = {name: code for code in ("detected", "not_detected") for name in words[code]}
    return word.replace_strict(found, default=None)
