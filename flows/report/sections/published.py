"""The registry's own figures beside published ones (rules/published.toml), without a test between them."""

from __future__ import annotations

from typing import Any

import polars as pl

from flows.drawing.curve_values import of_origin
from flows.drawing.words import NOT_KNOWN, Words
from flows.report.sections import Facts, Section, is_stored
from rules.criterion import load_sources
from rules.published import Published
from rules.published import published as references
from transforms.survival import CURVES

Row = dict[str, Any]


def published(facts: Facts, words: Words) -> Section:
    """Each reference of which the registry has a figure of its own: rows of what it is of, observed and published."""
    sources = load_sources()
    rows_of = {one.id: _rows(one, facts, words) for one in references()}
    groups = [
        {
            "name": words.t(f"published.of.{one.id}"),
            "says": words.t(
                "published.says",
                period=one.period[words.lang],
                population=one.population[words.lang],
                source=sources[one.source],
            ),
            "rows": rows_of[one.id],
        }
        for one in references()
        if any(row["n"] is None or row["n"] for row in rows_of[one.id])
    ]
    return {"groups": groups}


def _rows(one: Published, facts: Facts, words: Words) -> list[Row]:
    rows = {"median_os_months": _medians, "progression": _incidences, "rate": _rates}[one.figure]
    return rows(one, facts, words)


def _medians(one: Published, facts: Facts, words: Words) -> list[Row]:
    known = of_origin(facts["survival"], CURVES[0]).filter(stratum_by="iss").to_dicts()
    found = {row["stratum"]: row for row in known}
    return [
        {
            "name": words.t("published.stage", stage=stage),
            "n": row["n"],
            "observed": words.months(row["median_months"]) if row["n"] else NOT_KNOWN,
            "interval": words.interval(row["median_ci_low"], row["median_ci_high"]) if row["n"] else "",
            "published": words.months(value),
        }
        for stage, value in one.values.items()
        if (row := found.get(stage))
    ]


def _incidences(one: Published, facts: Facts, words: Words) -> list[Row]:
    if not is_stored(facts, "event_incidence"):
        return []
    of_it = facts["event_incidence"].filter(analysis=f"{str(one.precursor).lower()}_progression", cause="progression")
    return [
        {
            "name": words.t("published.years", n=int(month) // 12),
            "n": row["n"],
            "observed": words.share(row[f"at_{month}"]),
            "interval": words.interval_of_shares(row[f"at_{month}_low"], row[f"at_{month}_high"]),
            "published": words.share(value),
        }
        for row in of_it.to_dicts()
        for month, value in one.values.items()
    ]


def _rates(one: Published, facts: Facts, words: Words) -> list[Row]:
    if not is_stored(facts, "precursor_rate"):
        return []
    of_it = facts["precursor_rate"].filter(pl.col("precursor") == one.precursor).to_dicts()
    found = {f"{row['from_year']}-{row['to_year']}": row for row in of_it}
    return [
        {
            "name": words.t("published.period", first=str(row["from_year"]), last=str(row["to_year"])),
            "n": row["n"],
            "observed": NOT_KNOWN if row["rate"] is None else words.decimal(row["rate"]),
            "interval": words.interval(row["rate_low"], row["rate_high"]) if row["rate"] is not None else "",
            "published": words.decimal(value),
        }
        for period, value in one.values.items()
        if (row := found.get(period))
    ]
