"""The patients behind the numbers of the page of courses."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from flows.explore.asked import Asked
from flows.explore.fields import WrongAddressError
from flows.explore.lasted import PATIENTS, REFRACTORY
from flows.explore.lines_asked import RARE_BELOW, all_lines, cohort_names, members, regimen_name
from flows.explore.listing import Listing, lists, of
from transforms.cohorts.courses import ENDS, NEXT_LINE, with_end
from transforms.cohorts.durations import ANSWERS, drugs_failed, next_lines, of_answer, refractory_to
from transforms.cohorts.regimens import ALL_REGIMENS, WAYS, member_lines, rare_together

STARTED = "lines"


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
    title = asked.words.t("explore_list.ended", cohort=cohort_names(asked)[letter], line=line, which=which)
    return Listing(title, rows)


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


def _number(asked: Asked, kind: str, line: str) -> int:
    if not (line.isascii() and line.isdigit() and len(line) < 3):
        raise _none(asked, kind, line)
    return int(line)


def _check(asked: Asked, kind: str, said: str, known: Collection[str]) -> None:
    if said not in known:
        raise _none(asked, kind, said)


def _none(asked: Asked, kind: str, said: str) -> WrongAddressError:
    return WrongAddressError(asked.words.t("explore_patients.no_listing", of=of(kind, said)))
