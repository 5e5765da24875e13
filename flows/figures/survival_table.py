"""The table of survival: medians with their intervals, and the share alive or free of progression at fixed months."""

from __future__ import annotations

from typing import Any

import polars as pl

from flows.drawing.colours import STAGES
from flows.drawing.curve_names import CURVE_NAMES, STRATA_NAMES, SYSTEMS
from flows.drawing.curve_values import of_origin
from flows.drawing.words import NOT_KNOWN, count, interval, p_value
from flows.figures.kaplan_meier import progression_of
from flows.figures.table_files import Row, Table
from transforms.survival import CURVES, LANDMARKS

SURVIVAL_TABLE = "survival"
COLUMNS = ["", "n", "Events", "Median, months (95% CI)", *(f"{months} months" for months in LANDMARKS), "p (log-rank)"]
NOTES = [
    "Kaplan-Meier estimates; 95% confidence intervals by the log-log transformation. “Not reached”: the curve, or the "
    "limit, does not come down to one half. A dash: no patient is followed so long, or nothing to compare.",
    "Every curve counts a patient from registration on, where that is later (left truncation).",
    "Patients of unknown stage are excluded from the log-rank test.",
]


def survival_table(survival: pl.DataFrame) -> Table | None:
    """The table of the curves that the figures draw; None where there is none."""
    order = {name: place for place, name in enumerate(("all", *STAGES))}
    rows: list[Row] = []
    records: list[list[Any]] = []
    for origin in CURVES:
        for by in STRATA_NAMES:
            found = of_origin(survival, origin).filter(stratum_by=by).to_dicts()
            found.sort(key=lambda row: (order.get(row["stratum"], len(order)), row["stratum"]))
            if found and by == "overall":
                heading = f"{CURVE_NAMES[origin][1]}{progression_of(found[0]['progression_source'])}"
                rows.append(Row(heading, ["" for _ in COLUMNS[1:]], is_heading=True))
            # One p-value of all strata: it stands once.
            rows += [_row(by, summary, has_p=place == 0) for place, summary in enumerate(found)]
            records += [list(summary.values()) for summary in found]
    if not records:
        return None
    return Table(
        SURVIVAL_TABLE,
        "Overall and progression-free survival by stage",
        NOTES,
        COLUMNS,
        rows,
        survival.columns,
        records,
    )


def _row(by: str, summary: dict[str, Any], *, has_p: bool) -> Row:
    median = summary["median_months"]
    limits = interval(summary["median_ci_low"], summary["median_ci_high"])
    known = "Not reached" if median is None else f"{median:.1f}"
    known = known if limits == "not reached" else f"{known} ({limits})"
    is_known = summary["n"] and not summary["unestimable_because"]
    cells = [
        count(summary["n"]),
        count(summary["events"]),
        known if is_known else NOT_KNOWN,
        *(_share(summary[f"at_{months}"]) for months in LANDMARKS),
        p_value(summary["p_logrank"]) if has_p and by != "overall" else "",
    ]
    return Row(_name(by, summary["stratum"]), cells, is_indented=True)


def _name(by: str, stratum: str) -> str:
    if by == "overall":
        return STRATA_NAMES[by]
    return f"{SYSTEMS[by]} {stratum}"


def _share(value: float | None) -> str:
    return NOT_KNOWN if value is None else f"{100 * value:.1f}%"
