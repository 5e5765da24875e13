"""Faults of the machine and of the people around a run: one line, the right status, the store as it was."""

from __future__ import annotations

import fcntl
import gzip
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from tests.torture import hooks
from tests.torture.kills import Tried
from tests.torture.stores import Ground, check_clean, check_reads, check_same, demand, snapshot
from tests.torture.warm import Ended, Started, mspike

MIB = 2**20
OPENED = (
    "import duckdb, sys; c = duckdb.connect(sys.argv[1], read_only=sys.argv[2] == 'r'); print(1, flush=True); input()"
)


def faults(ground: Ground, seed: int) -> Iterator[Tried]:
    """One line of the table for each kind of fault."""
    yield _full_disk(ground)
    yield _one(
        ground, "a file may not grow (RLIMIT_FSIZE)", "File too large", _limited(hooks.limit_files, MIB, 2 * MIB)
    )
    yield _standard_output_full(ground)
    yield _read_only(ground)
    yield _opened(ground, "r", "store open in a reader (DuckDB, read-only)")
    yield _opened(ground, "w", "store open in another program for writing")
    yield _locked(ground)
    yield from (_tampered(ground, kind) for kind in hooks.TAMPERINGS)
    yield _clock(ground)
    yield _memory(ground)
    yield from (_stopped(ground, number, seed) for number in (signal.SIGTERM, signal.SIGINT))


def check_failure(ended: Ended, status: int, says: str) -> None:
    """One line that says what it is, no traceback, the status."""
    demand(ended.status == status, f"status {ended.status} instead of {status}: {ended.said[-600:]}")
    lines = ended.said.splitlines()
    demand(len(lines) == 1 and lines[0].startswith("mspike: "), f"not one line: {ended.said[-600:]}")
    demand(says in lines[0], f"does not say {says!r}: {lines[0]}")


def check_intact(ground: Ground, store: Path) -> None:
    """The store has every byte of its last run and nothing else; it can be read, and the next run is as undisturbed."""
    demand(snapshot(store) == snapshot(ground.first), "the last complete run is not what it was")
    check_clean(store)
    check_reads(store, there=True)
    check_next(ground, store)


def check_next(ground: Ground, store: Path) -> None:
    """The next run is as one that was never disturbed."""
    ended = _run(ground.later, store)
    demand(ended.status == 0, f"the next run ended with {ended.status}: {ended.said}")
    check_same(store, ground.second)


def _run(extract: Path, store: Path, hook: Callable[..., None] | None = None, *given: Any) -> Ended:
    return mspike("run", "--input", extract, "--output", store, hook=hook, given=given)


def _limited(hook: Callable[..., None], *limits: int) -> list[Callable[[Path, Path], Ended]]:
    return [lambda extract, store, limit=limit: _run(extract, store, hook, limit) for limit in limits]  # type: ignore[misc]


def _one(ground: Ground, what: str, says: str, runs: list[Callable[[Path, Path], Ended]]) -> Tried:
    tried = Tried(what)
    for run in runs:
        store = ground.fresh()

        def check(run: Callable[[Path, Path], Ended] = run, store: Path = store) -> None:
            check_failure(run(ground.later, store), 1, says)
            check_intact(ground, store)

        tried.once(check)
    return tried


@contextmanager
def mounted(folder: Path, *options: str) -> Iterator[bool]:
    """Mount something on a folder; False where this machine does not let us."""
    folder.mkdir(exist_ok=True)
    done = subprocess.run(["mount", *options, folder], capture_output=True, check=False).returncode == 0
    try:
        yield done
    finally:
        if done:
            subprocess.run(["umount", "--lazy", folder], check=True)


def _full_disk(ground: Ground) -> Tried:
    tried = Tried("full disk (a tmpfs too small for the run)")
    size = sum(path.stat().st_size for path in ground.first.rglob("*") if path.is_file() and not path.is_symlink())
    disk = ground.folder / "disk"
    for share in (0.02, 0.2, 0.5, 0.7, 0.9):
        room = int(size * (1 + share)) + MIB // 4
        with mounted(disk, "-t", "tmpfs", "-o", f"size={room}", "tmpfs") as there:
            if not there:
                tried.note = "not tried: no right to mount"
                return tried

            def check() -> None:
                store = ground.fresh("disk/store")
                check_failure(_run(ground.later, store), 1, "No space left on device")
                demand(snapshot(store) == snapshot(ground.first), "the last complete run is not what it was")
                check_clean(store)
                check_reads(store, there=True)
                subprocess.run(["mount", "-o", f"remount,size={8 * size}", disk], check=True)
                check_next(ground, store)

            tried.once(check)
    return tried


def _standard_output_full(ground: Ground) -> Tried:
    tried = Tried("standard output on a full disk, the real program: from the first line, and from the next")
    disk, page = ground.folder / "disk", 4096

    def check(full: Path, left: Path) -> None:
        store = ground.fresh()
        command = [sys.executable, "-m", "flows.cli", "run", "--input", ground.later, "--output", store]
        with full.open("a", encoding="utf-8") as said:
            ended = subprocess.run(command, stdout=said, stderr=subprocess.PIPE, text=True, check=False)
        check_failure(Ended(ended.returncode, ended.stderr, 0), 1, "No space left on device")
        check_same(store, left)

    tried.once(partial(check, Path("/dev/full"), ground.first))  # nothing is begun that can't be told
    with mounted(disk, "-t", "tmpfs", "-o", f"size={page}", "tmpfs") as there:
        if there:
            log = disk / "log"
            log.write_text(" " * (page - 500), encoding="utf-8")  # room for the first line, not for what is said last
            tried.once(partial(check, log, ground.second))  # what was done stays done
        else:
            tried.note = "the latter not tried: no right to mount"
    return tried


def _read_only(ground: Ground) -> Tried:
    tried = Tried("store in a read-only folder")
    store = ground.fresh()
    if os.geteuid():
        for path in (store, store / ".builds"):
            path.chmod(0o555)
        tried.once(lambda: check_failure(_run(ground.later, store), 1, "can't be written"))
        for path in (store, store / ".builds"):
            path.chmod(0o755)
        tried.note = "by its mode"
        return tried
    with mounted(store, "--bind", "-o", "ro", str(store)) as there:
        if not there:
            tried.note = "not tried: no right to mount"
            return tried

        def check() -> None:
            check_failure(_run(ground.later, store), 1, "can't be written (Read-only file system)")
            demand(snapshot(store) == snapshot(ground.first), "the last complete run is not what it was")
            check_reads(store, there=True)

        tried.once(check)
        tried.note = "a read-only mount"
    tried.once(lambda: check_next(ground, store))
    return tried


@contextmanager
def _open_elsewhere(store: Path, mode: str) -> Iterator[None]:
    command = [sys.executable, "-c", OPENED, store / "registry.duckdb", mode]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout
        holder.stdout.readline()
        yield
        holder.communicate("\n")


def _opened(ground: Ground, mode: str, what: str) -> Tried:
    tried = Tried(what, note="the run does its work" if mode == "r" else "the run says who is in the way")
    store = ground.fresh()

    def check() -> None:
        with _open_elsewhere(store, mode):
            ended = _run(ground.later, store)
        if mode == "r":
            demand(ended.status == 0, f"status {ended.status}: {ended.said}")
            check_same(store, ground.second)
        else:
            check_failure(ended, 1, "another program has registry.duckdb open")
            check_intact(ground, store)

    tried.once(check)
    return tried


def _locked(ground: Ground) -> Tried:
    tried = Tried("another run holds the store's lock")
    store = ground.fresh()

    def check() -> None:
        with (store / ".builds" / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            check_failure(_run(ground.later, store), 1, "another run is writing this store")
        check_intact(ground, store)

    tried.once(check)
    return tried


def _tampered(ground: Ground, kind: str) -> Tried:
    forms = (".csv", ".csv.gz", ".parquet") if kind == "truncated" else (".csv",)
    tried = Tried(f"a file of the extract is {kind} while it is read ({', '.join(forms)})")
    for form in forms:
        extract = ground.folder / "tampered"
        shutil.rmtree(extract, ignore_errors=True)
        shutil.copytree(ground.later, extract)
        _in_form(extract / "labs.csv", form)
        store = ground.fresh()

        def check(extract: Path = extract, store: Path = store) -> None:
            check_failure(_run(extract, store, hooks.tamper, kind), 1, "changed while it was looked at or read")
            check_intact(ground, store)

        tried.once(check)
    return tried


def _in_form(file: Path, form: str) -> None:
    if form == ".csv.gz":
        file.with_suffix(".csv.gz").write_bytes(gzip.compress(file.read_bytes()))
    elif form == ".parquet":
        pl.read_csv(file, infer_schema=False).write_parquet(file.with_suffix(".parquet"))
    if form != ".csv":
        file.unlink()


def _clock(ground: Ground) -> Tried:
    tried = Tried("the clock is years off, and jumps during the run (patched time of day)")
    for years in (-40, 30):
        store = ground.fresh()

        def check(years: int = years, store: Path = store) -> None:
            ended = _run(ground.later, store, hooks.shift_clock, years)
            demand(ended.status == 0 and not ended.said, f"status {ended.status}: {ended.said}")
            check_same(store, ground.second)

        tried.once(check)
    return tried


def _memory(ground: Ground) -> Tried:
    tried = Tried("out of memory (RLIMIT_DATA)", note="")
    ends: list[int | None] = []
    for mib in (16, 64, 96, 112, 192, 256, 340, 384, 450, 1024):
        store = ground.fresh()

        def check(mib: int = mib, store: Path = store) -> None:
            ended = _run(ground.later, store, hooks.limit_memory, mib)
            ends.append(ended.status)
            if ended.status == 0:
                check_same(store, ground.second)
                return
            if ended.status == 1:
                # Not enough of it, or nothing moved for want of it; a library's own words may come before.
                *_, last = ended.said.splitlines()
                demand(last.startswith("mspike: ") and "memory" in last, f"does not say it at last: {ended.said}")
            else:  # a library's allocator, or the C library's (127), gave up: that is as good as SIGKILL
                gave_up = (-signal.SIGABRT, -signal.SIGSEGV, 127)
                demand(ended.status in gave_up, f"status {ended.status}: {ended.said}")
            demand("Traceback" not in ended.said, ended.said)
            demand(snapshot(store) == snapshot(ground.first), "the last complete run is not what it was")
            check_next(ground, store)

        tried.once(check)
    tried.note = f"ended with {', '.join(map(str, ends))} (negative: killed by that signal)"
    return tried


def _stopped(ground: Ground, number: signal.Signals, seed: int) -> Tried:
    tried = Tried(f"{number.name} at random moments")
    moments = random.Random(seed + number)
    while tried.tried < 5:
        store = ground.fresh()
        run = Started(["run", "--input", ground.later, "--output", store])
        time.sleep(1 + moments.random() * (ground.seconds["existing"] - 1))
        run.kill(number)
        ended = run.wait()
        if ended.status == 0:
            continue  # it had ended before: draw another moment
        tried.once(partial(_check_stopped, ground, store, ended, number))
    return tried


def _check_stopped(ground: Ground, store: Path, ended: Ended, number: signal.Signals) -> None:
    check_failure(ended, 128 + number, f"stopped by {number.name}")
    check_intact(ground, store)
