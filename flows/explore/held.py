"""The runs that are held: the newest that was published, and older ones for as long as pages of theirs are read."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from flows.endings import OTHER_VERSION, MspikeError
from flows.history.runs import is_readable
from flows.query.asked_registry import Registry
from flows.sandbox.limits import Limits
from flows.store import StoreError, last_database, last_run

# Of one query. Everything else of a page is bounded by its own time (flows/explore/workshop.py).
LIMITS = Limits(seconds=30.0, mib=384)
KEPT_SECONDS = 1800.0  # after the last page that was asked of a run that is no longer the newest


class NotHeldError(MspikeError):
    """A run that is not held, or no longer."""


@dataclass
class Held:
    """A run that stays, whatever is published. `readers` are pages being made of it."""

    database: Path
    registry: Registry
    stack: ExitStack = field(repr=False)
    readers: int = 0
    used: float = field(default_factory=time.monotonic)

    @property
    def number(self) -> int:
        """Its number among the store's runs."""
        return int(self.registry.run["number"])


class HeldRuns:
    """The runs of a store, newest first; `came` is called when the next one is held. Raises StoreError where there is
    none, and what Registry does.
    """

    def __init__(self, store: Path) -> None:
        self.store = store
        self.came: Callable[[], None] = _unheard
        self._lock = threading.Lock()
        self._runs = [self._hold()]

    def _hold(self) -> Held:
        with ExitStack() as stack:
            folder = stack.enter_context(last_run(self.store))
            database = folder / "registry.duckdb"
            if not is_readable(database):
                raise StoreError(f"{self.store}: {OTHER_VERSION}")
            registry = Registry(folder, LIMITS)
            stack.callback(registry.close)
            return Held(database, registry, stack.pop_all())

    @contextmanager
    def read(self, number: int | None) -> Iterator[tuple[Held, int]]:
        """A run (None: the newest), held meanwhile, and the newest's number. Raises NotHeldError."""
        with self._lock:
            self._look()
            newest = self._runs[0]
            found = next((run for run in self._runs if number in (None, run.number)), None)
            if found is None:
                raise NotHeldError(f"run {number} is not held")
            found.readers += 1
        try:
            yield found, newest.number
        finally:
            with self._lock:
                found.readers -= 1
                found.used = time.monotonic()

    def _look(self) -> None:
        """Hold what was published since, and let go of what is read no more."""
        published = last_database(self.store)
        if published and published != self._runs[0].database:
            # One of another version, or gone again: what is held stays the newest.
            with suppress(MspikeError, duckdb.Error, OSError):
                self._runs.insert(0, self._hold())
                self.came()
        until = time.monotonic() - KEPT_SECONDS
        for run in [run for run in self._runs[1:] if not run.readers and run.used < until]:
            self._runs.remove(run)
            run.stack.close()

    def close(self) -> None:
        """Let go of every run."""
        with self._lock:
            while self._runs:
                self._runs.pop().stack.close()


def _unheard() -> None:
    """Where no one wants to know that a run came."""
