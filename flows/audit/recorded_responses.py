"""Derived response against the one that the clinic recorded: the confusion matrix, kappa, and the visits to review."""

from __future__ import annotations

from typing import Any

import duckdb

from flows.audit.again import Again
from flows.audit.shared import make_shared
from flows.sql_files import SQL
from rules.criterion import Edition
from transforms.agreement import ORDERED, kappas


def begin(connection: duckdb.DuckDBPyConnection, edition: Edition, again: Again | None) -> None:
    """Keep the visits of those who are not asked again, unless rows may be in another order: of several judgements at
    one distance from a visit it decides.
    """
    kept = f"patient_id not in (select patient_id from {again.patients})" if again and again.in_place else "false"
    connection.execute(f"delete from judged where not ({kept})")
    connection.execute(
        f"create or replace temp table to_review as select * exclude (rank) from agreement_review where {kept}"
    )


def ask(connection: duckdb.DuckDBPyConnection, edition: Edition, again: Again | None) -> None:
    """Find the visits judged, and those to review, of the patients who are there."""
    if again is None or again.in_place:
        _find(connection, edition)


def end(connection: duckdb.DuckDBPyConnection, edition: Edition, again: Again | None) -> None:
    """Fill `response_agreement`, `response_kappa` and `agreement_review`; they stay empty without assessments."""
    if again and not again.in_place:
        _find(connection, edition)
    for table, values in (("response_agreement", {}), ("agreement_review", {"categories": ORDERED})):
        connection.execute(f"delete from {table}")
        _insert(connection, table, values)
    connection.register("kappas", kappas(connection.sql(_read(connection, "response_pairs")).pl()))
    connection.execute("delete from response_kappa")
    connection.execute("insert into response_kappa by name select * from kappas")
    connection.unregister("kappas")
    connection.execute("drop table to_review")


def _find(connection: duckdb.DuckDBPyConnection, edition: Edition) -> None:
    make_shared(connection, "judged_visit")
    connection.execute(
        "create or replace temp table found_judged as from judged_visit($within_days)",
        {"within_days": edition["V.visit"].joins_within_days},
    )
    connection.execute(
        "insert into judged by name select patient_id, line, visit_date, recorded, derived, confirmed from found_judged"
    )
    _insert(connection, "to_review", {})
    connection.execute("drop table found_judged")


def _insert(connection: duckdb.DuckDBPyConnection, table: str, values: dict[str, Any]) -> None:
    connection.execute(f"insert into {table} by name {_read(connection, table)}", values)


def _read(connection: duckdb.DuckDBPyConnection, name: str) -> str:
    text = (SQL / "audit" / f"{name}.sql").read_text(encoding="utf-8")
    make_shared(connection, text)
    return text
