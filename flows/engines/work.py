"""What is to be derived, and which rows of a table in that takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rules.criterion import Edition, load_edition
from transforms.follow_up import NOTHING_DECLARED, Declared
from transforms.intake.contracts import CONTRACTS, REFUSED_ROW

# The tables that the derivation takes.
TAKEN = (*CONTRACTS, "refused_row")


@dataclass(frozen=True)
class Work:
    """The patients named by the column patient_id of the table `patients` (None: all), in so many shards of whole
    patients, under an edition with a run's settings.

    `declared` is what holds of the extract as a whole.
    """

    shards: int
    criteria: str
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    declared: Declared = NOTHING_DECLARED
    patients: str | None = None

    @property
    def edition(self) -> Edition:
        """The edition with this run's settings."""
        return load_edition(self.criteria, self.settings)

    def rows(self, table: str) -> str:
        """The query for a table's rows of the patients to derive, as the derivation takes them."""
        chosen = f" and patient_id in (select patient_id from {self.patients})" if self.patients else ""
        if table == "refused_row":
            columns = ", ".join(f'"{name}"' for name in REFUSED_ROW)
            return (
                f"select {columns} from refused_row semi join patients using (patient_id) where not is_repeat{chosen}"
            )
        return f"select * exclude (source_file, row_number) from {table} where true{chosen}"

    def share(self, table: str, shard: int) -> str:
        """The query for one shard's part of these rows."""
        return self.rows(table) if self.shards == 1 else f"from ({self.rows(table)}) where {self.shard} = {shard}"

    @property
    def shard(self) -> str:
        """The expression for the shard that a row's patient falls into."""
        return f"hash(patient_id) % {self.shards}"
