"""The patients behind the numbers of the page of courses."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from flows.explore.asked import Asked
from flows.explore.fields import WrongAddressError
from flows.explore.lasted import FOLLOWED, REFRACTORY, THEN, TIMES, TREATED, treated_lines
from flows.explore.lines_asked import (
    GIVEN_COLUMNS,
    PATIENTS,
    RARE_BELOW,
    all_lines,
    cohort_names,
    lines_of,
    members,
    regimen_name,
)
from flows.explore.listing import Listing, lists, of
from flows.explore.ways import STEP, WAY, node_name, staged
from transforms.cohorts.courses import ENDS, NEXT_LINE, onward, with_times
from transforms.cohorts.durations import (
    ANSWERS,
    drugs_failed,
    given_again,
    next_lines,
    of_answer,
    refractory_to,
    with_became,
)
from transforms.cohorts.regimens import ALL_REGIMENS, WAYS, rare_together
from transforms.survival.line_strata import LINE

STARTED = "lines"


@lists("ended")
def ended_of(asked: Asked, letter: str, line: str, end: str) -> Listing:
    """The lines of a cohort that ended so."""
    _check(asked, "ended", letter, cohort_names(asked))
    _check(asked, "ended", end, (NEXT_LINE, *ENDS, STARTED))
    number = _number(asked, "ended", line)
    rows = lines_of(asked, WAYS[0]).filter(pl.col("cohort") == letter, pl.col("line") == number)
    if end != STARTED:
        rows = rows.filter(pl.col("ended") == end)
    which = asked.words.t("explore_course.column.started" if end == STARTED else f"explore_end.{end}")
    title = asked.words.t("explore_list.ended", cohort=cohort_names(asked)[letter], line=line, which=which)
    return Listing(title, rows)


@lists("refractory")
def refractory_of(asked: Asked, letter: str, code: str, answer: str) -> Listing:
    """The patients of a cohort who are refractory to a drug or class, are not, are not known to be, or never had it."""
    failed = _failed(asked, letter, code)
    _check(asked, "refractory", answer, ANSWERS)
    rows = of_answer(members(asked), failed, answer).filter(pl.col("cohort") == letter)
    name, said = regimen_name(code, asked.words), asked.words.t(f"explore_list.{answer}")
    title = asked.words.t("explore_list.refractory_title", cohort=cohort_names(asked)[letter], name=name, which=said)
    return Listing(title, rows)


@lists("then")
def then_of(asked: Asked, letter: str, code: str, became: str) -> Listing:
    """Of the patients refractory to a drug or class: who came to a next line, died before it, or is alive without."""
    failed = _failed(asked, letter, code)
    _check(asked, "then", became, THEN)
    following = with_became(next_lines(failed, all_lines(asked, WAYS[0])), asked.frame("patients", PATIENTS))
    rows = following.filter(pl.col("cohort") == letter, pl.col("became") == became)
    name, said = regimen_name(code, asked.words), asked.words.t(f"explore_list.{became}")
    title = asked.words.t("explore_list.refractory_title", cohort=cohort_names(asked)[letter], name=name, which=said)
    return Listing(title, rows if became == NEXT_LINE else rows.drop("line"))


@lists("followed")
def followed_of(asked: Asked, letter: str, code: str, named: str, part: str = "lines") -> Listing:
    """The next lines after refractoriness to a drug or class, that began with a regimen (`WAY=REGIMEN`; `all`: any):
    all of them (`lines`), those that had it `again`, or those with the event of an endpoint.
    """
    by, regimen = _regimen(asked, "followed", named)
    _check(asked, "followed", part, FOLLOWED)
    rows = next_lines(_failed(asked, letter, code), all_lines(asked, by)).drop_nulls("line")
    rows = _of_regimen(rows, letter, regimen)
    if part == "again":
        rows = rows.join(given_again(rows, asked.frame("given_drug", GIVEN_COLUMNS), code), on=LINE, how="semi")
    elif part != "lines":
        timed = with_times(rows, asked.frame("time_to_event", TIMES), asked.frame("patients", PATIENTS), part)
        rows = timed.filter("is_asked", TREATED["events"])
    name, cohort, words = regimen_name(code, asked.words), cohort_names(asked)[letter], asked.words
    title = words.t("explore_list.followed", cohort=cohort, name=name, regimen=regimen_name(regimen, words))
    if part == "lines":
        return Listing(title, rows)
    said = words.t("explore_course.column.again") if part == "again" else words.t("explore_list.event", endpoint=part)
    return Listing(f"{title}: {said}", rows)


@lists("treated")
def treated_of(asked: Asked, letter: str, line: str, named: str, part: str) -> Listing:
    """The lines of a regimen (`WAY=REGIMEN`; `all`: any) in the curve of time on treatment, ended in it, or in none."""
    _check(asked, "treated", letter, cohort_names(asked))
    by, regimen = _regimen(asked, "treated", named)
    _check(asked, "treated", part, TREATED)
    own = lines_of(asked, by).filter(pl.col("line") == _number(asked, "treated", line))
    rows = treated_lines(asked, own).filter(
        pl.col("cohort") == letter, pl.col("regimen") == regimen, "is_asked", TREATED[part]
    )
    words = asked.words
    which = f"{regimen_name(regimen, words)}: {words.t(f'explore_list.treated_{part}')}"
    title = words.t("explore_list.ended", cohort=cohort_names(asked)[letter], line=line, which=which)
    return Listing(title, rows)


@lists(WAY)
def on_the_way(asked: Asked, letter: str, line: str, by: str, *step: str) -> Listing:
    """The patients of a cohort who went from one stop to another of the next stage, from a line on: `step` is the
    number of the stage, and kind and code of both.
    """
    _check(asked, WAY, letter, cohort_names(asked))
    _check(asked, WAY, by, WAYS)
    if len(step) != 1 + len(STEP):
        raise _none(asked, WAY, ":".join(step))
    (stage, *stops), number = step, _number(asked, WAY, line)
    is_it = pl.all_horizontal(pl.col(name) == stop for name, stop in zip(STEP, stops, strict=True))
    at = pl.col("stage") == _number(asked, WAY, stage)
    went = onward(staged(asked, by, number)).filter(pl.col("cohort") == letter, at, is_it)
    if went.is_empty():
        raise _none(asked, WAY, ":".join(step))
    words, (kind, node, to_kind, to) = asked.words, stops
    which = f"{node_name(words, kind, node)} → {node_name(words, to_kind, to)}"
    title = words.t("explore_list.way", cohort=cohort_names(asked)[letter], line=line, which=which)
    return Listing(title, went.select("patient_id"))


def _regimen(asked: Asked, kind: str, named: str) -> tuple[str, str]:
    by, _, regimen = named.partition("=")
    _check(asked, kind, by, WAYS)
    return by, regimen


def _of_regimen(rows: pl.DataFrame, letter: str, regimen: str) -> pl.DataFrame:
    own = rare_together(rows, ["cohort"], RARE_BELOW).filter(pl.col("cohort") == letter)
    return own if regimen == ALL_REGIMENS else own.filter(pl.col("regimen") == regimen)


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
