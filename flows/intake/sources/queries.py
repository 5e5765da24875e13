"""One select over an extract's files, each a view by its name: the rows of a table where nothing else can say them."""

from __future__ import annotations

import tempfile
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from time import monotonic

import duckdb
import polars as pl
import pyarrow as pa

from flows.endings import stop_now
from flows.faults import EngineFaultError, engines_plainly
from flows.intake.headers import RegistryError
from flows.intake.sources import source
from flows.intake.sources.form_error import FormError
from flows.intake.sources.selected import Columns
from flows.intake.sources.source import Piece
from flows.intake.sources.things import Thing
from flows.intake.sources.views import Lines, View, hint, make_view, optional, said, used
from flows.sandbox.limits import Limits, NoAnswerError
from flows.sandbox.watching import opened_on, watched
from flows.settings import file_limits
from transforms.intake.mapping import Statement


@dataclass(frozen=True)
class Query:
    """The rows of a select; `limits`: of the files, and of what it may use."""

    statement: Statement
    extract: Path
    limits: file_limits.Limits
    things: Mapping[str, Thing | None] = field(repr=False)

    @classmethod
    def of(cls, statement: Statement, extract: Path, limits: file_limits.Limits) -> Query:
        """The select, with what it reads. Raises RegistryError where that is not in the extract."""
        return cls(statement, extract, limits, used(statement, extract))

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files that it reads."""
        return tuple(dict.fromkeys(path for thing in self.things.values() if thing for path in thing.paths))

    def header(self) -> list[str]:
        """The names of its columns."""
        return list(self._header)

    @cached_property  # it is asked for several times, and each would open every file
    def _header(self) -> tuple[str, ...]:
        with self._opened() as (connection, _):
            names = connection.sql(self.statement.text).columns
        return tuple(names[at] for at in Columns.of(self.statement.name, names).own)

    def pieces(self, positions: Sequence[int] | None = None, marked: Container[int] = ()) -> Iterator[Piece]:
        """Its rows, with those of `source_row` in SOURCE_ROW; lines of text files that don't fit their header are among
        what is refused, with their file as `place`.
        """
        with self._opened() as (connection, views):
            relation = connection.sql(self.statement.text)
            columns = Columns.of(self.statement.name, relation.columns)
            wanted = columns.read(positions)
            self._check_types(relation, wanted)
            frames = (_frame(batch, wanted) for batch in self._batches(connection, relation))
            lines = Lines()
            for piece in columns.pieces(frames, marked):
                yield piece._replace(refused=lines.taken_from(views))
            # what is refused of a file's end comes after the last row of the select
            nothing = pl.DataFrame(schema=dict.fromkeys(map(str, wanted), pl.String))
            refused = lines.taken_from(views)
            for piece in columns.pieces([nothing], marked) if len(refused) else ():
                yield piece._replace(refused=refused)

    def _check_types(self, relation: duckdb.DuckDBPyRelation, wanted: list[int]) -> None:
        for at in wanted:
            kind = str(relation.types[at])
            if any(word in kind for word in ("INTERVAL", "STRUCT", "MAP", "UNION", "[", "BLOB", "BIT")):
                raise RegistryError(
                    f"{self.statement.name}: the column {relation.columns[at]} is of the type {kind}, which has no "
                    "plain text; cast it, for example to varchar"
                )

    def _batches(
        self, connection: duckdb.DuckDBPyConnection, relation: duckdb.DuckDBPyRelation
    ) -> Iterator[pa.RecordBatch]:
        """What the select gives; only the time that it takes itself is counted."""
        limits = self._limits()
        began = _Clock()
        with began, watched(connection, limits):
            reader = relation.to_arrow_reader(source.BATCH_ROWS)
        while True:
            left = replace(limits, seconds=max(limits.seconds - began.seconds, 0.001))
            with began, watched(connection, left):
                batch = next(reader, None)
            if batch is None:
                return
            yield batch

    def _limits(self) -> Limits:
        name = self.statement.name
        return Limits(
            self.limits.sql_seconds,
            self.limits.sql_mib,
            lambda why: stop_now(f"{name}: {why}"),
            "with sql_seconds of [limits]",
            "with sql_mib of [limits]",
        )

    @contextmanager
    def _opened(self) -> Iterator[tuple[duckdb.DuckDBPyConnection, list[View]]]:
        """A connection with the views; what DuckDB raises of it is a line about the select."""
        name = self.statement.name
        views: list[View] = []
        try:
            with ExitStack() as stack, engines_plainly():
                spill = stack.enter_context(tempfile.TemporaryDirectory(prefix="mspike-sql-"))
                connection = stack.enter_context(opened_on(list(self.paths), Path(spill), self._limits()))
                for called, thing in self.things.items():
                    columns = optional(self.statement, called)
                    views += make_view(connection, called, thing, columns, self.limits)
                yield connection, views
        except (NoAnswerError, EngineFaultError) as error:
            raise FormError(str(error)) from None
        except duckdb.OutOfMemoryException:
            raise FormError(self._limits().too_large()) from None
        except duckdb.Error as error:
            broken = next((view.broken for view in views if view.broken), None)
            if isinstance(broken, MemoryError):
                raise MemoryError from None
            if broken:
                raise FormError(str(broken)) from None
            raise RegistryError(f"{name}: {said(error)}{hint(error)}") from None


class _Clock:
    """How long what is done within takes, together."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __enter__(self) -> None:
        self._began = monotonic()

    def __exit__(self, *_: object) -> None:
        self.seconds += monotonic() - self._began


def _frame(batch: pa.RecordBatch, wanted: list[int]) -> pl.DataFrame:
    columns = pa.Table.from_arrays([batch.column(at) for at in wanted], names=[str(at) for at in wanted])
    frame = pl.from_arrow(columns)
    assert isinstance(frame, pl.DataFrame)
    return frame
