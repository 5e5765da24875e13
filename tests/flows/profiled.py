"""An extract in the form of a data model, read by its profile."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb

from flows.intake.ingest import Ingested, ingest
from flows.intake.registry import load_registry
from flows.settings.profiles import profile

Row = tuple[Any, ...]


class Profiled:
    """What ingesting the files of a folder by a profile came to. `files`: by name, text, or a list of objects for
    NDJSON."""

    def __init__(self, name: str, folder: Path, **files: str | list[dict[str, Any]]) -> None:
        for called, content in files.items():
            stem, _, ending = called.rpartition("__")
            text = content if isinstance(content, str) else "".join(json.dumps(of) + "\n" for of in content)
            (folder / (f"{stem}.{ending}" if stem else f"{called}.csv")).write_text(text, encoding="utf-8")
        self.connection = duckdb.connect()
        self.ingested: Ingested = ingest(folder, self.connection, load_registry(profile(name).registry, folder))

    def rows(self, sql: str) -> list[Row]:
        """The rows that a query of the tables gives."""
        return self.connection.execute(sql).fetchall()

    def refused(self) -> list[Row]:
        """Table, column, value and rule of the quarantine."""
        return self.rows('select "table", "column", value, rule from quarantine order by all')
