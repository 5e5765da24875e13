"""`make fuzz`: at least 100,000 bad inputs and so many wild extracts, and what became of them.

`python -m tests.fuzz [WILD [FIRST_SEED]]`: so many wild extracts (a hundred: half an hour on two cores; a thousand: a
night) beside the bad input; `python -m tests.fuzz.driving SEED…` tries some again.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

from click.testing import CliRunner

from flows.cli import main
from tests.fuzz import good, mess
from tests.fuzz.driving import KEPT, drive
from tests.fuzz.harness import TABLES, in_time, ingest_cells, ingest_lines, load, read_file, write
from transforms.intake.contracts import dtypes

SEED = 7
WILD = 100  # extracts
ROWS, ROUNDS = 4000, 3  # rows of an ingest, and ingests of a table
LINES, LINE_ROUNDS = 300, 5
FILES, HEADERS, CONFIGURATIONS, RUNS = 3000, 3000, 3000, 2
MOST_GIB = 3.0
Outcomes = Iterator[Counter[str]]


def cells(random: Random, folder: Path) -> Outcomes:
    """An input is a row with one messy cell, of every table and column, within a good extract."""
    for table in TABLES:
        for _ in range(ROUNDS):
            yield Counter(tried=ROWS) + ingest_cells(folder, table, list(messy_rows(random, table, ROWS)))
            for file in folder.iterdir():
                file.unlink()


def messy_rows(random: Random, table: str, count: int) -> Iterator[dict[str, str]]:
    """Good rows of which one cell each is messy."""
    for number in range(count):
        row, column = good.row(table, number), random.choice(list(dtypes(table)))
        yield row | {column: mess.variant(random, row[column]) if random.random() < 0.5 else mess.text(random)}


def lines(random: Random, folder: Path) -> Outcomes:
    """An input is a messy line of a file; a quote never closed makes one row of several, so rows are counted."""
    for table in TABLES:
        for _ in range(LINE_ROUNDS):
            found = [mess.line(random, ",".join(good.row(table, number).values())) for number in range(LINES)]
            yield Counter(tried=LINES) + ingest_lines(folder, table, found)
        (folder / f"{table}.csv").unlink()


def files(random: Random, folder: Path) -> Outcomes:
    """An input is a file: another encoding, damaged, cut short, packed, or of another format."""
    for number in range(FILES):
        table = TABLES[number % len(TABLES)]
        yield Counter(["tried", read_file(folder, table, *mess.content(random, csv_text(table)))])


def csv_text(table: str, names: list[str] | None = None) -> str:
    """Some good rows with Japanese in a column of the site's own."""
    rows = [[*good.row(table, number).values(), "骨髄腫の所見"] for number in range(3)]
    return "\n".join([",".join([*(names or dtypes(table)), "備考"]), *map(",".join, rows)]) + "\n"


def headers(random: Random, folder: Path) -> Outcomes:
    """An input is a file whose header is messy."""
    for number in range(HEADERS):
        table = TABLES[number % len(TABLES)]
        text = csv_text(table, mess.header(random, list(dtypes(table))))
        yield Counter(["tried", read_file(folder, table, ".csv", text.encode(errors="replace"))])


def configurations(random: Random, folder: Path) -> Outcomes:
    """An input is a mspike.toml."""
    for _ in range(CONFIGURATIONS):
        yield Counter(["tried", load(folder, settings=mess.settings(random))])


def registries(random: Random, folder: Path) -> Outcomes:
    """An input is a registry.toml."""
    for _ in range(CONFIGURATIONS):
        yield Counter(["tried", load(folder, registry=mess.registry(random))])


def runs(random: Random, folder: Path) -> Outcomes:
    """An input is a whole run on messy rows of every table: what ingest accepts, the rest has to bear."""
    for number in range(RUNS):
        extract = folder / f"extract-{number}"
        extract.mkdir()
        for table in TABLES:
            rows = list(messy_rows(random, table, 400))
            write(extract / f"{table}.csv", good.patients() + rows if table == "patients" else rows)
        with in_time(600):
            arguments = ["run", "--input", str(extract), "--output", str(folder / f"store-{number}")]
            result = CliRunner().invoke(main, arguments, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        yield Counter(["tried", "accepted"])


KINDS: dict[str, Callable[[Random, Path], Outcomes]] = {
    kind.__name__: kind for kind in (cells, lines, files, headers, configurations, registries, runs)
}


def peak_gib() -> float:
    """The most memory that this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def report(only: tuple[str, ...] = tuple(KINDS)) -> Counter[str]:
    """Try every kind of input, print what became of it, and return how many there were."""
    every: Counter[str] = Counter()
    print(f"{'inputs':<16} {'tried':>9} {'refused':>9} {'repaired':>9} {'accepted':>9} {'seconds':>8} {'longest':>8}")
    for kind in only:
        clock, longest, total = time.perf_counter(), 0.0, Counter()
        with tempfile.TemporaryDirectory() as folder:
            last = clock
            for outcome in KINDS[kind](Random(SEED), Path(folder)):
                total += outcome
                longest, last = max(longest, time.perf_counter() - last), time.perf_counter()
        counts = " ".join(f"{total[name]:>9,}" for name in ("tried", "refused", "repaired", "accepted"))
        print(f"{kind:<16} {counts} {time.perf_counter() - clock:>8.1f} {longest:>8.1f}", flush=True)
        every += total
    print(f"all {every['tried']:,} inputs: no traceback, no hang, every row accepted or refused with what to do")
    print(f"peak memory {peak_gib():.1f} GiB")
    assert peak_gib() < MOST_GIB
    return every


def wild(extracts: int, first: int = 0) -> None:
    """Drive so many wild extracts through every command, say what went wrong at once, and end with status 1 then."""
    clock, failed = time.perf_counter(), []
    for number, (seed, found) in enumerate(drive(range(first, first + extracts)), 1):
        if found:
            failed.append(seed)
            print(f"wild extract {seed}, kept in {KEPT}:", *found, sep="\n  ", flush=True)
        if not number % 10:
            print(
                f"{number:,} wild extracts, {len(failed)} with faults, {time.perf_counter() - clock:.0f} s", flush=True
            )
    if failed:
        raise SystemExit(f"{len(failed)} wild extracts show faults: {failed}")
    print(f"all {extracts:,} wild extracts: every command ends with status 0 or 3, and no traceback")


if __name__ == "__main__":
    asked = [int(text) for text in sys.argv[1:]] or [WILD]
    report()
    wild(*asked)
