"""SIGKILL at random moments of a run, and before each step of a publication."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from flows.store import building, publish
from tests.torture.stores import Ground, LostError, check_clean, check_reads, check_same, demand, snapshot
from tests.torture.warm import CONTEXT, Started, mspike

STEPS = ("symlink", "replace", "fsync", "rmdir", "unlink")


@dataclass
class Tried:
    """A line of the table: what was done to a run, how often, how often nothing was lost, and what was."""

    what: str
    tried: int = 0
    survived: int = 0
    lost: list[str] = field(default_factory=list)
    note: str = ""

    def once(self, check: Callable[[], None]) -> None:
        """Count one try."""
        self.tried += 1
        try:
            check()
            self.survived += 1
        except LostError as lost:
            self.lost.append(str(lost))


def random_kills(ground: Ground, kills: int, seed: int) -> Iterator[Tried]:
    """Half of the kills in a run into a new store, half in one into an existing store."""
    moments = random.Random(seed)
    for kind, count in (("new", kills - kills // 2), ("existing", kills // 2)):
        tried = Tried(f"SIGKILL of a run into {'a new' if kind == 'new' else 'an existing'} store")
        published = 0
        while tried.tried < count:
            store = ground.folder / "tried"
            shutil.rmtree(store, ignore_errors=True)
            if kind == "existing":
                ground.fresh()
            if not _killed(ground, kind, store, moments.random()):
                continue  # it had ended before: draw another moment
            published += _is_published(ground, kind, store)
            tried.once(lambda kind=kind, store=store: _check_after_kill(ground, kind, store))  # type: ignore[misc]
        tried.note = f"undisturbed {ground.seconds[kind]:.1f} s; {published} killed after publication"
        yield tried


def _killed(ground: Ground, kind: str, store: Path, moment: float) -> bool:
    extract = ground.extract if kind == "new" else ground.later
    run = Started(["run", "--input", extract, "--output", store])
    time.sleep(moment * ground.seconds[kind])
    run.kill()
    return run.wait().status == -signal.SIGKILL


def _is_published(ground: Ground, kind: str, store: Path) -> bool:
    current = store / ".current"
    before = (ground.first / ".current").readlink() if kind == "existing" else None
    return current.is_symlink() and current.readlink() != before


def _check_after_kill(ground: Ground, kind: str, store: Path) -> None:
    undisturbed = ground.first if kind == "new" else ground.second
    if _is_published(ground, kind, store):
        check_reads(store, there=True)
        demand(
            snapshot(store).keys() == snapshot(undisturbed).keys(), "published, but not all of it is there after a kill"
        )
        with building(store):  # no lock is left, and what was left of builds goes
            pass
        check_same(store, undisturbed)
        return
    if kind == "existing":
        demand(snapshot(store) == snapshot(ground.first), "the last complete run is not what it was")
    check_reads(store, there=kind == "existing")
    ended = mspike("run", "--input", ground.extract if kind == "new" else ground.later, "--output", store)
    demand(ended.status == 0, f"the next run ended with {ended.status}: {ended.said}")
    check_same(store, undisturbed)


def kills_while_publishing(ground: Ground) -> Tried:
    """A process kills itself before the first, the second, … thing that a publication does to the disk."""
    tried = Tried("SIGKILL before each step of a publication")
    for existing in (False, True):
        step = 0
        while True:
            store = ground.folder / "tried"
            shutil.rmtree(store, ignore_errors=True)
            if existing:
                ground.fresh()
            process = CONTEXT.Process(target=publish_and_die, args=(store, ground.second, step))
            process.start()
            process.join()
            if process.exitcode == 0:
                break
            tried.once(lambda store=store, existing=existing: _check_publication(ground, store, existing=existing))  # type: ignore[misc]
            step += 1
    return tried


def publish_and_die(store: Path, source: Path, step: int) -> None:
    """Publish a copy of another store's build, and be killed before the so-manieth call that changes the disk."""
    calls = 0

    def dying(call: Callable[..., object]) -> Callable[..., object]:
        def called(*given: object, **named: object) -> object:
            nonlocal calls
            if calls == step:
                os.kill(os.getpid(), signal.SIGKILL)
            calls += 1
            return call(*given, **named)

        return called

    with building(store) as build:
        shutil.copytree((source / ".current").resolve(), build, dirs_exist_ok=True)
        for name in STEPS:
            setattr(os, name, dying(getattr(os, name)))
        publish(store, build)


def _check_publication(ground: Ground, store: Path, *, existing: bool) -> None:
    last = snapshot(ground.first) if existing else {}
    demand(snapshot(store) in (last, snapshot(ground.second)), "half of a publication is seen")
    check_reads(store, there=bool(snapshot(store)))
    with building(store) as build:
        shutil.copytree((ground.second / ".current").resolve(), build, dirs_exist_ok=True)
        publish(store, build)
    demand(snapshot(store) == snapshot(ground.second), "the next publication is not whole")
    check_clean(store)
