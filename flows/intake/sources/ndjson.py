"""JSON objects, of which no two need have the same keys: one a line (NDJSON: FHIR's bulk export), or a list of them."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Container, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa

from flows.faults import engines_plainly
from flows.intake.sources import source
from flows.intake.sources.form_error import FormError
from flows.intake.sources.source import Piece, numbered, typed_pieces
from flows.sandbox.limits import Limits
from flows.sandbox.watching import opened_on

LISTS = (".json", ".json.gz")  # or one object, or one a line
ENDINGS = (".ndjson", ".jsonl", ".ndjson.gz", ".jsonl.gz", *LISTS)
# The column with the whole object, in a select.
WHOLE = "json"


@dataclass(frozen=True)
class Ndjson:
    """A file of JSON objects, as text: a column for each key that any of them has; what is nested is JSON."""

    path: Path

    def header(self) -> list[str]:
        """The keys."""
        return list(_structure(*_looks([self.path])))

    def pieces(self, positions: Sequence[int] | None = None, marked: Container[int] = ()) -> Iterator[Piece]:
        """Its rows."""
        keys = self.header()
        wanted = range(len(keys)) if positions is None else sorted(set(positions))
        yield from typed_pieces(numbered(self._frames(keys, wanted)), marked)

    def _frames(self, keys: list[str], wanted: Sequence[int]) -> Iterator[pl.DataFrame]:
        # all keys are taken in one look at an object; keys that differ from one of them in letter case alone are not
        plain = _keys(dict.fromkeys((keys[at] for at in wanted), "VARCHAR"))
        found = f"json_transform({WHOLE}, {_literal(json.dumps(plain))})" if plain else "null"
        cells = [f"found[{_literal(key)}]" if key in plain else f"{WHOLE} ->> {_literal(_path(key))}" for key in keys]
        columns = ", ".join(f'{cells[at]} as "{at}"' for at in wanted)
        with _connected([self.path]) as connection:
            relation = connection.sql(
                f"select {columns or 1} from (select {WHOLE}, {found} as found from {objects_of([self.path])})"
            )
            for batch in relation.to_arrow_reader(source.BATCH_ROWS):
                yield pl.DataFrame(pa.Table.from_batches([batch]))


def objects_of(paths: Sequence[Path]) -> str:
    """In SQL, the objects of files, in the column WHOLE."""
    named = ", ".join(_literal(str(path)) for path in paths)
    if any(path.name.lower().endswith(LISTS) for path in paths):
        return f"read_json_objects([{named}], format = 'auto')"
    return f"read_ndjson_objects([{named}])"


def view_of(paths: Sequence[Path]) -> str:
    """In SQL, the objects of files in the column WHOLE, and beside it a column for each key that any of them has.

    Its type is that of the values: numbers, text, lists, structures; text, where they are of several kinds.
    """
    structure = {key: kind for key, kind in _keys(_structure(*_looks(paths))).items() if key.lower() != WHOLE}
    if not structure:
        return f"select {WHOLE} from {objects_of(paths)}"
    keys = f"unnest(json_transform({WHOLE}, {_literal(json.dumps(structure))}))"
    return f"select {WHOLE}, {keys} from {objects_of(paths)}"


@lru_cache(maxsize=64)
def _structure(paths: tuple[Path, ...], _modified: tuple[int, ...]) -> dict[str, Any]:
    """By key, what its values are, in the words of json_transform. Raises FormError for what is no NDJSON."""
    with _connected(paths) as connection:
        query = f"select json_group_structure({WHOLE}) from {objects_of(paths)}"
        [(found,)] = connection.execute(query).fetchall()
    structure = json.loads(found) if found else {}
    if not isinstance(structure, dict):
        raise FormError("has what is no JSON object; write one object a line, or a list of objects")
    return structure


def _looks(paths: Sequence[Path]) -> tuple[tuple[Path, ...], tuple[int, ...]]:
    return tuple(paths), tuple(path.stat().st_mtime_ns for path in paths)


def _keys(structure: dict[str, Any]) -> dict[str, Any]:
    """Of keys that differ in letter case alone the first."""
    first = {key.lower(): key for key in reversed(structure)}
    return {key: _plain(kind) for key, kind in structure.items() if first[key.lower()] == key}


def _plain(kind: Any) -> Any:
    """Of values that are of several kinds, or never there, or have keys that differ in letter case alone: text."""
    if isinstance(kind, dict):
        folded = {key.lower() for key in kind}
        return {key: _plain(of) for key, of in kind.items()} if len(folded) == len(kind) and kind else "VARCHAR"
    if isinstance(kind, list):
        return [_plain(of) for of in kind]
    return "VARCHAR" if kind in ("JSON", "NULL") else kind


@contextmanager
def _connected(paths: Sequence[Path]) -> Iterator[duckdb.DuckDBPyConnection]:
    with (
        tempfile.TemporaryDirectory(prefix="mspike-json-") as spill,
        opened_on(list(paths), Path(spill), Limits()) as opened,
    ):
        try:
            with engines_plainly():
                yield opened
        except duckdb.OutOfMemoryException:
            raise
        except duckdb.Error:
            raise FormError(
                "can't be read as JSON, found it damaged or of another format; write one JSON object a line"
            ) from None


def _path(key: str) -> str:
    return '$."' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
