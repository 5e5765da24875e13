"""What moved since the store's last run: responses, progression, PFS and stages, of those that are in both."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from flows.database import attach, connect
from flows.sql_files import SQL

COMPARED = ("visits", "lines", "staging", "time_to_event")


def find_moved(last: Path, built: Path) -> pl.DataFrame:
    """The rows of the table `moved`; of the patients derived in the build only, as nothing moves for the others."""
    with connect(Path(":memory:")) as connection:
        attach(connection, last, "last")
        attach(connection, built, "built")
        [(all_,)] = connection.execute(
            "select all_derived_because is not null from built.run order by number desc limit 1"
        ).fetchall()
        only_changed = "" if all_ else "semi join built.changed_patient using (patient_id)"
        for side, database in (("a", "last"), ("b", "built")):
            connection.execute(f"create schema store_{side}")
            for table in COMPARED:
                connection.execute(
                    f"create view store_{side}.{table} as select * from {database}.{table} {only_changed}"
                )
        connection.execute((SQL / "compare" / "move.sql").read_text(encoding="utf-8"))
        return connection.sql(
            "select subject, was, now, count(*) as moved, count(distinct patient_id) as patients from move"
            " group by all order by all"
        ).pl()
