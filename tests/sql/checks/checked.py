"""What a check of the data makes of a small store written by hand."""

from __future__ import annotations

from typing import Any

import duckdb

from flows.audit import checks
from flows.audit.checks import Question, about, make_accepted_rows, questions
from flows.audit.shared import note_extract
from flows.sql_files import make_macros
from rules.criterion import load_edition
from tests.sql.query_store import stored

WORDS = {True: "violated", False: "kept", None: "unknown"}


def rows_found(connection: duckdb.DuckDBPyConnection, question: Question) -> str:
    """The SQL of the rows that a question asks about, one by one, by views alone: what the audit counts and lists is
    held against it.
    """
    make_accepted_rows(connection)
    make_macros(connection, question.rows)
    return about("found_row", question.rows)


def checked(check: str, *, by: str = "patient_id", **tables: str) -> dict[str, str]:
    """What a check finds (violated, kept, unknown) in each row that it asks about, by the columns named.

    A row that is not in the answer is not asked about. Tables are drawn as for `write_store`.
    """
    edition = load_edition()
    with stored(**tables) as connection:
        rows: list[tuple[str, bool | None]] = []
        for question in questions(edition[check], edition):
            found = rows_found(connection, question)
            rows += connection.execute(
                f"select concat_ws(' ', {by}), violated from ({found})", question.values
            ).fetchall()
    assert len({key for key, _ in rows}) == len(rows), "two rows of one key"
    return {key: WORDS[violated] for key, violated in rows}


def verdicts(check: str, by: str = "site", **tables: str) -> dict[str, str]:
    """What `data_check` says of a check, as "violated of asked: verdict", by the columns named; "all" is all sites."""
    edition = load_edition()
    with stored(**tables) as connection:
        asked = list(questions(edition[check], edition))
        note_extract(connection)
        checks.begin(connection, edition, None)
        checks.count_all(connection, asked)
        checks.judge(connection, asked)
        said: list[tuple[str, Any]] = connection.execute(
            f"""select concat_ws(' ', {by.replace("site", "coalesce(site, 'all')")}),
            concat(violated, ' of ', "of", ': ', verdict) from data_check"""
        ).fetchall()
    assert len(dict(said)) == len(said), "two rows of one key"
    return dict(said)
