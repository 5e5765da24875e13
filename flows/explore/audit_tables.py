"""The tables of quality beside the indicators: checks of the data that fail, and the work-up test by test."""

from __future__ import annotations

from typing import Any

import polars as pl

from flows.drawing.audit_words import check_in_words, place
from flows.explore.asked import Asked
from flows.explore.audit_lists import link_to
from rules.audit.work_up import WORK_UP


def work_up(asked: Asked, sites: list[str]) -> list[dict[str, Any]]:
    """The tests in the order of Table 2: how many had each, of those for whom it is known, and the share at each site.

    None where a site never records it.
    """
    of_site = {(row["test"], row["site"]): row for row in asked.frame("work_up").to_dicts()}
    return [
        {
            **whole,
            "name": asked.words.name("work_up_test", test.name),
            "known": whole["done"] + whole["not_done"],
            "cells": [_cell(asked, of_site.get((test.name, site))) for site in sites],
            "missed": link_to(asked, "work_up", test.name, "not_done") if whole["not_done"] else None,
        }
        for test in WORK_UP
        if (whole := of_site.get((test.name, None)))
    ]


def _cell(asked: Asked, row: dict[str, Any] | None) -> dict[str, Any] | None:
    if row is None or row["share"] is None or row["never_recorded"]:
        return None
    href = link_to(asked, "work_up", row["test"], "not_done", site=row["site"]) if row["not_done"] else None
    of_ = asked.words.t("explore_quality.part_of", part=row["done"], n=row["done"] + row["not_done"])
    return {"share": row["share"], "of": of_, "mark": "", "says": "", "href": href}


def failing_checks(asked: Asked) -> list[dict[str, Any]]:
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
            "href": link_to(asked, "check", *(row[name] for name in key)),
            "sites": [
                {
                    "name": asked.words.site(each["site"]),
                    "n": each["violated"],
                    "href": link_to(asked, "check", *(row[name] for name in key), site=each["site"]),
                }
                for each in sites.filter(*(pl.col(name).eq_missing(row[name]) for name in key)).sort("site").to_dicts()
            ],
        }
        for row in failing.filter(pl.col("site").is_null())
        .sort(pl.col("violated") / pl.col("of"), descending=True, maintain_order=True)
        .to_dicts()
    ]
