"""registry.toml: what a site names otherwise than the contract, checked before anything is read."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from flows.intake import registry_entries as entries
from flows.intake.headers import RegistryError
from flows.intake.reading import REGISTRY_NAME, ExtractError
from flows.settings.suggestions import suggestion
from transforms.intake.contracts import CONTRACTS, dtypes
from transforms.intake.mapping import TableMapping

CUTOFF = "cutoff"
_KEYS: dict[str, Callable[[str, Any], dict[str, Any]]] = {
    "file": entries.file,
    "encoding": entries.encoding,
    "delimiter": entries.delimiter,
    "decimal": entries.decimal,
    "thousands": entries.thousands,
    "date_format": entries.date_format,
    "date_formats": entries.date_formats,
    "partial_dates": entries.partial_dates,
    "timezone": entries.timezone,
    "columns": entries.columns,
    "codes": entries.codes,
    "units": entries.units,
    "default_units": entries.default_units,
    "constants": entries.constants,
    "records": entries.records,
}


def load_registry(path: Path | None, extract: Path) -> dict[str, TableMapping]:
    """Mappings by table: of the file, else of the extract's own registry.toml, else none.

    Raises RegistryError where the file can't be read, names what the contract has not, or can be read in two ways, and
    ExtractError where the extract's own is a link.
    """
    if path is None and (extract / REGISTRY_NAME).is_symlink():
        raise ExtractError(f"{REGISTRY_NAME}: a link; put the file itself into the extract, or name it with --registry")
    load_cutoff(path, extract)
    path = _place(path, extract)
    if path is None:
        return {}
    content = _content(path)
    tables = _tables(path, content)
    mappings = {table: _mapping(path, table, entries_) for table, entries_ in tables.items()}
    if "timezone" in content:  # of every table that does not say another
        zone = _entry(f"{path}: timezone", "timezone", "patients", content["timezone"])["timezone"]
        all_ = {table: mappings.get(table, TableMapping()) for table in CONTRACTS}
        mappings = {table: replace(of, timezone=of.timezone or zone) for table, of in all_.items()}
    _check_files(path, extract, mappings)
    return mappings


def load_cutoff(path: Path | None, extract: Path) -> date | None:
    """The day that the same file declares as the extract's cut-off; null where it declares none. Raises RegistryError
    where it is no day."""
    path = _place(path, extract)
    cutoff = _content(path).get(CUTOFF) if path else None
    if cutoff is not None and (not isinstance(cutoff, date) or isinstance(cutoff, datetime)):
        raise RegistryError(f"{path}: {CUTOFF} must be a day without quotes, such as 2024-03-31")
    return cutoff


def _place(path: Path | None, extract: Path) -> Path | None:
    own = extract / REGISTRY_NAME
    return path or (own if own.exists() else None)


def _content(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise RegistryError(f"{path}: can't be read ({error.strerror}); name a file that you may read") from None
    except UnicodeDecodeError:
        raise RegistryError(f"{path}: is not UTF-8; save it as UTF-8") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise RegistryError(f"{path}: can't be read as TOML ({_one_line(error)}); mend it there") from None


def _tables(path: Path, content: Mapping[str, Any]) -> dict[str, Any]:
    unknown = [key for key in content if key not in ("tables", "timezone", CUTOFF)]
    if unknown:
        raise RegistryError(
            f"{path}: unknown key {unknown[0]!r}; write tables such as [tables.labs.columns], or timezone"
        )
    tables = content.get("tables", {})
    if not isinstance(tables, Mapping):
        raise RegistryError(f"{path}: tables must be tables such as [tables.labs.columns]")
    for table in tables:
        if table not in CONTRACTS:
            raise RegistryError(f"{path}: tables: no table {table!r}; {suggestion(table, list(CONTRACTS))}")
    return dict(tables)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def _mapping(path: Path, table: str, content: Any) -> TableMapping:
    where = f"{path}: tables.{table}"
    if not isinstance(content, Mapping):
        raise RegistryError(f"{where}: must be a table, [tables.{table}]")
    mapping = TableMapping()
    # A table's date_format is of all its dates, and date_formats of single ones wins.
    for key in sorted(content, key=lambda name: (name == "date_formats", name)):
        if key not in _KEYS:
            raise RegistryError(f"{where}: unknown key {key!r}; {suggestion(key, list(_KEYS))}")
        found = _entry(f"{where}.{key}", key, table, content[key])
        if "date_formats" in found:
            found = {"date_formats": {**mapping.date_formats, **found["date_formats"]}}
        mapping = replace(mapping, **found)
    if mapping.decimal == mapping.thousands:
        raise RegistryError(f"{where}: decimal and thousands are the same sign; keep the one that it is")
    _check_columns(where, table, mapping)
    return mapping


def _entry(where: str, key: str, table: str, value: Any) -> dict[str, Any]:
    try:
        return _KEYS[key](table, value)
    except entries.EntryError as error:
        raise RegistryError(f"{where}: {error}") from None


def _check_columns(where: str, table: str, mapping: TableMapping) -> None:
    twice = [column for column in mapping.constants if column in mapping.columns]
    if twice:
        raise RegistryError(f"{where}: {twice[0]} is in columns and in constants; keep one")
    taken = [name for name in mapping.columns.values() if name in dtypes(table) and mapping.columns.get(name) != name]
    for name in taken:
        if name not in mapping.columns:
            raise RegistryError(
                f"{where}.columns: {name!r} is the contract's own name of another column; say in columns where {name} "
                "is, or leave this one out"
            )


def _check_files(path: Path, extract: Path, mappings: Mapping[str, TableMapping]) -> None:
    named: dict[str, str] = {}
    for table, mapping in mappings.items():
        if mapping.file is None:
            continue
        where = f"{path}: tables.{table}.file"
        if mapping.file in named:
            raise RegistryError(f"{where}: {mapping.file!r} is the file of {named[mapping.file]} too; keep one")
        named[mapping.file] = table
        if not (extract / mapping.file).exists():
            raise RegistryError(f"{where}: the extract has no {mapping.file!r}; write the file's name, or leave it out")
