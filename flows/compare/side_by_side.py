"""How survival looks in each of two stores, side by side.

The same patients stand on both sides, so no test between the two is offered: the difference of the restricted means
says how far the editions, or the nights, are apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

ORIGINS = {"diagnosis": "from diagnosis", "line_start": "of line 1", "al_diagnosis": "from diagnosis of AL"}
WIDTHS = (17, 17, 46, 17, 17, 24)


def survival_lines(rows: list[dict[str, Any]]) -> Iterator[str]:
    """The lines to print of the rows of sql/compare/survival.sql; none where neither store has a curve."""
    if not rows:
        return
    yield ""
    yield "survival (A | B; the same patients are in both: not tested)"
    yield "  " + _line("", ("n", "events", "median, months (95 % CI)", "at 24", "at 60", "restricted mean, B - A"))
    for row in rows:
        stratum = "" if row["stratum_by"] == "overall" else f", ISS {row['stratum']}"
        title = f"{row['endpoint']} {ORIGINS[row['origin']]}{stratum}"
        cells = (
            _both(row, "n", "{:,}"),
            _both(row, "events", "{:,}"),
            f"{_median(row, 'a')} | {_median(row, 'b')}",
            _both(row, "at_24", "{:.1%}"),
            _both(row, "at_60", "{:.1%}"),
            _difference(row),
        )
        yield "  " + _line(title, cells)


def _line(title: str, cells: tuple[str, ...]) -> str:
    return f"{title:<32}" + "".join(f"{cell:>{width}}" for cell, width in zip(cells, WIDTHS, strict=True))


def _both(row: dict[str, Any], name: str, form: str) -> str:
    return " | ".join("-" if (value := row[f"{name}_{side}"]) is None else form.format(value) for side in "ab")


def _median(row: dict[str, Any], side: str) -> str:
    median, low, high = (row[f"median_{name}_{side}"] for name in ("months", "ci_low", "ci_high"))
    if median is None:
        return "-"
    limits = ("-" if limit is None else f"{limit:.1f}" for limit in (low, high))
    return f"{median:.1f} ({' to '.join(limits)})"


def _difference(row: dict[str, Any]) -> str:
    difference = row["rmst_difference"]
    return "-" if difference is None else f"{difference:+.2f} of {row['rmst_to_months']:.0f}"
