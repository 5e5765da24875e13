"""Cells whose meaning is plain though their form is not the contract's: put into its form, and said by which rule."""

import tomllib
from collections.abc import Mapping
from functools import cache, reduce
from importlib.resources import files

import polars as pl

from transforms.intake.cells import is_read, unsigned
from transforms.intake.contracts import KNOWN_ANALYTES, REPAIRS, codes, comparators, dtypes
from transforms.intake.date_forms import MIDDLE, plain_dates
from transforms.intake.limits_of_normal import limits_of_normal
from transforms.intake.mapping import UNMAPPED, TableMapping
from transforms.intake.number_forms import plain_numbers
from transforms.intake.result_words import results_of_values
from transforms.intake.spellings import WIDE, folded, narrowed

# A longer text is no number, date or code in another form.
_LONGEST = 200
_KEYS = ("patient_id", "unit")
Options = list[tuple[str, pl.Expr]]


@cache
def _tables() -> dict[str, dict]:
    return tomllib.loads(files("rules").joinpath("intake/repairs.toml").read_text(encoding="utf-8"))


def repair_rules() -> dict[str, str]:
    """The rules of repair, with what each one repairs."""
    return dict(_tables()["repairs"])


def missing_words() -> list[str]:
    """What stands for an empty cell, in lower case."""
    words: list[str] = _tables()["missing"]["words"]
    return words


def repaired(table: str, text: pl.DataFrame, mapping: TableMapping = UNMAPPED) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Trimmed text with what is plain in the contract's form, and which cells that changed.

    The second frame has one row per cell changed and `rule`: `row_number`, `column`; two rules can change one cell.
    What is not plain stays as it was. `mapping` says which day stands for a year or month, and the zone of an
    instant's day.
    """
    changes = []
    for name in dtypes(table):
        text, changed = repaired_column(table, text, name, mapping)
        changes.append(changed)
    for whole_row in (limits_of_normal, results_of_values) if table == "labs" else ():
        text, changed = whole_row(text, _words())
        changes.append(changed)
    return text, pl.concat(changes)


def repaired_column(
    table: str, text: pl.DataFrame, name: str, mapping: TableMapping = UNMAPPED
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The same of one column, whatever the others are."""
    if not _has_forms(table, name):
        return text, pl.DataFrame(schema=REPAIRS)
    texts = text.select(pl.col(name).unique())  # few beside the rows
    found = texts.filter(_is_odd(table, name)).rename({name: "found"})
    if found.is_empty():
        return text, pl.DataFrame(schema=REPAIRS)
    plain = _plain(table, name, found, mapping)
    by_rule = plain.select("found", pl.col("rules").alias("rule")).explode("rule").drop_nulls()
    cells = text.select("row_number", found=name).join(by_rule, on="found")
    named = cells.select("row_number", pl.lit(name).alias("column"), "rule")
    return text.with_columns(pl.col(name).replace(plain["found"], plain["plain"])), named


def _has_forms(table: str, name: str) -> bool:
    """Whether a value of the column can be written in other ways; free text is what it is."""
    return dtypes(table)[name] != pl.String or name in _KEYS or _is_coded(table, name)


def _is_odd(table: str, name: str) -> pl.Expr:
    """Whether a cell is no value of its column as it stands."""
    cell, dtype = pl.col(name), dtypes(table)[name]
    if name == "analyte":
        return ~cell.is_in(KNOWN_ANALYTES)
    if codes(table, name):
        return ~cell.is_in(codes(table, name))
    if dtype == pl.String:
        return cell.str.contains(WIDE)
    return cell.is_not_null() & ~_reads(table, name, cell)


def _reads(table: str, name: str, cell: pl.Expr) -> pl.Expr:
    return is_read(unsigned(cell) if name in comparators(table) else cell, dtypes(table)[name])


def _plain(table: str, name: str, found: pl.DataFrame, mapping: TableMapping) -> pl.DataFrame:
    """Of the texts `found` those that are plain: `found`, `plain` (null: nothing), `rules` that repair it."""
    is_key = name in _KEYS
    short = found.filter(pl.col("found").str.len_bytes() <= _LONGEST)
    fold = (narrowed if is_key else folded)(pl.col("found"))
    tried = short.with_columns(fold.alias("folded"))
    options = [("as_folded", pl.col("folded"))] if is_key else _options(table, name, mapping)
    tried = tried.with_columns(expression.alias(rule) for rule, expression in options)
    names = [rule for rule, _ in options]
    if not (is_key or _is_coded(table, name)):  # a step of its own: within the first, each way would be taken twice
        tried = tried.with_columns(pl.when(_reads(table, name, pl.col(each))).then(pl.col(each)) for each in names)
    rule = reduce(
        lambda later, each: pl.when(pl.col(each).is_not_null()).then(pl.lit(each)).otherwise(later),
        reversed(names),
        pl.lit(None),
    )
    is_missing = pl.col("folded").str.to_lowercase().is_in(missing_words()) & pl.lit(not is_key)
    is_missing &= pl.lit(name != "analyte")
    chosen = tried.select(
        "found",
        pl.coalesce(names).alias("plain"),
        pl.when(is_missing).then(pl.lit("missing_word")).otherwise(rule).alias("rule"),
        (pl.col("folded") != pl.col("found").str.strip_chars()).alias("is_folded"),
    ).drop_nulls("rule")
    width = pl.when("is_folded").then(pl.lit("width"))
    own = pl.when(pl.col("rule") != "as_folded").then(pl.col("rule"))
    return chosen.with_columns(pl.concat_list(width, own).list.drop_nulls().alias("rules"))


def _options(table: str, name: str, mapping: TableMapping) -> Options:
    """Ways to read a folded text, of which the first that gives a value of the column counts."""
    cell, dtype = pl.col("folded"), dtypes(table)[name]
    if _is_coded(table, name):
        return _code(cell, KNOWN_ANALYTES if name == "analyte" else codes(table, name))
    if dtype == pl.Date:
        # of a birth only the age is asked for, which half a year does not change much
        place = mapping.partial_dates.get(name, MIDDLE if name == "birth_date" else None)
        ways = plain_dates(cell, place, mapping.timezone)
    elif dtype == pl.Boolean:
        ways = [("letter_case", cell.str.to_lowercase())]
    else:
        ways = plain_numbers(table, name, cell, open_ended=name in comparators(table))
    return [("as_folded", cell), *ways]


def _is_coded(table: str, name: str) -> bool:
    return name == "analyte" or bool(codes(table, name))


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
