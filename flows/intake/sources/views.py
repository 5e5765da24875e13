"""The files of an extract as the views of a select."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa

from flows.faults import engines_plainly
from flows.intake.headers import RegistryError, delimiter_hint
from flows.intake.sources import ndjson
from flows.intake.sources.source import NOTHING_REFUSED
from flows.intake.sources.things import Thing, distinct, is_readable, readable_things
from flows.sandbox.watching import one_line
from flows.settings import file_limits
from flows.settings.suggestions import suggestion
from transforms.intake.mapping import Statement

# So many columns are not all absent from the file that is meant.
_FEW = 3

_LINE = {"place": pl.String, "row_number": pl.Int64}


def make_view(
    connection: duckdb.DuckDBPyConnection,
    called: str,
    thing: Thing | None,
    columns: tuple[str, ...],
    limits: file_limits.Limits,
) -> list[View]:
    """Give a connection the view of a thing, with what of these columns it does not have, empty; return its rows, where
    they are not DuckDB's to read. Raises RegistryError where a thing that is there has none of them, and they are more
    than one or two: it is another, or written otherwise.
    """
    if thing is None:
        nothing = ", ".join(f"null::varchar as {_quoted(name)}" for name in columns)
        connection.execute(f"create view {_quoted(called)} as select {nothing} where false")
        return []
    rows = []
    if view := _native(thing):
        there = [name.lower() for name in connection.sql(view).columns]
    else:
        rows = [View(thing, limits)]
        connection.register(hidden := f"rows of {called}", rows[0])
        view, there = f"select * from {_quoted(hidden)}", [name.lower() for name in rows[0].names]
    if len(columns) >= _FEW and not {name.lower() for name in columns} & {*there}:
        raise RegistryError(
            f"{thing.name}: read as {called}, and has none of its columns ({', '.join(columns[:3])}, …); "
            f"{delimiter_hint(there) or 'name the file otherwise, or its columns as the select does'}"
        )
    added = "".join(f", null::varchar as {_quoted(name)}" for name in columns if name.lower() not in there)
    connection.execute(f"create view {_quoted(called)} as select *{added} from ({view})")
    return rows


class View:
    """The rows of a thing as text, for DuckDB: it asks for the stream each time that it reads the view.

    `refused`: lines that don't fit their header, of every reading; `broken`: why a reading ended early.
    """

    def __init__(self, thing: Thing, limits: file_limits.Limits) -> None:
        self.thing, self.limits = _parted_by_tabs(thing, limits), limits
        self.refused: list[pl.DataFrame] = []
        self.broken: Exception | None = None
        found = [name for of in self.thing.sources(limits) for name in distinct(of.header())]
        self.names = list({name.lower(): name for name in reversed(found)}.values())[::-1]

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        schema = pa.schema([(name, pa.string()) for name in self.names])
        return pa.RecordBatchReader.from_batches(schema, self._batches(schema)).__arrow_c_stream__(requested_schema)

    def _batches(self, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        try:
            for path, of in zip(self.thing.paths, self.thing.sources(self.limits), strict=True):
                place = self.thing.name if len(self.thing.paths) == 1 else f"{self.thing.name}{path.name}"
                names = distinct(of.header())
                for piece in of.pieces():
                    if piece.refused.height:
                        self.refused.append(piece.refused.with_columns(place=pl.lit(place)))
                    yield from _arrow(piece.text, names, schema)
        except Exception as error:
            self.broken = error
            raise


def _parted_by_tabs(thing: Thing, limits: file_limits.Limits) -> Thing:
    """The thing, read by tabs where its header has these alone, whatever its ending: Athena's vocabularies are .csv."""
    is_so = thing.written.delimiter is None and all(
        len(names) == 1 and "\t" in names[0] for names in (of.header() for of in thing.sources(limits))
    )
    return replace(thing, written=replace(thing.written, delimiter="\t")) if is_so else thing


def _arrow(text: pl.DataFrame, names: list[str], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Text under the names of the view; an empty cell is null."""
    found = {name.lower(): str(at) for at, name in enumerate(names)}
    cells = [
        pl.when(pl.col(found[name.lower()]) != "").then(pl.col(found[name.lower()])).alias(name)
        if name.lower() in found
        else pl.lit(None, pl.String).alias(name)
        for name in schema.names
    ]
    yield from text.select(cells).to_arrow(compat_level=pl.CompatLevel.oldest()).cast(schema).to_batches()


class Lines:
    """Lines that don't fit their header, each once, however often a select reads its file."""

    def __init__(self) -> None:
        self._seen = pl.DataFrame(schema=_LINE)

    def taken_from(self, views: list[View]) -> pl.DataFrame:
        """Those that were found since the last time, with their file as `place`."""
        found = pl.concat([NOTHING_REFUSED, *(refused for view in views for refused in view.refused)], how="diagonal")
        for view in views:
            view.refused.clear()
        if found.is_empty():
            return found
        new = found.unique(list(_LINE), keep="first", maintain_order=True).join(self._seen, on=list(_LINE), how="anti")
        self._seen = pl.concat([self._seen, new.select(*_LINE)])
        # a position is one of the file's columns, not of the select's
        return new.with_columns(position=pl.lit(None, pl.Int64))


def _native(thing: Thing) -> str | None:
    """In SQL, a thing that DuckDB reads itself, with its types."""
    names = {path.name.lower() for path in thing.paths}
    if all(name.endswith(".parquet") for name in names):
        paths = ", ".join("'" + str(path).replace("'", "''") + "'" for path in thing.paths)
        return f"select * from read_parquet([{paths}], union_by_name = true)"
    return ndjson.view_of(thing.paths) if all(name.endswith(ndjson.ENDINGS) for name in names) else None


def used(statement: Statement, extract: Path) -> dict[str, Thing | None]:
    """What a select reads, by what it calls it; None: it may be absent, and is.

    Raises RegistryError where it is not one select, or reads what is not there or is there twice.
    """
    things = readable_things(extract, statement.files)
    found: dict[str, Thing | None] = {}
    for called in sorted(_tables(statement.name, statement.text)):
        fitting = [thing for thing in things if called.lower() in (name.lower() for name in thing.names)]
        # a name without its ending may be that of several: what has it as the whole name wins
        fitting = [thing for thing in fitting if called.lower() == thing.name.lower()] or fitting
        if len(fitting) > 1:
            names = " and ".join(f"{thing.names[-1]!r}" for thing in fitting[:3])
            raise RegistryError(
                f"{statement.name}: {called!r} may be {names}; write the one that is meant in double quotes"
            )
        if not fitting and (called.lower() in statement.required or not optional(statement, called)):
            known = sorted({thing.names[0] for thing in things})
            hint = _hint_of(called, extract) or suggestion(called, known) if known else "it has no file with rows"
            raise RegistryError(f"{statement.name}: the extract has no file {called!r}; {hint}")
        found[called] = fitting[0] if fitting else None
    return found


def _hint_of(called: str, extract: Path) -> str | None:
    """What to do about a file that would be meant, if its ending were known."""
    names = (path.name for path in sorted(extract.iterdir()) if path.is_file() and not is_readable(path))
    found = next((name for name in names if called.lower() in (name.lower(), name.rsplit(".", 1)[0].lower())), None)
    return f"say in [files] of registry.toml how {found!r} is written: {{delimiter = ','}}" if found else None


def optional(statement: Statement, called: str) -> tuple[str, ...]:
    """The columns of a file that may be absent, as may the file; none where it has to be there."""
    return next((columns for name, columns in statement.optional.items() if name.lower() == called.lower()), ())


@lru_cache(maxsize=64)
def _tables(name: str, text: str) -> frozenset[str]:
    """What a select reads, as it calls it. Raises RegistryError where it is not one select."""
    with duckdb.connect(":memory:", config={"enable_external_access": "false", "lock_configuration": "true"}) as empty:
        try:
            with engines_plainly():
                kinds = [found.type for found in empty.extract_statements(text)]
                [(parsed,)] = empty.execute("select json_serialize_sql(?)", [text]).fetchall()
        except duckdb.Error as error:
            raise RegistryError(f"{name}: {said(error)}{hint(error)}") from None
    tree = json.loads(parsed)
    if kinds != [duckdb.StatementType.SELECT] or tree["error"]:
        raise RegistryError(f"{name}: must be one select (with … select is one too), and nothing else")
    read = sorted(_read(tree["statements"], frozenset()))
    return frozenset({called.lower(): called for called in read}.values())


def _read(node: Any, known: frozenset[str]) -> Iterator[str]:
    """The tables that a part of a select reads; `known`: what it names itself, in letters of one case."""
    if isinstance(node, list):
        for part in node:
            yield from _read(part, known)
    if not isinstance(node, dict):
        return
    if node.get("type") == "BASE_TABLE" and node["table_name"].lower() not in known:
        yield node["table_name"]
    for entry in node.get("cte_map", {}).get("map", []):
        name = entry["key"].lower()
        yield from _read(entry["value"], known | ({name} if _is_recursive(entry["value"]) else set()))
        known |= {name}
    yield from (name for key, part in node.items() if key != "cte_map" for name in _read(part, known))


def _is_recursive(query: Any) -> bool:
    return any(
        part.get("type") == "RECURSIVE_CTE_NODE" for part in (query["query_node"], query["query_node"].get("node", {}))
    )


def said(error: duckdb.Error) -> str:
    """DuckDB's message in one line, where it is about the text of the select; else what kind of error it is, as its
    message may quote a cell.
    """
    if isinstance(error, (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException)):
        return one_line(error)
    return f"ends in a {str(error).split(':')[0]} of DuckDB"


def hint(error: duckdb.Error) -> str:
    """What to do about it."""
    if isinstance(error, duckdb.PermissionException):
        return " (a select reads the extract's files by their names, and nothing else)"
    if isinstance(error, duckdb.ConversionException):
        return " (use try_cast where a cell may be no such value)"
    return "; mend the select"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
