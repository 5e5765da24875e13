"""Whether what the whole registry is summed up from is what the last run summed up: then its summaries stand."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

import duckdb

from flows.history.runs import runs

# What decides about a summary besides its tables, as the table `run` has it.
_DECISIVE = ("criteria", "settings", "version", "versions", "program", "dates_invented")


def still_stands(connection: duckdb.DuckDBPyConnection, step: str, of: Mapping[str, str]) -> bool:
    """Whether the tables of a step, as the last run left them, were made of the same rows, by the same program; what
    they are made of now is noted in `run`.

    `of`: the query for what the step is given as each table. The order of rows is none of their content.
    """
    this, *before = runs(connection)
    contents = {table: _content(connection, query) for table, query in of.items()}
    said = [contents, *(this[name] for name in _DECISIVE)]
    digest = hashlib.sha256(json.dumps(said).encode()).hexdigest()
    connection.execute(f"update run set {step}_of = ? where number = ?", [digest, this["number"]])
    return bool(before) and before[0][f"{step}_of"] == digest


def _content(connection: duckdb.DuckDBPyConnection, query: str) -> str:
    names = ", ".join(f'"{name}"' for name in connection.sql(query).columns)
    hashed = f"select count(*) || ' ' || sum(hash({names}))::hugeint from ({query})"
    [(content,)] = connection.execute(hashed).fetchall()
    return str(content)
