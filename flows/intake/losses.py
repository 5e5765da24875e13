"""How much of a table that nothing can be done without was refused, and whether that is too much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flows.intake.ingest import REPEATS

if TYPE_CHECKING:
    import duckdb

NEEDED = "patients"


def losses(connection: duckdb.DuckDBPyConnection, most: float) -> list[dict[str, Any]]:
    """The tables that lost more than the share `most` of their rows: `table`, `rows_read`, `rows_lost`.

    A row that repeats another is no loss.
    """
    [(read, lost)] = connection.execute(
        """
        select
            (select coalesce(sum(rows_read), 0)::bigint from source_file where "table" = $needed),
            count(distinct (source_file, row_number))
        from quarantine
        where "table" = $needed and not row_kept and not list_contains($repeats, rule)
        """,
        {"needed": NEEDED, "repeats": list(REPEATS)},
    ).fetchall()
    return [{"table": NEEDED, "rows_read": read, "rows_lost": lost}] if lost > most * read else []


def as_sentence(loss: dict[str, Any]) -> str:
    """A loss, in one line."""
    share = 100 * loss["rows_lost"] / loss["rows_read"]
    return (
        f"{loss['table']}: {loss['rows_lost']:,} of {loss['rows_read']:,} rows ({share:.0f} %) were refused, and"
        " all that the other tables have of them; see why with mspike check"
    )
