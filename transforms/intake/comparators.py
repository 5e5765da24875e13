"""Figures that are open-ended: "<0.5" in one cell, taken apart into the number and its comparator."""

from functools import reduce

import polars as pl

from transforms.intake.cells import COMPARATOR, SIGNS, unsigned
from transforms.intake.contracts import VIOLATIONS, comparators


def split_comparators(table: str, text: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Text with ``<0.5`` in a column of figures taken apart into comparator and number, and the conflicts.

    A conflict is a figure whose comparator is not the one in its column of comparators.
    """
    none = pl.DataFrame(schema=VIOLATIONS)
    pairs = comparators(table).items()
    found = [_conflicts(text, number, comparator) for number, comparator in pairs]
    return reduce(_split, pairs, text), pl.concat([none, *found])


def _split(text: pl.DataFrame, pair: tuple[str, str]) -> pl.DataFrame:
    number, comparator = pair
    return text.with_columns(
        unsigned(pl.col(number)).alias(number), pl.coalesce(comparator, _sign(number)).alias(comparator)
    )


def _conflicts(text: pl.DataFrame, number: str, comparator: str) -> pl.DataFrame:
    return text.filter(_sign(number) != pl.col(comparator)).select(
        "row_number", column=pl.lit(comparator), rule=pl.lit("comparator_conflict")
    )


def _sign(number: str) -> pl.Expr:
    # Few have one, and only these are worth a regular expression.
    signed = pl.when(pl.col(number).str.contains_any(SIGNS)).then(number)
    return signed.str.extract(rf"^({COMPARATOR})").replace({"≤": "<=", "≥": ">="})
