"""What a form can't hold, and why: losses.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class Loss:
    """Of tables of the contract (`*`: of all) the rows for which the SQL condition `rows` holds; or in these rows the
    `columns` that a table has, each of which is then empty, or what the SQL expression `becomes` says; or all but what
    the SQL of `select` gives."""

    tables: tuple[str, ...]
    why: str
    rows: str = "true"
    columns: tuple[str, ...] = ()
    becomes: str = "null"
    select: str | None = None

    @property
    def lost(self) -> str:
        """What is lost, in words."""
        of = "all tables" if self.tables == ("*",) else ", ".join(self.tables)
        changed = " (as it is)" if self.becomes != "null" or self.select else ""
        return f"{of}: {', '.join(self.columns)}{changed}" if self.columns else f"{of}{changed}"


@cache
def losses(form: str) -> tuple[Loss, ...]:
    """What a form loses of the made-up patients, in the order in which it is lost."""
    text = files("flows.sample.forms").joinpath("losses.toml").read_text(encoding="utf-8")
    return tuple(_loss(entry) for entry in tomllib.loads(text).get(form, []))


def _loss(entry: dict[str, Any]) -> Loss:
    table, columns = entry.pop("table"), tuple(entry.pop("columns", ()))
    return Loss((table,) if isinstance(table, str) else tuple(table), columns=columns, **entry)
