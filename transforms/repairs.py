"""Cells whose meaning is plain though their form is not the contract's: put into its form, and counted by rule."""

import tomllib
from collections.abc import Mapping
from functools import cache, reduce
from importlib.resources import files

import polars as pl

from transforms.contracts import KNOWN_ANALYTES, codes, comparators, dtypes
from transforms.readers import is_read, unsigned
from transforms.spellings import WIDE, folded, narrowed

REPAIRS = {"column": pl.String, "rule": pl.String, "cells": pl.Int64}
# A longer text is no number, date or code in another form.
_LONGEST = 200
_KEYS = ("patient_id", "unit")
_FLUIDS = ("serum_immunofixation", "urine_immunofixation")
_DAYS = (
    r"^([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})$",
    r"^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})$",
    r"^([0-9]{4})\.([0-9]{1,2})\.([0-9]{1,2})$",
    r"^([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日$",
    r"^([0-9]{4})([0-9]{2})([0-9]{2})$",
)
_TIME = r"[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?$"
_THOUSANDS = r"^(?:(?:<=|>=|<|>)\s*)?[+-]?[0-9]{1,3}(?:(?:,[0-9]{3})+\.[0-9]+|(?:,[0-9]{3}){2,})$"
_LIMITS = {"未満": "<", "以下": "<=", "以上": ">=", "超": ">"}
Options = list[tuple[str, pl.Expr]]


@cache
def _tables() -> dict[str, dict]:
    return tomllib.loads(files("rules").joinpath("intake/repairs.toml").read_text(encoding="utf-8"))


def repair_rules() -> dict[str, str]:
    """The rules of repair, with what each one mends."""
    return dict(_tables()["repairs"])


def repaired(table: str, text: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Trimmed text with what is plain in the contract's form, and how many cells each rule changed.

    The second frame has one row per `column` and `rule`, with `cells`; a cell changed by two rules counts under both.
    What is not plain stays as it was.
    """
    counts = []
    for name in dtypes(table):
        text, changed = _repaired_column(table, text, name)
        counts.append(changed)
    if table == "labs":
        text, moved = _result_of_value(text)
        counts.append(moved)
    return text, pl.concat([pl.DataFrame(schema=REPAIRS), *counts])


def _repaired_column(table: str, text: pl.DataFrame, name: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    odd = text.filter(_is_odd(table, name))[name]
    if odd.is_empty():
        return text, pl.DataFrame(schema=REPAIRS)
    found = pl.DataFrame({"found": odd}).group_by("found").agg(pl.len().cast(pl.Int64).alias("cells"))
    plain = _plain(table, name, found)
    counts = plain.explode("rules").drop_nulls("rules").group_by("rules").agg(pl.col("cells").sum())
    named = counts.select(pl.lit(name).alias("column"), pl.col("rules").alias("rule"), "cells")
    return text.with_columns(pl.col(name).replace(plain["found"], plain["plain"])), named


def _is_odd(table: str, name: str) -> pl.Expr:
    """Whether a cell is no value of its column as it stands."""
    cell, dtype = pl.col(name), dtypes(table)[name]
    if name == "analyte":
        return ~cell.is_in(KNOWN_ANALYTES)
    if codes(table, name):
        return ~cell.is_in(codes(table, name))
    if dtype == pl.String:
        return cell.str.contains(WIDE) if name in _KEYS else pl.lit(False)
    return cell.is_not_null() & ~_reads(table, name, cell)


def _reads(table: str, name: str, cell: pl.Expr) -> pl.Expr:
    return is_read(unsigned(cell) if name in comparators(table) else cell, dtypes(table)[name])


def _plain(table: str, name: str, found: pl.DataFrame) -> pl.DataFrame:
    """Of the texts `found` those that are plain: `found`, `plain` (null: nothing), `rules` that mend it, `cells`."""
    is_key = name in _KEYS
    short = found.filter(pl.col("found").str.len_bytes() <= _LONGEST)
    fold = (narrowed if is_key else folded)(pl.col("found"))
    tried = short.with_columns(fold.alias("folded"))
    options = [("as_folded", pl.col("folded"))] if is_key else _options(table, name)
    tried = tried.with_columns(expression.alias(rule) for rule, expression in options)
    names = [rule for rule, _ in options]
    rule = reduce(
        lambda later, each: pl.when(pl.col(each).is_not_null()).then(pl.lit(each)).otherwise(later),
        reversed(names),
        pl.lit(None, pl.String),
    )
    is_missing = pl.col("folded").str.to_lowercase().is_in(_tables()["missing"]["words"]) & pl.lit(not is_key)
    is_missing &= pl.lit(name != "analyte")
    chosen = tried.select(
        "found",
        "cells",
        pl.coalesce(names).alias("plain"),
        pl.when(is_missing).then(pl.lit("missing_word")).otherwise(rule).alias("rule"),
        (pl.col("folded") != pl.col("found").str.strip_chars()).alias("is_folded"),
    ).drop_nulls("rule")
    width = pl.when("is_folded").then(pl.lit("width"))
    own = pl.when(pl.col("rule") != "as_folded").then(pl.col("rule"))
    return chosen.with_columns(pl.concat_list(width, own).list.drop_nulls().alias("rules"))


def _options(table: str, name: str) -> Options:
    """Ways to read a folded text, the first that gives one counts; each is null where it does not."""
    cell, dtype = pl.col("folded"), dtypes(table)[name]
    if name == "analyte" or codes(table, name):
        return _code(cell, KNOWN_ANALYTES if name == "analyte" else codes(table, name))
    as_folded = ("as_folded", pl.when(_reads(table, name, cell)).then(cell))
    if dtype == pl.Date:
        return [as_folded, *_date(cell)]
    if dtype == pl.Boolean:
        lower = cell.str.to_lowercase()
        return [as_folded, ("letter_case", pl.when(_reads(table, name, lower)).then(lower))]
    number = pl.when(cell.str.contains(_THOUSANDS)).then(cell.str.replace_all(",", "", literal=True))
    limits = [("comparator_word", _limit(cell))] if name in comparators(table) else []
    return [as_folded, ("thousands", pl.when(_reads(table, name, number)).then(number)), *limits]


def _code(cell: pl.Expr, known: tuple[str, ...]) -> Options:
    lower = cell.str.to_lowercase()
    words = {word: code for code in known for word in _words().get(code, ())}
    return [
        ("as_folded", pl.when(cell.is_in(known)).then(cell)),
        ("letter_case", _looked_up(lower, {code.lower(): code for code in known})),
        ("word", _looked_up(lower, words)),
    ]


def _words() -> Mapping[str, list[str]]:
    words: dict[str, list[str]] = _tables()["words"]
    return words


def _looked_up(cell: pl.Expr, mapping: dict[str, str]) -> pl.Expr:
    return cell.replace_strict(mapping, default=None, return_dtype=pl.String) if mapping else pl.lit(None, pl.String)


def _date(cell: pl.Expr) -> Options:
    day = cell.str.replace(_TIME, "")
    return [("date_form", _day(cell)), ("date_with_time", pl.when(day != cell).then(_day(day)))]


def _day(cell: pl.Expr) -> pl.Expr:
    forms = [pl.concat_str(_part(cell, form, 1), *_month_and_day(cell, form), separator="-") for form in _DAYS]
    day = pl.coalesce(*forms, _in_an_era(cell))
    return pl.when(is_read(day, pl.Date)).then(day)


def _in_an_era(cell: pl.Expr) -> pl.Expr:
    eras: dict[str, int] = _tables()["eras"]
    form = rf"^({'|'.join(eras)})([0-9]{{1,2}}|元)年([0-9]{{1,2}})月([0-9]{{1,2}})日$"
    before = cell.str.extract(form, 1).replace_strict(eras, default=None, return_dtype=pl.Int32)
    year = before + cell.str.extract(form, 2).replace("元", "1").cast(pl.Int32)
    months = [cell.str.extract(form, group).str.zfill(2) for group in (3, 4)]
    return pl.concat_str(year.cast(pl.String), *months, separator="-")


def _part(cell: pl.Expr, form: str, group: int) -> pl.Expr:
    return cell.str.extract(form, group)


def _month_and_day(cell: pl.Expr, form: str) -> list[pl.Expr]:
    return [_part(cell, form, group).str.zfill(2) for group in (2, 3)]


def _limit(cell: pl.Expr) -> pl.Expr:
    form = rf"^([0-9.]+)\s*({'|'.join(_LIMITS)})$"
    sign, number = _looked_up(cell.str.extract(form, 2), _LIMITS), cell.str.extract(form, 1)
    return pl.when(is_read(number, pl.Float64)).then(sign + number)


def _result_of_value(labs: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """`陰性` in the value of an immunofixation without a result is its result."""
    words = {word: code for code in ("positive", "negative") for word in (code, *_words()[code])}
    is_fluid = pl.col("analyte").is_in(_FLUIDS) & pl.col("result").is_null()
    cell = pl.col("value").str.len_bytes() <= _LONGEST
    sign = _looked_up(folded(pl.when(is_fluid & cell).then(pl.col("value"))).str.to_lowercase(), words)
    candidates = labs.lazy().filter(is_fluid & pl.col("value").is_not_null()).select(pl.len()).collect().item()
    if not candidates:
        return labs, pl.DataFrame(schema=REPAIRS)
    found = labs.with_columns(sign.alias("sign"))
    moved = found.with_columns(
        pl.when(pl.col("sign").is_null()).then(pl.col("value")).alias("value"),
        pl.coalesce("result", "sign").alias("result"),
    ).drop("sign")
    cells = found["sign"].count()
    counts = pl.DataFrame([("value", "result_in_value", cells)] if cells else [], schema=REPAIRS, orient="row")
    return moved, counts
