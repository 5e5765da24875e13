"""What an extract will be able to answer, in the last lines of `mspike check`: shares of the accepted patients, and the
tests that stand most in the way."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import polars as pl

from flows.audit.askable import askable
from flows.engines.work import TAKEN, Work
from flows.settings.config import Config
from transforms.answers import ASKED, KNOWN, answers
from transforms.intake.contracts import CONTRACTS

# So many rows of labs are looked at together.
ROWS_TOGETHER = 2_000_000
_MOST_REASONS = 3
_MEASURABLE = {
    "serum": "serum M-protein",
    "serum+urine": "serum and urine M-protein",
    "urine": "urine M-protein",
    "flc": "free light chains",
    "marrow": "marrow",
    "none": "nothing measurable at baseline",
    "unknown": "not known, for want of baseline values",
}
_TITLES = {
    "ISS": "ISS",
    "R-ISS": "R-ISS",
    "CR": "CR: tests that confirm it, after line 1 began",
    "sCR": "sCR: the same",
    "MRD": "MRD: any test",
    "PFS": "PFS: lines in which anything was assessed",
    "OS": "OS: a death, or a day alive after diagnosis",
}
_WIDTH = 52


def answer_lines(connection: duckdb.DuckDBPyConnection, settings: Config) -> Iterator[str]:
    """The table, from the accepted rows of a database; none without patients."""
    [(patients, labs)] = connection.execute(
        "select (select count(*) from patients), (select count(*) from labs)"
    ).fetchall()
    if not patients:
        return
    work = Work(1 + labs // ROWS_TOGETHER, settings.criteria, settings.settings)
    found = pl.concat(
        answers({name: connection.sql(work.share(name, shard)).pl() for name in TAKEN}, work.edition)
        for shard in range(work.shards)
    )
    counts = found.group_by("answer", "part", maintain_order=True).agg(pl.col("patients").sum())
    yield ""
    yield f"what the extract will be able to answer, of {patients:,} accepted patients:"
    for answer, title in _TITLES.items():
        yield _line(title, _parts(counts, answer))
        if answer == "R-ISS":
            yield from _measurable(_parts(counts, "response"))
    there = {table for table in CONTRACTS if connection.execute(f"select 1 from {table} limit 1").fetchone()}
    can, all_, lacking = askable(work.edition, there)
    without = f"   no rows of {_reasons(lacking)}" if lacking else ""
    yield f"  {'indicators of quality: have the tables that they ask':<{_WIDTH}} {_share(can, all_)}{without}"


def _parts(counts: pl.DataFrame, answer: str) -> dict[str, int]:
    return dict(counts.filter(pl.col("answer") == answer).select("part", "patients").rows())


def _line(title: str, parts: dict[str, int]) -> str:
    asked, known = parts.pop(ASKED), parts.pop(KNOWN)
    without = f"   most in the way: {_reasons(parts)}" if known < asked and parts else ""
    return f"  {title:<{_WIDTH}} {_share(known, asked)}{without}"


def _measurable(parts: dict[str, int]) -> Iterator[str]:
    lines = sum(parts.values())
    yield f"  {'response, first line of therapy, by':<{_WIDTH}}{'' if lines else '  no treatments'}"
    for name, title in _MEASURABLE.items():
        if parts.get(name):
            yield f"    {title:<{_WIDTH - 2}} {_share(parts[name], lines)}"


def _reasons(parts: dict[str, int]) -> str:
    """The commonest names, each with how many wait for it; of equally common ones in the order of names."""
    common = sorted(parts.items(), key=lambda part: (-part[1], part[0]))
    return ", ".join(f"{name} {count:,}" for name, count in common[:_MOST_REASONS])


def _share(known: int, asked: int) -> str:
    percent = f"{100 * known / asked:>4.0f} %" if asked else "   —  "
    return f"{known:>9,} of {asked:>9,} {percent}"
