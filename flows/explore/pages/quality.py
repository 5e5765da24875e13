"""Quality: the indicators by site; one indicator's funnel, definition and rows; the checks of the data that fail.

All of the whole registry, as the audit stored them: an indicator says itself whom it asks about, so an analysis's
cohorts do not narrow it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import polars as pl
from markupsafe import Markup

from flows.drawing.audit_words import check_in_words, indicator_words, place
from flows.drawing.funnel import beside_limits, funnel
from flows.drawing.interval import interval_bar
from flows.explore.asked import Asked
from flows.explore.evidence import with_reasons
from flows.explore.fields import WrongAddressError
from flows.explore.listing import Listing, lists, of
from flows.sql_files import SQL
from rules.audit.quality import GROUPS

PARAMETERS = ("indicator",)
EXPLORE = SQL / "explore"
FEWEST_SITES = 3  # of a funnel: fewer show nothing that the table does not
RESULTS = ("met", "failed", "unknown")
# How a site beyond a limit is marked: low, high.
MARKS = {"998": ("▼", "▲"), "95": ("▽", "△"), "none": ("", "")}
ABOUT = {"group": "group", "denominator_words": "denominator", "numerator_words": "numerator", "reference": "reference"}


def page(asked: Asked) -> dict[str, Any]:
    """One indicator, where the address names one; else all of them, and the checks that fail."""
    found = indicators(asked)
    overview: dict[str, Any] = {"one": None, "groups": [], "sites": [], "checks": [], "all": asked.link("quality")}
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
        "checks": _failing_checks(asked),
    }


def indicators(asked: Asked) -> pl.DataFrame:
    """quality_indicator in the order of the edition, with each one's words and `outside`: beyond which limits of the
    funnel a site is (none, 95, 998).
    """
    clauses = asked.frame("criterion").filter(pl.col("about").is_not_null()).with_row_index("order")
    about = clauses.select(
        "order",
        "id",
        "decision",
        "numbers",
        "citation",
        question="states",
        rows=pl.col("about").str.json_path_match("$.rows"),
        grade=pl.col("about").str.json_path_match("$.grade"),
        kind=pl.col("about").str.json_path_match("$.kind"),
        **{name: pl.col("about").str.json_path_match(f"$.{key}") for name, key in ABOUT.items()},
    )
    stored = asked.frame("quality_indicator")
    shares = stored.filter(pl.col("site").is_null()).select("id", whole="share")
    known = stored.join(about, on="id").join(shares, on="id").sort("order", "site", nulls_last=False)
    return pl.concat([_beside(part) for part in known.partition_by("id", maintain_order=True)] or [known])


def _beside(of_one: pl.DataFrame) -> pl.DataFrame:
    whole = of_one["whole"][0]
    points = of_one.filter(pl.col("site").is_not_null(), pl.col("denominator") > 0).select(
        "site", "numerator", "denominator"
    )
    if whole is None or points.is_empty():
        return of_one.with_columns(outside=pl.lit(None, pl.String))
    outside = beside_limits(points, whole).select("site", "outside")
    return of_one.join(outside, on="site", how="left", maintain_order="left")


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
        "href": _rows_of(asked, row["id"], "failed", row["site"]) if failing else None,
    }


def _rows_of(asked: Asked, indicator: str, result: str, site: str | None) -> str:
    return asked.link("patients", of=of("indicator", indicator, result, *([site] if site else [])))


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
                    {"n": n, "href": _rows_of(asked, name, result, row["site"]) if n else None}
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


def _failing_checks(asked: Asked) -> list[dict[str, Any]]:
    """The checks that fail, of all sites, with a link to the rows of each, and the sites that fail on their own."""
    clauses = asked.frame("criterion", ["id", "states"])
    found = asked.frame("data_check").join(clauses, on="id", how="left", maintain_order="left")
    failing = found.filter(verdict="fail")
    sites = failing.filter(pl.col("site").is_not_null())
    key = ("id", "table", "column")
    return [
        {
            **row,
            "says": check_in_words(row, asked.words),
            "where": place(row["table"], row["column"], asked.words),
            "href": _check_rows(asked, row, None),
            "sites": [
                {
                    "name": asked.words.site(each["site"]),
                    "n": each["violated"],
                    "href": _check_rows(asked, row, each["site"]),
                }
                for each in sites.filter(*(pl.col(name).eq_missing(row[name]) for name in key)).sort("site").to_dicts()
            ],
        }
        for row in failing.filter(pl.col("site").is_null())
        .sort(pl.col("violated") / pl.col("of"), descending=True, maintain_order=True)
        .to_dicts()
    ]


def _check_rows(asked: Asked, row: dict[str, Any], site: str | None) -> str:
    parts = [row["id"], row["table"] or "", row["column"] or "", *([site] if site else [])]
    return asked.link("patients", of=of("check", *parts))


@lists("indicator")
def rows_of_indicator(asked: Asked, name: str, result: str, site: str | None = None) -> Listing:
    """The rows of an indicator that failed, were met or can't be told, of all sites or of one, and why."""
    words, t = asked.words, asked.words.t
    found = indicators(asked).filter(pl.col("id") == name, pl.col("site").is_null()).to_dicts()
    if not found:
        raise WrongAddressError(t("explore_quality.no_indicator", indicator=name))
    if result not in RESULTS:
        raise WrongAddressError(t("explore_patients.no_listing", of=result))
    rows = _answer(asked, "indicator_rows", id=name, site=site, result=result)
    title = t(f"explore_quality.list_{result}", question=indicator_words(found[0], "question", words))
    numerator = indicator_words(found[0], "numerator", words)
    note = "" if result == "met" else t("explore_quality.why_" + result, numerator=numerator)
    named = {
        name: t(f"explore_patients.column.{name}") for name in ("dated", "why") if name == "why" or rows[name].count()
    }
    if result == "met":
        del named["why"]
    else:
        rows = with_reasons(asked, rows, name)
    if rows["line"].null_count() == rows.height:
        rows = rows.drop("line")
    return Listing(_at(asked, title, site), rows, named, note)


@lists("check")
def rows_of_check(asked: Asked, name: str, table: str, column: str, site: str | None = None) -> Listing:
    """The rows that violate a check of the data, of all sites or of one, by where in the delivery they are."""
    rows = _answer(asked, "check_rows", id=name, table=table or None, column=column or None, site=site)
    stated = asked.frame("criterion", ["id", "states"]).filter(pl.col("id") == name).to_dicts()
    if not stated:
        raise WrongAddressError(asked.words.t("explore_patients.no_listing", of=name))
    says, where = check_in_words(stated[0], asked.words), place(table or None, column or None, asked.words)
    shown = [name for name in ("dated", "source_file", "row_number") if rows[name].count()]
    named = {name: asked.words.t(f"explore_patients.column.{name}") for name in shown}
    return Listing(_at(asked, asked.words.t("explore_quality.check_list", check=says, where=where), site), rows, named)


def _at(asked: Asked, title: str, site: str | None) -> str:
    return asked.words.t("explore_quality.at_site", title=title, site=asked.words.site(site)) if site else title


def _answer(asked: Asked, query: str, **parameters: str | None) -> pl.DataFrame:
    text = (EXPLORE / f"{query}.sql").read_text(encoding="utf-8")
    with asked.connection() as connection:
        return connection.sql(text, params=parameters).pl()
