"""registry.toml: what a site names otherwise than the contract, checked before anything is read."""

from __future__ import annotations

from pathlib import Path

from flows.headers import RegistryError
from transforms.mapping import TableMapping

__all__ = ["RegistryError", "load_registry"]


def load_registry(path: Path | None, extract: Path) -> dict[str, TableMapping]:
    """Mappings by table, of the file, else of the extract's own registry.toml, else none. Raises RegistryError."""
    return {}
