"""How large a file may be, and how much of it may be refused: the table `[limits]` of the configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from flows.settings.suggestions import suggestion

# A compressed file is called a bomb only when it has grown to this size: small ones of few values compress well.
RATIO_COUNTS_FROM = 64 * 2**20

_WHOLE = ("columns", "sql_mib")


class LimitError(ValueError):
    """A table `[limits]` that can't be used; the message is one line for the person who wrote it."""


@dataclass(frozen=True)
class Limits:
    """`uncompressed_gib`: of one file; `ratio`: how much larger a compressed CSV file may be than it is on disk;
    `columns`: of one file. `refused_patients`: the share of the rows of `patients` of which more are not to be refused.
    `sql_seconds`, `sql_mib`: what a select of registry.toml may take.
    """

    uncompressed_gib: float = 64
    ratio: float = 200
    columns: int = 2000
    refused_patients: float = 0.1
    sql_seconds: float = 300
    sql_mib: int = 2048

    @property
    def uncompressed_bytes(self) -> float:
        """The largest size of a file's content."""
        return self.uncompressed_gib * 2**30


def limits_of(table: Any) -> Limits:
    """The limits that a table sets. Raises LimitError for an unknown key or what is no number above 0."""
    if not isinstance(table, Mapping):
        raise LimitError("must be a table, [limits]")
    known = [limit.name for limit in fields(Limits)]
    for name, value in table.items():
        if name not in known:
            raise LimitError(f"unknown key {name!r}; {suggestion(name, known)}")
        kind = int if name in _WHOLE else int | float
        if isinstance(value, bool) or not isinstance(value, kind) or not 0 < value < float("inf"):
            whole = "whole number" if name in _WHOLE else "number"
            raise LimitError(f"{name} must be a {whole} above 0, found {value!r}")
    return Limits(**table)
