"""Seconds to the end of the commands that one waits for, beside Python's own start; the best of five."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

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
