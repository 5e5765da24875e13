"""How the text of a cell is read as a value of its column's type; null where it can't be."""

from collections.abc import Callable

import polars as pl

COMPARATOR = "<=|>=|<|>|≤|≥"
SIGNS = list("<>≤≥")


def is_read(text: pl.Expr, dtype: type[pl.DataType]) -> pl.Expr:
    """Whether the text is a value of the type."""
    return READERS[dtype](text).is_not_null()


def unsigned(value: pl.Expr) -> pl.Expr:
    """A figure without the comparator before it."""
    # Few have one, and only these are worth a regular expression.
    signed = pl.when(value.str.contains_any(SIGNS)).then(value)
    return pl.coalesce(signed.str.replace(rf"^(?:{COMPARATOR})\s*", ""), value)


def as_date(text: pl.Expr) -> pl.Expr:
    """`YYYY-MM-DD`."""
    # The pattern first: the parser alone would take 2024-5-1.
    iso = pl.when(text.str.contains(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")).then(text)
    return iso.str.to_date("%Y-%m-%d", strict=False)


def as_boolean(text: pl.Expr) -> pl.Expr:
    """`true` or `false`."""
    return text.replace_strict({"true": True, "false": False}, default=None, return_dtype=pl.Boolean)


def as_number(text: pl.Expr) -> pl.Expr:
    """A decimal number with a point; an exponent is fine, and so are the words for NaN and infinity."""
    # -0 equals 0 and becomes it, so that both are the same value when rows are compared; polars omits an addition of 0.
    return text.cast(pl.Float64, strict=False).replace(0.0, 0.0)


def as_integer(text: pl.Expr) -> pl.Expr:
    """A whole number; `3.0` is one."""
    number = as_number(text)
    return pl.when(number == number.floor()).then(number).cast(pl.Int32, strict=False)


def _as_text(text: pl.Expr) -> pl.Expr:
    return text


READERS: dict[type[pl.DataType], Callable[[pl.Expr], pl.Expr]] = {
    pl.String: _as_text,
    pl.Date: as_date,
    pl.Boolean: as_boolean,
    pl.Float64: as_number,
    pl.Int32: as_integer,
}
