"""What the pages of responses and of courses share: the lines of the cohorts, and what their addresses choose."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from string import ascii_lowercase
from typing import Any

import polars as pl
from markupsafe import Markup

from flows.drawing.marks import shortened
from flows.drawing.strata_looks import by_name
from flows.drawing.words import Words
from flows.explore.asked import Asked
from flows.explore.fields import WrongAddressError
from flows.explore.listing import of
from flows.explore.outcome_names import cohort_name, group_name
from transforms.cohorts.courses import with_end
from transforms.cohorts.outcome_times import groups_in_order
from transforms.cohorts.outcomes import MOST_GROUPS
from transforms.cohorts.regimens import (
    ALL_REGIMENS,
    CONVENTIONAL_ONLY,
    NOT_RECORDED,
    OTHER,
    RARE,
    WAYS,
    member_lines,
    with_regimen,
)

GROUPS = ascii_lowercase[:MOST_GROUPS]  # the letters of what stands side by side
OF_LINE, REGIMENS = "of_line", "regimens"
ROOM = 110  # pixels of a cohort's name beside a row
RARE_BELOW = 10  # lines of a regimen, which are then shown together
VISITS_AT_ONCE = 200_000
MOST_LINES = 6  # that a page offers by themselves
LINE_COLUMNS = (
    *("patient_id", "line", "start_date", "next_line_start", "measurable_by", "best_response"),
    *("progression_date", "progression_source"),
)
PATIENTS = ("patient_id", "vital_status", "last_contact_date", "registered_on")
GIVEN_COLUMNS = ("patient_id", "line", "phase", "drug", "class", "start_date")
Made = tuple[pl.DataFrame, Markup]
Place = tuple[str, str]  # a page, and a section of it


def cohort_names(asked: Asked) -> dict[str, str]:
    """What stands side by side by its letter, as it is called: the cohorts, or the groups that the analysis splits them
    into. A cohort that has no name of its own is called in the reader's language.
    """
    groups = groups_of(asked)
    if 0 < len(groups) <= MOST_GROUPS:
        names = [group_name(group, asked.analysis, asked.words) for group in groups]
    else:
        names = [cohort_name(cohort, asked.words) for cohort in asked.analysis.cohorts]
    return dict(zip(GROUPS, names, strict=False))


def groups_of(asked: Asked) -> list[str]:
    """The groups that the analysis splits its cohorts into, in order; who has no known value is one of them. Empty:
    it does not split.
    """
    analysis = asked.analysis
    if analysis.by is None:
        return []

    def make() -> list[str]:
        return groups_in_order(_with_group(asked)["group"], analysis)

    found: list[str] = asked.registry.made(("groups", repr(analysis)), make)
    return found


def _with_group(asked: Asked) -> pl.DataFrame:
    found = asked.registry.members(asked.analysis).select(
        "cohort", "patient_id", pl.col("line").cast(pl.Int64), "stratum"
    )
    is_one = len(asked.analysis.cohorts) == 1
    return found.with_columns(group="stratum" if is_one else pl.format("{} {}", "cohort", "stratum"))


def split_said(asked: Asked) -> str:
    """By what the page is split, or why it is not; nothing where it is not asked to be."""
    groups, words, by = groups_of(asked), asked.words, asked.analysis.by
    if by is None or not groups:
        return ""
    key = "explore_pick.split" if len(groups) <= MOST_GROUPS else "explore_pick.not_split"
    return words.t(key, by=by_name(by, words), n=len(groups), most=MOST_GROUPS)


def row_name(said: str, letter: str, names: Mapping[str, str]) -> str:
    """What a row of a figure is called; of several cohorts with its letter, as names may agree, and its name."""
    return said if len(names) == 1 else f"{said} · {letter}: {shortened(names[letter], ROOM)}"


def members(asked: Asked) -> pl.DataFrame:
    """A row per cohort (or group of it) and member: cohort, patient_id, line (null: time starts with diagnosis)."""
    groups = groups_of(asked)
    if not 0 < len(groups) <= MOST_GROUPS:
        return asked.registry.members(asked.analysis).select("cohort", "patient_id", pl.col("line").cast(pl.Int64))

    def make() -> pl.DataFrame:
        letters = pl.col("group").replace_strict(dict(zip(groups, GROUPS, strict=False)), return_dtype=pl.String)
        return _with_group(asked).select(letters.alias("cohort"), "patient_id", "line")

    found: pl.DataFrame = asked.registry.made(("members by group", repr(asked.analysis)), make)
    return found


def all_lines(asked: Asked, by: str) -> pl.DataFrame:
    """Every line of the run, with `regimen` in one of `WAYS`, and how it `ended`; worked out once."""

    def make() -> pl.DataFrame:
        lines, given = asked.frame("lines", LINE_COLUMNS), asked.frame("given_drug", GIVEN_COLUMNS)
        infused = asked.frame("treatments", ("patient_id", "line", "phase", "start_date"))
        named = with_regimen(lines, given, by, infused)
        return with_end(named, asked.frame("patients", PATIENTS), asked.registry.run["cutoff"])

    found: pl.DataFrame = asked.registry.made(("regimens", by), make)
    return found


def of_every_visit(
    asked: Asked, table: str, columns: Sequence[str], make: Callable[[pl.DataFrame], pl.DataFrame]
) -> pl.DataFrame:
    """What is made of a table of visits, once: the visits themselves, of which there are many, are not kept, and only
    those of some patients are held at a time.
    """

    def read() -> pl.DataFrame:
        with asked.connection() as connection:
            [[rows]] = connection.execute(f"select count(*) from {table}").fetchall()
            shards = rows // VISITS_AT_ONCE + 1
            own = f"select {', '.join(columns)} from {table} where line is not null and hash(patient_id) % $shards = $n"
            parts = (connection.sql(own, params={"shards": shards, "n": n}).pl() for n in range(shards))
            return pl.concat([make(part) for part in parts])

    return asked.registry.made(("of_every_visit", table), read)


def lines_of(asked: Asked, by: str) -> pl.DataFrame:
    """The lines of the cohorts' members, with `regimen`."""
    return member_lines(members(asked), all_lines(asked, by))


def own_lines(asked: Asked, default: str = WAYS[0]) -> pl.DataFrame:
    """The lines of the cohorts' members that the page is asked to show, regimens told apart as it is asked to."""
    return lines_of(asked, chosen(asked, REGIMENS, WAYS, default)).filter(pl.col("line") == of_line(asked))


def of_line(asked: Asked) -> int:
    """The line that the page is asked to show: the analysis's own, if it has one. Raises WrongAddressError."""
    said = asked.parameters.get(OF_LINE, "1")
    if not (said.isascii() and said.isdigit() and 1 <= int(said[:3]) <= 99 and len(said) < 3):
        raise WrongAddressError(asked.words.t("explore_response.no_line"))
    return asked.analysis.line or int(said)


def chosen(asked: Asked, name: str, choices: Sequence[str], default: str) -> str:
    """The choice of that name in the address. Raises WrongAddressError where there is none such."""
    said = asked.parameters.get(name, default)
    if said not in choices:
        listed = asked.words.join(list(choices))
        raise WrongAddressError(asked.words.t("explore_response.no_choice", name=name, choices=listed))
    return said


def picks(asked: Asked, place: Place, name: str, said: Mapping[str, str], now: str) -> list[dict[str, Any]]:
    """Links that choose one of these: what each is called, where it leads, and whether it is the one now."""
    return [
        {"name": called, "href": f"{asked.here(place[0], **{name: code})}#{place[1]}", "is_now": code == now}
        for code, called in said.items()
    ]


def line_picks(asked: Asked, place: Place, lines: pl.DataFrame, now: int) -> list[dict[str, Any]]:
    """Links to the lines that the cohorts have; none where the analysis is of one line."""
    if asked.analysis.line is not None:
        return []
    last = min(int(lines["line"].max() or 1), MOST_LINES)  # type: ignore[arg-type]
    said = {str(line): str(line) for line in range(1, last + 1)}
    return picks(asked, place, OF_LINE, said, str(now))


def regimen_picks(asked: Asked, place: Place, now: str) -> list[dict[str, Any]]:
    """Links to the ways to tell regimens apart."""
    said = {way: asked.words.t(f"explore_regimens.{way}") for way in WAYS}
    return picks(asked, place, REGIMENS, said, now)


def regimen_name(code: str, words: Words) -> str:
    """What a regimen is called: its classes or its drugs, or the short name of them."""
    if code == NOT_RECORDED:
        return words.t("not_recorded")
    return "+".join(_part(part, words) for part in code.split("+"))


def _part(code: str, words: Words) -> str:
    if code in (OTHER, CONVENTIONAL_ONLY, RARE, ALL_REGIMENS):
        return words.t(f"explore_regimens.{code}_ones")
    return words.name("explore_class" if words.has(f"explore_class.{code}") else "explore_drug", code)


def list_links(asked: Asked, kind: str, *parts: str, last: Sequence[str]) -> dict[str, str]:
    """Where the patients behind some numbers are listed, by the last part of the listing's name."""
    return {one: asked.link("patients", of=of(kind, *parts, one)) for one in last}


def figure(asked: Asked, page: str, name: str, drawn: Markup, title: str) -> dict[str, Any]:
    """A figure for the template, with where it can be taken away; without a drawing there is nothing to take."""
    links = {form: asked.here(f"{page}/figure/{name}.{form}") for form in ("svg", "png", "csv")}
    return {"drawn": drawn, "title": title, "links": links if drawn else {}}


def taken(asked: Asked, frame: pl.DataFrame, drawn: Markup) -> Made:
    """A figure to take away. Raises WrongAddressError where there is none."""
    if not drawn:
        raise WrongAddressError(asked.words.t("explore_response.no_figure"), 404)
    return frame, drawn


def of_each_cohort(name: str, make: Callable[[Asked, str], Made]) -> dict[str, Callable[[Asked], Made]]:
    """A figure of each cohort, by its name and the cohort's letter. Of a letter without a cohort there is none."""

    def of(letter: str) -> Callable[[Asked], Made]:
        def made(asked: Asked) -> Made:
            if letter not in cohort_names(asked):
                raise WrongAddressError(asked.words.t("explore_response.no_figure"), 404)
            return taken(asked, *make(asked, letter))

        return made

    return {f"{name}-{letter}": of(letter) for letter in GROUPS}
