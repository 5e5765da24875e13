"""`mspike` in a process of its own, whose clock starts when everything is imported: all of its time is the run's work.

While it imports, nothing of a store is touched. It is started again, not forked: polars' threads do not survive a fork.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any

import flows.audit.change
import flows.audit.checks
import flows.audit.indicators
import flows.audit.recorded_responses
import flows.batch
import flows.cli
import flows.commands.run_summary
import flows.intake.arrival
import flows.intake.ingest
import flows.report
import flows.settings.bars
import transforms.derive
import transforms.models
import transforms.survival  # noqa: F401 (imported before the clock starts)

Hook = Callable[..., None]
PATIENCE_SECONDS = 600
CONTEXT = multiprocessing.get_context("spawn")


@dataclass(frozen=True)
class Ended:
    """How a process ended (status as `subprocess` has it), what it said on standard error, and its seconds."""

    status: int | None
    said: str
    seconds: float


class Started:
    """A run that goes on, the leader of a process group. `hook` is called in it before anything else."""

    def __init__(self, arguments: list[object], hook: Hook | None = None, *given: Any) -> None:
        handle, name = tempfile.mkstemp(prefix="mspike-torture-")
        os.close(handle)
        self._said = Path(name)
        texts = [str(argument) for argument in arguments]
        imported, tells = CONTEXT.Pipe(duplex=False)
        self._process: SpawnProcess = CONTEXT.Process(target=_run, args=(tells, texts, name, hook, given))
        self._process.start()
        tells.close()
        imported.recv()
        self._clock = time.perf_counter()

    def kill(self, number: int = signal.SIGKILL) -> bool:
        """Send a signal to the group; False where the run has ended already."""
        if not self._process.is_alive() or self._process.pid is None:
            return False
        try:
            os.killpg(self._process.pid, number)
        except ProcessLookupError:  # not a group yet
            os.kill(self._process.pid, number)
        return True

    def wait(self) -> Ended:
        """Wait for its end; one that hangs is killed, and has no status."""
        self._process.join(PATIENCE_SECONDS)
        if self._process.exitcode is None:
            self.kill()
            self._process.join()
            return Ended(None, f"hung for {PATIENCE_SECONDS} seconds", PATIENCE_SECONDS)
        seconds = time.perf_counter() - self._clock
        said = self._said.read_text(encoding="utf-8")
        self._said.unlink()
        return Ended(self._process.exitcode, said, seconds)


def mspike(*arguments: object, hook: Hook | None = None, given: tuple[Any, ...] = ()) -> Ended:
    """`mspike` from its start to its end."""
    return Started(list(arguments), hook, *given).wait()


def _run(tells: Connection, arguments: list[str], said: str, hook: Hook | None, given: tuple[Any, ...]) -> None:
    os.setsid()
    tells.send(True)
    tells.close()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.dup2(os.open(said, os.O_WRONLY), 2)
    sys.stdout, sys.stderr = (os.fdopen(number, "w", encoding="utf-8") for number in (1, 2))
    if hook:
        hook(*given)
    flows.cli.main(arguments)
