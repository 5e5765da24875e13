"""How long `mspike run` takes and how much memory, on a synthetic extract: `make bench`, or with other sizes as
arguments.

Prints one table a size: seconds by step (the job's own clock), the whole process, and its peak memory as the operating
system counts it. One run each; expect some per cent from run to run.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MSPIKE = Path(sys.executable).parent / "mspike"


def main(sizes: list[int]) -> None:
    """Measure each size and print its table."""
    cores, memory = os.cpu_count(), os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    print(f"{cores} cores, {memory:.0f} GiB, Python {platform.python_version()}")
    for patients in sizes:
        with tempfile.TemporaryDirectory() as folder:
            measure(patients, Path(folder))


def measure(patients: int, folder: Path) -> None:
    """Make an extract, run the job on it in a process of its own, and print what it took."""
    extract, store = folder / "extract", folder / "store"
    subprocess.run(
        [MSPIKE, "sample", "--patients", str(patients), "--output", extract], check=True, capture_output=True
    )
    clock = time.perf_counter()
    process = subprocess.Popen([MSPIKE, "run", "--input", extract, "--output", store], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - clock
    if status:
        raise SystemExit(f"mspike run ended with status {os.waitstatus_to_exitcode(status)}")
    said = json.loads((store / "run.json").read_text(encoding="utf-8"))
    rows = sum(file["rows_read"] for file in said["files"])
    print(f"\n{patients:,} patients, {rows:,} rows read, {said['tables']['visits']:,} visits, {said['shards']} shards")
    for step, took in said["seconds"].items():
        print(f"  {step:<22} {took:8.1f} s")
    print(f"  {'whole process':<22} {seconds:8.1f} s   {rows / seconds:,.0f} rows/s")
    print(f"  {'peak memory':<22} {usage.ru_maxrss / 2**20:8.2f} GiB")


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [300, 20_000])
