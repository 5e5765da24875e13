"""How a command ends: the exit statuses, the errors that are one line for the person at the keyboard, and who stops it.

Imports nothing of the project, and nothing that takes long to load.
"""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

import click

DONE = 0
FAILED = 1
UNUSABLE = 2  # wrong usage or configuration, as click has it
NEEDS_ATTENTION = 3  # done, but a fatal rule was broken, or an indicator of the audit is below its minimum

CHOOSE = "choose a folder you have permission to write to"
# What the operating system answers -> what to do about it.
REMEDIES = {
    errno.ENOSPC: "make room, and run again",
    errno.EDQUOT: "make room, and run again",
    errno.EFBIG: "allow larger files, and run again",
    errno.EIO: "look after the disk, and run again",
    errno.EROFS: CHOOSE,
    errno.EACCES: CHOOSE,
    errno.EPERM: CHOOSE,
    errno.EMFILE: "allow more open files, and run again",
}
# Of a store, after its path.
OTHER_VERSION = "made by another version of mspike; make it again with mspike run"
UNREADABLE = f"can't be read, or was {OTHER_VERSION}"


class MspikeError(Exception):
    """What ends a command with `status`; the message is one line without anything of a patient."""

    status = FAILED


class Stopped(BaseException):
    """The run was asked to stop; `status` is the exit status for that, as shells have it."""

    def __init__(self, received: int) -> None:
        self.status = 128 + received
        super().__init__(f"stopped by {signal.Signals(received).name}; the store is as its last complete run left it")


def stop(message: str | Sequence[str], status: int = FAILED) -> NoReturn:
    """End the command with one line on standard error, or several."""
    for line in [message] if isinstance(message, str) else message:
        click.echo(f"mspike: {line}", err=True)
    raise SystemExit(status)


def stop_now(message: str) -> NoReturn:
    """End the process with one line on standard error, from whichever thread, and whatever it waits for."""
    click.echo(f"mspike: {message}", err=True)
    os._exit(FAILED)


def unwritten(number: int | None) -> str:
    """What the operating system said (by its `errno`), and what to do about it."""
    said = os.strerror(number) if number else "for no reason given"
    return f"can't be written ({said}); {REMEDIES.get(number or 0, CHOOSE)}"


@contextmanager
def stoppable() -> Iterator[None]:
    """SIGINT and SIGTERM end what is done within by Stopped, whatever a library makes of being interrupted."""
    received: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        received.append(number)
        raise KeyboardInterrupt

    asked = [number for number in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, note) for number in asked}
    try:
        yield
    except BaseException:
        if received:
            raise Stopped(received[0]) from None
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
