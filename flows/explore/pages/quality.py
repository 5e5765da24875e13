"""Quality: the indicators by site; one indicator's funnel, definition and rows; the checks of the data that fail.

All of the whole registry, as the audit stored them: an indicator says itself which patients it asks about, so an
analysis's cohorts do not narrow it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import polars as pl
from markupsafe import Markup

from flows.drawing.audit_words import indicator_words
from flows.drawing.funnel import funnel
from flows.drawing.interval import interval_bar
from flows.explore.asked import Asked
from flows.explore.audit_lists import RESULTS, link_to
from flows.explore.audit_tables import failing_checks, work_up
from flows.explore.audited import indicators
from flows.explore.fields import WrongAddressError
from rules.audit.quality import GROUPS

PARAMETERS = ("indicator",)
FEWEST_SITES = 3  # of a funnel: fewer show nothing that the table does not
# How a site beyond a limit is marked: low, high.
MARKS = {"998": ("▼", "▲"), "95": ("▽", "△"), "none": ("", "")}


def page(asked: Asked) -> dict[str, Any]:
    """One indicator, where the address names one; else all of them, and the checks that fail."""
    found = indicators(asked)
    overview: dict[str, Any] = {
        "one": None,
        "groups": [],
        "sites": [],
        "checks": [],
        "work_up": [],
        "all": asked.link("quality"),
    }
    wanted = asked.parameters.get("indicator")
    if wanted is not None:
        return {**overview, "one": _one(asked, found, wanted)}
    sites = found["site"].drop_nulls().unique().sort().to_list()
    of_site = {(row["id"], row["site"]): row for row in found.to_dicts()}
    rows = [
        _in_all(asked, row, [of_site.get((name, site)) for site in sites])
        for (name, at), row in of_site.items()
        if at is None
    ]
    groups = [
        {"name": asked.words.name("indicator_group", group), "rows": of_group}
        for group in GROUPS
        if (of_group := [row for row in rows if row["group"] == group])
    ]
    return {
        **overview,
        "groups": groups,
        "sites": [asked.words.site(site) for site in sites],
        "checks": failing_checks(asked),
        "work_up": work_up(asked, sites),
    }


def _mark(row: dict[str, Any]) -> str:
    if row["outside"] in (None, "none"):
        return ""
    return MARKS[row["outside"]][row["share"] > row["whole"]]


def _mark_says(asked: Asked, row: dict[str, Any]) -> str:
    if row["outside"] in (None, "none"):
        return ""
    side = "above" if row["share"] > row["whole"] else "below"
    return asked.words.t(f"explore_quality.{side}_{row['outside']}")


def _in_all(asked: Asked, row: dict[str, Any], of_sites: Sequence[dict[str, Any] | None]) -> dict[str, Any]:
    """An indicator's line of the table of all: its share, and each site's."""
    return {
        **row,
        "question": indicator_words(row, "question", asked.words),
        "href": asked.link("quality", indicator=row["id"]),
        "bar": interval_bar(row["share"], row["share_low"], row["share_high"]),
        "cells": [_cell(asked, each) for each in of_sites],
    }


def _cell(asked: Asked, row: dict[str, Any] | None) -> dict[str, Any] | None:
    if row is None or row["share"] is None:
        return None
    failing = row["denominator"] - row["numerator"]
    return {
        "share": row["share"],
        "of": asked.words.t("explore_quality.part_of", part=row["numerator"], n=row["denominator"]),
        "mark": _mark(row),
        "says": _mark_says(asked, row),
        "href": link_to(asked, "indicator", row["id"], "failed", site=row["site"]) if failing else None,
    }


def _one(asked: Asked, found: pl.DataFrame, name: str) -> dict[str, Any]:
    rows = found.filter(pl.col("id") == name).to_dicts()
    if not rows:
        raise WrongAddressError(asked.words.t("explore_quality.no_indicator", indicator=name))
    overall = next(row for row in rows if row["site"] is None)
    words, t = asked.words, asked.words.t
    return {
        **overall,
        "question": indicator_words(overall, "question", words),
        "definition": _definition(asked, overall),
        "bar": interval_bar(overall["share"], overall["share_low"], overall["share_high"]),
        "funnel": _funnel(asked, rows, overall),
        "sites": [
            {
                **row,
                "name": t("explore_quality.overall") if row["site"] is None else words.site(row["site"]),
                "bar": interval_bar(row["share"], row["share_low"], row["share_high"]),
                "mark": _mark(row),
                "says": _mark_says(asked, row),
                "counts": [
                    {"n": n, "href": link_to(asked, "indicator", name, result, site=row["site"]) if n else None}
                    for result, n in _counts(row).items()
                ],
            }
            for row in rows
        ],
        "ways": _ways(asked, name),
        "svg": asked.link("quality/figure/funnel.svg", indicator=name),
        "png": asked.link("quality/figure/funnel.png", indicator=name),
        "csv": asked.link("quality/figure/funnel.csv", indicator=name),
    }


def _counts(row: dict[str, Any]) -> dict[str, int]:
    counts = (row["numerator"], row["denominator"] - row["numerator"], row["unknown"])
    return dict(zip(RESULTS, counts, strict=True))


def _definition(asked: Asked, row: dict[str, Any]) -> list[tuple[str, str]]:
    words, t = asked.words, asked.words.t
    # A number may be another clause's, by its name.
    settings = asked.registry.settings
    numbers = {name: settings.get(str(given), given) for name, given in json.loads(row["numbers"] or "{}").items()}
    said = {
        "of": indicator_words(row, "denominator", words),
        "how_many": indicator_words(row, "numerator", words),
        "source": ", ".join(filter(None, [indicator_words(row, "reference", words), row["citation"]])),
        "grade": words.name("grade", row["grade"]) if row["grade"] else "",
        "settings": words.join([f"{name} = {number}" for name, number in numbers.items()]),
        "decision": row["decision"] or "",
    }
    if row["kind"] == "descriptive":
        said["decision"] = " ".join(filter(None, [t("explore_quality.descriptive"), said["decision"]]))
    return [(t(f"explore_quality.{name}"), text) for name, text in said.items() if text]


def _funnel(asked: Asked, rows: list[dict[str, Any]], overall: dict[str, Any]) -> Markup:
    known = [row for row in rows if row["site"] is not None and row["denominator"]]
    if len(known) < FEWEST_SITES:
        return Markup("")
    points = pl.DataFrame(known, infer_schema_length=None).select("site", "numerator", "denominator", "outside")
    return funnel(points, overall["share"], asked.words, indicator_words(overall, "question", asked.words))


def _ways(asked: Asked, name: str) -> list[str]:
    """By which of several ways rows met it, the commonest first."""
    counts = (
        "select passed_by, count(*) from quality_indicator_row where id = $id and passed_by is not null group by all"
    )
    with asked.connection() as connection:
        found = connection.execute(counts, {"id": name}).fetchall()
    ordered = sorted(found, key=lambda way: (-way[1], way[0]))
    return [asked.words.counted(asked.words.name("way", way), n) for way, n in ordered]


def taken(asked: Asked) -> tuple[pl.DataFrame, Markup]:
    """One indicator's figures by site, and its funnel."""
    name = asked.parameters.get("indicator", "")
    found = indicators(asked)
    one = _one(asked, found, name)
    columns = ["id", "site", "numerator", "denominator", "unknown", "share", "share_low", "share_high", "outside"]
    return found.filter(pl.col("id") == name).select(columns), one["funnel"]


FIGURES = {"funnel": taken}
