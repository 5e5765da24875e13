"""One real Prefect server on loopback, for every test that asks for it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from flows.schedule.server import free_port, own_server, url_of


@dataclass(frozen=True)
class Server:
    url: str
    home: Path
    environment: dict[str, str]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("prefect")
    port = free_port(None)
    quiet = {"PREFECT_HOME": str(home), "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}
    with own_server(port, home):
        yield Server(url_of(port), home, {**os.environ, **quiet})
