"""Which engine a run uses, as its user chose it, and what is wrong with a choice that can't be used."""

from __future__ import annotations

import os
import re
import socket
from dataclasses import dataclass
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path

from flows.endings import UNUSABLE, MspikeError

ENGINES = ("embedded", "dask")
CONNECT_WITHIN_SECONDS = 10
# A shard of a cluster is a part of an embedded one: workers have less memory, and none waits long for the last.
PARTS_OF_A_SHARD = 4
ADDRESS = re.compile(r"(?:tcp|tls)://(?P<host>\[[0-9a-fA-F:]+\]|[^:/\s\[\]]+):(?P<port>\d{1,5})")


class EngineUsageError(MspikeError):
    """A choice of engine that can't be used; the message is one line for the person who made it."""

    status = UNUSABLE


class EngineError(MspikeError, RuntimeError):
    """The workers could not do their shards; the message is one line, without anything of a patient."""


@dataclass(frozen=True)
class Engine:
    """The embedded engine, or Dask's: `workers` started here for the run, or a cluster's at `scheduler_address`.

    `scratch` is the folder in which shares and results are passed (None: in the folder being built).
    """

    name: str = "embedded"
    workers: int | None = None
    scheduler_address: str | None = None
    scratch: Path | None = None

    @property
    def is_embedded(self) -> bool:
        """Whether the shards are derived in this process."""
        return self.name == "embedded"

    @property
    def workers_here(self) -> int:
        """How many worker processes to start on this machine: none where a cluster has its own."""
        return 0 if self.is_embedded or self.scheduler_address else self.workers or os.cpu_count() or 1

    def shards(self, lab_rows: int, rows_per_shard: int) -> int:
        """Into how many shards to cut so many rows: at least one for each worker started here."""
        if self.is_embedded:
            return 1 + lab_rows // rows_per_shard
        return max(self.workers_here, 1 + PARTS_OF_A_SHARD * lab_rows // rows_per_shard)

    def parameters(self) -> dict[str, str | int | None]:
        """What `choose_engine` takes to give this engine again, as plain values."""
        scratch = str(self.scratch.resolve()) if self.scratch else None
        return {
            "name": self.name,
            "workers": self.workers,
            "scheduler_address": self.scheduler_address,
            "scratch": scratch,
        }

    def check_scheduler(self) -> None:
        """Raises EngineError where no scheduler answers at the address; better before a long ingest than after."""
        if self.scheduler_address is None:
            return
        try:
            with socket.create_connection(_host_and_port(self.scheduler_address), CONNECT_WITHIN_SECONDS) as asked:
                asked.settimeout(CONNECT_WITHIN_SECONDS)
                # a scheduler speaks first; Dask's client would wait for ever for anything else that listens there
                said = self.scheduler_address.startswith("tls") or asked.recv(1)
                problem = "" if said else "closed at once"
        except OSError as error:
            problem = error.strerror or "no answer in time"
        if problem:
            raise EngineError(
                f"no Dask scheduler answers at {self.scheduler_address} ({problem});"
                " start it with dask scheduler, or correct --scheduler-address"
            )


EMBEDDED = Engine()


def choose_engine(
    name: str = "embedded",
    workers: int | None = None,
    scheduler_address: str | None = None,
    scratch: Path | str | None = None,
) -> Engine:
    """The engine that the options ask for. Raises EngineUsageError where they contradict each other."""
    if name not in ENGINES:
        raise EngineUsageError(f"no engine {name!r}; there are {', '.join(ENGINES)}")
    engine = Engine(name, workers, scheduler_address, Path(scratch) if scratch else None)
    if engine.is_embedded:
        if engine != EMBEDDED:
            raise EngineUsageError("--workers, --scheduler-address and --scratch are for --engine dask; add it")
        return engine
    if find_spec("prefect_dask") is None:
        raise EngineUsageError(
            "--engine dask needs prefect-dask, which is not installed here;"
            " in the project's folder, .venv/bin/python -m pip install --editable '.[cluster]', or omit --engine"
        )
    if workers is not None and scheduler_address is not None:
        raise EngineUsageError(
            "--workers starts workers here, --scheduler-address uses those of a cluster; leave one of them out"
        )
    if engine.scratch is not None and not engine.scratch.is_dir():
        raise EngineUsageError(f"--scratch {scratch}: no such folder; name one that exists and every worker reaches")
    if scheduler_address is not None:
        _check_address(scheduler_address)
    return engine


def _check_address(address: str) -> None:
    host, _ = _host_and_port(address)
    if not _is_this_machine(host) and not os.environ.get("PREFECT_API_URL"):
        raise EngineUsageError(
            f"--scheduler-address {address}: workers on other machines report to a Prefect server;"
            " set PREFECT_API_URL to one that they reach"
        )


def _host_and_port(address: str) -> tuple[str, int]:
    found = ADDRESS.fullmatch(address)
    if found is None or not 0 < int(found["port"]) < 2**16:
        raise EngineUsageError(f"--scheduler-address {address}: not an address; write it as tcp://HOST:8786")
    return found["host"].strip("[]"), int(found["port"])


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
