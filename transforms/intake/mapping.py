"""What a site writes otherwise than the contract, put into the contract's words before anything is read."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from transforms.intake.contracts import VIOLATIONS, dtypes
from transforms.intake.date_forms import as_iso, is_left_to_be_read
from transforms.intake.readers import is_read
from transforms.intake.spellings import folded
from transforms.intake.units import NUMERIC

_SIGN = r"^((?:(?:<=|>=|<|>|≤|≥)\s*)?[+-]?)"
_DECIMAL_COMMA = _SIGN + r"([0-9]+|[0-9]{1,3}(?:\.[0-9]{3})+)(?:,([0-9]+))?$"
# Cells with letters are words, to be read as such; limits of normal may be a range.
_WORDS = r"[^\s0-9.,<>=≤≥+\-–~～〜()\[\]]"
_LIMIT = r"^[(\[]?[0-9.,]*\s*[-–~～〜]\s*[0-9.,]*[)\]]?$"
_THOUSANDS = _SIGN + r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?$"


@dataclass(frozen=True)
class TableMapping:
    """One table of a registry.toml. `columns`: the file's name of a contract's column; `codes`: by column, the
    contract's code for a site's; `units`: an accepted unit for a site's; `default_units`: by analyte, the unit of
    figures without one; `words_by_analyte`: by column of labs and analyte, the contract's word for a site's;
    `partial_dates`: by column, the day that stands for a year or month; `timezone`: where the day of an instant is
    told; `constants`: the value of a column that the file has not; `date_formats` by column; `decimal`:
    "," where that is the decimal sign; `thousands`: "," where it parts thousands. `records`: "progressions" where
    assessments are a log of them (REPORTED).
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    default_units: Mapping[str, str] = field(default_factory=dict)
    words_by_analyte: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    partial_dates: Mapping[str, str] = field(default_factory=dict)
    timezone: str | None = None
    constants: Mapping[str, str] = field(default_factory=dict)
    date_formats: Mapping[str, str] = field(default_factory=dict)
    decimal: str = "."
    thousands: str = ""
    file: str | None = None
    encoding: str | None = None
    delimiter: str = ","
    records: str | None = None


UNMAPPED = TableMapping()


def mapped(table: str, text: pl.DataFrame, mapping: TableMapping) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Trimmed text in the contract's words, and one violation per cell that is not as the mapping says (then null)."""
    if mapping == UNMAPPED:
        return text, pl.DataFrame(schema=VIOLATIONS)
    text = text.with_columns(pl.lit(value).alias(name) for name, value in mapping.constants.items())
    text = text.with_columns(
        pl.col(name).replace(list(codes), [code or None for code in codes.values()])
        for name, codes in mapping.codes.items()
        if codes
    )
    text = text.with_columns(_by_analyte(column, words) for column, words in mapping.words_by_analyte.items())
    units = mapping.units
    text = text.with_columns(pl.col("unit").replace(list(units), list(units.values()))) if units else text
    readers = _readers(table, mapping)
    rules = {name: "unreadable_date" if dtypes(table)[name] == pl.Date else "comma_in_number" for name in readers}
    read = text.with_columns(reader.alias(name) for name, reader in readers.items())
    lost = [
        text.filter(text[name].is_not_null() & read[name].is_null()).select(
            "row_number", pl.lit(name).alias("column"), pl.lit(rule).alias("rule")
        )
        for name, rule in rules.items()
    ]
    return read, pl.concat([pl.DataFrame(schema=VIOLATIONS), *lost])


def with_default_units(labs: pl.DataFrame, mapping: TableMapping) -> pl.DataFrame:
    """Text of labs with the unit that the site says for figures without one."""
    if not mapping.default_units:
        return labs
    has_figure = pl.any_horizontal(pl.col(name).is_not_null() for name in NUMERIC)
    default = pl.col("analyte").replace_strict(mapping.default_units, default=None, return_dtype=pl.String)
    return labs.with_columns(pl.coalesce("unit", pl.when(has_figure).then(default)).alias("unit"))


def with_blanks(text: pl.DataFrame, mapping: TableMapping) -> pl.DataFrame:
    """Text with the code that the site says an empty cell stands for.

    A vital status stays empty where a date of death is there and can't be read: that is not alive.
    """
    blanks = {name: codes[""] for name, codes in mapping.codes.items() if "" in codes}
    died = pl.col("death_date").is_not_null() & ~is_read(pl.col("death_date"), pl.Date)
    return text.with_columns(
        pl.when(died if name == "vital_status" else pl.lit(value=False)).then(name).otherwise(filled).alias(name)
        for name, filled in ((name, pl.col(name).fill_null(code)) for name, code in blanks.items())
    )


def _by_analyte(column: str, words: Mapping[str, Mapping[str, str]]) -> pl.Expr:
    analyte, cell = folded(pl.col("analyte")).str.to_lowercase(), pl.col(column)
    for name, of in words.items():
        put = pl.col(column).replace(list(of), [word or None for word in of.values()])
        cell = pl.when(analyte == name).then(put).otherwise(cell)
    return cell.alias(column)


def _readers(table: str, mapping: TableMapping) -> dict[str, pl.Expr]:
    dates = {
        name: pl.coalesce(as_iso(pl.col(name), form), pl.when(is_left_to_be_read(pl.col(name))).then(name))
        for name, form in mapping.date_formats.items()
    }
    numbers = [name for name, dtype in dtypes(table).items() if dtype in (pl.Float64, pl.Int32)]
    if mapping.decimal == ",":
        return dates | {name: _with_decimal_comma(pl.col(name), is_limit=name in NUMERIC[1:]) for name in numbers}
    if mapping.thousands == ",":
        return dates | {name: _without_thousands(pl.col(name)) for name in numbers}
    return dates


def _with_decimal_comma(cell: pl.Expr, *, is_limit: bool) -> pl.Expr:
    plain = cell.str.replace_all(".", "", literal=True).str.replace_all(",", ".", literal=True)
    has_mark = cell.str.contains_any([",", "."]) & ~cell.str.contains(_WORDS)
    is_plain = cell.str.contains(_DECIMAL_COMMA) | (cell.str.contains(_LIMIT) & pl.lit(is_limit))
    return pl.when(~has_mark).then(cell).when(is_plain).then(plain)


def _without_thousands(cell: pl.Expr) -> pl.Expr:
    plain = cell.str.replace_all(",", "", literal=True)
    has_comma = cell.str.contains(",", literal=True)
    return pl.when(~has_comma | cell.str.contains(_WORDS)).then(cell).when(cell.str.contains(_THOUSANDS)).then(plain)
