"""One real Prefect server on loopback, for every test of this folder: it ends with the last of them."""

from __future__ import annotations

import json
import os
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from flows.schedule.server import free_port, own_server, url_of


@dataclass(frozen=True)
class Server:
    url: str
    home: Path
    environment: dict[str, str]


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("prefect")
    port = free_port(None)
    quiet = {"PREFECT_HOME": str(home), "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}
    with own_server(port, home):
        yield Server(url_of(port), home, {**os.environ, **quiet})


def asked(server: Server, what: str) -> list[dict[str, Any]]:
    """Everything of a kind that the server has."""
    request = urllib.request.Request(
        f"{server.url}/{what}/filter", data=b"{}", headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        found: list[dict[str, Any]] = json.load(answer)
    return found
