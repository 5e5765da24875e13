"""Laboratory values in their canonical units (``C.units``); the closed table is ``rules/intake/units.toml``, and which
of it is an analyte's stands in ``rules/quantities.toml``.
"""

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

import polars as pl

from rules.quantities import QUANTITIES
from transforms.intake.unit_spelling import spelling

# What a laboratory prints as 35 g/L has to arrive as 3.5, not as 3.5000000000000004: converted values keep
# nine decimals, more than any of these quantities is reported with.
DECIMALS = 9
NUMERIC = ("value", "ref_low", "ref_high")


@cache
def unit_table() -> pl.DataFrame:
    """One row per analyte and accepted unit: ``analyte``, ``spelling``, ``canonical``, ``factor`` (multiplies).

    Raises ValueError where the table gives one analyte two factors for the same spelling.
    """
    factors = tomllib.loads(files("rules").joinpath("intake/units.toml").read_text(encoding="utf-8"))
    columns = {"analyte": pl.String, "unit": pl.String, "canonical": pl.String, "factor": pl.Float64}
    rows = pl.DataFrame(list(_entries(factors)), schema=columns, orient="row")
    table = rows.select("analyte", spelling(pl.col("unit")).alias("spelling"), "canonical", "factor").unique()
    if table.select(pl.struct("analyte", "spelling").is_duplicated().any()).item():
        raise ValueError("rules/intake/units.toml: an analyte has two factors for one spelling of a unit; keep one")
    return table.sort("analyte", "spelling")


def _entries(factors: dict[str, dict[str, float]]) -> Iterator[tuple[str, str, str, float]]:
    for q in QUANTITIES.values():
        for conversion in q.conversions:
            for unit, factor in factors[conversion].items():
                yield q.name, unit, q.unit, float(factor)


def measured_analytes() -> tuple[str, ...]:
    """The analytes with a figure in a unit that the criteria use, in alphabetical order."""
    return tuple(unit_table()["analyte"].unique().sort())


def canonical_unit(analyte: str) -> str:
    """The unit in which an analyte's figures are kept."""
    return QUANTITIES[analyte].unit


def is_accepted(analyte: str, unit: str) -> bool:
    """Whether figures of the analyte can be in the unit."""
    [written] = pl.DataFrame({"unit": [unit]}).select(spelling(pl.col("unit"))).to_series()
    return not unit_table().filter((pl.col("analyte") == analyte) & (pl.col("spelling") == written)).is_empty()


def factor(analyte: str, unit: str) -> float:
    """What a figure of the analyte in the unit is multiplied by to be in the canonical one. Raises ValueError where it
    can't be in the unit."""
    [written] = pl.DataFrame({"unit": [unit]}).select(spelling(pl.col("unit"))).to_series()
    found = unit_table().filter((pl.col("analyte") == analyte) & (pl.col("spelling") == written))
    if found.is_empty():
        raise ValueError(f"{unit!r} is no unit of {analyte}")
    return float(found["factor"].item())


def in_canonical(analyte: str, unit: str, number: float) -> float:
    """A figure of the analyte in its canonical unit. Raises ValueError where it can't be in the unit."""
    rows = pl.DataFrame({"row_number": [1], "analyte": [analyte], "unit": [unit], "value": [float(number)]})
    found, refused = to_canonical(rows.with_columns(ref_low=None, ref_high=None))
    if refused.height:
        raise ValueError(f"{unit!r} is no unit of {analyte}")
    return float(found["value"][0])


def to_canonical(labs: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Labs with ``value``, ``ref_low``, ``ref_high`` and ``unit`` in canonical units, and what was refused.

    ``labs`` has one row per result with numbers already typed, and ``row_number``. The second frame has one row
    per refusal: ``row_number``, ``column`` (unit) and ``rule``, ``unknown_unit`` or ``missing_unit`` (a figure
    without one). Rows refused, analytes without a unit and analytes outside the table come back as they were.
    """
    found = labs.join(_factors(labs), on=["analyte", "unit"], how="left", nulls_equal=True, maintain_order="left")
    is_measured = pl.col("analyte").is_in(measured_analytes()).fill_null(False)
    has_figure = pl.any_horizontal(pl.col(name).is_not_null() for name in NUMERIC)
    rule = (
        pl.when(~is_measured | pl.col("factor").is_not_null())
        .then(None)
        .when(pl.col("unit").is_not_null())
        .then(pl.lit("unknown_unit"))
        .when(has_figure)
        .then(pl.lit("missing_unit"))
        .alias("rule")
    )
    refused = found.select("row_number", pl.lit("unit").alias("column"), rule).drop_nulls()
    converted = found.with_columns(
        *(_converted(name) for name in NUMERIC), pl.coalesce("canonical", "unit").alias("unit")
    )
    return converted.select(labs.columns), refused


def _factors(labs: pl.DataFrame) -> pl.DataFrame:
    """The factor for every pair of analyte and unit in ``labs``: few, so spellings are compared once each. A quantity
    that has none by nature, a ratio, has the unit "" in the table.
    """
    spelled = spelling(pl.col("unit")).fill_null("")
    pairs = labs.select("analyte", "unit").unique().with_columns(spelled.alias("spelling"))
    known = pairs.join(unit_table(), on=["analyte", "spelling"])
    return known.select("analyte", "unit", "canonical", "factor")


def _converted(name: str) -> pl.Expr:
    is_other_unit = pl.col("factor").fill_null(1.0) != 1.0
    # Values already in the canonical unit are not touched at all.
    return (
        pl.when(is_other_unit)
        .then((pl.col(name) * pl.col("factor")).round(DECIMALS))
        .otherwise(pl.col(name))
        .alias(name)
    )
