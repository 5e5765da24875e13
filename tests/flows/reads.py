"""What is read of an extract in a folder, and the one line that refuses it."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from flows.endings import MspikeError
from flows.intake.ingest import Ingested, ingest
from flows.intake.registry import load_registry
from flows.settings.file_limits import Limits


class Read:
    """The tables of a folder, read with this registry.toml."""

    def __init__(self, folder: Path, registry: str = "", limits: Limits = Limits()) -> None:
        (folder / "registry.toml").write_text(registry, encoding="utf-8")
        self.connection = duckdb.connect()
        self.ingested: Ingested = ingest(folder, self.connection, load_registry(None, folder), limits)

    def rows(self, sql: str) -> list[tuple]:
        return self.connection.execute(sql).fetchall()


def refusal(folder: Path, registry: str = "", limits: Limits = Limits()) -> str:
    with pytest.raises(MspikeError) as raised:
        Read(folder, registry, limits)
    assert "\n" not in str(raised.value)
    return str(raised.value)
