"""What a store's audit found, of all sites or with one beside them, ready to be shown."""

from __future__ import annotations

import json
from collections.abc import Mapping

import duckdb
import polars as pl

from flows.audit.indicators import failing
from flows.endings import UNUSABLE, MspikeError
from flows.settings.suggestions import near
from flows.sql_files import SQL
from rules.audit.quality import GROUPS
from rules.audit.work_up import WORK_UP


class UnknownSiteError(MspikeError):
    """A site that the store has not; the message is one line."""

    status = UNUSABLE


def findings(
    connection: duckdb.DuckDBPyConnection, site: str | None, bars: Mapping[str, float]
) -> dict[str, pl.DataFrame]:
    """Tables by name, those that were not measured left out or empty; only counts, nothing of a single patient.

    `indicators` by group as the rules list them (site null: all sites), `ways`: of those that can be passed in
    several, how many passed by each, `work_up` test by test, `changes` since the last run, `data_checks` that fail,
    `agreement` with the clinic, `diagnoses` recorded that Table 1 contradicts, and `failed`: the indicators under
    their bar. All but the first are of the site asked for, else of all. Raises UnknownSiteError.
    """
    if site is not None:
        _check_site(connection, site)
    found = {"indicators": _indicators(connection, site)}
    ways = _counted(connection, "ways", "quality_indicator_row", site)
    if ways is not None:
        found["ways"] = ways
    tables = {
        "work_up": ("work_up", "true"),
        "changes": ("quality_change", "verdict <> 'same'"),
        "data_checks": ("data_check", "verdict = 'fail'"),
        "agreement": ("response_kappa", "true"),
    }
    for name, (table, wanted) in tables.items():
        rows = _rows_of_site(connection, table, wanted, site)
        if rows is not None:
            found[name] = rows
    if "work_up" in found:
        found["work_up"] = found["work_up"].sort(pl.col("test").cast(pl.Enum([test.name for test in WORK_UP])))
    diagnoses = _counted(connection, "diagnosis_disagreement", "diagnosis_disagreement", site)
    if diagnoses is not None:
        found["diagnoses"] = diagnoses
    found["failed"] = pl.DataFrame(failing(connection, bars, site))
    return found


def _counted(connection: duckdb.DuckDBPyConnection, query: str, table: str, site: str | None) -> pl.DataFrame | None:
    """What a query of sql/audit counts of a site, or of all; None where the store has no such table."""
    if not _columns(connection, table):
        return None
    counts = (SQL / "audit" / f"{query}.sql").read_text(encoding="utf-8")
    return connection.sql(counts, params={"site": site}).pl()


def _check_site(connection: duckdb.DuckDBPyConnection, site: str) -> None:
    rows = connection.execute("select distinct coalesce(site_id, 'unknown') as site from patients order by site")
    sites = [name for (name,) in rows.fetchall()]
    if site not in sites:
        raise UnknownSiteError(f"no site {site!r} in this store; {near(site, sites) or f'it has {len(sites)} sites'}")


def _indicators(connection: duckdb.DuckDBPyConnection, site: str | None) -> pl.DataFrame:
    shares = (SQL / "audit" / "shares.sql").read_text(encoding="utf-8")
    rows = connection.sql(shares, params={"site": site}).pl()
    groups, ids = pl.Enum(GROUPS), pl.Enum(_ids_in_order(connection))
    return rows.sort(pl.col("group").cast(groups), pl.col("id").cast(ids), "site", nulls_last=False)


def _ids_in_order(connection: duckdb.DuckDBPyConnection) -> list[str]:
    rows = connection.execute("select id from criterion where id like 'Q.%' order by rowid").fetchall()
    return [name for (name,) in rows]


def _rows_of_site(
    connection: duckdb.DuckDBPyConnection, table: str, wanted: str, site: str | None
) -> pl.DataFrame | None:
    """The rows wanted, of a site where they are by site; None where the store has no such table."""
    if not _columns(connection, table):
        return None
    rows = connection.sql(f"select * from {table} where {wanted} order by all").pl()
    return rows.filter(pl.col("site").eq_missing(site)) if "site" in rows.columns else rows


def as_json(found: Mapping[str, pl.DataFrame]) -> str:
    """All tables in one object, each a list of rows."""
    return json.dumps({name: rows.to_dicts() for name, rows in found.items()}, indent=2, ensure_ascii=False)


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    """Names of a table's columns; none where the store has no such table."""
    asked = "select column_name from information_schema.columns where table_name = $table"
    return [name for (name,) in connection.execute(asked, {"table": table}).fetchall()]
