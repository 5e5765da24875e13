"""The log of superseded rows: what each run took away and added, so that what was known then can be restored.

It is in the store's own database, grows with what changes, and is carried from build to build.
"""

from __future__ import annotations

import duckdb

from flows.history.content import DECIDING, columns, names, rows_of

LOGS = ("added_row", *(f"superseded_{table}" for table in DECIDING))


def create_log(connection: duckdb.DuckDBPyConnection) -> None:
    """The tables superseded_…, one for each table in and one for the rows refused: its rows as they were, and the run
    that had them no more.
    """
    for table in DECIDING:
        connection.execute(
            f"create table superseded_{table} as select null::bigint as until_run, * from {table} limit 0"
        )


def carry_log(connection: duckdb.DuckDBPyConnection, last: str) -> None:
    """Copy the log of an attached database."""
    for table in LOGS:
        connection.execute(f"insert into {table} select * from {last}.{table}")


def content(table: str) -> str:
    """SQL of what stands for a row's content; unlike hash(), the same in every version of DuckDB."""
    pairs = ", ".join(f"'{name}': \"{name}\"" for name in names(table))
    return f"md5_number(to_json({{{pairs}}})::varchar)"


def log_changes(connection: duckdb.DuckDBPyConnection, was: str, now: str, run: int) -> None:
    """Write down which rows of the changed patients went and which came, between two attached databases."""
    for table in DECIDING:
        for name, database in (("was_row", was), ("now_row", now)):
            rows = rows_of("changed_patient", f"{database}.{table}")
            connection.execute(
                f"create or replace temp table {name} as select *, {content(table)} as content from {rows}"
            )
        connection.execute(
            f"insert into superseded_{table} by name select {run} as until_run, * exclude (content)"
            " from was_row anti join now_row using (patient_id, content)"
        )
        connection.execute(
            f"insert into added_row select {run}, '{table}', patient_id, content"
            " from now_row anti join was_row using (patient_id, content)"
        )
    connection.execute("drop table was_row")
    connection.execute("drop table now_row")


def recall(connection: duckdb.DuckDBPyConnection, source: str, run: int) -> None:
    """Fill the tables in with what an attached store knew at the end of a run.

    A row was known then if the first thing that happened to it later was that it went, or if nothing happened to it
    and it is there now. The file of a row that went is named after the run that had it no more: its place in a later
    delivery is another row's.
    """
    for table in DECIDING:
        connection.execute(
            f"""
            create or replace temp table gone as
            select *, {content(table)} as content from {source}.superseded_{table} where until_run > {run}
            """
        )
        connection.execute(
            f"""
            create or replace temp table first_event as
            select patient_id, content, min(run) as run, arg_min(was_there, run) as was_there
            from (
                select patient_id, content, until_run as run, true as was_there from gone
                union all
                select patient_id, content, run, false from {source}.added_row
                where "table" = '{table}' and run > {run}
            )
            group by patient_id, content
            """
        )
        connection.execute(
            f"""
            create or replace temp table there_now as
            select *, {content(table)} as content from {source}.{table} semi join first_event using (patient_id)
            """
        )
        named = f"{columns(table)}, source_file, row_number"
        connection.execute(
            f"""
            insert into {table} by name
            select {named} from {source}.{table} anti join first_event using (patient_id)
            union all
            select {named} from there_now
            anti join (select * from first_event where not was_there) using (patient_id, content)
            union all
            select {columns(table)}, 'before run ' || until_run || '/' || source_file as source_file, row_number
            from gone
            join (select * from first_event where was_there) as known using (patient_id, content)
            anti join there_now using (patient_id, content)
            where until_run = known.run
            """
        )
