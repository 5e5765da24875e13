"""From text as found in a file to typed columns; what can't be read becomes a violation, never a silent null."""

from collections.abc import Callable, Mapping

import polars as pl

from transforms.contracts import VIOLATIONS, codes, dtypes, violations
from transforms.units import to_canonical

QUARANTINE = ("source_file", "row_number", "table", "column", "value", "rule", "reason")
# Integers up to here are exact as Float64.
_EXACT = 2.0**53
_SIGN = "<=|>=|<|>|≤|≥"

_UNREADABLE = {
    pl.Date: "unreadable_date",
    pl.Boolean: "unreadable_boolean",
    pl.Float64: "unreadable_number",
    pl.Int32: "unreadable_number",
}
_REASONS = {
    "missing_value": "a required value is missing: fill it in at the source",
    "unreadable_number": "not a number: write digits with a decimal point, such as 3.5",
    "unreadable_date": "not a calendar date: write it as year-month-day, such as 2024-05-31",
    "unreadable_boolean": "neither true nor false: write one of these two words, or nothing",
    "not_whole_number": "not a whole number, which a count or a line of therapy has to be",
    "unknown_unit": "not a unit of this analyte: report it in one listed in rules/units.toml, or add this one there",
    "missing_unit": "a figure without its unit: give the unit, which is never guessed",
    "impossible_value": "a value that nobody has (negative, not finite, or beyond the scale): correct it at the source",
    "comparator_conflict": "the value carries another comparator than the comparator column: keep the right one",
    "ragged": "the line has more or fewer values than the header has columns: look for a comma or quote in a value",
    "line_break": "the value spans lines that look like rows: a quote was probably opened in it and never closed",
    "duplicate": "repeats an earlier accepted row in every column: send it once",
    "repeated_patient_id": "an earlier accepted row has this patient_id: keep one row per patient",
    "unknown_patient": "no accepted row of patients has this patient_id: add it, or correct the row that was refused",
}


def as_text(rows: pl.DataFrame) -> pl.DataFrame:
    """Columns of any flat type as the text that a CSV file would have: dates ISO, booleans true/false.

    Whole floats lose their ``.0`` (so an id that was stored as a float is itself again), and a timestamp at
    midnight is its date. Raises TypeError, naming the column, for lists, structs and other types without a text.
    """
    return rows.select(_text_of(name, dtype) for name, dtype in rows.schema.items())


def _text_of(name: str, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if dtype.is_nested() or dtype in (pl.Object, pl.Duration):
        raise TypeError(name)
    if dtype.is_float():
        is_whole = column.is_finite() & (column == column.floor()) & (column.abs() <= _EXACT)
        whole = column.cast(pl.Int64, strict=False).cast(pl.String)
        return pl.when(is_whole).then(whole).otherwise(column.cast(pl.String)).alias(name)
    if isinstance(dtype, pl.Datetime):
        local = column.dt.replace_time_zone(None)
        is_date = local == local.dt.truncate("1d")
        return pl.when(is_date).then(local.dt.to_string("%Y-%m-%d")).otherwise(local.dt.to_string("iso")).alias(name)
    return column.cast(pl.String)


def trimmed(rows: pl.DataFrame) -> pl.DataFrame:
    """Text without the blanks around it; nothing left is missing. Other columns stay as they are."""
    text = pl.col(pl.String).str.strip_chars()
    return rows.with_columns(pl.when(text != "").then(text))


def split_comparator(labs: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Text of labs with ``<0.5`` in ``value`` taken apart into ``comparator`` and number, and the conflicts.

    A conflict is a value whose comparator is not the one in the comparator column.
    """
    value = pl.col("value")
    has_sign = value.str.contains_any(list("<>≤≥"))  # few have one, and only these are worth a regular expression
    signed = pl.when(has_sign).then(value)
    found = signed.str.extract(rf"^({_SIGN})").replace({"≤": "<=", "≥": ">="})
    number = pl.coalesce(signed.str.replace(rf"^(?:{_SIGN})\s*", ""), value)
    conflicts = labs.filter(found != pl.col("comparator"))
    split = labs.with_columns(value=number, comparator=pl.coalesce("comparator", found))
    return split, conflicts.select("row_number", column=pl.lit("comparator"), rule=pl.lit("comparator_conflict"))


def typed(rows: pl.DataFrame, types: Mapping[str, type[pl.DataType]]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Trimmed text columns as ``types``, and one violation per value that can't be read (null in the frame).

    Dates are ``YYYY-MM-DD``, booleans ``true`` or ``false``, numbers decimal with a point (an exponent is fine,
    and the words for NaN and infinity are read, to be refused as impossible); integers may come as ``3.0``.
    """
    read = rows.with_columns(_READERS[dtype](pl.col(name)) for name, dtype in types.items())
    failures = [_unread(rows, read, name, dtype) for name, dtype in types.items() if dtype != pl.String]
    return read, pl.concat([pl.DataFrame(schema=VIOLATIONS), *failures])


def _date(text: pl.Expr) -> pl.Expr:
    # The pattern first: the parser alone would take 2024-5-1.
    iso = pl.when(text.str.contains(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")).then(text)
    return iso.str.to_date("%Y-%m-%d", strict=False)


def _boolean(text: pl.Expr) -> pl.Expr:
    return text.replace_strict({"true": True, "false": False}, default=None, return_dtype=pl.Boolean)


def _number(text: pl.Expr) -> pl.Expr:
    # Adding 0 turns -0 into 0, so that both are the same value when rows are compared.
    return text.cast(pl.Float64, strict=False) + 0.0


def _integer(text: pl.Expr) -> pl.Expr:
    number = _number(text)
    return pl.when(number == number.floor()).then(number).cast(pl.Int32, strict=False)


def _text(text: pl.Expr) -> pl.Expr:
    return text


_READERS: dict[type[pl.DataType], Callable[[pl.Expr], pl.Expr]] = {
    pl.String: _text,
    pl.Date: _date,
    pl.Boolean: _boolean,
    pl.Float64: _number,
    pl.Int32: _integer,
}


def _unread(rows: pl.DataFrame, read: pl.DataFrame, name: str, dtype: type[pl.DataType]) -> pl.DataFrame:
    lost = rows[name].is_not_null() & read[name].is_null()
    found = rows.filter(lost).select("row_number", column=pl.lit(name), text=name)
    rule = pl.lit(_UNREADABLE[dtype])
    if dtype == pl.Int32:
        number = _number(pl.col("text"))
        rule = pl.when(number.is_finite() & (number != number.floor())).then(pl.lit("not_whole_number")).otherwise(rule)
    return found.select("row_number", "column", rule.alias("rule"))


def validated(table: str, found: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows of one batch that keep every rule on a single row, and the entries of those that don't.

    ``found`` has the contract's columns as text and ``row_number``. The first frame has the columns typed and
    ``row_number``; the second one row per broken rule: ``row_number``, ``column``, ``value`` (as found, null if
    missing), ``rule``, ``reason``. Rows in and distinct ``row_number`` out always add up.
    """
    text = trimmed(found)
    split, conflicts = split_comparator(text) if table == "labs" else (text, pl.DataFrame(schema=VIOLATIONS))
    rows, unread = typed(split, dtypes(table))
    rows, units = to_canonical(rows) if table == "labs" else (rows, pl.DataFrame(schema=VIOLATIONS))
    # A value that can't be read is null by now; that it is missing as well would be untrue.
    broken = violations(table, rows).join(unread, on=["row_number", "column"], how="anti")
    entries = pl.concat([conflicts, unread, units, broken]).sort("row_number", "column", "rule")
    accepted = rows.join(entries, on="row_number", how="anti", maintain_order="left")
    return accepted, _explained(table, _with_text(entries, text))


def _with_text(entries: pl.DataFrame, text: pl.DataFrame) -> pl.DataFrame:
    bad = text.join(entries, on="row_number", how="semi")
    cells = bad.unpivot(index="row_number", variable_name="column", value_name="text")
    cells = cells.rename({"text": "value"})
    return entries.join(cells, on=["row_number", "column"], how="left", maintain_order="left")


def _explained(table: str, entries: pl.DataFrame) -> pl.DataFrame:
    kinds = entries.select("column", "rule").unique()
    reasons = [reason(table, column, rule) for column, rule in kinds.iter_rows()]
    explained = kinds.with_columns(pl.Series("reason", reasons, dtype=pl.String))
    joined = entries.join(explained, on=["column", "rule"], how="left", maintain_order="left")
    return joined.select("row_number", "column", "value", "rule", "reason")


def reason(table: str, column: str | None, rule: str) -> str:
    """One sentence on what is wrong and what to do, without anything of the patient's. Raises KeyError."""
    if rule == "unknown_code" and column is not None:
        return f"not a code of {table}.{column}: use one of {', '.join(codes(table, column))}"
    return _REASONS[rule]
