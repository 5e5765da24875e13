"""What the pages of responses and of courses share: the lines of the cohorts, and what their addresses choose."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl
from markupsafe import Markup

from flows.drawing.marks import shortened
from flows.drawing.words import Words
from flows.explore.asked import Asked
from flows.explore.fields import WrongAddressError
from flows.explore.listing import of
from transforms.cohorts import LETTERS
from transforms.cohorts.analysis import ALL_PATIENTS
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

OF_LINE, REGIMENS = "of_line", "regimens"
ROOM = 110  # pixels of a cohort's name beside a row
RARE_BELOW = 10  # lines of a regimen, which are then shown together
VISITS_AT_ONCE = 500_000
MOST_LINES = 6  # that a page offers by themselves
LINE_COLUMNS = (
    *("patient_id", "line", "start_date", "next_line_start", "measurable_by", "best_response"),
    *("progression_date", "progression_source"),
)
GIVEN_COLUMNS = ("patient_id", "line", "phase", "drug", "class", "start_date")
Made = tuple[pl.DataFrame, Markup]
Place = tuple[str, str]  # a page, and a section of it


def cohort_names(asked: Asked) -> dict[str, str]:
    """The cohorts of the analysis by their letter, as they are called; the one that has no name of its own in the
    reader's language.
    """
    said = asked.words.t("stratum.all")
    cohorts = zip(LETTERS, asked.analysis.cohorts, strict=False)
    return {letter: said if cohort.name == ALL_PATIENTS else cohort.name for letter, cohort in cohorts}


def row_name(said: str, letter: str, names: Mapping[str, str]) -> str:
    """What a row of a figure is called; of several cohorts with its letter, as names may agree, and its name."""
    return said if len(names) == 1 else f"{said} · {letter}: {shortened(names[letter], ROOM)}"


def members(asked: Asked) -> pl.DataFrame:
    """A row per cohort and member: cohort, patient_id, line (null: time starts with diagnosis)."""
    found = asked.registry.members(asked.analysis)
    return found.select("cohort", "patient_id", pl.col("line").cast(pl.Int64))


def all_lines(asked: Asked, by: str) -> pl.DataFrame:
    """Every line of the run, with `regimen` in one of `WAYS`; worked out once."""

    def make() -> pl.DataFrame:
        infused = asked.frame("treatments", ("patient_id", "line", "phase", "start_date"))
        return with_regimen(asked.frame("lines", LINE_COLUMNS), asked.frame("given_drug", GIVEN_COLUMNS), by, infused)

    return asked.registry.made(("regimens", by), make)


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

    return {f"{name}-{letter}": of(letter) for letter in LETTERS}
