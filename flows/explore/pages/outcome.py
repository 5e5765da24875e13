"""What becomes of the cohorts: curves, their figures, how groups compare, and what was done, to be taken away."""

from __future__ import annotations

from functools import partial
from typing import Any

import polars as pl
from markupsafe import Markup

from flows.drawing.words import Words
from flows.explore.asked import Asked
from flows.explore.outcome_choices import choices
from flows.explore.outcome_figures import competing_figure, figures, main_figure
from flows.explore.outcome_lists import link_to
from flows.explore.outcome_names import cohort_name, split_of, title_of
from flows.explore.outcome_tables import Tables
from flows.explore.outcome_text import methods_text, to_be_repeated, warnings_in_words
from flows.query.asked_outcome import outcome_of
from flows.query.in_words import cohort_said
from flows.settings.languages import LANGUAGES
from transforms.cohorts.comparability import UNLIKE, warnings_of
from transforms.cohorts.outcome_numbers import outcome_numbers
from transforms.cohorts.outcomes import MOST_GROUPS
from transforms.survival.tables import LANDMARKS

FORMS = ("svg", "png", "csv")


def page(asked: Asked) -> dict[str, Any]:
    """Everything that the template says."""
    words, run, settings = asked.words, asked.registry.run, asked.registry.settings
    found = outcome_of(asked.registry, asked.analysis)
    asked.work.check()
    split = split_of(found, words)
    tables = Tables(asked, found, split.strata)
    who, apart = tables.who()
    methods = {lang: methods_text(found, run, settings, Words(lang)) for lang in LANGUAGES}
    is_crowded = len(found.groups) > MOST_GROUPS
    return {
        "choices": choices(asked),
        "cohorts": [
            {"name": cohort_name(cohort, words), "said": cohort_said(cohort, words)}
            for cohort in found.analysis.cohorts
        ],
        "title_of_curves": title_of(found.analysis, words),
        "split": split,
        "found": found,
        "warnings": warnings_in_words(warnings_of(found, apart), tables.names, words),
        "figures": figures(found, words),
        "too_many": words.t("explore_outcome.too_many", n=len(found.groups)) if is_crowded else "",
        "months": LANDMARKS,
        "tables": tables,
        "members_of": partial(link_to, asked),
        "who": who,
        "unlike": {name for name, value in apart.items() if value > UNLIKE},
        "methods": methods.pop(words.lang),
        "methods_in_others": methods,
        **to_be_repeated(found.analysis, run, str(asked.store), words, asked.today),
        "taken": {name: {form: asked.link(f"outcome/figure/{name}.{form}") for form in FORMS} for name in FIGURES},
    }


def curves(asked: Asked) -> tuple[pl.DataFrame, Markup]:
    """The curves, step by step, and drawn; of cumulative incidences those of the first cause."""
    return main_figure(outcome_of(asked.registry, asked.analysis), asked.words)


def competing(asked: Asked) -> tuple[pl.DataFrame, Markup]:
    """The cumulative incidences of what competes; with a survival nothing does."""
    return competing_figure(outcome_of(asked.registry, asked.analysis), asked.words)


def numbers(asked: Asked) -> tuple[pl.DataFrame, Markup]:
    """Every number of the page, as `mspike query --cohort FILE --outcome` prints them."""
    return outcome_numbers(outcome_of(asked.registry, asked.analysis)), Markup("")


FIGURES = {"curves": curves, "competing": competing, "numbers": numbers}
