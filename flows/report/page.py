"""From counts to what the templates say: shares, sentences, figures. One function per section of the page."""

import json
from typing import Any

import polars as pl

from flows.report.charts import km_panel, stacked_bars
from flows.report.charts.colours import RESPONSES, STAGES, response_fill, stage_fill
from flows.report.facts import LAST_LINE
from flows.report.words import (
    ENGLISH,
    Words,
    count,
    percent,
)
from transforms.survival import CURVES, Origin

Facts = dict[str, pl.DataFrame]
Section = dict[str, Any]

LINE_NAMES = {line: ENGLISH.line(line, LAST_LINE) for line in range(1, LAST_LINE + 1)}
RESPONDED = ("sCR", "CR", "VGPR", "PR")
STRATA = {"overall": "All patients", "iss": "By ISS", "r_iss": "By R-ISS"}
CURVE_NAMES = {
    CURVES[0]: ("os-diagnosis", "Overall survival from diagnosis"),
    CURVES[1]: ("os-line-1", "Overall survival from the start of line 1"),
    CURVES[2]: ("pfs-line-1", "Progression-free survival of line 1"),
}


def page(facts: Facts, language: Words) -> Section:
    """Everything the templates need, by section."""
    run = facts["run"].row(0, named=True) if facts["run"].height else {}
    return {
        "lang": language.lang,
        "run": run,
        "flow": facts["flow"].row(0, named=True),
        "cohort": cohort(facts),
        "stage": stage(facts),
        "response": response(facts),
        "survival": [outcome(facts, origin, language) for origin in CURVES],
        "late_entry": next(iter(facts["late_entry"].to_dicts()), None),
        "censoring": facts["censoring"].to_dicts(),
        "untold": untold(facts),
        "settings": _flat(run.get("settings")),
        "versions": _flat(run.get("versions")),
    }


def cohort(facts: Facts) -> Section:
    """Rows read, accepted and put aside; diagnoses in and out of the cohort; the sites."""
    files, quarantined = facts["files"], facts["quarantined"]
    counts = ("files", "rows_read", "rows_accepted", "rows_quarantined")
    return {
        "files": files.to_dicts(),
        "total": {name: files[name].sum() for name in counts},
        "quarantined": quarantined.to_dicts(),
        "left_out": facts["diagnoses"].filter(~pl.col("is_cohort")).to_dicts(),
        "included": facts["diagnoses"].filter(pl.col("is_cohort")).to_dicts(),
        "sites": facts["sites"].to_dicts(),
    }


def stage(facts: Facts) -> Section:
    """Each staging system with its stages, derived and recorded apart."""
    counted = facts["stages"].with_columns(pl.col("stage").fill_null("unknown"))
    of_stage = (
        counted.group_by("system", "stage", maintain_order=True)
        .agg(
            pl.col("patients").sum(),
            *(
                pl.col("patients").filter(pl.col("source") == source).sum().alias(source)
                for source in ("derived", "reported")
            ),
        )
        .with_columns(total=pl.col("patients").sum().over("system"))
    )
    rows = of_stage.to_dicts()
    bars = of_stage.select(row="system", category="stage", n="patients")
    return {
        "rows": rows,
        "known": {
            system: sum(row["patients"] for row in rows if row["system"] == system and row["stage"] != "unknown")
            for system in ("ISS", "R-ISS", "R2-ISS")
        },
        "strata": [name for name in STAGES if name in of_stage["stage"]],
        "figure": stacked_bars(
            bars, STAGES, [stage_fill(name) for name in STAGES], "Stage at diagnosis", _bars_in_words(bars)
        ),
        "reasons": facts["unknown_stages"].to_dicts(),
    }


def response(facts: Facts) -> Section:
    """Best confirmed response by line; NE and none are shown, and left out of the rates."""
    counted = facts["responses"].with_columns(pl.col("best_response").fill_null("none"))
    rows = [
        _response_row(line, dict(of_line.select("best_response", "lines").rows()))
        for (line,), of_line in counted.group_by("line", maintain_order=True)
    ]
    bars = counted.select(
        row=pl.col("line").replace_strict(LINE_NAMES, return_dtype=pl.String),
        category="best_response",
        n="lines",
    )
    return {
        "rows": rows,
        "categories": RESPONSES,
        "figure": stacked_bars(
            bars,
            RESPONSES,
            [response_fill(name) for name in RESPONSES],
            "Best confirmed response by line of therapy",
            _bars_in_words(bars),
        ),
        "first": rows[0] if rows and rows[0]["line"] == 1 else None,
        "confirmations": [
            {"by": ENGLISH.name("confirmation", row["confirmed_by"]), "lines": row["lines"]}
            for row in facts["confirmations"].to_dicts()
        ],
    }


def _response_row(line: int, counts: dict[str, int]) -> Section:
    lines = sum(counts.values())
    return {
        "line": line,
        "name": LINE_NAMES[line],
        "lines": lines,
        "counts": [counts.get(category, 0) for category in RESPONSES],
        "evaluable": lines - counts.get("NE", 0) - counts.get("none", 0),
        "responded": sum(counts.get(category, 0) for category in RESPONDED),
        "vgpr_or_better": sum(counts.get(category, 0) for category in RESPONDED[:3]),
        "cr_or_better": sum(counts.get(category, 0) for category in RESPONDED[:2]),
    }


def outcome(facts: Facts, origin: Origin, language: Words) -> Section:
    """One endpoint: its summaries and figures overall and by stage, and where progression comes from."""
    summaries, curves = (
        facts[name].filter(
            pl.col("endpoint") == origin.endpoint,
            pl.col("origin") == origin.origin,
            pl.col("line").eq_missing(pl.lit(origin.line)),
        )
        for name in ("survival", "survival_curve")
    )
    anchor, title = CURVE_NAMES[origin]
    groups = [_group(STRATA[by], summaries.filter(stratum_by=by), curves.filter(stratum_by=by)) for by in STRATA]
    overall = groups[0]["rows"][0] if groups[0]["rows"] else None
    return {
        "anchor": anchor,
        "title": title,
        "endpoint": origin.endpoint,
        "groups": [group for group in groups if group["rows"]],
        "panel": km_panel(curves, summaries, language, anchor),
        "overall": overall,
        "source": overall["progression_source"] if overall else None,
        "told": next((row for row in facts["progressions"].to_dicts() if row["line"] == origin.line), None),
    }


def _group(name: str, summaries: pl.DataFrame, curves: pl.DataFrame) -> Section:
    rows = summaries.to_dicts()
    return {
        "name": name,
        "rows": rows,
        "p": next((row["p_logrank"] for row in rows if row["p_logrank"] is not None), None),
        "is_split": any(row["stratum_by"] != "overall" for row in rows),
    }


def untold(facts: Facts) -> Section:
    """What the data could not tell, and what stood in the way."""
    visits = facts["visits"]
    measurable = (
        facts["lines"]
        .with_columns(
            pl.col("measurable_by").map_elements(ENGLISH.measurable, return_dtype=pl.String, skip_nulls=False)
        )
        .group_by("measurable_by")
        .agg(pl.col("lines").sum())
        .sort("lines", "measurable_by", descending=[True, False])
    )
    return {
        "limited": facts["limited"].to_dicts(),
        "visits": [{**row, "name": LINE_NAMES[row["line"]]} for row in visits.to_dicts()],
        "total": {name: visits[name].sum() for name in ("visits", "not_evaluable", "limited")},
        "progressions": [{**row, "name": LINE_NAMES[row["line"]]} for row in facts["progressions"].to_dicts()],
        "without_pfs": facts["progressions"]["none"].sum(),
        "undecided": facts["progressions"]["undecided"].sum(),
        "lines": facts["progressions"]["lines"].sum(),
        "measurable": measurable.to_dicts(),
        "flags": facts["flags"].to_dicts(),
    }


def _bars_in_words(bars: pl.DataFrame) -> str:
    """Line 1 (n = 40): sCR 10 %, CR 20 %. Line 2 …"""
    return " ".join(
        _bar_in_words(str(row), of_row.select("category", "n").rows())
        for (row,), of_row in bars.group_by("row", maintain_order=True)
    )


def _bar_in_words(row: str, counts: list[tuple[str, int]]) -> str:
    total = sum(n for _, n in counts)
    return f"{row} (n = {count(total)}): {', '.join(f'{name} {percent(n, total)}' for name, n in counts)}."


def _flat(text: str | None) -> list[tuple[str, str]]:
    """A JSON object as pairs of name and value, `outer.inner` where one holds another."""
    found = json.loads(text) if text else {}
    return list(_pairs(found)) if isinstance(found, dict) else [("", str(found))]


def _pairs(values: dict[str, Any], before: str = "") -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for name, value in values.items():
        if isinstance(value, dict):
            pairs += _pairs(value, f"{before}{name}.")
        else:
            pairs.append((f"{before}{name}", value if isinstance(value, str) else json.dumps(value)))
    return pairs
