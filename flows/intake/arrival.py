"""Whether an extract has arrived, or is still being written: looked at twice, before anything is read."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.intake.reading import ExtractError
from transforms.intake.contracts import CONTRACTS

PARTIAL = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".filepart")
SECONDS_BETWEEN_LOOKS = 1.0

# A file's path in the extract -> its size in bytes and when it was last modified, in nanoseconds.
Look = dict[str, tuple[int, int]]


class StillBeingWrittenError(ExtractError):
    """An extract that changes; the message is one line for the person who waits for it."""


def look(extract: Path) -> Look:
    """The files of the extract and of its folders as they are now; none where it is no folder."""
    found: Look = {}
    folders = sorted(path for path in extract.iterdir() if path.is_dir()) if extract.is_dir() else []
    for folder in (extract, *folders):
        for path in folder.iterdir() if folder.is_dir() else ():
            try:
                state = path.stat()
            except FileNotFoundError:  # renamed between listing and looking
                found[path.relative_to(extract).as_posix()] = (-1, 0)
            else:
                if not path.is_dir():
                    found[path.relative_to(extract).as_posix()] = (state.st_size, state.st_mtime_ns)
    return found


def check_arrived(extract: Path, quiet_seconds: float) -> None:
    """Raise StillBeingWrittenError where a file is partial by its name, was modified in the last seconds, or changes.

    Files that are no table count too: a copy's temporary file may have any name. Two looks also see a change where the
    clock of the file server is wrong; 0 seconds: only names and looks decide.
    """
    first = look(extract)
    _refuse(extract, "is there under the name of an unfinished copy", filter(_is_partial, first))
    now = time.time_ns()
    fresh = [name for name, (_, modified) in first.items() if abs(now - modified) < quiet_seconds * 1e9]
    _refuse(extract, f"was modified in the last {quiet_seconds:g} seconds", fresh)
    time.sleep(SECONDS_BETWEEN_LOOKS)
    check_unchanged(extract, first)


def check_unchanged(extract: Path, before: Look) -> None:
    """Raise StillBeingWrittenError where the extract is not as it was before."""
    now = look(extract)
    changed = [name for name in {**before, **now} if before.get(name) != now.get(name)]
    _refuse(extract, "changed while it was looked at or read", changed)


@contextmanager
def stays_unchanged(extract: Path) -> Iterator[None]:
    """Raises StillBeingWrittenError where the extract changes while it is read, so that no part of a file is taken
    for the whole."""
    before = look(extract)
    try:
        yield
    except ExtractError:
        check_unchanged(extract, before)  # a file cut short was perhaps still being written
        raise
    check_unchanged(extract, before)


def _is_partial(name: str) -> bool:
    return name.lower().endswith(PARTIAL)


def _refuse(extract: Path, what: str, names: Iterable[str]) -> None:
    found = sorted(names)
    if found:
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        raise StillBeingWrittenError(
            f"{extract}: still being written: {_shown(found[0])}{more} {what}; write the files elsewhere and move them "
            "there when they are complete"
        )


def _shown(name: str) -> str:
    """The file's name where it is a table's; another's may be of a patient."""
    table = name.lstrip(".").split("/")[0].split(".")[0]
    return name if table in CONTRACTS else "a file of no table"
