"""What curves may be split by, in the order shown, and how their strata look and are called."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from flows.drawing.colours import DASHES, STAGES, stage_fill
from flows.drawing.words import Words
from rules.categories import BEST_FIRST
from transforms.survival.line_strata import LINE_STRATA, ORDERED_OF_LINES
from transforms.survival.strata import ORDERED, SHOWN
from transforms.survival.tables import TELLS_NOTHING

STAGINGS = ("iss", "r_iss", "r2_iss")
BY = (
    "overall",
    *STAGINGS,
    "mass_3",
    "hr_ims2025",
    "cytogenetic_risk",
    "high_risk_hits",
    "age_band",
    "sex",
    "isotype",
    "diagnosis_period",
    "line",
    "mrd",
    *LINE_STRATA,
    "site",
)
LEVELS = {
    **ORDERED,
    **ORDERED_OF_LINES,
    **SHOWN,
    "isotype": ("IgG", "IgA", "IgD", "IgE", "IgM", "light_chain", "non_secretory"),
    "response": BEST_FIRST,
}
# More curves than there are colours can't be distinguished.
COLOURS = 8
SERIES_DASHES = ([1, 0], [7, 3], [3, 2], [1, 2], [8, 3, 2, 3], [12, 3], [5, 2, 1, 2], [2, 4])


@dataclass(frozen=True)
class Stratum:
    """One curve: its code, its name in the reader's language, its colour and its dashes."""

    code: str
    name: str
    fill: str
    dash: list[int]

    @property
    def is_known(self) -> bool:
        """Whether it says something of its patients."""
        return self.code not in TELLS_NOTHING


def groups(curves: pl.DataFrame, words: Words) -> list[tuple[str, list[Stratum]]]:
    """What the curves are split by, and the strata of each, in the order shown; without those that are too many."""
    found: dict[str, list[str]] = {}
    for by, code in curves.select("stratum_by", "stratum").unique().rows():
        found.setdefault(by, []).append(code)
    order = [by for by in BY if by in found] + sorted(found.keys() - set(BY))
    shown = [(by, strata_of(by, found[by], words)) for by in order]
    return [(by, strata) for by, strata in shown if len(strata) <= COLOURS]


def strata_of(by: str, codes: list[str], words: Words) -> list[Stratum]:
    """These strata in their order, each with its look; those that tell nothing last and grey."""
    levels = LEVELS.get(by, ())
    known = sorted(
        (code for code in codes if code not in TELLS_NOTHING),
        key=lambda code: (levels.index(code) if code in levels else len(levels), code),
    )
    ordered = known + [code for code in TELLS_NOTHING if code in codes]
    return [Stratum(code, level_name(by, code, words), *_look(by, code, place)) for place, code in enumerate(ordered)]


def by_name(by: str, words: Words) -> str:
    """What the curves are split by, in words."""
    return words.name("chart.by", by)


def level_name(by: str, code: str, words: Words) -> str:
    """What a stratum is called."""
    if by == "site" and code not in TELLS_NOTHING:
        return code  # what a registry calls its sites, whatever word it is
    return words.t(f"chart.level.{by}.{code}") if words.has(f"chart.level.{by}.{code}") else words.name("stratum", code)


def _look(by: str, code: str, place: int) -> tuple[str, list[int]]:
    if code in TELLS_NOTHING:
        return stage_fill("unknown"), DASHES["unknown"]
    if by == "overall" or (by in STAGINGS and code in STAGES):
        return stage_fill(code), DASHES[code]
    return f"var(--series-{place % COLOURS + 1})", list(SERIES_DASHES[place % COLOURS])
