"""How survival looks in each of two stores: side by side, and as one figure.

The same patients stand on both sides, so no test between the two is offered: the difference of the restricted means
says how far the editions, or the nights, are apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

ORIGINS = {"diagnosis": "from diagnosis", "line_start": "of line 1"}
WIDTHS = (17, 17, 46, 17, 17, 24)
NAME = "km-pfs-line-1-a-and-b"


def survival_lines(rows: list[dict[str, Any]]) -> Iterator[str]:
    """The lines to print of the rows of sql/compare/survival.sql; none where neither store has a curve."""
    if not rows:
        return
    yield ""
    yield "survival (A | B; the same patients stand on both sides: no test between them)"
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


def write_figure(database_a: Path, database_b: Path, names: tuple[str, str], folder: Path) -> list[str]:
    """Draw PFS of line 1 in both stores as SVG and PNG, after the rule of privacy; return the files written, if any.

    `names` are what the key calls the two.
    """
    import altair as alt
    import polars as pl

    from flows.drawing.curves_altair import end_of, key_of, panel, risk_rows, with_months
    from flows.drawing.paper import COLUMN_MM, Figure, png, svg
    from flows.figures.kaplan_meier import of_origin, x_title
    from flows.figures.outcomes import read_outcomes, shared_outcomes
    from flows.privacy.private_files import write_private
    from transforms.survival import CURVES

    origin = next(origin for origin in CURVES if origin.endpoint == "PFS")
    curves = []
    for database, name in zip((database_a, database_b), names, strict=True):
        found = shared_outcomes(read_outcomes(database))["survival_curve"]
        if found is not None:
            of_all = of_origin(found, origin).filter(stratum_by="overall")
            curves.append(of_all.with_columns(stratum=pl.lit(name)))
    drawn = with_months(pl.concat(curves)).rename({"survival": "value"}) if curves else pl.DataFrame()
    if drawn.is_empty():
        return []
    key, end = key_of(drawn["stratum"].unique().to_list()), end_of(drawn)
    plot = panel(drawn, key, end, (x_title(origin), "Progression-free survival"), (250, 178))
    chart = alt.vconcat(plot, risk_rows(drawn, key, end, 250), spacing=6)
    says = "Kaplan-Meier estimates of the same patients, as each of the two runs derives progression."
    text = svg(Figure(NAME, chart, COLUMN_MM, f"Progression-free survival of line 1: {' and '.join(names)}", says))
    folder.mkdir(parents=True, exist_ok=True)
    write_private(folder / f"{NAME}.svg", text.encode())
    write_private(folder / f"{NAME}.png", png(text))
    return [f"{NAME}.svg", f"{NAME}.png"]
