"""The fields of an address, by who reads them: every page, this page, the analysis."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from flows.drawing.words import Words
from flows.explore.asked import LANG, RUN
from flows.query.in_words import attribute_name
from flows.settings.languages import LANGUAGES
from transforms.cohorts import ATTRIBUTES, AnalysisError
from transforms.cohorts.analysis import NOT

MOST_FIELDS = 300
# What is wrong -> how it can be asked: the words of a link, and the fields that it adds.
REMEDIES = {
    "immortal": ("with_landmark", "landmark=12"),
    **dict.fromkeys(("endpoint_origin", "of_line", "line_of_diagnosis"), ("from_line", "origin=line_start")),
}


class WrongAddressError(Exception):
    """An address that asks for nothing that there is: what its page says, and the status."""

    def __init__(self, says: str, status: int = 400) -> None:
        super().__init__(says)
        self.status = status


class WrongFieldError(Exception):
    """A field that no page can read: the key of what is to be said, and its values."""

    def __init__(self, code: str, **values: str) -> None:
        super().__init__(code)
        self.code, self.values = code, values


@dataclass(frozen=True)
class Fields:
    """What an address asks for. `parameters` are the page's own, `of_analysis` all that is left, in order.

    Without `run` the newest is asked, without `lang` the program's own language is spoken.
    """

    of_analysis: list[tuple[str, str]]
    parameters: Mapping[str, str]
    run: int | None
    lang: str | None


def fields_of(query: bytes, of_page: Collection[str]) -> Fields:
    """The fields of a query, empty ones left out. Raises WrongFieldError."""
    try:
        pairs = parse_qsl(query.decode("ascii"), errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise WrongFieldError("unreadable") from None
    own: dict[str, str] = {}
    for name, value in pairs:
        if name in (LANG, RUN, *of_page) and own.setdefault(name, value) != value:
            raise WrongFieldError("own_twice", name=name)
    lang, run = own.pop(LANG, None), own.pop(RUN, None)
    if lang is not None and lang not in LANGUAGES:
        raise WrongFieldError("lang", languages=" / ".join(LANGUAGES))
    if run is not None and not (run.isascii() and run.isdigit() and len(run) < 10):
        raise WrongFieldError("run")
    rest = [pair for pair in pairs if pair[0] not in (LANG, RUN, *of_page)]
    return Fields(rest, own, int(run) if run else None, lang)


def in_words(error: AnalysisError | WrongFieldError, words: Words) -> str:
    """What is wrong, in the reader's language."""
    return words.t(f"explore_wrong.{error.code}", **{name: _said(name, it, words) for name, it in error.values.items()})


def _said(name: str, value: Any, words: Words) -> str:
    text = str(value)
    return attribute_name(text, words) if name == "name" and text.removeprefix(NOT) in ATTRIBUTES else text


def remedy(error: Exception, query: str) -> tuple[str, str] | None:
    """The key of a link's words and the query that it leads to, where there is another way to ask; else None."""
    if not isinstance(error, AnalysisError) or error.code not in REMEDIES:
        return None
    said, added = REMEDIES[error.code]
    field = added.partition("=")[0]
    kept = [part for part in query.split("&") if part and part.partition("=")[0] != field]
    return f"explore_wrong.{said}", "&".join([*kept, added])
