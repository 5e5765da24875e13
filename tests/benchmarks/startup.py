"""Seconds to the end of the commands that one waits for, beside Python's own start; the best of five.

A run of the sample is there too: alone, and as a flow that a Prefect server on loopback sees.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from flows.schedule.server import own_server

MSPIKE = str(Path(sys.executable).parent / "mspike")
SAMPLE = Path(__file__).parents[2] / "data_samples" / "registry"


def main() -> None:
    """Make a store of the sample and print one line a command."""
    with tempfile.TemporaryDirectory() as folder:
        store = str(Path(folder) / "store")
        run = [MSPIKE, "run", "--input", str(SAMPLE), "--output", store]
        first = best(run, times=1)
        waited = {
            "python": [sys.executable, "-c", ""],
            "mspike --help": [MSPIKE, "--help"],
            "mspike query --list": [MSPIKE, "query", "--list", "--store", store],
            "mspike query stage_table": [MSPIKE, "query", "stage_table", "--store", store],
        }
        for name, command in waited.items():
            print(f"{name:<28}{best(command):8.2f} s")
        print(f"{'mspike run, 300 patients':<28}{min(first, best(run, times=1)):8.2f} s", flush=True)
        print(
            f"{'the same, Prefect server':<28}{beside_a_server([*run, '--prefect'], Path(folder)):8.2f} s", flush=True
        )


def beside_a_server(command: list[str], home: Path) -> float:
    """The shorter of two runs while a server is up; its own start is not counted."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    os.environ |= {"PREFECT_HOME": str(home), "DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
    with own_server(port, home):
        os.environ["PREFECT_API_URL"] = f"http://127.0.0.1:{port}/api"
        return best(command, times=2)


def best(command: list[str], times: int = 5) -> float:
    """The shortest of some runs."""
    seconds = []
    for _ in range(times):
        clock = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        seconds.append(time.perf_counter() - clock)
    return min(seconds)


if __name__ == "__main__":
    main()
