"""The drawings of an outcome: survival curves in a panel, cumulative incidences of each cause."""

from __future__ import annotations

from typing import Any

import polars as pl
from markupsafe import Markup

from flows.drawing.curve_values import end_of
from flows.drawing.curves_svg import plot
from flows.drawing.marks import Drawing
from flows.drawing.panel import Split, km_panel
from flows.drawing.strata_looks import Stratum
from flows.drawing.words import Words
from flows.explore.outcome_names import split_name, strata, title_of
from transforms.cohorts.outcomes import CAUSES, MOST_GROUPS, Outcome

ANCHOR = "outcome"
NOTHING = Markup("")
# What each cause's figure is called where it is taken away.
TAKEN = ("curves", "competing")


def figures(found: Outcome, words: Words) -> list[dict[str, Any]]:
    """The page's figures, each with its title and the name by which it is taken away; none where nothing is drawn."""
    if not _is_drawn(found):
        return []
    title = title_of(found.analysis, words)
    if not found.is_competing:
        split = Split(found.split, split_name(found.analysis, words), _with_curves(found, words))
        panel = km_panel(found.curves, found.summaries, words, ANCHOR, title, splits=[split])
        return [{"title": title, "drawn": panel, "taken": TAKEN[0]}]
    return [
        {"title": _cause_title(cause, words), "drawn": _incidence(found, words, cause), "taken": name}
        for name, cause in zip(TAKEN, CAUSES[found.analysis.endpoint], strict=True)
    ]


def main_figure(found: Outcome, words: Words) -> tuple[pl.DataFrame, Markup]:
    """The survival curves, or the incidences of the first cause: their steps and the drawing."""
    if found.is_competing:
        return _of_cause(found, words, 0)
    if not _is_drawn(found):
        return found.curves, NOTHING
    shown = _with_curves(found, words)
    says = words.t("chart.km_says", strata=words.t("chart.separator").join(stratum.name for stratum in shown))
    return found.curves, _drawn(found.curves, shown, words).svg(title_of(found.analysis, words), says)


def competing_figure(found: Outcome, words: Words) -> tuple[pl.DataFrame, Markup]:
    """The incidences of what competes; nothing of a survival."""
    return _of_cause(found, words, 1) if found.is_competing else (found.curves.clear(), NOTHING)


def _is_drawn(found: Outcome) -> bool:
    return not found.curves.is_empty() and len(found.groups) <= MOST_GROUPS


def _with_curves(found: Outcome, words: Words) -> list[Stratum]:
    """The groups that have a curve: not those that can't be estimated."""
    drawn = set(found.curves["stratum"])
    return [stratum for stratum in strata(found, words) if stratum.code in drawn]


def _of_cause(found: Outcome, words: Words, place: int) -> tuple[pl.DataFrame, Markup]:
    cause = list(CAUSES[found.analysis.endpoint])[place]
    return found.curves.filter(cause=cause), _incidence(found, words, cause) if _is_drawn(found) else NOTHING


def _cause_title(cause: str, words: Words) -> str:
    return words.t("explore_outcome.incidence_of", cause=words.t(f"explore_outcome.cause.{cause}"))


def _incidence(found: Outcome, words: Words, cause: str) -> Markup:
    """One cause's curves, which rise."""
    shown = _with_curves(found, words)
    names = {stratum.code: stratum.name for stratum in shown}
    said = [
        f"{names[group]}: {words.t('chart.n_events', patients=words.count(n), events=words.count(events))}"
        for group, n, events in found.incidences.filter(cause=cause).select("stratum", "n", "events").rows()
    ]
    says = words.t("explore_outcome.incidence_says", strata=words.t("chart.separator").join(said))
    curves = found.curves.filter(cause=cause).rename({"incidence": "survival"})
    return _drawn(curves, shown, words).svg(_cause_title(cause, words), says)


def _drawn(curves: pl.DataFrame, shown: list[Stratum], words: Words) -> Drawing:
    return plot(curves, shown, end_of(curves), None, words)
