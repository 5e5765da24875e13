"""`make torture`: every fault tried and survived, in a table; exit status 1 where anything was lost.

python -m tests.torture [--kills 100] [--patients 8] [--seed 1] [--seconds 60] [kills] [faults] [readers] [explore]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.torture.explorers import explorers
from tests.torture.faults import faults
from tests.torture.kills import Tried, kills_while_publishing, random_kills
from tests.torture.readers import readers
from tests.torture.stores import Ground

PARTS = ("kills", "faults", "readers", "explore")


def main() -> int:
    """Try everything, print the table, and return the exit status."""
    asked = _asked()
    clock = time.perf_counter()
    lost = 0
    with tempfile.TemporaryDirectory(prefix="mspike-torture-") as folder:
        ground = Ground(Path(folder), asked.patients, asked.seed)
        print(f"{'fault':<68} {'tried':>6} {'survived':>8}  note", flush=True)
        for tried in _all(ground, asked):
            print(f"{tried.what:<68} {tried.tried:>6} {tried.survived:>8}  {tried.note}", flush=True)
            for why in tried.lost:
                print(f"    LOST: {why}", flush=True)
            lost += tried.tried - tried.survived
    print(f"\n{'nothing lost' if not lost else f'{lost} LOST'}, {time.perf_counter() - clock:.0f} s")
    return 1 if lost else 0


def _all(ground: Ground, asked: argparse.Namespace) -> Iterator[Tried]:
    parts = asked.parts or PARTS
    if "faults" in parts:
        yield from faults(ground, asked.seed)
    if "kills" in parts:
        yield kills_while_publishing(ground)
        yield from random_kills(ground, asked.kills, asked.seed)
    if "readers" in parts:
        yield from readers(ground, asked.seconds)
    if "explore" in parts:
        yield from explorers(ground, asked.seconds)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="which parts; all where none is named")
    parser.add_argument("--kills", type=int, default=100, help="random moments, half of them for each kind of store")
    parser.add_argument("--patients", type=int, default=8, help="patients of the extract")
    parser.add_argument("--seed", type=int, default=1, help="of the extract and of the moments")
    parser.add_argument("--seconds", type=float, default=60, help="how long readers read while runs write")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
