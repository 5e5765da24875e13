"""Stage at diagnosis by each system, why it is unknown where it is, and how well the systems rank patients."""

from typing import Any

import polars as pl

from flows.drawing.colours import STAGES, response_fill, stage_fill
from flows.drawing.curve_names import ANCHORS
from flows.drawing.stacked_bars import stacked_bars
from flows.drawing.words import NOT_KNOWN, Words
from flows.report.sections import Facts, Section, is_stored
from transforms.survival import Origin

HIDDEN = "hidden"  # the category of what the rule of privacy hides, in a bar


def stage(facts: Facts, words: Words) -> Section:
    """Each staging system with its stages, derived and recorded apart."""
    total = facts["flow"]["cohort"][0]
    counted = facts["stages"].with_columns(pl.col("stage").fill_null("unknown"), total=pl.lit(total, pl.Int64))
    bars = with_rest(counted.select("total", row="system", category="stage", n="patients"))
    return {
        "rows": counted.to_dicts() if total != 0 else [],
        "known": dict(facts["staged"].select("system", "known").rows()),
        "strata": [name for name in STAGES if name in counted["stage"]],
        "figure": stacked_bars(
            bars,
            [*STAGES, HIDDEN],
            [*(stage_fill(name) for name in STAGES), response_fill(HIDDEN)],
            words.t("stage.title"),
            bars_in_words(bars, words),
        ),
        "reasons": facts["unknown_stages"].to_dicts(),
        **_risk(facts, words),
    }


def _risk(facts: Facts, words: Words) -> Section:
    """The high risk of 2025 beside each staging, what it rests on and waits for, and the concordance of all."""
    if not is_stored(facts, "risk_of_2025", "risk_missing", "risk_signs"):
        return {"risk": []}
    rows = facts["risk_of_2025"].with_columns(pl.col("stage").fill_null("unknown"))
    systems = rows.group_by("system", maintain_order=True)
    return {
        "risk": [(system, [_named(row, words) for row in of.to_dicts()]) for (system,), of in systems],
        "risk_missing": facts["risk_missing"].to_dicts(),
        "risk_signs": facts["risk_signs"].to_dicts(),
        "concordance": [_ranked(row, words) for row in facts["concordance"].to_dicts()],
    }


def _named(row: dict[str, Any], words: Words) -> dict[str, Any]:
    key = f"chart.level.mass_3.{row['stage']}"
    of_mass = row["system"] == "MASS" and words.has(key)
    return {**row, "name": words.t(key) if of_mass else words.name("stratum", row["stage"])}


def _ranked(row: dict[str, Any], words: Words) -> dict[str, str]:
    """One staging's concordance in words, with its 95 % limits."""
    limits = [words.coefficient(row[side]) for side in ("ci_low", "ci_high")]
    return {
        "curve": words.t(f"endpoint.{ANCHORS[Origin(row['endpoint'], row['origin'], row['line'])]}"),
        "staging": words.name("chart.by", row["staging"]),
        "n": words.count(row["n"]),
        "events": words.count(row["events"]),
        "index": words.coefficient(row["concordance"]),
        "interval": NOT_KNOWN if row["ci_low"] is None else words.t("interval", low=limits[0], high=limits[1]),
    }


def with_rest(counts: pl.DataFrame) -> pl.DataFrame:
    """Bars whose hidden parts are one: the rest of the total that is shown. A bar whose total is hidden is left out."""
    shown = counts.filter(pl.col("total").is_not_null())
    rest = (
        shown.group_by("row", maintain_order=True)
        .agg(n=pl.col("total").first() - pl.col("n").sum(), is_hidden=pl.col("n").has_nulls())
        .filter(pl.col("is_hidden"), pl.col("n") > 0)
        .select("row", pl.lit(HIDDEN).alias("category"), "n")
    )
    return pl.concat([shown.drop_nulls("n").select("row", "category", "n"), rest])


def bars_in_words(bars: pl.DataFrame, words: Words) -> str:
    """Line 1 (n = 40): sCR 10 %, CR 20 %. Line 2 …"""
    return " ".join(
        _bar_in_words(str(row), of_row.select("category", "n").rows(), words)
        for (row,), of_row in bars.group_by("row", maintain_order=True)
    )


def _bar_in_words(row: str, counts: list[tuple[str, int]], words: Words) -> str:
    total = sum(n for _, n in counts)
    parts = [f"{words.name('stratum', name)} {words.percent(n, total)}" for name, n in counts]
    return words.t("bar_in_words", name=row, n=total, parts=words.join(parts))
