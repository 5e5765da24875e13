"""The pages of a store, asked without a network. The store is made once (tests/conftest.py: `synthetic`)."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest

from flows.explore.app import app
from flows.explore.explorer import Explorer

PORT = 8765
ADDRESS = f"http://127.0.0.1:{PORT}"


class Client:
    """A browser that was given the address; it is shown every answer, and follows no redirection."""

    def __init__(self, explorer: Explorer) -> None:
        self.explorer, self.app = explorer, app(explorer)
        self.token = explorer.keys.token

    def ask(self, path: str, method: str = "GET", **how: Any) -> httpx.Response:
        """The answer to a path of the address."""

        async def asked() -> httpx.Response:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=ADDRESS) as client:
                return await client.request(method, path, **how)

        return asyncio.run(asked())

    def page(self, path: str, query: str | None = None, **fields: str) -> httpx.Response:
        """The answer to a path behind the token, with its query written out, or by its fields."""
        how = {"params": fields} if fields else {}
        return self.ask(f"/{self.token}/{path}" + (f"?{query}" if query else ""), **how)


@pytest.fixture(scope="session")
def client(synthetic: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """The pages of 130 synthetic patients, made of a copy: DuckDB opens one file in one way at a time."""
    explorer = Explorer(shutil.copytree(synthetic, tmp_path_factory.mktemp("explored") / "store"), PORT)
    yield Client(explorer)
    explorer.close()


@pytest.fixture
def stored(client: Client) -> Iterator[duckdb.DuckDBPyConnection]:
    """The store behind the pages, asked directly."""
    with client.explorer.runs.read(None) as (held, _), held.registry.connection() as connection:
        yield connection
