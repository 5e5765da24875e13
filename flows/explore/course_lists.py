"""The patients behind the numbers of the pages of responses and of courses."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from flows.explore.asked import Asked
from flows.explore.fields import WrongAddressError
from flows.explore.lasted import PATIENTS, RARE_BELOW, REFRACTORY
from flows.explore.lines_asked import all_lines, cohort_names, lines_of, members, regimen_name
from flows.explore.listing import Listing, lists, of
from transforms.cohorts.courses import ENDS, NEXT_LINE, with_end
from transforms.cohorts.durations import ANSWERS, drugs_failed, next_lines, of_answer, refractory_to
from transforms.cohorts.regimens import ALL_REGIMENS, WAYS, member_lines, rare_together
from transforms.cohorts.responses import COUNTS, LINES_TOGETHER_FROM

AND_LATER = "+"
STARTED, EVALUABLE, NO_VISIT = "lines", "evaluable", "none"
RESPONSES = (STARTED, EVALUABLE, NO_VISIT, *COUNTS)


@lists("responses")
def responses_of(asked: Asked, letter: str, line: str, by: str, regimen: str, which: str) -> Listing:  # noqa: PLR0917
    """The lines of a cohort that began with a regimen (`all`: any) and came to a response; `4+`: fourth or later."""
    _check(asked, "responses", letter, cohort_names(asked))
    _check(asked, "responses", by, WAYS)
    _check(asked, "responses", which, RESPONSES)
    number = _number(asked, "responses", line.removesuffix(AND_LATER))
    is_it = pl.col("line") >= number if line.endswith(AND_LATER) else pl.col("line") == number
    rows = lines_of(asked, by).filter(pl.col("cohort") == letter, is_it)
    if regimen != ALL_REGIMENS:
        rows = rare_together(rows, ["cohort"], RARE_BELOW).filter(pl.col("regimen") == regimen)
    best = pl.col("best_response")
    asks = {STARTED: pl.lit(value=True), EVALUABLE: best != "NE", NO_VISIT: best.is_null()}
    rows = rows.filter(asks[which] if which in asks else best == COUNTS[which])
    said = asked.words.t(f"explore_response.column.{which}")
    return _listing(asked, "responses", rows, cohort=letter, line=line, regimen=regimen, which=said)


@lists("ended")
def ended_of(asked: Asked, letter: str, line: str, end: str) -> Listing:
    """The lines of a cohort that ended so."""
    _check(asked, "ended", letter, cohort_names(asked))
    _check(asked, "ended", end, (NEXT_LINE, *ENDS, STARTED))
    number = _number(asked, "ended", line)
    patients, cutoff = asked.frame("patients", PATIENTS), asked.registry.run["cutoff"]
    ended = with_end(all_lines(asked, WAYS[0]), patients, cutoff)
    rows = member_lines(members(asked), ended).filter(pl.col("cohort") == letter, pl.col("line") == number)
    if end != STARTED:
        rows = rows.filter(pl.col("ended") == end)
    which = asked.words.t("explore_course.column.started" if end == STARTED else f"explore_end.{end}")
    return _listing(asked, "ended", rows, cohort=letter, line=line, regimen=ALL_REGIMENS, which=which)


@lists("refractory")
def refractory_of(asked: Asked, letter: str, code: str, answer: str) -> Listing:
    """The patients of a cohort who are refractory to a drug or class, are not, can't be told, or never had it."""
    failed = _failed(asked, letter, code)
    _check(asked, "refractory", answer, ANSWERS)
    rows = of_answer(members(asked), failed, answer).filter(pl.col("cohort") == letter)
    name, said = regimen_name(code, asked.words), asked.words.t(f"explore_list.{answer}")
    title = asked.words.t("explore_list.refractory_title", cohort=cohort_names(asked)[letter], name=name, which=said)
    return Listing(title, rows)


@lists("followed")
def followed_of(asked: Asked, letter: str, code: str, by: str, regimen: str) -> Listing:
    """The next lines after refractoriness to a drug or class, that began with a regimen (`all`: any)."""
    _check(asked, "followed", by, WAYS)
    rows = next_lines(_failed(asked, letter, code), all_lines(asked, by)).drop_nulls("line")
    if regimen != ALL_REGIMENS:
        rows = rare_together(rows, ["cohort"], RARE_BELOW).filter(pl.col("regimen") == regimen)
    name, cohort = regimen_name(code, asked.words), cohort_names(asked)[letter]
    said = regimen_name(regimen, asked.words)
    title = asked.words.t("explore_list.followed", cohort=cohort, name=name, regimen=said)
    return Listing(title, rows.filter(pl.col("cohort") == letter))


def _failed(asked: Asked, letter: str, code: str) -> pl.DataFrame:
    _check(asked, "refractory", letter, cohort_names(asked))
    refractoriness = asked.frame("refractoriness", REFRACTORY)
    _check(asked, "refractory", code, drugs_failed(refractoriness)["code"].to_list())
    return refractory_to(members(asked), refractoriness, code)


def _listing(asked: Asked, kind: str, rows: pl.DataFrame, *, cohort: str, **said: str) -> Listing:
    regimen = regimen_name(said.pop("regimen"), asked.words)
    name = cohort_names(asked)[cohort]
    return Listing(asked.words.t(f"explore_list.{kind}", cohort=name, regimen=regimen, **said), rows)


def _number(asked: Asked, kind: str, line: str) -> int:
    if not (line.isascii() and line.isdigit() and len(line) < 3):
        raise _none(asked, kind, line)
    return int(line)


def _check(asked: Asked, kind: str, said: str, known: Collection[str]) -> None:
    if said not in known:
        raise _none(asked, kind, said)


def _none(asked: Asked, kind: str, said: str) -> WrongAddressError:
    return WrongAddressError(asked.words.t("explore_patients.no_listing", of=of(kind, said)))


def line_and_later(line: int) -> str:
    """A line of the rates as a listing names it: the last stands for those after it."""
    return f"{line}{AND_LATER}" if line == LINES_TOGETHER_FROM else str(line)
