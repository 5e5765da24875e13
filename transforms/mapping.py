"""What a site writes otherwise than the contract, put into the contract's words before anything is read."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from transforms.contracts import VIOLATIONS, dtypes
from transforms.units import NUMERIC

# Day 0 of a spreadsheet's day numbers; before day 61 the first of them counts a day that never was.
DAY_NUMBERS = {"excel": (1899, 12, 30), "excel1904": (1904, 1, 1)}
_FIRST_SERIAL = 61
_SIGN = r"^((?:(?:<=|>=|<|>|≤|≥)\s*)?[+-]?)"
_DECIMAL_COMMA = _SIGN + r"([0-9]+|[0-9]{1,3}(?:\.[0-9]{3})+)(?:,([0-9]+))?$"
_THOUSANDS = _SIGN + r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?$"


@dataclass(frozen=True)
class TableMapping:
    """One table of a registry.toml. `columns`: the file's name of a contract's column; `codes`: by column, the
    contract's code for a site's; `units`: an accepted unit for a site's; `default_units`: by analyte, the unit of
    figures without one; `constants`: the value of a column that the file has not; `date_formats` by column; `decimal`:
    "," where that is the decimal sign; `thousands`: "," where it parts thousands. `records`: "progressions" where
    assessments are a log of them (REPORTED).
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    default_units: Mapping[str, str] = field(default_factory=dict)
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


def _readers(table: str, mapping: TableMapping) -> dict[str, pl.Expr]:
    dates = {name: as_iso(pl.col(name), form) for name, form in mapping.date_formats.items()}
    numbers = [name for name, dtype in dtypes(table).items() if dtype in (pl.Float64, pl.Int32)]
    if mapping.decimal == ",":
        return dates | {name: _with_decimal_comma(pl.col(name)) for name in numbers}
    if mapping.thousands == ",":
        return dates | {name: _without_thousands(pl.col(name)) for name in numbers}
    return dates


def as_iso(cell: pl.Expr, form: str) -> pl.Expr:
    """A date written in the form (strptime's, or excel, or excel1904) as year-month-day; null where it is not."""
    if form in DAY_NUMBERS:
        serial = pl.when(cell.str.contains(r"^[0-9]{1,6}(?:\.0+)?$")).then(cell).cast(pl.Float64).cast(pl.Int64)
        days = pl.when(serial >= (_FIRST_SERIAL if form == "excel" else 0)).then(serial)
        day = pl.date(*DAY_NUMBERS[form]) + pl.duration(days=days)
    else:
        day = cell.str.to_date(form, strict=False)
    return day.dt.to_string("%Y-%m-%d")


def _with_decimal_comma(cell: pl.Expr) -> pl.Expr:
    plain = cell.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    has_mark = cell.str.contains_any([",", "."])
    return pl.when(~has_mark).then(cell).when(cell.str.contains(_DECIMAL_COMMA)).then(plain)


def _without_thousands(cell: pl.Expr) -> pl.Expr:
    plain = cell.str.replace_all(",", "", literal=True)
    has_comma = cell.str.contains(",", literal=True)
    return pl.when(~has_comma).then(cell).when(cell.str.contains(_THOUSANDS)).then(plain)
