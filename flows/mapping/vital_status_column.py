"""Who is alive and who is dead: the codes of the vital status, recognised by words, by dates of death, or asked."""

from __future__ import annotations

import polars as pl

from flows.mapping.columns import Column, Columns
from flows.mapping.draft import Asked, Choice, Entry, Said, dotted, key, rows, toml
from flows.mapping.header_words import SURE, code, spelled
from flows.mapping.looks import as_read

_OF_DEATH = ("dthfl", "dead", "death", "deceased", "died", "ddflag", "verstorben", "死亡")
# Not event and censored: 1 is a death in some files, and a patient alive in others.
_YES, _NO = (
    ("1", "y", "yes", "true", "ja", "oui", "si", "あり", "有"),
    ("0", "n", "no", "false", "nein", "non", "なし", "無"),
)


def is_twice(columns: Columns, name: str) -> bool:
    """Whether the header has a column of the contract more than once, which no registry.toml can mend."""
    return columns.sheet.names.count(name) > 1


def status_entries(columns: Columns, known: dict[str, Column]) -> list[Entry]:
    """The lines of the vital status, or of a date of death in its place; `known`: the columns of patients there are."""
    one, death = known.get("vital_status"), known.get("death_date")
    if is_twice(columns, "vital_status"):
        return []
    if one is None:
        return _status_of_a_date(death)
    entries = columns.line("patients", "vital_status", one)
    read = as_read("patients", "vital_status", one.look.texts)
    unread = [pair for pair, seen in zip(one.look.codes, read, strict=True) if seen not in ("alive", "dead")]
    meant = {text: _status(one.name, text) for text, _ in unread}
    lines = [
        Said(f"codes.vital_status.{key(text)}", toml(status), SURE, rows(n))
        for text, n in unread
        if (status := meant[text])
    ]
    rest = [(text, n) for text, n in unread if not meant[text]]
    entries += lines
    entries += _by_deaths(columns, one, death, rest) if rest else []
    entries += _blanks(columns, one, death)
    return entries


def _status(name: str, text: str) -> str | None:
    meant = code("vital_status", text)
    if meant is not None:
        return meant
    words, of_death = spelled(name), any(word in spelled(name) or word in name for word in _OF_DEATH)
    of_life = any(word in words.split() for word in ("alive", "living")) or "生存" in name
    if of_death == of_life:
        return None
    plain = spelled(text)
    if plain in _YES:
        return "dead" if of_death else "alive"
    return ("alive" if of_death else "dead") if plain in _NO else None


def _by_deaths(columns: Columns, one: Column, death: Column | None, rest: list[tuple[str, int]]) -> list[Entry]:
    """Codes without words: those of patients with a date of death are dead."""
    shown = rest[:8]
    counts = ", ".join(f"{text} ({rows(n)})" for text, n in shown)
    if death is not None and death is not one:
        frame = columns.sheet.rows.filter(pl.col(str(death.position)).is_not_null())
        died = dict(frame[str(one.position)].value_counts().rows())
        dead = [text for text, n in rest if died.get(text, 0) >= max(1, 0.9 * n)]
        alive = [text for text, n in rest if died.get(text, 0) == 0]
        if dead and len(dead) + len(alive) == len(rest) and len(rest) == 2:
            said = {**dict.fromkeys(dead, "dead"), **dict.fromkeys(alive, "alive")}
            return [
                Said(
                    f"codes.vital_status.{key(text)}",
                    toml(said[text]),
                    SURE,
                    f"{died.get(text, 0):,} of {rows(n)} have a date of death",
                )
                for text, n in rest
            ]
    figures = sorted(text for text, _ in shown)
    if len(figures) == 1:
        pairs = [({figures[0]: status}, f"{figures[0]} is {status}") for status in ("alive", "dead")]
    else:
        rest_ = dict.fromkeys(figures[2:], "")
        pairs = [
            ({figures[0]: a, figures[1]: b, **rest_}, f"{figures[0]} is {a}, {figures[1]} is {b}")
            for a, b in (("alive", "dead"), ("dead", "alive"))
        ]
    choices = [Choice(dotted("codes.vital_status", said), says) for said, says in pairs]
    return [Asked(f"{toml(one.name)} has {counts}. Which is alive, which is dead?", choices)]


def _blanks(columns: Columns, one: Column, death: Column | None) -> list[Entry]:
    empty = pl.col(str(one.position)).is_null()
    if death is not None and death is not one:
        empty &= pl.col(str(death.position)).is_null()
    n = columns.sheet.rows.filter(empty).height
    if not n:
        return []
    choices = [Choice('codes.vital_status."" = "alive"', "alive"), Choice("", "not known: such patients are refused")]
    return [
        Asked(f"{toml(one.name)} is empty in {rows(n)} without a date of death. Are these patients alive?", choices)
    ]


def _status_of_a_date(death: Column | None) -> list[Entry]:
    if death is None:
        choices = [
            Choice(f"constants.vital_status = {toml(status)}", f"everybody is {status}") for status in ("alive", "dead")
        ]
        return [Asked("No column looks like the vital status or the date of death.", choices)]
    lines: list[Entry] = [
        Said(
            "columns.vital_status", toml(death.name), SURE, "there is none of its own: who has a date of death is dead"
        )
    ]
    if death.own("patients") == "death_date":
        lines.append(
            Said("columns.death_date", toml(death.name), SURE, "one column with two meanings is said for both")
        )
    choices = [Choice('codes.vital_status."" = "alive"', "alive"), Choice("", "not known: such patients are refused")]
    return [*lines, Asked(f"Are patients without {toml(death.name)} alive?", choices)]
