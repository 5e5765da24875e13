"""What registry.toml may say of selects: the file of each, and how the files are that they read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from flows.intake.headers import RegistryError
from flows.intake.registry_entries import EntryError, table_of, text
from flows.intake.registry_written import written
from transforms.intake.mapping import Statement, TableMapping, Written

FILES, OPTIONAL, REQUIRED = "files", "optional", "required"
Mappings = dict[str, tuple[TableMapping, ...]]


def sql(_table: str, value: Any) -> dict[str, Any]:
    """The file with a select over the extract's files, beside registry.toml."""
    return {"sql": Statement(file_of(value), "")}


def file_of(value: Any) -> str:
    """The name of a file with a select. Raises EntryError."""
    name = text(value, "the name of a file beside registry.toml, such as 'labs.sql'")
    if "/" in name or "\\" in name or not name.lower().endswith(".sql"):
        raise EntryError(f"must be a name that ends in .sql, without a folder, found {name!r}")
    return name


KEYS = {"sql": sql}


def with_selects(path: Path, extract: Path, content: Mapping[str, Any], mappings: Mappings) -> Mappings:
    """Sections with the text of their selects, and with what `path` (a registry.toml) says of the files that these
    read. Raises RegistryError.
    """
    optional = _optional(path, content.get(OPTIONAL, {}))
    required = _required(path, content.get(REQUIRED, []), optional)
    files = _files(path, extract, content.get(FILES, {}), {name.lower() for name in optional})
    sections = [section for of in mappings.values() for section in of]
    if not any(section.sql for section in sections):
        for key in (FILES, OPTIONAL, REQUIRED):
            if key in content:
                raise RegistryError(
                    f"{path}: {key} is about files that a select reads, and no section has sql; omit it, or add one"
                )
        return mappings
    named = {section.file: section.written for section in sections if section.file}
    reads = Statement("", "", {**named, **files}, optional, required)
    return {table: tuple(_with_text(path, table, section, reads) for section in of) for table, of in mappings.items()}


def _with_text(path: Path, table: str, section: TableMapping, reads: Statement) -> TableMapping:
    if not section.sql:
        return section
    found = text_of(path, f"{table}.sql", section.sql.name)
    return replace(section, sql=replace(reads, name=section.sql.name, text=found))


def text_of(path: Path, key: str, name: str) -> str:
    """What a file beside registry.toml says. Raises RegistryError."""
    where = f"{path}: tables.{key}"
    place = path.parent / name
    if place.is_symlink():
        raise RegistryError(f"{where}: {name} is a link; put the file itself beside registry.toml")
    try:
        found = place.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise RegistryError(f"{where}: {name} can't be read ({error.strerror}); put it beside registry.toml") from None
    except UnicodeDecodeError:
        raise RegistryError(f"{where}: {name} is not UTF-8; save it as UTF-8") from None
    if not found.strip():
        raise RegistryError(f"{where}: {name} is empty; write one select")
    return found


def _files(path: Path, extract: Path, value: Any, optional: set[str]) -> dict[str, Written]:
    found = {}
    for name, said in _table(path, FILES, value).items():
        where = f"{path}: {FILES}.{name}"
        if not isinstance(said, Mapping):
            raise RegistryError(
                f"{where}: must say how the file is written, such as {{delimiter = ';'}}, found {said!r}"
            )
        is_optional = not optional.isdisjoint((name.lower(), name.split(".")[0].lower()))
        if "/" in name or "\\" in name or not ((extract / name).exists() or is_optional):
            raise RegistryError(f"{where}: the extract has no {name!r}; write the file's name, or omit it")
        try:
            found[name] = written(said)
        except EntryError as error:
            raise RegistryError(f"{where}.{error}") from None
    return found


def _optional(path: Path, value: Any) -> dict[str, tuple[str, ...]]:
    found = {}
    for name, columns in _table(path, OPTIONAL, value).items():
        is_list = isinstance(columns, list) and columns and all(isinstance(column, str) for column in columns)
        if not is_list or len({column.lower() for column in columns}) < len(columns):
            raise RegistryError(
                f"{path}: {OPTIONAL}.{name}: must be columns that the file may lack, such as ['episode_id'], "
                f"each once, found {columns!r}"
            )
        found[name] = tuple(columns)
    return found


def _required(path: Path, value: Any, optional: Mapping[str, Any]) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise RegistryError(f"{path}: {REQUIRED} must be names of files, such as ['person'], found {value!r}")
    for name in value:
        if name.lower() not in (other.lower() for other in optional):
            raise RegistryError(
                f"{path}: {REQUIRED}: {name!r} has no columns in [{OPTIONAL}], so it has to be there as it is; omit it"
            )
    return tuple(name.lower() for name in value)


def _table(path: Path, key: str, value: Any) -> Mapping[str, Any]:
    try:
        return table_of(value, key)
    except EntryError:
        raise RegistryError(f"{path}: {key} must be a table, [{key}], found {value!r}") from None
