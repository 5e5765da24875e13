"""The findings of the audit as lines to read on a screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from flows.formats import as_table

TITLES = {
    "work_up": "Work-up at diagnosis",
    "follow_up": "Follow-up of response",
    "treatment": "Treatment",
    "supportive_care": "Supportive care",
}
FIGURES = f"{'share':>8}  {'95 % interval':>13}  {'n':>7}  {'unknown':>7}"


def lines(found: Mapping[str, pl.DataFrame], site: str | None) -> Iterator[str]:
    """Indicators by group, then where there is any: the work-up test by test, what changed, the checks of the data
    that fail, the agreement, and recorded diagnoses that are contradicted.
    """
    yield from _indicators(found, site)
    if not found.get("work_up", pl.DataFrame()).is_empty():
        yield from _work_up(found["work_up"])
    if "changes" in found:
        yield from _changes(found["changes"])
    if not found.get("data_checks", pl.DataFrame()).is_empty():
        yield from _table("Checks of the data that fail", found["data_checks"].drop("dimension", "verdict", "site"))
    if not found.get("agreement", pl.DataFrame()).is_empty():
        yield from _table(
            "Agreement with the response that the clinic recorded (weighted kappa)", found["agreement"].drop("site")
        )
    if not found.get("diagnoses", pl.DataFrame()).is_empty():
        yield from _table("Recorded diagnoses that Table 1 contradicts", found["diagnoses"])


def _indicators(found: Mapping[str, pl.DataFrame], site: str | None) -> Iterator[str]:
    rows = found["indicators"]
    width = max(map(len, rows["id"]), default=0)
    asked = max(map(len, rows["question"]), default=0)
    of_all = rows.filter(pl.col("site").is_null())
    beside = {row["id"]: row for row in rows.filter(pl.col("site").is_not_null()).iter_rows(named=True)}
    if site is not None:
        yield f"{'':<{width + asked + 6}}{f'site {site}':<{len(FIGURES)}}  all sites"
    for group in of_all["group"].unique(maintain_order=True):
        title = f"{TITLES[group]:<{width + asked + 4}}"
        yield f"{title}  {FIGURES}" + (f"  {FIGURES}" if site is not None else "")
        for row in of_all.filter(pl.col("group") == group).iter_rows(named=True):
            shown = [*([beside[row["id"]]] if row["id"] in beside else []), row]
            figures = "  ".join(_figures(each) for each in shown)
            yield f"  {row['id']:<{width}}  {row['question']:<{asked}}  {figures}"
            yield from _ways(found.get("ways"), row["id"], " " * (width + 4))
        yield ""


def _ways(ways: pl.DataFrame | None, indicator: str, indent: str) -> Iterator[str]:
    """By which of several ways the rows passed, the commonest first."""
    of_one = [] if ways is None else ways.filter(id=indicator).select("passed_by", "n").rows()
    if of_one:
        yield indent + ", ".join(f"{name.replace('_', ' ')} {n:,}" for name, n in of_one)


def _figures(row: Mapping[str, Any]) -> str:
    share, interval = "–", ""
    if row["share"] is not None:
        share = _percent(row["share"])
        interval = f"{100 * row['share_low']:.1f}–{100 * row['share_high']:.1f}"
    return f"{share:>8}  {interval:>13}  {row['denominator']:>7,}  {row['unknown']:>7,}"


def _work_up(rows: pl.DataFrame) -> Iterator[str]:
    """Counts of each test; those of which there is no record at all by name only."""
    is_recorded = pl.col("done") + pl.col("not_done") + pl.col("unknown") > 0
    known = rows.filter(is_recorded).drop("site", "share_low", "share_high")
    if known.height:
        yield from _table("Tests of Table 2 before the first line", known)
    never = rows.filter(~is_recorded)["test"].to_list()
    if never:
        yield f"Never recorded: {', '.join(name.replace('_', ' ') for name in never)}"
        yield ""


def _changes(rows: pl.DataFrame) -> Iterator[str]:
    rows = rows.filter(pl.col("verdict").is_in(["better", "worse", "new", "gone", "redefined"]))
    if rows.is_empty():
        return
    yield "Since the last run"
    for row in rows.sort("verdict", "id").iter_rows(named=True):
        before, now = (_of(row, when) for when in ("before", "now"))
        yield f"  {row['verdict']:<9}  {row['id']:<24}  {before} → {now}"
    yield ""


def _of(row: Mapping[str, Any], when: str) -> str:
    share = row[f"share_{when}"]
    if share is None:
        return "–"
    return f"{_percent(share)} ({row[f'numerator_{when}']:,} of {row[f'denominator_{when}']:,})"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _table(title: str, rows: pl.DataFrame) -> Iterator[str]:
    yield title
    yield from (f"  {line}" for line in as_table(rows).decode().splitlines())
    yield ""
