"""The checks of the registry's own data: what each asks, of what rows, and the largest share violated that passes.

Each is a section `["dimension.name"]` of data_checks.toml or plausibility.toml, the same in every edition;
sql/checks/dimension.name.sql finds its rows. columns.toml says which columns `completeness.column` does not ask for in
every row.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from rules.criterion import Criterion, Edition

DIMENSIONS = ("conformance", "completeness", "plausibility", "timeliness", "uniqueness")
COLUMNS = Path(__file__).parent / "columns.toml"


@dataclass(frozen=True)
class Asked:
    """Where a column is asked for (a condition in SQL), and whether an empty one is missing at all."""

    where: str = "true"
    may_be_empty: bool = False


def dimension(clause_id: str) -> str | None:
    """The dimension of a check; None of a clause that is no check of the data."""
    first = clause_id.split(".", maxsplit=1)[0]
    return first if first in DIMENSIONS else None


def data_checks(edition: Edition) -> list[Criterion]:
    """The checks with the run's settings, in the order of the page: by dimension, then as written.

    `about` of each holds `rows` (what is counted), `denominator`, `numerator`, and `table`, `column`, `reference` where
    there is one, and `scope` (`all` where the rows of a patient also depend on others; else absent).
    """
    found = [clause for clause in edition.criteria.values() if dimension(clause.id)]
    return sorted(found, key=lambda clause: DIMENSIONS.index(str(dimension(clause.id))))


def asked(table: str, column: str) -> Asked:
    """Where `completeness.column` asks for a column."""
    section = columns().get(f"{table}.{column}", {})
    return Asked(section.get("asked_where", "true"), section.get("may_be_empty", False))


@cache
def columns() -> dict[str, dict[str, Any]]:
    """The columns that are not asked for in every row, as `table.column`."""
    return tomllib.loads(COLUMNS.read_text(encoding="utf-8"))
