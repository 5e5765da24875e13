"""The run that questions are asked of: its tables are loaded once each, and its cohorts worked out once."""

from __future__ import annotations

import json
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from flows.endings import OTHER_VERSION
from flows.history.runs import runs
from flows.sandbox.limits import Limits
from flows.sandbox.watching import opened, watched
from flows.schema import tables
from flows.store import StoreError, last_run
from transforms.cohorts import (
    NEEDED,
    NEEDED_LATER,
    TIMES,
    Analysis,
    attributes,
    candidates,
    checked,
    members,
    steps,
    times_of,
)
from transforms.cohorts.later import FIRST

# What of an analysis its candidates depend on.
OF_CANDIDATES = ("origin", "line", "endpoint", "censoring", "landmark_months")
WINDOW = "ISS.window_days"
# Sets of candidates and what they are made of: those of an analysis's pages, and of some others.
MOST_KEPT_MIB, MOST_KEPT = 200.0, 256


@contextmanager
def last_registry(store: Path, limits: Limits = Limits()) -> Iterator[Registry]:  # noqa: B008
    """The last run of a store, held while it is read. Raises StoreError where there is none."""
    with last_run(store) as folder:
        registry = Registry(folder, limits)
        try:
            yield registry
        finally:
            registry.close()


class _Once:
    """Something that is made once: who asks for it meanwhile waits. Where the making failed, the next tries it."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._is_made = False
        self._value: Any = None
        self.mib = 0.0

    def value(self, make: Callable[[], Any]) -> Any:
        """What was made, or is now."""
        with self._lock:
            if not self._is_made:
                self._value = make()
                self.mib = _mib(self._value)
                self._is_made = True
            return self._value


def _mib(made: Any) -> float:
    """The memory of a text, of a frame, or of the frames that something has."""
    if isinstance(made, str):
        return sys.getsizeof(made) / 2**20
    parts = [made] if isinstance(made, pl.DataFrame) else getattr(made, "__dict__", {}).values()
    return sum(part.estimated_size("mb") for part in parts if isinstance(part, pl.DataFrame))


class Registry:
    """A run's folder (`last_run` holds it), read-only, for many readers at once.

    `run` is its row of the table `run`. Raises duckdb.Error where the run is of another version.
    """

    def __init__(self, folder: Path, limits: Limits = Limits()) -> None:  # noqa: B008
        self.folder, self.limits = folder, limits
        self._connection = opened(folder / "registry.duckdb", limits)
        self.run: dict[str, Any] = runs(self._connection)[0]
        self.settings: dict[str, Any] = json.loads(self.run["settings"])
        self._loaded: dict[str, pl.DataFrame] = {}
        self._made: OrderedDict[tuple[object, ...], _Once] = OrderedDict()
        self._loading: dict[str, threading.Lock] = {}
        self._keeping = threading.Lock()

    def close(self) -> None:
        """Let go of the database; frames that were read stay."""
        self._connection.close()

    @contextmanager
    def connection(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection of one's own, held to the limits. Raises NoAnswerError where a query broke one."""
        with self._connection.cursor() as cursor, watched(cursor, self.limits):
            yield cursor

    def frame(self, name: str, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """A table, or some columns of it, in the order of its key; read once."""
        with self._loading.setdefault(name, threading.Lock()):
            there = self._loaded.get(name)
            wanted = list(columns) if columns else self._columns(name)
            if there is None or not set(wanted) <= set(there.columns):
                kept = list(dict.fromkeys([*(there.columns if there is not None else []), *wanted]))
                there = self._loaded[name] = self._read(name, kept)
        return there.select(wanted)

    def made(self, key: tuple[object, ...], make: Callable[[], Any]) -> Any:
        """What `make` gives, made once for a key; what was longest not asked for is forgotten."""
        with self._keeping:
            one = self._made.setdefault(key, _Once())
            self._made.move_to_end(key)
        value = one.value(make)
        with self._keeping:
            while len(self._made) > 1 and self._keeps_too_much():
                self._made.popitem(last=False)
        return value

    def _keeps_too_much(self) -> bool:
        return len(self._made) > MOST_KEPT or sum(kept.mib for kept in self._made.values()) > MOST_KEPT_MIB

    def attributes(self, origin: str, line: int | None = None) -> pl.DataFrame:
        """What is known when time starts; see `transforms.cohorts.attributes`. Of one line, if they were not asked of
        every line before.
        """
        every, own = ("attributes", origin, None), ("attributes", origin, line)
        if line is not None and every in self._made:
            return self.attributes(origin).filter(pl.col("line") == line)

        def table_of(name: str) -> pl.DataFrame:
            return self.made(("table", name), lambda: self._read(name, NEEDED[name], is_sorted=False))

        def make() -> pl.DataFrame:
            return attributes({name: table_of(name) for name in NEEDED}, origin, line, self.settings[WINDOW])

        return self.made(own, make)

    def candidates(self, analysis: Analysis) -> pl.DataFrame:
        """All candidates of an analysis; see `transforms.cohorts.candidates`."""
        key = ("candidates", *(getattr(analysis, name) for name in OF_CANDIDATES))

        def make() -> pl.DataFrame:
            about = self.attributes(analysis.origin, analysis.line)
            table, which = times_of(analysis)
            frames = {table: self._read(table, TIMES[table], which, is_sorted=False)}
            if analysis.landmark_months is not None:
                line = analysis.line if analysis.origin == "line_start" else FIRST
                visits = {"line": line} if line else {}  # there are many, and of one line only its own are asked
                for name, columns in NEEDED_LATER.items():
                    rows = visits if name == "visits" else None
                    frames[name] = self._read(name, columns, rows, is_sorted=False)
            return candidates(about, frames, analysis)

        return self.made(key, make)

    def members(self, analysis: Analysis) -> pl.DataFrame:
        """The members of every cohort; see `transforms.cohorts.members`. Raises AnalysisError."""
        asked = checked(analysis)
        return self.made(("members", repr(asked)), lambda: members(self.candidates(asked), asked))

    def steps(self, analysis: Analysis) -> pl.DataFrame:
        """How each filter divided the candidates; see `transforms.cohorts.steps`. Raises AnalysisError."""
        asked = checked(analysis)
        return self.made(("steps", repr(asked)), lambda: steps(self.candidates(asked), asked))

    def _columns(self, name: str) -> list[str]:
        found = self._connection.cursor().execute(f'describe "{name}"').fetchall()
        return [column for column, *_ in found]

    def _read(
        self, name: str, columns: Sequence[str], which: Mapping[str, object] | None = None, *, is_sorted: bool = True
    ) -> pl.DataFrame:
        """Columns of a table, of all rows or of those that have a value; in the order of its key, or in any."""
        listed = ", ".join(f'"{column}"' for column in columns)
        rows = " and ".join(f'"{column}" = ${column}' for column in which or {}) or "true"
        order = f" order by {tables()[name].order}" if is_sorted else ""
        asked = f'select {listed} from "{name}" where {rows}{order}'
        try:
            with self.connection() as connection:
                return connection.sql(asked, params=dict(which) if which else None).pl()
        except (duckdb.CatalogException, duckdb.BinderException):
            raise StoreError(f"the store was {OTHER_VERSION}") from None
