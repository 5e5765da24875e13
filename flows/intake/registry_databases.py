"""What registry.toml may say of a database: where it is, and which of its tables or selects is a table of ours."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from flows.intake.headers import RegistryError
from flows.intake.registry_entries import EntryError, text
from flows.intake.registry_selects import Mappings, file_of, text_of
from flows.intake.sources import databases
from transforms.intake.mapping import Relation, TableMapping

SOURCE = "source"
# The environment's address of the database; it wins over the file's.
VARIABLE = "MSPIKE_SOURCE"


def select_file(_table: str, value: Any) -> dict[str, Any]:
    """The file with a select of the database, beside registry.toml."""
    return {"relation": Relation(file_of(value), "")}


def select(table: str, value: Any) -> dict[str, Any]:
    """A select of the database."""
    if not isinstance(value, str) or not value.strip():
        raise EntryError(f"must be a select such as 'select * from labs', found {value!r}")
    return {"relation": Relation(f"select of {table}", value.strip().rstrip(";"))}


def table_(_table: str, value: Any) -> dict[str, Any]:
    """A table of the database."""
    name = text(value, "the name of a table of the database, such as 'public.labs'")
    quoted = ".".join('"' + part.replace('"', '""') + '"' for part in name.split("."))
    return {"relation": Relation(name, f"select * from {quoted}")}


KEYS = {"select_file": select_file, "select": select, "table": table_}


def with_databases(path: Path, extract: Path, said: Any, mappings: Mappings) -> Mappings:
    """Sections with the select and the address of the database that they read; `said`: the key `source` of `path`, a
    registry.toml. The environment's address wins. Raises RegistryError.
    """
    own = _own_address(path, said)
    needs = next((table for table, of in mappings.items() for section in of if section.relation), None)
    if needs is None:
        if said is not None:
            raise RegistryError(
                f"{path}: {SOURCE} is a database, and no section is read from one; omit it, or say table, select or "
                "select_file in one"
            )
        return mappings
    given = os.environ.get(VARIABLE, "").strip()
    if not (given or own):
        raise RegistryError(
            f"{path}: tables.{needs}: is read from a database; say which with uri in [{SOURCE}], or in the environment "
            f"as {VARIABLE}"
        )
    where = VARIABLE if given else f"{path}: {SOURCE}.uri"
    try:
        uri = databases.place_of(given or own, Path.cwd() if given else path.parent)
    except ValueError as error:
        raise RegistryError(f"{where}: {error}") from None
    is_own = not given and path.parent.resolve() == extract.resolve()
    if is_own and uri.startswith(databases.SQLITE) and extract.resolve() not in Path(uri.partition("://")[2]).parents:
        raise RegistryError(
            f"{where}: is a file outside the extract, which its own registry.toml can't name; give the address as "
            f"{VARIABLE}, or name registry.toml with --registry"
        )
    return {table: tuple(_with_select(path, table, section, uri) for section in of) for table, of in mappings.items()}


def _with_select(path: Path, table: str, section: TableMapping, uri: str) -> TableMapping:
    if not section.relation:
        return section
    name, found = section.relation.name, section.relation.text
    found = found or text_of(path, f"{table}.select_file", name).strip().rstrip(";")
    return replace(section, relation=Relation(name, found, uri))


def _own_address(path: Path, said: Any) -> str:
    if said is None:
        return ""
    where = f"{path}: {SOURCE}"
    if not isinstance(said, Mapping) or set(said) != {"uri"}:
        raise RegistryError(f"{where} must have a uri and nothing else; write uri = 'postgresql://user@host/database'")
    uri = said["uri"]
    if not isinstance(uri, str) or not uri.strip():
        raise RegistryError(f"{where}.uri: must be an address such as 'postgresql://user@host/database'")
    try:
        with_password = databases.has_password(uri)
    except ValueError:
        raise RegistryError(
            f"{where}.uri: is no address that can be read; write one such as 'sqlite:///x.db'"
        ) from None
    if with_password:
        raise RegistryError(
            f"{where}.uri: has a password, which no file may have; remove it, change it in the database, and give it "
            f"in the environment (the whole address as {VARIABLE}, or PGPASSWORD) or in a password file (PGPASSFILE)"
        )
    return uri.strip()
