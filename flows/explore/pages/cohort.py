"""Cohorts: where time starts, who is chosen by what, how each filter divides, and who the members are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import polars as pl

from flows.explore.asked import Asked
from flows.explore.cohort_form import fieldsets
from flows.explore.cohort_tables import baseline_table, steps_table
from flows.query.cohort_file import as_toml, from_toml
from flows.query.file import QueryError
from flows.query.in_words import described, filter_said
from transforms.cohorts import ATTRIBUTES, LETTERS, Analysis, Cohort
from transforms.cohorts.analysis import ENDPOINTS, NOT

PARAMETERS = ("edit", "toml")
LINES_OFFERED = (1, 2, 3, 4)
LANDMARKS_OFFERED = (6, 12, 18)


def page(asked: Asked) -> dict[str, Any]:
    """What the page shows: the cohort that is edited is the one that the address names, else the first."""
    analysis, words = asked.analysis, asked.words
    registry = asked.registry
    asked.work.check()
    members, steps = registry.members(analysis), registry.steps(analysis)
    letters = LETTERS[: len(analysis.cohorts)]
    edited = asked.parameters.get("edit", "")
    edited = edited if edited and edited in letters else letters[0]
    about = (
        f"store {asked.store}\nrun {asked.run}, edition {registry.run['criteria']}, {registry.run['started'].date()}"
    )
    text = as_toml(analysis, about)
    return {
        "said": list(described(replace(analysis, cohorts=()), words)),
        "origins": list(_origins(asked)),
        "endpoints": [name for name, origins in ENDPOINTS.items() if analysis.origin in origins],
        "landmarks": LANDMARKS_OFFERED,
        "no_landmark": _link(asked, replace(analysis, landmark_months=None)) if analysis.landmark_months else None,
        "kept_of_time": [pair for pair in asked.kept() if pair[0] not in ("landmark", "endpoint")],
        "cohorts": [_cohort(asked, letter, members, edited) for letter in letters],
        "add": _added(asked, Cohort(words.t("explore_cohort.new", n=len(letters) + 1))) if len(letters) < 5 else None,
        "edited": edited,
        "name": analysis.cohorts[LETTERS.index(edited)].name,
        "fieldsets": fieldsets(asked, edited),
        "kept_of_form": _kept_of_form(asked, edited),
        "steps": steps_table(asked, steps),
        "baseline": baseline_table(members, asked),
        "of_lines": analysis.origin == "line_start" and analysis.line is None,
        "toml": text,
        "toml_href": f"data:application/toml;charset=utf-8,{quote(text)}",
        "loaded": _loaded(asked),
        "given": asked.parameters.get("toml", ""),
    }


def _link(asked: Asked, analysis: Analysis, **more: str) -> str:
    return replace(asked, analysis=_possible(analysis)).link("cohort", **more)


def _possible(analysis: Analysis) -> Analysis:
    """The analysis without what is not known when its time starts."""

    def is_known(name: str) -> bool:
        known = ATTRIBUTES[name.removeprefix(NOT)].known
        is_there = known != "line" or analysis.origin == "line_start"
        return is_there and (known != "later" or analysis.landmark_months is not None)

    cohorts = tuple(
        replace(cohort, where={key: values for key, values in cohort.where.items() if is_known(key)})
        for cohort in analysis.cohorts
    )
    by = analysis.by if analysis.by and is_known(analysis.by) else None
    is_of_it = analysis.origin in ENDPOINTS[analysis.endpoint]
    endpoint = analysis.endpoint if is_of_it else "OS"
    return replace(
        analysis, cohorts=cohorts, by=by, endpoint=endpoint, censoring=analysis.censoring if is_of_it else None
    )


def _origins(asked: Asked) -> Iterator[dict[str, Any]]:
    """Where time may start, as links: what can't be asked from there is left out of them."""
    words, analysis = asked.words, asked.analysis
    here = (analysis.origin, analysis.line)
    lines = sorted({*LINES_OFFERED, *([analysis.line] if analysis.line else [])})
    names: dict[tuple[str, int | None], str] = {
        ("diagnosis", None): words.t("explore_cohort.diagnosis"),
        **{("line_start", line): words.t("explore_cohort.line", line=str(line)) for line in lines},
        ("line_start", None): words.t("explore_cohort.every_line"),
    }
    for (origin, line), name in names.items():
        href = _link(asked, replace(analysis, origin=origin, line=line))
        yield {"name": name, "href": href, "is_here": (origin, line) == here}


def _cohort(asked: Asked, letter: str, members: pl.DataFrame, edited: str) -> dict[str, Any]:
    """One cohort: its name, who is in it, its filters, and the links that change it."""
    analysis, place = asked.analysis, LETTERS.index(letter)
    cohort, others = analysis.cohorts[place], [c for at, c in enumerate(analysis.cohorts) if at != place]
    own = members.filter(cohort=letter)
    copied = Cohort(asked.words.t("explore_cohort.copy_of", name=cohort.name)[:60], cohort.where)
    return {
        "letter": letter,
        "name": cohort.name,
        "n": own.height,
        "patients": own["patient_id"].n_unique(),
        "filters": [
            {
                "says": filter_said(key, values, asked.words),
                "without": _link(asked, _with(analysis, place, _less(cohort, key)), edit=letter),
            }
            for key, values in cohort.where.items()
        ],
        "is_edited": letter == edited,
        "edit": asked.link("cohort", edit=letter) + "#filters",
        "copied": _added(asked, copied) if len(others) < len(LETTERS) - 1 else None,
        "remove": _link(asked, replace(analysis, cohorts=tuple(others))) if others else None,
    }


def _less(cohort: Cohort, key: str) -> Cohort:
    return replace(cohort, where={name: values for name, values in cohort.where.items() if name != key})


def _with(analysis: Analysis, place: int, cohort: Cohort) -> Analysis:
    cohorts = list(analysis.cohorts)
    cohorts[place] = cohort
    return replace(analysis, cohorts=tuple(cohorts))


def _added(asked: Asked, cohort: Cohort) -> str:
    cohorts = (*asked.analysis.cohorts, cohort)
    return _link(asked, replace(asked.analysis, cohorts=cohorts), edit=LETTERS[len(cohorts) - 1]) + "#filters"


def _kept_of_form(asked: Asked, edited: str) -> list[tuple[str, str]]:
    """The fields that the form of one cohort sends along: all but its own, and those of its own that it has no field
    for, as a category that is left out.
    """
    where: Mapping[str, tuple[str, ...]] = asked.analysis.cohorts[LETTERS.index(edited)].where
    unasked = [
        (f"{edited}.{key}", value)
        for key, values in where.items()
        if key.startswith(NOT) and ATTRIBUTES[key.removeprefix(NOT)].kind != "list"
        for value in values
    ]
    analysis = asked.analysis
    others = asked.kept()
    if analysis.cohorts == Analysis().cohorts:
        return [*others, ("edit", edited)]
    return [*(pair for pair in others if not pair[0].startswith(f"{edited}.")), *unasked, ("edit", edited)]


def _loaded(asked: Asked) -> dict[str, Any] | None:
    """What the text of a file asks for, with the link to it; or what is wrong with it."""
    text = asked.parameters.get("toml")
    if not text:
        return None
    try:
        analysis = from_toml(text)
    except QueryError as error:
        return {"wrong": str(error), "said": [], "href": None}
    href = replace(asked, analysis=analysis).link("cohort")
    return {"wrong": None, "said": list(described(analysis, asked.words)), "href": href}
