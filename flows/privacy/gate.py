"""The gate: a query declares in its comments what it releases, and what is shared passes the rule of disclosure.

After `-- Grain:` a query says, on lines of these keywords (several on one line apart by `;`)::

    -- Counts: patients, with_iss           columns that count; or `none`
    -- Parts: with_iss of patients          the rest, patients - with_iss, is given away too
    -- Sums: patients over stage within system      rows add up to a known total
    -- Sums: n_level over level within factor of n  … and what they lack of column n is a count too
    -- Sums: lines = derived + reported     columns of a row do
    -- Figures: median_months of n, events  go when a count they rest on is hidden (visits of patients: counts do, too)
    -- Labels: line, year                   numbers that are no counts
    -- Rows: listed                         only those of which something may be shown
    -- Curve: survival over stratum within endpoint, line    instead of all these
    -- Release: survival                    as sql/schema/survival.sql declares

Strict: what is not declared is not released, and raises DisclosureError.
"""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl

from flows.schema import SCHEMA
from flows.sql_files import declared
from transforms.disclosure import (
    CurveRelease,
    DisclosureError,
    Part,
    Release,
    Sum,
    Total,
    landmarks_of_curve,
    protect,
    protect_curve,
)
from transforms.models.incidence import HORIZONS
from transforms.survival import DAYS_PER_MONTH, LANDMARKS

KEYWORDS = ("Counts", "Parts", "Sums", "Figures", "Labels", "Rows", "Curve", "Release")
NAMES = r"(\w+(?:, *\w+)*)"
PART = re.compile(r"(\w+) of (\w+)")
TOTAL = re.compile(r"(\w+) = (\w+(?: \+ \w+)+)")
SUM = re.compile(rf"(\w+) over {NAMES}(?: within {NAMES})?(?: of (\w+))?")
ROWS = re.compile(r"(listed)")
CURVE = re.compile(rf"(\w+) over (\w+) within {NAMES}")
FIGURES = re.compile(rf"{NAMES} of {NAMES}")
NONE = "none"
# Summaries whose shares at fixed months are read from curves: from which, and at which months.
READ_FROM = {"survival": ("survival_curve", LANDMARKS), "event_incidence": ("event_incidence_curve", HORIZONS)}


def release_of(query: Path) -> Release | CurveRelease:
    """What a query declares. Raises DisclosureError, naming the file, where it declares nothing or can't be read."""
    found = declared(query.read_text(encoding="utf-8"), KEYWORDS)
    try:
        return _release(found)
    except DisclosureError as error:
        raise DisclosureError(f"{query.name}: {error}") from None


def _release(found: dict[str, list[str]]) -> Release | CurveRelease:
    if stored := found.get("Release"):
        return release_of(SCHEMA / f"{stored[0]}.sql")
    if curve := found.get("Curve"):
        value, over, within = _read(CURVE, curve[0])
        return CurveRelease(value, over, _names(within))
    if "Counts" not in found:
        raise DisclosureError("declares no counts; say after its grain `-- Counts: …`, or none")
    sums = found.get("Sums", [])
    return Release(
        counts=() if found["Counts"] == [NONE] else _all_names(found["Counts"]),
        parts=tuple(Part(*_read(PART, text)) for text in found.get("Parts", [])),
        sums=tuple(_sum(text) for text in sums if "=" not in text),
        totals=tuple(_total(text) for text in sums if "=" in text),
        figures={
            figure: _names(counts)
            for figures, counts in (_read(FIGURES, text) for text in found.get("Figures", []))
            for figure in _names(figures)
        },
        labels=_all_names(found.get("Labels", [])),
        is_list=any(_read(ROWS, text) for text in found.get("Rows", [])),
    )


def _sum(text: str) -> Sum:
    count, over, within, rest_of = _read(SUM, text)
    return Sum(count, _names(over), _names(within), rest_of)


def _total(text: str) -> Total:
    whole, parts = _read(TOTAL, text)
    return Total(whole, tuple(part.strip() for part in parts.split("+")))


def _read(pattern: re.Pattern[str], text: str) -> tuple[str, ...]:
    if (found := pattern.fullmatch(text)) is None:
        raise DisclosureError(f"can't read “{text}”; flows/privacy/gate.py says how it is written")
    return found.groups()


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",")) if text else ()


def _all_names(texts: list[str]) -> tuple[str, ...]:
    return tuple(name for text in texts for name in _names(text))


def shared(frames: dict[str, pl.DataFrame], queries: dict[str, Path]) -> dict[str, pl.DataFrame]:
    """Each frame as it may be shared, by what the query of its name declares.

    Survival and incidence at fixed months are read from the curves as they are shared. Raises DisclosureError where a
    frame isn't what its query declares.
    """
    releases = {name: release_of(queries[name]) for name in frames}
    found = {name: _protected(name, frame, releases[name]) for name, frame in frames.items()}
    for name, (curves, months) in READ_FROM.items():
        release = releases.get(curves)
        if isinstance(release, CurveRelease) and name in found:
            days = {f"at_{month}": month * DAYS_PER_MONTH for month in months}
            found[name] = landmarks_of_curve(found[name], found[curves], release, days)
    return found


def _protected(name: str, frame: pl.DataFrame, release: Release | CurveRelease) -> pl.DataFrame:
    try:
        return protect_curve(frame, release) if isinstance(release, CurveRelease) else protect(frame, release)
    except DisclosureError as error:
        raise DisclosureError(f"{name}.sql: {error}") from None
