"""Files that only their owner can read: whatever a command writes, unless it is made up."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

OWNER_ONLY = 0o077  # the rights taken from all others


@contextmanager
def private_files() -> Iterator[None]:
    """Within, the process and those it starts make files of mode 0600 and folders of mode 0700, whatever the umask.

    The umask is the process's: its other threads make private files too.
    """
    before = os.umask(OWNER_ONLY)
    try:
        yield
    finally:
        os.umask(before)


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, at once and whole, also over one that others could read."""
    unfinished = path.with_name(f".{path.name}.new")
    with private_files():
        unfinished.unlink(missing_ok=True)
        unfinished.write_bytes(content)
    os.replace(unfinished, path)
