"""The store: a folder whose content is built aside and published by one atomic replace.

STORE/registry.duckdb, exports/, report/ and run.json are links through `.current` into one folder of `.builds`;
publishing swings `.current` to the new build. So a reader sees one run or the next, never half of each, and whoever
holds the old run (`last_run`), or has a file of it open, keeps it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO

from flows.database import connect
from flows.endings import MspikeError, unwritten
from flows.privacy.private_files import private_files

PARTS = ["registry.duckdb", "exports", "report", "run.json"]


class StoreError(MspikeError):
    """A folder that can't serve as a store; the message is one line for the person who named it."""


@contextmanager
def building(store: Path) -> Iterator[Path]:
    """A new folder for the next content of the store; removed again unless `publish` took it.

    What is written meanwhile only its owner can read. A store's folder that was there keeps its mode.
    Raises StoreError where the folder can't be written, holds something else, or another run is writing it.
    """
    builds = store / ".builds"
    with ExitStack() as stack:
        stack.enter_context(private_files())
        try:
            for part in PARTS:  # before anything is done: publishing would find it after the whole job
                _refuse_others(store / part)
            builds.mkdir(parents=True, exist_ok=True)
            builds.chmod(0o700)  # an older version made it world-readable
            _take(stack.enter_context((builds / "lock").open("w")), store)
            _sweep(store)  # first, for what a killed run left may be what fills the disk
            build = Path(tempfile.mkdtemp(prefix="build-", dir=builds))
        except OSError as error:
            raise StoreError(f"{store}: {unwritten(error.errno)}") from None
        stack.callback(_discard_unless_published, store, build)
        yield build


def _discard_unless_published(store: Path, build: Path) -> None:
    if _current(store) != build.name:
        _discard_unless_read(build)


def _discard_unless_read(build: Path) -> None:
    """Remove a build, unless a reader holds it (see `last_run`): then whoever sweeps the store next does."""
    with ExitStack() as stack:
        with suppress(FileNotFoundError):  # a build that was never done
            held = stack.enter_context((build / "run.json").open("r+"))
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
        shutil.rmtree(build, ignore_errors=True)


def _take(lock: IO[str], store: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise StoreError(f"{store}: another run is writing this store; wait for it to end, or name another") from None


def publish(store: Path, build: Path) -> None:
    """Make the build the store's content, at once for every reader, and remove the builds before it."""
    _settle(build)
    with _nothing_published(store):
        for part in PARTS:
            _link(Path(".current") / part, store / part)
        _link(Path(".builds") / build.name, store / ".current")
    _sweep(store)


@contextmanager
def _nothing_published(store: Path) -> Iterator[None]:
    """Whoever else would publish, or write into what is published, waits until this is done."""
    with (store / ".builds" / "published").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _sweep(store: Path) -> None:
    """Remove every build but the one that is published; whoever holds the store's lock may."""
    for build in (store / ".builds").glob("build-*"):
        _discard_unless_published(store, build)


def _settle(build: Path) -> None:
    """Have the build on the disk before anything leads to it. Raises OSError where the disk can't take it."""
    if list(build.glob("*.wal")):  # closing the database swallows why it could not take this in; asking again tells
        with connect(build / PARTS[0]) as connection:
            connection.execute("checkpoint")
    for path in [build, *build.rglob("*")]:
        opened = os.open(path, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


@contextmanager
def last_run(store: Path, *, to_write: bool = False) -> Iterator[Path]:
    """The folder with the PARTS of the store's last complete run; it stays while it is read, whatever is published.

    `to_write` is for who adds to the folder: the next run is published after that, not before. Raises StoreError where
    there is no store.
    """
    folder = store  # a run's folder that was copied elsewhere can be read too
    with ExitStack() as stack:
        try:
            if to_write and (store / ".builds").is_dir():
                stack.enter_context(_nothing_published(store))
            while build := _current(store):
                folder = store / ".builds" / build
                _hold(folder, stack)
                if _current(store) == build:  # held from now on: whoever publishes keeps it
                    break
            is_there = (folder / PARTS[0]).is_file()
        except OSError as error:
            raise StoreError(f"{store}: can't be read ({error.strerror}); ask for read permission") from None
        if not is_there:
            raise StoreError(f"{store}: no store (registry.duckdb is not there); make one with mspike run")
        yield folder


def _hold(folder: Path, stack: ExitStack) -> None:
    """Keep a run's folder from being removed until the stack is left; a folder that is being removed is waited for."""
    with suppress(FileNotFoundError):
        held = stack.enter_context((folder / "run.json").open())
        fcntl.flock(held, fcntl.LOCK_SH)


def _current(store: Path) -> str | None:
    link = store / ".current"
    return link.readlink().name if link.is_symlink() else None


def last_database(store: Path) -> Path | None:
    """The database of the store's last complete run, which stays while another is built; None where there is none."""
    build = _current(store)
    database = store / ".builds" / build / "registry.duckdb" if build else None
    return database if database and database.is_file() else None


def _refuse_others(link: Path) -> None:
    if link.exists() and not link.is_symlink():
        raise StoreError(f"{link}: not made by mspike; choose another folder, or move it")


def _link(target: Path, link: Path) -> None:
    _refuse_others(link)
    if link.is_symlink() and link.readlink() == target:
        return
    fresh = link.with_name(f".{link.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    os.replace(fresh, link)
