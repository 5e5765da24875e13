"""The patients behind a number, to which whoever shows it links: `asked.link("patients", of=of("KIND", "PART", …))`.

A page's file says what its kinds are:

    @lists("members")
    def members(asked: Asked, letter: str, stratum: str | None = None) -> Listing: …
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

import polars as pl

from flows.explore.asked import Asked
from flows.explore.fields import WrongAddressError
from transforms.survival import DAYS_PER_MONTH


@dataclass(frozen=True)
class Listing:
    """What a number counts: `rows` with `patient_id`, and `line` where they are lines or lie in one.

    `title` says what they are, `note` more of it. `columns` are more of them to be shown, each with its heading.
    """

    title: str
    rows: pl.DataFrame
    columns: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


Lister = Callable[..., Listing]
_KINDS: dict[str, Lister] = {}


def lists(kind: str) -> Callable[[Lister], Lister]:
    """Marks what gives the listings of a kind: called with what was asked and the parts after the kind."""

    def marked(lister: Lister) -> Lister:
        _KINDS[kind] = lister
        return lister

    return marked


def of(kind: str, *parts: str) -> str:
    """A listing as the address names it, for `of=`."""
    return ":".join([kind, *(part.replace("%", "%25").replace(":", "%3A") for part in parts)])


def listed(asked: Asked, named: str) -> Listing:
    """The listing of that name. Raises WrongAddressError where there is none."""
    kind, *parts = named.split(":")
    lister = _KINDS.get(kind)
    given = [unquote(part) for part in parts]
    if lister is None or not _fits(lister, asked, given):
        raise WrongAddressError(asked.words.t("explore_patients.no_listing", of=named))
    return lister(asked, *given)


def _fits(lister: Lister, asked: Asked, given: list[str]) -> bool:
    try:
        inspect.signature(lister).bind(asked, *given)
    except TypeError:
        return False
    return True


def with_months(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with their `days` to the analysis's endpoint as months; null where they are unknown, or there are none."""
    return rows.with_columns(months=(pl.col("days") / DAYS_PER_MONTH).round(1))
