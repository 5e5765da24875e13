"""The panel of one endpoint: curves to choose among, drawn beforehand, and values to read off at a month."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from string import ascii_lowercase
from typing import Any

import polars as pl
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from flows.drawing.curve_values import by_month, decimals, end_of
from flows.drawing.curves_svg import LABELS, WIDTH, Curve, banded, drawn, in_pixels, published_medians
from flows.drawing.render import render
from flows.drawing.strata_looks import Stratum, by_name, groups
from flows.drawing.words import Words
from rules.published import medians_of

# What the read-out shows before the reader moves it, where follow-up is that long.
FIRST_MONTH = 36
Row = dict[str, Any]


@dataclass(frozen=True)
class _View:
    """What all groups of a panel share: its id and title, the last month of the axis, the month read off at first."""

    anchor: str
    title: str
    end: int
    month: int
    decimals: int
    words: Words

    def share(self, value: float) -> str:
        """In per cent, without the sign."""
        return f"{100 * value:.{self.decimals}f}"


@dataclass(frozen=True)
class Split:
    """What curves are split by, where the caller names it: its code, what it is called, and its strata in order."""

    by: str
    name: str
    strata: list[Stratum]


def km_panel(
    curves: pl.DataFrame,
    summaries: pl.DataFrame,
    words: Words,
    anchor: str,
    title: str = "",
    *,
    splits: Sequence[Split] | None = None,
) -> Markup:
    """One endpoint's curves by whatever the frames are split by, one split seen at a time.

    `curves` are rows of survival_curve and `summaries` of survival, of one endpoint, origin and line; `anchor` is an
    id of the page. `splits`: those that are shown; by default all, as the catalogue names them. Without patients the
    markup is empty.
    """
    if curves.is_empty():
        return Markup("")
    end = end_of(curves)
    view = _View(
        anchor, title or words.t(f"endpoint.{anchor}"), end, min(FIRST_MONTH, end // 2), decimals(curves), words
    )
    shown_by = splits or _splits(curves, words)
    numbers, numbered = _numbered(curves)
    months = {number: rows for (number,), rows in by_month(numbered, end).partition_by("stratum", as_dict=True).items()}
    with_bands = [numbers[split.by][code] for split in shown_by for code in banded(split.strata)]
    pixels = in_pixels(numbered, end, with_bands, of="stratum_by")
    of_split = {by: [row for row in summaries.to_dicts() if row["stratum_by"] == by] for by in numbers}
    shown = [
        {
            "place": place,
            **_group(
                split,
                {code: pixels[number] for code, number in numbers[split.by].items()},
                of_split[split.by],
                months={code: months[number] for code, number in numbers[split.by].items()},
                view=view,
            ),
        }
        for place, split in zip(ascii_lowercase, shown_by, strict=False)
    ]
    data = {
        "end": end,
        "width": WIDTH,
        "decimals": view.decimals,
        "say": _patterns(words),
        "groups": [group.pop("steps") for group in shown],
    }
    return render(
        "panel.html.j2",
        words=words,
        anchor=anchor,
        view=view,
        groups=shown,
        data=Markup(htmlsafe_json_dumps(data, separators=(",", ":"))),
        left=LABELS / (LABELS + WIDTH),
        note=_note(curves, pixels.values(), words) + _of_references(anchor, [group["by"] for group in shown], words),
    )


def _splits(curves: pl.DataFrame, words: Words) -> list[Split]:
    return [Split(by, by_name(by, words), strata) for by, strata in groups(curves, words)]


def _numbered(curves: pl.DataFrame) -> tuple[dict[str, dict[str, int]], pl.DataFrame]:
    """By split and stratum the number of a curve, and the curves with it as their stratum: all are read in one go, as a
    page has dozens of splits.
    """
    strata = curves.select("stratum_by", "stratum").unique().with_row_index("number")
    numbers: dict[str, dict[str, int]] = {}
    for number, split, stratum in strata.rows():
        numbers.setdefault(split, {})[stratum] = number
    return numbers, curves.join(strata, on=["stratum_by", "stratum"]).with_columns(stratum="number")


def _of_references(anchor: str, shown: list[str], words: Words) -> str:
    return words.t("chart.km_published") if any(medians_of(anchor, by) for by in shown) else ""


def _note(curves: pl.DataFrame, drawn: Iterable[Curve], words: Words) -> str:
    """How to read the panel; of ticks only where any is drawn, which a shared page never does; and why numbers at risk
    rise, where they do.
    """
    censored = words.t("chart.km_ticks") if curves.filter(pl.col("censored") > 0).height else ""
    rises = words.t("chart.km_rises") if any(_rises(curve) for curve in drawn) else ""
    return words.t("chart.km_note", ticks=censored) + rises


def _rises(curve: Curve) -> bool:
    """Whether any number at risk that is shown is above the one before it: somebody came in late."""
    return any(after > before for before, after in pairwise(n for _, n in sorted(curve.at_risk.items())))


def _patterns(words: Words) -> Row:
    """The sentences that the script fills with numbers."""
    return {
        "percent": words.t("per_cent", number="{x}"),
        "interval": words.t("chart.interval", low="{low}", high="{high}"),
        "month": words.t("chart.at_month", month="{month}"),
        "row": words.t("chart.read", name="{name}", value="{value}", interval="{interval}", at_risk="{at_risk}"),
        "row_alone": words.t("chart.read_alone", name="{name}", value="{value}", at_risk="{at_risk}"),
        "none": words.probability(None),
    }


def _group(
    split: Split,
    curves: dict[str, Curve],
    summaries: list[Row],
    *,
    months: dict[str, pl.DataFrame],
    view: _View,
) -> Row:
    found = {row["stratum"]: row for row in summaries}
    by, name, strata = split.by, split.name, split.strata
    rows = [_row(stratum, found.get(stratum.code), months[stratum.code], view) for stratum in strata]
    p = next((row["p_logrank"] for row in summaries if row["p_logrank"] is not None), None)
    figure = drawn(curves, strata, view.end, view.month, view.words)
    figure.add(*published_medians(medians_of(view.anchor, by), strata, view.end))
    return {
        "by": by,
        "name": name,
        "rows": rows,
        "test": None if len(strata) == 1 else _test(p, view.words),
        "figure": figure.svg(f"{view.title}: {name}", _says(rows, view.words)),
        "steps": [_steps(months[stratum.code]) for stratum in strata],
    }


def _row(stratum: Stratum, summary: Row | None, months: pl.DataFrame, view: _View) -> Row:
    """What the table says of one stratum; nothing of one that has a curve and no summary."""
    at = months.row(view.month, named=True)  # from month 0 on
    words = view.words
    stated = summary or {}
    return {
        "stratum": stratum,
        "n": words.count(stated.get("n")),
        "events": words.count(stated.get("events")),
        "median": _median(stated, words),
        "interval": words.interval(stated.get("median_ci_low"), stated.get("median_ci_high")),
        "survival": _probability(at["survival"], view),
        "limits": _limits(at["ci_low"], at["ci_high"], view),
        "at_risk": words.probability(None) if at["at_risk"] is None else words.count(at["at_risk"]),
    }


def _test(p: float | None, words: Words) -> str:
    written = words.p_value(p)
    return words.t("chart.logrank", p=f"{written[0]} {written[1:]}" if p is not None and p < 0.001 else f"= {written}")


def _probability(share: float | None, view: _View) -> str:
    words = view.words
    return words.probability(None) if share is None else words.t("per_cent", number=view.share(share))


def _median(stated: Row, words: Words) -> str:
    if stated.get("n") is None:
        return words.probability(None)
    median = stated["median_months"]
    return words.t("not_reached") if median is None else words.decimal(median)


def _limits(low: float | None, high: float | None, view: _View) -> str:
    if low is None or high is None:
        return ""
    return view.words.t("chart.interval", low=view.share(low), high=view.share(high))


def _steps(months: pl.DataFrame) -> list[list[int | None]]:
    """Survival and its limits in thousandths, and at risk, on each month: what the script reads off.

    Rounded as the table rounds: a tie goes the same way.
    """
    shares = [
        [None if share is None else round(10 * round(100 * share, 1)) for share in months[name].to_list()]
        for name in ("survival", "ci_low", "ci_high")
    ]
    return [*shares, months["at_risk"].to_list()]


def _says(rows: list[Row], words: Words) -> str:
    parts = [
        words.t("chart.of_stratum", name=row["stratum"].name, n=row["n"], events=row["events"], median=row["median"])
        for row in rows
    ]
    return words.t("chart.km_says", strata=words.t("chart.separator").join(parts))
