"""How much a select may use, and what is said where it needs more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

SECONDS, MIB = 300.0, 2048


class NoAnswerError(RuntimeError):
    """A query whose answer is too much, or can't be had; the message says why, and what to do."""


@dataclass(frozen=True)
class Limits:
    """The most that one query may take: seconds, MiB of memory, and of memory again for its answer.

    `give_up` is called with the message where an interruption does not end the query; None: it is waited for, as a
    notebook must not be ended. `more_seconds`, `more_mib`: how to allow more.
    """

    seconds: float = SECONDS
    mib: int = MIB
    give_up: Callable[[str], Any] | None = None
    more_seconds: str = "with --time-limit SECONDS"
    more_mib: str = "with --memory-limit MIB"

    def too_slow(self) -> str:
        """What to say of a query over the time limit."""
        return f"stopped after {self.seconds:g} seconds; ask for less, or allow more {self.more_seconds}"

    def too_large(self) -> str:
        """What to say of a query over the memory limit."""
        return f"needs more than {self.mib:,} MiB of memory; ask for less, or allow more {self.more_mib}"
