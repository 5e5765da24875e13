"""Derived response against the one that the clinic recorded: the confusion matrix, kappa, and the visits to review."""

from __future__ import annotations

import duckdb

from flows.sql_files import SQL, make_macros
from rules.criterion import Edition
from transforms.agreement import ORDERED, kappas

QUERIES = SQL / "audit"


def compare_responses(connection: duckdb.DuckDBPyConnection, edition: Edition) -> None:
    """Fill `response_agreement`, `response_kappa` and `agreement_review`; they stay empty without assessments."""
    make_macros(connection, "judged_visit")
    # asked about three times, and as long in the making as all else here
    connection.execute(
        "create or replace temp table judged as from judged_visit($within_days)",
        {"within_days": edition["V.visit"].joins_within_days},
    )
    connection.execute(f"insert into response_agreement by name {_read(connection, 'response_agreement')}")
    connection.execute(
        f"insert into agreement_review by name {_read(connection, 'agreement_review')}", {"categories": ORDERED}
    )
    pairs = connection.sql(_read(connection, "response_pairs")).pl()
    connection.register("kappas", kappas(pairs))
    connection.execute("insert into response_kappa by name select * from kappas")
    connection.unregister("kappas")
    connection.execute("drop table judged")


def _read(connection: duckdb.DuckDBPyConnection, name: str) -> str:
    text = (QUERIES / f"{name}.sql").read_text(encoding="utf-8")
    make_macros(connection, text)
    return text
