"""Bars that a registry sets for itself: the share that an indicator must reach."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flows.endings import UNUSABLE, MspikeError
from flows.settings.suggestions import near
from rules.audit.quality import indicators
from rules.criterion import load_edition


class BarError(MspikeError):
    """A bar that can't be used; the message is one line for the person who set it."""

    status = UNUSABLE


def checked(bars: Mapping[str, Any]) -> dict[str, float]:
    """The bars by indicator. Raises BarError for an unknown indicator, or a bar that is no number from 0 to 1."""
    known = [indicator.id for indicator in indicators(load_edition())]
    for name, bar in bars.items():
        if name not in known:
            raise BarError(f"no indicator {name!r}; {near(name, known) or 'mspike audit names them'}")
        if isinstance(bar, bool) or not isinstance(bar, int | float) or not 0 <= bar <= 1:
            raise BarError(f"{name}: a minimum is a share from 0 to 1 such as 0.9, found {bar!r}")
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


def failure_line(failed: Mapping[str, Any]) -> str:
    """One line on an indicator that failed."""
    bar = f"the bar is {100 * failed['bar']:g} %"
    if failed["share"] is None:
        return f"{failed['id']}: no case can be judged; {bar}"
    return f"{failed['id']}: {100 * failed['share']:.1f} % ({failed['numerator']} of {failed['denominator']}); {bar}"
