"""Derived response against the one that the clinic recorded: the confusion matrix, kappa, and the visits to review."""

from __future__ import annotations

from typing import Any

import duckdb

from flows.sql_files import SQL, make_macros
from rules.criterion import Edition
from transforms.agreement import ORDERED, kappas

QUERIES = SQL / "audit"


def compare_responses(connection: duckdb.DuckDBPyConnection, edition: Edition) -> None:
    """Fill `response_agreement`, `response_kappa` and `agreement_review`; they stay empty without assessments."""
    within = {"within_days": edition["V.visit"].joins_within_days}
    _insert(connection, "response_agreement", within)
    _insert(connection, "agreement_review", {**within, "categories": ORDERED})
    pairs = connection.sql(_read(connection, "response_pairs"), params=within).pl()
    connection.register("kappas", kappas(pairs))
    connection.execute("insert into response_kappa by name select * from kappas")
    connection.unregister("kappas")


def _insert(connection: duckdb.DuckDBPyConnection, table: str, numbers: dict[str, Any]) -> None:
    connection.execute(f"insert into {table} by name {_read(connection, table)}", numbers)


def _read(connection: duckdb.DuckDBPyConnection, name: str) -> str:
    text = (QUERIES / f"{name}.sql").read_text(encoding="utf-8")
    make_macros(connection, text)
    return text
