"""From text as found in a file to typed columns; what can't be read becomes a violation, never a silent null."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import polars as pl

from transforms.intake.cells import READERS, as_number
from transforms.intake.comparators import split_comparators
from transforms.intake.contracts import VIOLATIONS, codes, dtypes, violations
from transforms.intake.date_forms import INDEX, INSTANT, PART_OF_A_DATE, unmarked
from transforms.intake.mapping import (
    SITE,
    UNMAPPED,
    TableMapping,
    mapped,
    with_blanks,
    with_default_limits,
    with_default_units,
)
from transforms.intake.repairs import repaired, repaired_column
from transforms.intake.result_words import FLUIDS, SIGNS
from transforms.intake.set_aside import settled
from transforms.intake.spellings import folded
from transforms.intake.units import to_canonical
from transforms.intake.vital_status import with_days_of_death, with_deaths

QUARANTINE = ("source_file", "row_number", "table", "column", "value", "rule", "reason", "row_kept")
# Integers up to here are exact as Float64.
_EXACT = 2.0**53
# So many characters of a text are kept in the quarantine.
MOST_SHOWN = 1000
_SPREADSHEET_ERROR = r"^#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!)$"
_NO_TEXT = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x{fffd}]"
_DAY_NUMBER = r"^[0-9]{5}(?:\.[0-9]+)?$"
_DAY_AND_MONTH = r"^[0-9]{1,2}[/.-][0-9]{1,2}[/.-](?:[0-9]{2}|[0-9]{4})$"
_COMMA = r"^(?:(?:<=|>=|<|>)\s*)?[+-]?[0-9.]*,[0-9.,]*$"
_UNREADABLE = {
    pl.Date: "unreadable_date",
    pl.Boolean: "unreadable_boolean",
    pl.Float64: "unreadable_number",
    pl.Int32: "unreadable_number",
}


def as_text(rows: pl.DataFrame) -> pl.DataFrame:
    """Columns of any flat type as the text that a CSV file would have: dates ISO, booleans true/false.

    Whole floats lose their ``.0`` (so an id that was stored as a float is itself again), and a timestamp at
    midnight is its date; one with a zone is an instant of UTC, with a Z behind. Raises TypeError, naming the column,
    for lists, structs and other types without a text.
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
    if isinstance(dtype, pl.Datetime) and dtype.time_zone:
        # whatever zone it is shown in, it is an instant
        return column.dt.convert_time_zone("UTC").dt.to_string("%Y-%m-%dT%H:%M:%SZ").alias(name)
    if isinstance(dtype, pl.Datetime):
        local = column
        is_date = local == local.dt.truncate("1d")
        return pl.when(is_date).then(local.dt.to_string("%Y-%m-%d")).otherwise(local.dt.to_string()).alias(name)
    return column.cast(pl.String)


def trimmed(rows: pl.DataFrame) -> pl.DataFrame:
    """Text without the blanks around it; nothing left is missing. Other columns stay as they are."""
    text = pl.col(pl.String)
    stripped = rows.with_columns(text.str.strip_chars())  # by itself: within the condition it would be done twice
    return stripped.with_columns(pl.when(text != "").then(text))


def typed(rows: pl.DataFrame, types: Mapping[str, type[pl.DataType]]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Trimmed text columns as ``types``, and one violation per value that can't be read (null in the frame).

    Dates are ``YYYY-MM-DD``, booleans ``true`` or ``false``, numbers decimal with a point (an exponent is fine,
    and the words for NaN and infinity are read, to be refused as impossible); integers may come as ``3.0``.
    """
    read = rows.with_columns(READERS[dtype](pl.col(name)) for name, dtype in types.items())
    failures = [_unread(rows, read, name, dtype) for name, dtype in types.items() if dtype != pl.String]
    return read, pl.concat([pl.DataFrame(schema=VIOLATIONS), *failures])


def _unread(rows: pl.DataFrame, read: pl.DataFrame, name: str, dtype: type[pl.DataType]) -> pl.DataFrame:
    lost = rows[name].is_not_null() & read[name].is_null()
    if not lost.any():
        return pl.DataFrame(schema=VIOLATIONS)
    found = rows.filter(lost).select("row_number", column=pl.lit(name), text=name)
    return found.select("row_number", "column", _why_unread(dtype).alias("rule"))


def _why_unread(dtype: type[pl.DataType]) -> pl.Expr:
    """The rule that a text breaks which is no value of the type: the one that says best what to do about it."""
    text = folded(pl.col("text").str.slice(0, MOST_SHOWN))
    rules = {"spreadsheet_error": text.str.contains(_SPREADSHEET_ERROR)}
    if dtype == pl.Date:
        rules |= {
            "serial_date": text.str.contains(_DAY_NUMBER),
            "instant": text.str.contains(INSTANT),
            "part_of_a_date": text.str.contains(PART_OF_A_DATE),
            "ambiguous_date": text.str.contains(_DAY_AND_MONTH),
        }
    if dtype in (pl.Float64, pl.Int32):
        rules["comma_in_number"] = text.str.contains(_COMMA)
    if dtype == pl.Int32:
        number = as_number(pl.col("text"))
        rules["not_whole_number"] = number.is_finite() & (number != number.floor())
    return _first_broken(rules | {_UNREADABLE[dtype]: pl.lit(True)})


def _first_broken(rules: Mapping[str, pl.Expr]) -> pl.Expr:
    return pl.coalesce(pl.when(is_broken).then(pl.lit(rule)) for rule, is_broken in rules.items())


def _unfit(rows: pl.DataFrame, table: str) -> pl.DataFrame:
    """Violations by texts of any content: what no one can have typed, and dates no patient can have."""
    longest = refusals()["value_too_long"]["most_characters"]
    first, last = _years()
    found = [pl.DataFrame(schema=VIOLATIONS)]
    for name, dtype in dtypes(table).items():
        if name not in rows.columns:
            continue
        cell = pl.col(name)
        if dtype == pl.String and not codes(table, name):
            rules = {
                "value_too_long": cell.str.len_chars() > longest,
                "spreadsheet_error": cell.str.contains(_SPREADSHEET_ERROR),
                "unreadable_text": cell.str.contains(_NO_TEXT),
            }
        elif dtype == pl.Date:
            rules = {"impossible_date": ~cell.dt.year().is_between(first, last)}
        else:
            continue
        texts = rows.select(pl.col(name).unique())  # few beside the rows
        broken = texts.select(name, _first_broken(rules).alias("rule")).drop_nulls()
        if broken.height:
            found.append(rows.join(broken, on=name).select("row_number", pl.lit(name).alias("column"), "rule"))
    return pl.concat(found)


class Validated(NamedTuple):
    """One batch of a table, sorted out.

    `accepted`: the rows that stay, with the contract's columns typed, `unreadable` and `row_number`. `entries`: one row
    per broken rule: `row_number`, `column`, `value` (as found, null if missing), `rule`, `reason`, `row_kept` (true:
    only the cell was set aside). `repairs`: one row per cell repaired: `row_number`, `column`, `rule`. `refused`: one
    row per row that does not stay: `row_number`, and what of it can be read: `patient_id`, `dated_on`, `line`,
    `kind`.
    """

    accepted: pl.DataFrame
    entries: pl.DataFrame
    repairs: pl.DataFrame
    refused: pl.DataFrame


def _years() -> tuple[int, int]:
    """The first and the last year of a date of any patient."""
    limits = refusals()["impossible_date"]
    return limits["first_year"], limits["last_year"]


def _says_nothing(rows: pl.DataFrame, text: pl.DataFrame) -> pl.DataFrame:
    """Immunofixations without a result: whatever else stands in their rows, they say nothing."""
    is_mute = pl.col("analyte").is_in(FLUIDS) & ~pl.col("result").is_in(SIGNS).fill_null(value=False)
    mute = rows.filter(is_mute).select("row_number")
    place = pl.when(pl.col("value").is_not_null() & pl.col("result").is_null()).then(pl.lit("value"))
    found = text.join(mute, on="row_number", how="semi")
    return found.select("row_number", place.otherwise(pl.lit("result")).alias("column"), rule=pl.lit("no_result"))


def validated(table: str, found: pl.DataFrame, mapping: TableMapping = UNMAPPED) -> Validated:
    """Sort out the rows of one batch by the rules on a single row.

    ``found`` has the contract's columns as text and ``row_number``, and may have INDEX and SITE of each row's patient;
    ``mapping`` says what a site writes otherwise. Rows in are rows accepted and rows refused.
    """
    as_found = trimmed(found.drop(INDEX, SITE, strict=False))
    text, unmapped = mapped(table, as_found.hstack(found.select(pl.col(f"^{INDEX}$"))), mapping)
    as_found = as_found.with_columns(unmarked(pl.col(name)) for name in mapping.date_formats)
    text, repairs = repaired(table, text, mapping)
    if table == "patients":
        text, filled = with_deaths(text, *_years())
        repairs = pl.concat([repairs, filled])
    text = with_blanks(text, mapping)
    if mapping.deaths:
        text, filled = with_days_of_death(text, as_found["death_date"].is_null())
        repairs = pl.concat([repairs, filled])
    text = with_default_units(text, mapping) if table == "labs" else text
    split, conflicts = split_comparators(table, text)
    rows, unread = typed(split, dtypes(table))
    mute = _says_nothing(rows, split) if table == "labs" else pl.DataFrame(schema=VIOLATIONS)
    # That an immunofixation's figure is none does not matter as long as no result is there.
    unread = pl.concat([unread, unmapped]).join(mute, on=["row_number", "column"], how="anti")
    unfit = _unfit(rows, table)
    rows, units = to_canonical(rows) if table == "labs" else (rows, pl.DataFrame(schema=VIOLATIONS))
    if mapping.default_limits:
        site = found[SITE] if SITE in found.columns else pl.lit(None, pl.String)
        rows = with_default_limits(rows.with_columns(site.alias(SITE)), unread, mapping).drop(SITE)
    # A value that can't be read is null by now; that it is missing as well would be untrue.
    broken = violations(table, rows).join(unread, on=["row_number", "column"], how="anti")
    entries = pl.concat([conflicts, mute, unread, unfit, units, broken]).unique().sort("row_number", "column", "rule")
    accepted, known, refused = settled(table, rows, entries)
    return Validated(accepted, _explained(table, _with_text(known, as_found)), repairs, refused)


def ids_read(texts: pl.Series) -> pl.DataFrame:
    """Which patient a text names, in any table whose mapping leaves ids alone: `text`, `patient_id` (null: none that
    can be read).
    """
    found = pl.DataFrame({"text": texts.unique()}).with_row_index("row_number")
    found = found.with_columns(pl.col("row_number").cast(pl.Int64))
    rows, _ = repaired_column("patients", trimmed(found.select("row_number", patient_id="text")), "patient_id")
    lost = _unfit(rows, "patients")["row_number"]
    named = rows.select("row_number", pl.when(~pl.col("row_number").is_in(lost.implode())).then("patient_id"))
    return found.join(named, on="row_number", how="left").select("text", "patient_id")


def _with_text(entries: pl.DataFrame, text: pl.DataFrame) -> pl.DataFrame:
    bad = text.join(entries, on="row_number", how="semi")
    cells = bad.unpivot(index="row_number", variable_name="column", value_name="text")
    cells = cells.select("row_number", "column", shown(pl.col("text")).alias("value"))
    return entries.join(cells, on=["row_number", "column"], how="left", maintain_order="left")


def shown(value: pl.Expr) -> pl.Expr:
    """As much of a text found as the quarantine keeps."""
    cut = pl.format("{}… ({} characters)", value.str.slice(0, MOST_SHOWN), value.str.len_chars())
    return pl.when(value.str.len_chars() > MOST_SHOWN).then(cut).otherwise(value)


def _explained(table: str, entries: pl.DataFrame) -> pl.DataFrame:
    kinds = entries.select("column", "rule").unique()
    reasons = [reason(table, column, rule) for column, rule in kinds.iter_rows()]
    explained = kinds.with_columns(pl.Series("reason", reasons, dtype=pl.String))
    joined = entries.join(explained, on=["column", "rule"], how="left", maintain_order="left")
    return joined.select("row_number", "column", "value", "rule", "reason", "row_kept")


@cache
def refusals() -> dict[str, dict[str, Any]]:
    """Every rule by which a row can be refused, with its reason and its numbers."""
    return tomllib.loads(files("rules").joinpath("intake/refusals.toml").read_text(encoding="utf-8"))


def reason(table: str, column: str | None, rule: str) -> str:
    """One sentence on what is wrong and what to do, without anything of the patient's. Raises KeyError."""
    if rule == "unknown_code" and column is not None:
        return f"not a code of {table}.{column}: use one of {', '.join(codes(table, column))}"
    return str(refusals()[rule]["reason"])
