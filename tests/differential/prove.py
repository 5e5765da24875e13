"""A million made-up visits through both paths, on every core: `make prove`, or with another number as the argument, and
a second one for the first seed, which goes on from an earlier proof.

Prints what was compared; ends with status 1, the first differences, and the fewest rows of one patient that show one.
"""

from __future__ import annotations

import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import count
from multiprocessing import get_context
from random import Random

from tests.differential import histories, histories_of_diagnosis, histories_of_routine
from tests.differential.agreement import NO_SECOND_OPINION_OF_LOSSES, differences_and_visits
from tests.differential.smallest import smallest

EDITIONS = ["jsh2023", "imwg2016", "jsh2023-routine"]
# Every fifth registry is one of diagnoses: fewer patients, with more to each; of every other five much was lost.
KINDS = [(histories.registry, 300)] * 3 + [(histories_of_routine.registry, 300), (histories_of_diagnosis.registry, 100)]
WITH_LOSSES = [(partial(registry, losses=0.8), patients) for registry, patients in KINDS]
MADE = [(registry, patients, ()) for registry, patients in KINDS]
MADE += [(registry, patients, NO_SECOND_OPINION_OF_LOSSES) for registry, patients in WITH_LOSSES]


def main(visits: int = 1_000_000, first: int = 0) -> None:
    """Compare until so many visits were; seeds count from the first, editions and kinds of history take turns."""
    clock, compared, seeds = time.perf_counter(), 0, count(first)
    os.environ.setdefault("POLARS_MAX_THREADS", "1")  # one process a core is enough
    # polars' threads do not survive a fork: the processes would wait for ever
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        while compared < visits:
            for found, number in pool.map(compare, [next(seeds) for _ in range(20)]):
                compared += number
                if found:
                    raise SystemExit("\n".join(found))
            print(f"{compared:,} visits, no difference, {time.perf_counter() - clock:.0f} s", flush=True)


def compare(seed: int) -> tuple[list[str], int]:
    """The differences of one made-up registry, and how many visits it has."""
    registry, patients, but = MADE[seed // len(EDITIONS) % len(MADE)]
    made, edition = registry(Random(seed), patients), EDITIONS[seed % len(EDITIONS)]
    found, visits = differences_and_visits(made, edition, but)
    told = [f"seed {seed}, {edition}: {line}" for line in found[:20]]
    if found:
        least = smallest(made, lambda fewer: _differs_alike(found, differences_and_visits(fewer, edition, but)[0]))
        told += [f"  {table}: {row}" for table, rows in least.items() for row in rows]
        told += [f"  {line}" for line in differences_and_visits(least, edition, but)[0]]
    return told, visits


def _differs_alike(found: list[str], others: list[str]) -> bool:
    """Whether the first difference found is among the others, by its row: fewer rows can show one that is not meant."""
    first = found[0].split(":")[0]
    return any(line.startswith(first) for line in others)


if __name__ == "__main__":
    main(*(int(number) for number in sys.argv[1:]))
