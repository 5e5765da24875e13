"""Bars that a registry sets for itself: the share that an indicator must reach."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from flows.settings.suggestions import near
from rules.audit.quality import indicators
from rules.criterion import load_edition

if TYPE_CHECKING:
    import duckdb


class BarError(ValueError):
    """A bar that can't be used; the message is one line for the person who set it."""


def checked(bars: Mapping[str, Any]) -> dict[str, float]:
    """The bars by indicator. Raises BarError for an unknown indicator, or a bar that is no number from 0 to 1."""
    known = [indicator.id for indicator in indicators(load_edition())]
    for name, bar in bars.items():
        if name not in known:
            raise BarError(f"no indicator {name!r}; {near(name, known) or 'mspike audit names them'}")
        if isinstance(bar, bool) or not isinstance(bar, int | float) or not 0 <= bar <= 1:
            raise BarError(f"{name}: a bar is a share from 0 to 1 such as 0.9, found {bar!r}")
    return {name: float(bar) for name, bar in bars.items()}


def parsed(texts: Iterable[str]) -> dict[str, float]:
    """The bars of a command line, each text `ID=0.9` or several with commas. Raises BarError."""
    bars: dict[str, Any] = {}
    for pair in (pair.strip() for text in texts for pair in text.split(",")):
        name, equals, bar = (part.strip() for part in pair.partition("="))
        if not name or not equals:
            raise BarError(f"--fail-on {pair!r} is not ID=SHARE such as Q.iss=0.9")
        if name in bars:
            raise BarError(f"--fail-on {name} comes twice")
        bars[name] = _number(bar)
    return checked(bars)


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def failing(
    connection: duckdb.DuckDBPyConnection, bars: Mapping[str, float], site: str | None = None
) -> list[dict[str, Any]]:
    """The indicators under their bar, or of which nothing can be told, in the order of the bars.

    Each has `id`, `bar`, `share` (null: nothing can be told), `numerator` and `denominator`, of a site or of all.
    """
    found = connection.execute(
        "select id, share, numerator, denominator from quality_indicator where site is not distinct from $site",
        {"site": site},
    ).fetchall()
    of_id = {name: (share, *counts) for name, share, *counts in found}
    failed = []
    for name, bar in bars.items():
        share, numerator, denominator = of_id.get(name, (None, 0, 0))
        if share is None or share < bar:
            counts = {"numerator": numerator, "denominator": denominator}
            failed.append({"id": name, "bar": bar, "share": share, **counts})
    return failed


def failure_line(failed: Mapping[str, Any]) -> str:
    """One line on an indicator that failed."""
    bar = f"the bar is {100 * failed['bar']:g} %"
    if failed["share"] is None:
        return f"{failed['id']}: nothing can be told; {bar}"
    return f"{failed['id']}: {100 * failed['share']:.1f} % ({failed['numerator']} of {failed['denominator']}); {bar}"
