"""The lines behind a number of the table of responses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from flows.explore.asked import Asked
from flows.explore.fields import WrongAddressError
from flows.explore.lines_asked import RARE_BELOW, REGIMENS, chosen, cohort_names, lines_of, regimen_name
from flows.explore.listing import Listing, lists, of
from transforms.cohorts.regimens import ALL_REGIMENS, WAYS, rare_together
from transforms.cohorts.responses import COUNTS, LINES_TOGETHER_FROM

BEST = pl.col("best_response")
PARTS: dict[str, pl.Expr] = {
    "lines": pl.lit(value=True),
    "evaluable": BEST.ne("NE"),
    "none": BEST.is_null(),
    **{name: BEST.is_in([category]) for name, category in COUNTS.items()},
}


def of_lines(asked: Asked, row: Mapping[str, Any], part: str) -> str:
    """Where the lines of a number are, all regimens together."""
    return asked.link("patients", of=of("response", row["cohort"], str(row["line"]), part))


def of_regimen(asked: Asked, row: Mapping[str, Any], part: str) -> str:
    """Where the lines of a number are, of one regimen, told apart as the page does."""
    way = chosen(asked, REGIMENS, WAYS, WAYS[0])
    return asked.link("patients", of=of("regimen", row["cohort"], str(row["line"]), part, f"{way}={row['regimen']}"))


@lists("response")
def lines_by_response(asked: Asked, letter: str, line: str, part: str) -> Listing:
    """The lines of a cohort by best response; the last number stands for it and those after it."""
    _check(asked, letter, line, part)
    of_line = pl.col("line").clip(upper_bound=LINES_TOGETHER_FROM) == int(line)
    rows = lines_of(asked, WAYS[0]).filter(pl.col("cohort") == letter, of_line, PARTS[part])
    said = asked.words.line(int(line), LINES_TOGETHER_FROM)
    return Listing(_title(asked, said, letter, part), rows.drop("cohort"))


@lists("regimen")
def lines_by_regimen(asked: Asked, letter: str, line: str, part: str, named: str) -> Listing:
    """The lines of a cohort and a number by best response, of one regimen: `WAY=REGIMEN`, by one of `WAYS`."""
    _check(asked, letter, line, part)
    way, _, regimen = named.partition("=")
    if way not in WAYS:
        raise WrongAddressError(asked.words.t("explore_patients.no_listing", of=way))
    own = rare_together(lines_of(asked, way).filter(pl.col("line") == int(line)), ["cohort"], RARE_BELOW)
    is_asked = pl.lit(value=regimen == ALL_REGIMENS) | (pl.col("regimen") == regimen)
    rows = own.filter(pl.col("cohort") == letter, is_asked, PARTS[part])
    said = f"{asked.words.t('line_number', line=line)}, {regimen_name(regimen, asked.words)}"
    return Listing(_title(asked, said, letter, part), rows.drop("cohort"))


def _check(asked: Asked, letter: str, line: str, part: str) -> None:
    is_line = line.isascii() and line.isdigit() and len(line) < 3
    if letter not in cohort_names(asked) or part not in PARTS or not is_line:
        raise WrongAddressError(asked.words.t("explore_patients.no_listing", of=letter))


def _title(asked: Asked, said: str, letter: str, part: str) -> str:
    t = asked.words.t
    what = COUNTS.get(part) or t(f"explore_response.column.{part}")
    return t("explore_patients.responses", cohort=cohort_names(asked)[letter], line=said, what=what)
