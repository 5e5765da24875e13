"""The indicators of the quality audit: the rows behind each, and its share by site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import duckdb

from flows.audit.again import Again
from flows.audit.shared import make_shared, note_extract
from flows.sql_files import SQL
from rules.audit.quality import indicators
from rules.criterion import Criterion, Edition

INDICATORS = SQL / "indicators"


def begin(connection: duckdb.DuckDBPyConnection, edition: Edition, again: Again | None) -> None:
    """Keep the rows of those who are not asked again, but for indicators that are asked of all."""
    gone = f"or patient_id in (select patient_id from {again.patients})" if again else ""
    connection.execute(
        f"delete from quality_indicator_row where not list_contains($ids, id) {gone}",
        {"ids": [of.id for of in indicators(edition) if not _is_asked_of_all(of, again)]},
    )


def ask(connection: duckdb.DuckDBPyConnection, edition: Edition, again: Again | None) -> None:
    """Find the rows of the patients who are there."""
    _add_all(connection, [of for of in indicators(edition) if not _is_asked_of_all(of, again)], edition)


def end(connection: duckdb.DuckDBPyConnection, edition: Edition, again: Again | None) -> None:
    """Find the rows of indicators that are asked of all, and fill `quality_indicator`."""
    _add_all(connection, [of for of in indicators(edition) if _is_asked_of_all(of, again)], edition)
    connection.execute("delete from quality_indicator")
    summary = (SQL / "audit" / "quality_indicator.sql").read_text(encoding="utf-8")
    make_shared(connection, summary)
    connection.execute(f"insert into quality_indicator by name {summary}")


def _is_asked_of_all(indicator: Criterion, again: Again | None) -> bool:
    """Whether it is asked of all after the others were asked of some."""
    return again is not None and again.asks_all(indicator, _sql(indicator))


def _add_all(connection: duckdb.DuckDBPyConnection, asked: Sequence[Criterion], edition: Edition) -> None:
    make_shared(connection, "\n".join(map(_sql, asked)))  # once for all: most share them
    for indicator in asked:
        _add_rows(connection, indicator, edition)


def find_rows(connection: duckdb.DuckDBPyConnection, indicator: Criterion, edition: Edition) -> None:
    """Add the rows that one indicator asks about, with the site of each patient."""
    note_extract(connection)
    make_shared(connection, _sql(indicator))
    _add_rows(connection, indicator, edition)


def _sql(indicator: Criterion) -> str:
    return _read(indicator.id)


@cache
def _read(name: str) -> str:
    return (INDICATORS / f"{name}.sql").read_text(encoding="utf-8")


def _add_rows(connection: duckdb.DuckDBPyConnection, indicator: Criterion, edition: Edition) -> None:
    text = _sql(indicator)
    numbers = {name: value for name, value in edition.numbers_of(indicator.id).items() if f"${name}" in text}
    connection.execute(
        f"""
        insert into quality_indicator_row by name
        select $id as id, coalesce(site_id, 'unknown') as site, found.*
        from ({text}) as found join patients using (patient_id)
        """,
        {"id": indicator.id, **numbers},
    )


def failing(
    connection: duckdb.DuckDBPyConnection, bars: Mapping[str, float], site: str | None = None
) -> list[dict[str, Any]]:
    """The indicators below their minimum, or without a case that can be judged, in the order of the bars.

    Each has `id`, `bar`, `share` (null: no case can be judged), `numerator` and `denominator`, of a site or of all.
    """
    found = connection.execute(
        "select id, share, numerator, denominator from quality_indicator where site is not distinct from $site",
        {"site": site},
    ).fetchall()
    of_id = {name: (share, *counts) for name, share, *counts in found}
    failed = []
    for name, bar in bars.items():
        share, numerator, denominator = of_id.get(name, (None, 0, 0))
        if share is None or share < bar:
            counts = {"numerator": numerator, "denominator": denominator}
            failed.append({"id": name, "bar": bar, "share": share, **counts})
    return failed
