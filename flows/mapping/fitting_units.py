"""Which units the figures of an analyte can be in, where nothing says so: by the range that they are in."""

from __future__ import annotations

from collections.abc import Mapping

from flows.mapping.header_words import names
from flows.mapping.looks import Look
from transforms.intake.units import in_canonical


def ranges() -> Mapping[str, Mapping]:
    """By analyte, the middle value that a column can have in the canonical unit, and the units laboratories use."""
    found: Mapping[str, Mapping] = names()["ranges"]
    return found


def fitting(analyte: str, look: Look) -> list[str]:
    """The units in which the middle figure of a column is one that patients have; all of them where it has none."""
    known = ranges().get(analyte)
    if known is None:
        return []
    middle = look.figure_at(known.get("share", 0.5))
    units = list(known["units"])
    if middle is None:
        return units
    return [unit for unit in units if known["low"] <= in_canonical(analyte, unit, middle) <= known["high"]]


def candidates(analyte: str, look: Look) -> list[str]:
    """The units to choose from: those that fit, or all where none does."""
    known = ranges().get(analyte)
    return fitting(analyte, look) or (list(known["units"]) if known else [])


def how_many_fit(units: list[str]) -> str:
    """How the fit of units leaves it open which they are."""
    return "more than one fits" if len(units) > 1 else "none of the usual ones fits"
