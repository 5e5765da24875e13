"""A million made-up visits through both paths, on every core: `make prove`, or with another number as the argument.

Prints what was compared; ends with status 1 and the first differences if there is one.
"""

from __future__ import annotations

import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from itertools import count
from multiprocessing import get_context
from random import Random

from tests.differential.agreement import differences_and_visits
from tests.differential.histories import registry

PATIENTS = 300
EDITIONS = ["jsh2023", "imwg2016"]


def main(visits: int) -> None:
    """Compare until so many visits were; seeds count from 0, the editions take turns."""
    clock, compared, seeds = time.perf_counter(), 0, count()
    os.environ.setdefault("POLARS_MAX_THREADS", "1")  # one process a core is enough
    # polars' threads do not survive a fork: the processes would wait for ever
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        while compared < visits:
            for found, number in pool.map(compare, [next(seeds) for _ in range(20)]):
                compared += number
                if found:
                    raise SystemExit("\n".join(found[:20]))
            print(f"{compared:,} visits, no difference, {time.perf_counter() - clock:.0f} s", flush=True)


def compare(seed: int) -> tuple[list[str], int]:
    """The differences of one made-up registry, and how many visits it has."""
    found, visits = differences_and_visits(registry(Random(seed), PATIENTS), EDITIONS[seed % 2])
    return [f"seed {seed}: {line}" for line in found], visits


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
