"""Seconds and CPU seconds of the commands that one waits for, beside Python's own start; the best of five.

A run of the sample is there too, the first in a new store each time (another in the same is a repeated delivery):
alone, and as a flow that a Prefect server on loopback sees.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from flows.schedule.server import own_server

MSPIKE = str(Path(sys.executable).parent / "mspike")
SAMPLE = Path(__file__).parents[2] / "data_samples" / "registry"


def main() -> None:
    """Print one line a command."""
    with tempfile.TemporaryDirectory() as folder:
        stores = (str(Path(folder) / f"store-{number}") for number in count())

        def first_run(*options: str) -> list[str]:
            return [MSPIKE, "run", "--input", str(SAMPLE), "--output", next(stores), *options]

        run = first_run()
        store = run[run.index("--output") + 1]
        ran = [taken(run), taken(first_run())]
        waited = {
            "python": [sys.executable, "-c", ""],
            "mspike --help": [MSPIKE, "--help"],
            "mspike query --list": [MSPIKE, "query", "--list", "--store", store],
            "mspike query stage_table": [MSPIKE, "query", "stage_table", "--store", store],
        }
        print(f"{'':<28}{'wall s':>8}{'CPU s':>8}")
        for name, command in waited.items():
            show(name, [taken(command) for _ in range(5)])
        show("mspike run, 300 patients", ran)
        with a_server(Path(folder)):
            show("the same, Prefect server", [taken(first_run("--prefect")) for _ in range(2)])


def show(name: str, runs: list[tuple[float, float]]) -> None:
    """Print the shortest of some runs."""
    wall, cpu = min(runs)
    print(f"{name:<28}{wall:8.2f}{cpu:8.2f}", flush=True)


@contextmanager
def a_server(home: Path) -> Iterator[None]:
    """A Prefect server on loopback, which the commands run meanwhile report to; its own start is not counted."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    os.environ |= {"PREFECT_HOME": str(home), "DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
    with own_server(port, home):
        os.environ["PREFECT_API_URL"] = f"http://127.0.0.1:{port}/api"
        yield


def taken(command: list[str]) -> tuple[float, float]:
    """Seconds and CPU seconds of a command and the processes that it waits for."""
    clock, before = time.perf_counter(), os.times()
    subprocess.run(command, check=True, capture_output=True)
    seconds, after = time.perf_counter() - clock, os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return seconds, cpu


if __name__ == "__main__":
    main()
