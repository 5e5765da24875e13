"""Which of the contract's codes each text of a coded column stands for, with how often it stands there."""

from __future__ import annotations

import re

import polars as pl

from flows.mapping.columns import Column
from flows.mapping.draft import Asked, Choice, Entry, Note, Said, dotted, key, rows, toml
from flows.mapping.header_words import LIKELY, SURE, code, meanings
from flows.mapping.isotypes import components
from flows.mapping.looks import Look, as_read, may_be_shown
from transforms.intake import contracts
from transforms.intake.contracts import dtypes

# Which words of headers.toml a column's codes are.
_KINDS = {
    **{
        name: name
        for name in ("sex", "vital_status", "response", "result", "isotype", "light_chain", "diagnosis", "phase")
    },
    **{name: name for name in ("modality", "specimen", "method", "event", "death_cause")},
    "reported_iss": "stage",
    "reported_r_iss": "stage",
    "fdg_uptake": "result",
    "clonal_plasma_cells": "clonal",
}
# Kinds of short text beyond these are counted, and not shown.
_MOST_SHOWN = 30
_BARE_FIGURE = re.compile(r"^[+-]?[0-9]+(?:\.0+)?$")
_SEXES = (("M", "F"), ("F", "M"))


def inline(words: dict[str, str]) -> str:
    """A table of TOML on one line."""
    return "{" + ", ".join(f"{key(text)} = {toml(meant)}" for text, meant in words.items()) + "}"


def code_entries(table: str, column: str, one: Column) -> list[Entry]:
    """Lines for the texts of a coded column that the reader would not read by itself, and a question for the rest."""
    known = contracts.codes(table, column)
    is_boolean = dtypes(table)[column] == pl.Boolean
    if not known and not is_boolean:
        return []
    kind = "boolean" if is_boolean else _KINDS.get(column)
    unread = unread_texts(table, column, one.look)
    said = {text: _meant(table, column, kind, text) for text, _ in unread}
    lines: list[Entry] = [
        Said(f"codes.{column}.{key(text)}", toml(meant), SURE if meant else LIKELY, rows(n))
        for text, n in unread
        if (meant := said[text]) is not None
    ]
    rest = [(text, n) for text, n in unread if said[text] is None]
    if column == "sex" and _are_figures(rest):
        return [*lines, *_sexes(one, rest)]
    return [*lines, *_asked(table, column, one.name, rest)]


def unread_texts(table: str, column: str, look: Look) -> list[tuple[str, int]]:
    """The texts of a column, with their counts, that are none of the contract's, nor read as one."""
    known = set(contracts.codes(table, column)) or {"true", "false"}
    read = as_read(table, column, look.texts)
    return [pair for pair, found in zip(look.codes, read, strict=True) if found not in known and found is not None]


def _meant(table: str, column: str, kind: str | None, text: str) -> str | None:
    if column == "isotype":
        heavy, _ = components(text)
        return heavy
    if column == "light_chain":
        return components(text)[1]
    if table == "cytogenetics" and column == "abnormality":
        found = [meaning for meaning in meanings(text, "tests") if meaning.kind == "cytogenetics"]
        return found[0].name if found and not found[0].roles else None
    if column == "finding":
        found = [meaning for meaning in meanings(text, "tests") if meaning.kind == "findings"]
        return found[0].name if found and not found[0].roles else None
    return code(kind, text) if kind else None


def _are_figures(texts: list[tuple[str, int]]) -> bool:
    return bool(texts) and all(_BARE_FIGURE.match(text) for text, _ in texts)


def _sexes(one: Column, rest: list[tuple[str, int]]) -> list[Entry]:
    figures = sorted((text for text, _ in rest), key=float)[:2]
    counts = ", ".join(f"{text} ({rows(n)})" for text, n in rest)
    if len(figures) == 1:
        choices = [Choice(dotted("codes.sex", {figures[0]: sex}), f"{figures[0]} is {sex}") for sex in ("M", "F")]
    else:
        choices = [
            Choice(
                dotted("codes.sex", dict(zip(figures, pair, strict=True))),
                f"{figures[0]} is {pair[0]}, {figures[1]} is {pair[1]}",
            )
            for pair in _SEXES
        ]
    return [Asked(f"{toml(one.name)} has {counts}. Which is which?", choices)]


def _asked(table: str, column: str, name: str, rest: list[tuple[str, int]]) -> list[Entry]:
    if not rest:
        return []
    shown = [(text, n) for text, n in rest if may_be_shown(text, n)] if len(rest) <= _MOST_SHOWN else []
    hidden, hidden_rows = len(rest) - len(shown), sum(n for _, n in rest) - sum(n for _, n in shown)
    known = contracts.codes(table, column) or ("true", "false")
    entries: list[Entry] = []
    if hidden:
        entries.append(
            Note(f"{column}: {toml(name)} has {hidden:,} other texts in {rows(hidden_rows)}, not shown here")
        )
    if shown:
        counts = ", ".join(f"{text} ({rows(n)})" for text, n in shown)
        line = dotted(f"codes.{column}", {text: "" for text, _ in shown})
        question = (
            f"{toml(name)} has {counts}: what does each stand for? Write one of {', '.join(known)} "
            f'between the quotes; "" says nothing.'
        )
        entries.append(
            Asked(
                question,
                [Choice(line, "to be completed"), Choice("", "such cells are set aside, or their rows refused")],
            )
        )
    return entries
