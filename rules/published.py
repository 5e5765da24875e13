"""Figures that others have published, as references beside a registry's own (published.toml)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PUBLISHED = Path(__file__).with_name("published.toml")
MEDIANS_OF = ("os-diagnosis", "iss")
FIGURES = ("median_os_months", "progression", "rate")


@dataclass(frozen=True)
class Published:
    """One reference: its figures by stage, months or years (shares are fractions), whose they are and of when.

    `period` and `population` are by language; `precursor` is null of myeloma itself.
    """

    id: str
    figure: str
    values: Mapping[str, float]
    source: str
    period: Mapping[str, str]
    population: Mapping[str, str]
    precursor: str | None = None


@cache
def published() -> tuple[Published, ...]:
    """Every reference, in the order of the page."""
    found = tomllib.loads(PUBLISHED.read_text(encoding="utf-8"))
    return tuple(
        Published(
            id_,
            one["figure"],
            one["values"],
            one["source"],
            {"en": one["period"], "ja": one["period_ja"]},
            {"en": one["population"], "ja": one["population_ja"]},
            one.get("precursor"),
        )
        for id_, one in found.items()
    )


def medians_of(curve: str, by: str) -> Mapping[str, float]:
    """Published medians in months, by stratum, to mark on a curve (as the report names it) split by something."""
    found = [one.values for one in published() if one.figure == "median_os_months"]
    return found[0] if (curve, by) == MEDIANS_OF and found else {}
