"""How long patients live, and how long without progression: by stage from the start, by MRD from a landmark."""

import polars as pl

from flows.drawing.curve_names import ANCHORS, STRATA
from flows.drawing.curve_values import of_origin
from flows.drawing.panel import km_panel
from flows.drawing.words import Words
from flows.report.sections import Facts, Section, is_stored, one_row
from transforms.survival import CURVES, Origin


def survival(facts: Facts, words: Words) -> Section:
    """Each endpoint with its curves and figures, overall and by stage; what the rule of censoring changes."""
    return {
        "parts": [outcome(facts, words, origin) for origin in CURVES],
        "late_entry": one_row(facts, "late_entry"),
        "censoring": facts["censoring"].to_dicts(),
    }


def outcome(facts: Facts, words: Words, origin: Origin) -> Section:
    """One endpoint: its summaries and figures overall and by stage, and where progression comes from."""
    summaries, curves = (of_origin(facts[name], origin) for name in ("survival", "survival_curve"))
    overall = next(iter(summaries.filter(stratum_by="overall").to_dicts()), None)
    # the progressions that end PFS2 are those of the second line
    line = 2 if origin.endpoint == "PFS2" else origin.line
    known = facts["progressions"].filter(line=line).to_dicts() if line else []
    anchor = ANCHORS[origin]
    return {
        "anchor": anchor,
        "title": words.t(f"endpoint.{anchor}"),
        "endpoint": origin.endpoint,
        "groups": _groups(summaries, words),
        "figure": km_panel(curves, summaries, words, anchor) if curves.height else "",
        "overall": overall,
        "source": overall["progression_source"] if overall else None,
        "recorded_lines": known[0] if known else None,
    }


def _groups(summaries: pl.DataFrame, words: Words) -> list[Section]:
    groups = []
    for by in STRATA:
        rows = summaries.filter(stratum_by=by).to_dicts()
        if rows:
            p = next((row["p_logrank"] for row in rows if row["p_logrank"] is not None), None)
            groups.append({"by": by, "name": words.t(f"by.{by}"), "rows": rows, "p": p, "is_split": by != "overall"})
    return groups


def mrd(facts: Facts, words: Words) -> Section:
    """Survival by MRD from the landmark to quote."""
    if not is_stored(facts, "landmark", "landmark_curve"):
        return {"is_stored": False}
    summaries, curves = facts["landmark"], facts["landmark_curve"]
    parts = [
        _landmark(summaries.filter(endpoint=endpoint), curves.filter(endpoint=endpoint), words, endpoint)
        for endpoint in ("OS", "PFS")
    ]
    return {"is_stored": True, "parts": [part for part in parts if part["rows"]]}


def _landmark(summaries: pl.DataFrame, curves: pl.DataFrame, words: Words, endpoint: str) -> Section:
    rows = summaries.to_dicts()
    anchor, title = f"mrd-{endpoint.lower()}", words.t(f"mrd.title_{endpoint.lower()}")
    return {
        "anchor": anchor,
        "title": title,
        "rows": rows,
        "months": rows[0]["landmark_months"] if rows else None,
        "p": next((row["p_logrank"] for row in rows if row["p_logrank"] is not None), None),
        "figure": km_panel(curves, summaries, words, anchor, title) if curves.height else "",
    }
