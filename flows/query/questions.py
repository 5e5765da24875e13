"""The questions that come with mspike, and those of a file: found by name, listed, described. No store is opened."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path

from flows.query.file import Header, QueryError, QueryFile, read_query
from flows.sql_files import SQL

QUERIES = SQL / "queries"


def query_names() -> list[str]:
    """The names of the questions that come with mspike."""
    return sorted(path.stem for path in QUERIES.glob("*.sql"))


def find(name: str) -> QueryFile:
    """The query of that name, or the file. Raises QueryError, naming near matches, where there is none."""
    if name.endswith(".sql"):
        path = Path(name)
        if not path.is_file():
            raise QueryError(f"{name}: no such file; `mspike query --list` names the queries that need none")
        return read_query(path, needs_header=False)
    names = query_names()
    if name not in names:
        near = difflib.get_close_matches(name, names, n=3, cutoff=0.4) or [n for n in names if name.lower() in n]
        hint = f"did you mean {' or '.join(near)}?" if near else "`mspike query --list` names them"
        raise QueryError(f"no query {name!r}; {hint}")
    return read_query(QUERIES / f"{name}.sql")


def list_lines() -> Iterator[str]:
    """One line per query: its name and title."""
    names = query_names()
    width = max(len(name) for name in names)
    for name in names:
        yield f"{name:<{width}}  {_header(read_query(QUERIES / f'{name}.sql')).title}"


def described(asked: QueryFile) -> Iterator[str]:
    """The lines that say what a query asks."""
    header = _header(asked)
    yield f"{asked.name}: {header.title}"
    for field in ("question", "grain", "access"):
        yield f"{field + ':':<10}{getattr(header, field)}"
    for title, entries in (
        ("parameters", [str(parameter) for parameter in header.parameters.values()] or ["none"]),
        ("caveats", list(header.caveats) or ["none"]),
        ("columns", [f"{name}: {said}" for name, said in header.columns.items()]),
    ):
        yield f"{title}:"
        yield from (f"  {entry}" for entry in entries)


def _header(asked: QueryFile) -> Header:
    if asked.header is None:
        raise QueryError(f"{asked.name} has no header that describes it")
    return asked.header
