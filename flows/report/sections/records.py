"""The records themselves: agreement with the clinic, data checks, rows put aside, changes since the last run."""

import polars as pl

from flows.drawing.audit_words import check_in_words, indicator_words, place
from flows.drawing.confusion import confusion
from flows.drawing.words import Words
from flows.report.sections import Facts, Section, is_stored

# From here on agreement is called so: Landis and Koch 1977.
DEGREES = ((0.8, "almost_perfect"), (0.6, "substantial"), (0.4, "moderate"), (0.2, "fair"), (0.0, "slight"))


def agreement(facts: Facts, words: Words) -> Section:
    """The derived response beside the one that the clinic recorded at the same visit, and recorded diagnoses that are
    contradicted.
    """
    diagnoses = facts["diagnosis_agreement"].to_dicts()
    if not is_stored(facts, "agreement", "kappa"):
        return {"is_stored": False, "diagnoses": diagnoses}
    kappas = facts["kappa"].to_dicts()
    overall = next((row for row in kappas if row["site"] is None), None)
    return {
        "is_stored": True,
        "diagnoses": diagnoses,
        "matrix": confusion(facts["agreement"].rename({"visits": "n"}), words),
        "kappa": overall,
        "degree": words.t(f"agreement.{degree(overall['kappa'])}")
        if overall and overall["kappa"] is not None
        else None,
        "sites": [row for row in kappas if row["site"] is not None],
    }


def degree(kappa: float) -> str:
    """What a κ is usually called."""
    return next((name for least, name in DEGREES if kappa > least), "poor")


def checks(facts: Facts, words: Words) -> Section:
    """The data checks of all sites, those that fail first."""
    if not is_stored(facts, "checks"):
        return {"is_stored": False, "rows": []}
    overall = facts["checks"].filter(pl.col("site").is_null())
    failing = facts["checks"].filter(pl.col("site").is_not_null(), pl.col("verdict") == "fail")
    sites: dict[tuple[str, ...], list[str]] = {}
    for row in failing.sort("site").to_dicts():
        sites.setdefault((row["id"], row["table"], row["column"]), []).append(words.site(row["site"]))
    rows = [
        {
            **row,
            "says": check_in_words(row, words),
            "where": place(row["table"], row["column"], words),
            "sites": words.join(sites.get((row["id"], row["table"], row["column"]), [])),
        }
        for row in overall.to_dicts()
    ]
    return {
        "is_stored": True,
        "rows": rows,
        "failing": [row for row in rows if row["verdict"] == "fail"],
        "rest": [row for row in rows if row["verdict"] != "fail"],
    }


def quarantine(facts: Facts, words: Words) -> Section:
    """Why rows were put aside, and cells of rows that stay; where, and what to do."""
    return {
        "rows": _by_rule(facts["quarantined"].rename({"rows_quarantined": "count"}), words),
        "cells": _by_rule(facts["set_aside"].rename({"cells_set_aside": "count"}), words),
    }


def _by_rule(counted: pl.DataFrame, words: Words) -> list[Section]:
    return [
        {
            "rule": words.name("rule", row["rule"]),
            "todo": words.t(f"todo.{row['rule']}") if words.has(f"todo.{row['rule']}") else "",
            "count": row["count"],
            "where": words.join([words.name("table", table) for table in row["tables"].split(",")]),
        }
        for row in counted.to_dicts()
    ]


def changes(facts: Facts, words: Words) -> Section:
    """What moved since the last run: responses, progression, PFS, stages; and the indicators."""
    if not is_stored(facts, "changes") or not is_stored(facts, "moved"):
        return {"is_stored": False, "rows": [], "moved": []}
    rows = [{**row, "question": indicator_words(row, "question", words)} for row in facts["changes"].to_dicts()]
    moved = [
        {
            **row,
            "what": words.name("moved", row["subject"].replace(" ", "_")),
            "was": words.name("moved_from", row["was"]),
            "now": words.name("moved_from", row["now"]),
        }
        for row in facts["moved"].to_dicts()
    ]
    return {"is_stored": True, "rows": rows, "moved": moved}
