"""The fields of an address, by who reads them: every page, this page, the analysis."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from flows.explore import address
from flows.explore.asked import LANG, RUN
from flows.settings.languages import LANGUAGES
from transforms.cohorts import Analysis, AnalysisError

MOST_FIELDS = 300


class WrongAddressError(Exception):
    """An address that asks for nothing that there is: what its page says, and the status."""

    def __init__(self, says: str, status: int = 400) -> None:
        super().__init__(says)
        self.status = status


@dataclass(frozen=True)
class Fields:
    """What an address asks for. `parameters` are the page's own; no `run` is the newest, no `lang` the program's."""

    analysis: Analysis
    parameters: Mapping[str, str]
    run: int | None
    lang: str | None


def fields_of(query: bytes, of_page: Collection[str]) -> Fields:
    """The fields of a query, empty ones left out. Raises WrongAddressError."""
    try:
        pairs = parse_qsl(query.decode("ascii"), errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise WrongAddressError("the address can't be read") from None
    own = [(name, value) for name, value in pairs if name in (LANG, RUN, *of_page)]
    once = dict(own)
    if len(once) < len(own):
        raise WrongAddressError("a field of the address stands in it twice")
    lang, run = once.pop(LANG, None), once.pop(RUN, None)
    if lang is not None and lang not in LANGUAGES:
        raise WrongAddressError(f"{LANG} is {' or '.join(LANGUAGES)}")
    if run is not None and not (run.isascii() and run.isdigit() and len(run) < 10):
        raise WrongAddressError(f"{RUN} is the number of a run")
    try:
        analysis = address.read([pair for pair in pairs if pair[0] not in (LANG, RUN, *of_page)])
    except AnalysisError as error:
        raise WrongAddressError(str(error)) from None
    return Fields(analysis, once, int(run) if run else None, lang)
