"""What is carried over from the store's last run: what it derived of patients who did not change, and, where a delivery
is the last one again, file for file and byte for byte, all that it read and found.

A build begins with a copy of the last run's database, from which goes what is made again.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path

import duckdb

from flows.database import attach, connect, write_again
from flows.history.runs import PROGRAM, code_of, runs
from flows.intake.reading import SourceFile
from flows.settings.file_limits import Limits

# Rewritten is what has more of free blocks than this: a file does not shrink by what is deleted from it.
MOST_FREE = 0.5


def begin_with(last: Path, database: Path) -> None:
    """Copy the database of the last run; one with much that is free, or with writing of its own beside it, is written
    again."""
    with connect(Path(":memory:")) as connection:  # as long as it is open here, no other program can write it
        attach(connection, last, "last")
        [(total, free)] = connection.execute(
            "select total_blocks, free_blocks from pragma_database_size() where database_name = 'last'"
        ).fetchall()
        if free > MOST_FREE * total or last.with_name(f"{last.name}.wal").exists():
            write_again(connection, "last", database)
        else:
            shutil.copyfile(last, database)


def derives_all(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether this run derives every patient."""
    return runs(connection)[0]["all_derived_because"] is not None


def is_unchanged(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether this run knows what the last one knew, so no patient is derived."""
    run = runs(connection)[0]
    return run["all_derived_because"] is None and run["patients_changed"] == run["patients_removed"] == 0


def asks_only_changed(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether what the last run found of each patient who did not change is what this one would find."""
    this, *before = runs(connection)
    return this["all_derived_because"] is None and bool(before) and this["program"] == before[0]["program"]


def without_changed(connection: duckdb.DuckDBPyConnection, tables: tuple[str, ...]) -> None:
    """Leave in tables of single patients only what the last run derived of those that did not change."""
    for table in tables:
        connection.execute(f"delete from {table} where patient_id in (select patient_id from changed_patient)")


def contents_of(files: list[SourceFile], limits: Limits) -> dict[str, str]:
    """By file a digest of its bytes and of all that decides how they are read; none where a database is read, which has
    to be read to be known. Raises OSError."""
    if any(file.database for file in files):
        return {}
    return {file.source: _content_of(file, limits) for file in files}


def _content_of(file: SourceFile, limits: Limits) -> str:
    decided = (file.table, file.mapping, file.form, file.opened.header(), limits, code_of(PROGRAM))
    how, content = hashlib.sha256(repr(decided).encode()), hashlib.sha256()
    for path in file.paths:
        with path.open("rb") as opened:
            content.update(hashlib.file_digest(opened, "sha256").digest())
    return f"{how.hexdigest()} {content.hexdigest()}"


def how_read(content: str | None) -> str | None:
    """Of such a digest the part that says how a file is read, whatever it holds."""
    return content.split()[0] if content else None


def is_read(connection: duckdb.DuckDBPyConnection, contents: dict[str, str]) -> bool:
    """Whether the tables in, as the last run left them, are of the files of `contents`."""
    known = dict(connection.execute("select source_file, content from source_file").fetchall())
    return bool(contents) and known == contents


def is_repeated(connection: duckdb.DuckDBPyConnection, last: Path) -> bool:
    """Whether all that the last run said of the data, and not only what it derived, still stands."""
    if not is_unchanged(connection):
        return False
    attach(connection, last, "last")
    files = "select source_file, content from {}source_file order by all"
    here, before = (connection.execute(files.format(place)).fetchall() for place in ("", "last."))
    connection.execute("detach last")
    return here == before and all(content for _, content in here)


def carry_exports(last: Path, folder: Path, tables: tuple[str, ...]) -> bool:
    """Take the last run's exports over, as the files they are; return whether all of them are still there."""
    made = [last.parent / folder.name / f"{table}.parquet" for table in tables]
    if not all(file.is_file() for file in made):
        return False
    folder.mkdir()
    for file in made:
        _link(file, folder / file.name)
    return True


def _link(file: Path, target: Path) -> None:
    try:
        os.link(file, target)
    except OSError:  # not every file system has such links
        shutil.copyfile(file, target)


def carry_page(connection: duckdb.DuckDBPyConnection, last: Path, page: Path, lang: str) -> bool:
    """Take the last run's page over if this one would say the same: of the same data, in that language, with no news in
    either; return whether it would."""
    made, said = last.parent / page.parent.name / page.name, last.parent / "run.json"
    if not (made.is_file() and said.is_file()):
        return False
    if json.loads(said.read_text(encoding="utf-8")).get("page") != page_said(made, lang):  # another was written since
        return False
    attach(connection, last, "last")
    news = connection.execute(
        " union all ".join(f"from {run}moved select 1 union all {_MOVED.format(run)}" for run in ("", "last."))
    ).fetchone()
    connection.execute("detach last")
    if news or not is_repeated(connection, last):
        return False
    page.parent.mkdir()
    shutil.copyfile(made, page)
    return True


_MOVED = "from {}quality_change select 1 where site is null and share_before is distinct from share_now"


def page_said(page: Path, lang: str) -> dict[str, str]:
    """What `run.json` says of the page."""
    return {"lang": lang, "sha256": hashlib.sha256(page.read_bytes()).hexdigest()}
