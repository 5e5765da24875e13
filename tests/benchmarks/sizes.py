"""Does the job pass on made-up registries of many sizes, and two nights after each? To ask before an engine is pinned.

`python -m tests.benchmarks.sizes PATIENTS SEED…` (`make sizes`: 300, 5,000 of ten seeds, 20,000, 50,000: some hours).
An engine may pass on one size and end in an error of its own on another: what the optimiser does depends on counts.
Each run is a process of its own. Prints a line a run; what failed keeps its extract, in out/sizes, and ends the whole
with status 1 at the end, when every size was tried.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

from tests.benchmarks.measuring import MSPIKE, machine
from tests.benchmarks.nightly import changed

OUT = Path("out") / "sizes"
PASSED = (0, 3)


def main(patients: int, seeds: list[int]) -> None:
    """Run every seed of a size, and say which failed."""
    print(machine())
    failed = [seed for seed in seeds if not passes(patients, seed)]
    if failed:
        raise SystemExit(f"{patients:,} patients: failed with seeds {failed}; kept in {OUT}")


def passes(patients: int, seed: int) -> bool:
    """A made-up registry, run, and two nights with small changes after it: whether all three passed."""
    folder = OUT / f"{patients}-{seed}"
    shutil.rmtree(folder, ignore_errors=True)
    first, second, third, store = (folder / name for name in ("first", "second", "third", "store"))
    sampled = [MSPIKE, "sample", "--patients", str(patients), "--seed", str(seed), "--output", first]
    subprocess.run(sampled, check=True, capture_output=True)
    changed(first, second, "albumin", whole=True)
    changed(second, third, "calcium", whole=True)
    for night, extract in enumerate((first, second, third)):
        clock = time.perf_counter()
        command = [MSPIKE, "run", "--input", extract, "--output", store]
        ended = subprocess.run(command, check=False, capture_output=True, text=True)
        seconds = time.perf_counter() - clock
        print(f"{patients:>7,} patients, seed {seed:>3}, night {night}: status {ended.returncode}, {seconds:6.1f} s")
        if ended.returncode not in PASSED:
            print(ended.stderr, flush=True)
            return False
        sys.stdout.flush()
    shutil.rmtree(folder)
    return True


if __name__ == "__main__":
    main(int(sys.argv[1]), [int(seed) for seed in sys.argv[2:]] or [1])
