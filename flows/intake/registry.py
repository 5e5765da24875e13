"""registry.toml: what a site names otherwise than the contract, checked before anything is read."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from flows.intake import registry_databases as databases
from flows.intake import registry_entries as entries
from flows.intake import registry_forms as forms
from flows.intake import registry_selects as selects
from flows.intake import registry_written as written_keys
from flows.intake.headers import RegistryError
from flows.intake.reading import REGISTRY_NAME, ExtractError
from flows.settings.suggestions import suggestion
from transforms.intake.code_systems import CodeSystem, code_system
from transforms.intake.contracts import CONTRACTS, dtypes
from transforms.intake.date_forms import INTERVALS
from transforms.intake.mapping import TableMapping

CUTOFF, EPOCH, INDEX_DATE = "cutoff", "epoch", "index_date"
_KEYS: dict[str, Callable[[str, Any], dict[str, Any]]] = {
    "file": entries.file,
    "decimal": entries.decimal,
    "thousands": entries.thousands,
    "date_format": entries.date_format,
    "date_formats": entries.date_formats,
    "partial_dates": entries.partial_dates,
    "timezone": entries.timezone,
    "columns": entries.columns,
    "codes": entries.codes,
    "code_system": entries.code_system,
    "specimen": entries.specimen,
    "units": entries.units,
    "default_units": entries.default_units,
    "constants": entries.constants,
    "records": entries.records,
    "deaths": entries.deaths,
    **forms.KEYS,
    **selects.KEYS,
    **databases.KEYS,
}
# What others call a column as the contract calls another: figures stand in a column result as often as in one value.
_CALLED_SO = (("labs", "value", "result"),)
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}$")
# Of the extract as a whole.
_WHOLE = ("timezone", CUTOFF, EPOCH, INDEX_DATE, selects.FILES, selects.OPTIONAL, selects.REQUIRED, databases.SOURCE)


def load_registry(path: Path | None, extract: Path) -> dict[str, tuple[TableMapping, ...]]:
    """Mappings by table, one a section: of the file, else of the extract's own registry.toml, else none.

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
    mappings = {table: _sections(path, table, of) for table, of in tables.items()}
    mappings = selects.with_selects(path, extract, content, mappings)
    mappings = databases.with_databases(path, extract, content.get(databases.SOURCE), mappings)
    if "timezone" in content:  # of every table that does not say another
        zone = _entry(f"{path}: timezone", "timezone", "patients", content["timezone"])["timezone"]
        all_ = {table: mappings.get(table, (TableMapping(),)) for table in CONTRACTS}
        mappings = {
            table: tuple(replace(section, timezone=section.timezone or zone) for section in of)
            for table, of in all_.items()
        }
    mappings = _with_day_0(path, content, mappings)
    _check_files(path, extract, mappings)
    return mappings


def _with_day_0(
    path: Path, content: Mapping[str, Any], mappings: dict[str, tuple[TableMapping, ...]]
) -> dict[str, tuple[TableMapping, ...]]:
    """With the day 0 of the dates of a table that are given in days or months."""
    epoch, index = content.get(EPOCH), content.get(INDEX_DATE)
    if epoch is not None and index is not None:
        raise RegistryError(f"{path}: {INDEX_DATE} and {EPOCH} are both day 0; keep one")
    if epoch is not None and not _is_day(epoch):
        raise RegistryError(f"{path}: {EPOCH} must be a day without quotes, such as 2000-01-01")
    if index is not None and (not isinstance(index, str) or not index.strip()):
        raise RegistryError(
            f"{path}: {INDEX_DATE} must be a column of the patients' file, found {index!r}; write its name"
        )
    counting = {table for table, of in mappings.items() for section in of if _tells_days(section)}
    if not counting and (epoch or index):
        key = EPOCH if epoch else INDEX_DATE
        raise RegistryError(
            f"{path}: {key} is day 0 of dates in days, and no date_format says days or months; omit it, or"
            " say date_format"
        )
    if counting and not (epoch or index):
        raise RegistryError(
            f"{path}: tables.{min(counting)}.date_format: say what day 0 is: {INDEX_DATE} = a column of the patients' "
            f"file, or {EPOCH} = a day for everybody, such as 2000-01-01, where there is none"
        )
    index = index.strip() if index else None
    known: dict[str, Any] = {"epoch": epoch, "index_date": index}
    found = {
        table: tuple(replace(section, **known) if _tells_days(section) else section for section in of)
        for table, of in mappings.items()
    }
    if index:  # a column that is read, though it is none of the contract's
        patients = found.get("patients", (TableMapping(),))
        found["patients"] = tuple(replace(section, index_date=index) for section in patients)
    return found


def _tells_days(section: TableMapping) -> bool:
    return any(form in INTERVALS for form in section.date_formats.values())


def _is_day(value: Any) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def load_epoch(path: Path | None, extract: Path) -> date | None:
    """Day 0 of everybody, where the same file declares one: then every date is invented. Raises RegistryError."""
    sections = [section for of in load_registry(path, extract).values() for section in of]
    return next((section.epoch for section in sections if section.epoch), None)


def load_cutoff(path: Path | None, extract: Path) -> date | None:
    """The day that the same file declares as the extract's cut-off; null where it declares none. Raises RegistryError
    where it is no day."""
    path = _place(path, extract)
    cutoff = _content(path).get(CUTOFF) if path else None
    if cutoff is not None and not _is_day(cutoff):
        raise RegistryError(f"{path}: {CUTOFF} must be a day without quotes, such as 2024-03-31")
    return cutoff


def _place(path: Path | None, extract: Path) -> Path | None:
    own = extract / REGISTRY_NAME
    return path or (own if own.exists() else None)


def _content(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise RegistryError(
            f"{path}: can't be read ({error.strerror}); ask for read permission, or name another file"
        ) from None
    except UnicodeDecodeError:
        raise RegistryError(f"{path}: is not UTF-8; save it as UTF-8") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise RegistryError(f"{path}: can't be read as TOML ({_one_line(error)}); mend it there") from None


def _tables(path: Path, content: Mapping[str, Any]) -> dict[str, Any]:
    unknown = [key for key in content if key not in ("tables", *_WHOLE)]
    if unknown:
        raise RegistryError(
            f"{path}: unknown key {unknown[0]!r}; write tables such as [tables.labs.columns], or "
            f"{', '.join(_WHOLE[:-1])} or {_WHOLE[-1]} above them"
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


def _sections(path: Path, table: str, content: Any) -> tuple[TableMapping, ...]:
    """A table's section, or several: [[tables.labs]] more than once."""
    where = f"{path}: tables.{table}"
    if not isinstance(content, list):
        return (_mapping(where, table, content),)
    if not content:
        raise RegistryError(f"{where}: an empty list; write [[tables.{table}]] once for each file, or omit it")
    return tuple(_mapping(f"{where} ({nth})", table, section) for nth, section in enumerate(content, start=1))


def _mapping(where: str, table: str, content: Any) -> TableMapping:
    if not isinstance(content, Mapping):
        raise RegistryError(f"{where}: must be a table, [tables.{table}]")
    said = {key: value for key, value in content.items() if key in written_keys.KEYS}
    try:
        mapping = TableMapping(written=written_keys.written(said))
    except entries.EntryError as error:
        raise RegistryError(f"{where}.{error}") from None
    content = {key: value for key, value in content.items() if key not in said}
    # A table's date_format is of all its dates, and date_formats of single ones wins.
    for key in sorted(content, key=lambda name: (name == "date_formats", name)):
        if key not in _KEYS:
            raise RegistryError(f"{where}: unknown key {key!r}; {suggestion(key, [*_KEYS, *written_keys.KEYS])}")
        found = _entry(f"{where}.{key}", key, table, content[key])
        if "date_formats" in found:
            found = {"date_formats": {**mapping.date_formats, **found["date_formats"]}}
        mapping = replace(mapping, **found)
    ways = [key for key in ("file", *selects.KEYS, *databases.KEYS) if key in content]
    if len(ways) > 1:
        raise RegistryError(
            f"{where}: {' and '.join(ways)} are each a place of its rows; keep one, or repeat the section"
        )
    if mapping.selected and said:
        raise RegistryError(
            f"{where}.{next(iter(said))}: is of a file, and the section reads the rows of a select; say it in [files] "
            "of the file that the select reads, or omit it"
        )
    if mapping.across and mapping.wide:
        raise RegistryError(f"{where}: wide and across are two ways to hold tests; keep the one that the file has")
    if mapping.decimal == mapping.thousands:
        raise RegistryError(f"{where}: decimal and thousands are the same character; keep the one that applies")
    if mapping.wide and mapping.specimen:
        raise RegistryError(f"{where}: specimen goes with a column of codes, and wide has none; omit it")
    _check_columns(where, table, mapping)
    return _with_code_system(mapping)


def _with_code_system(mapping: TableMapping) -> TableMapping:
    """With the system's codes of units, comparators and results; the site's own come first."""
    if not mapping.code_system:
        return mapping
    system = code_system(mapping.code_system)
    codes = {column: {**of, **mapping.codes.get(column, {})} for column, of in _coded_columns(system) if of}
    return replace(mapping, units={**system.units, **mapping.units}, codes={**mapping.codes, **codes})


def _coded_columns(system: CodeSystem) -> list[tuple[str, Mapping[str, str]]]:
    return [("comparator", system.comparators), ("result", system.results)]


def _entry(where: str, key: str, table: str, value: Any) -> dict[str, Any]:
    try:
        return _KEYS[key](table, value)
    except entries.EntryError as error:
        raise RegistryError(f"{where}: {error}") from None


def _check_columns(where: str, table: str, mapping: TableMapping) -> None:
    twice = [column for column in mapping.constants if column in {**mapping.columns, **mapping.combined}]
    if twice:
        raise RegistryError(f"{where}: {twice[0]} is in columns and in constants; keep one")
    taken = [
        (column, name)
        for column, name in mapping.columns.items()
        if name in dtypes(table) and mapping.columns.get(name) != name
    ]
    for column, name in taken:
        if name not in mapping.columns and (table, column, name) not in _CALLED_SO:
            raise RegistryError(
                f"{where}.columns: {name!r} is the contract's own name of another column; say in columns where {name} "
                "is, or omit this one"
            )

    for column, value in mapping.constants.items():
        is_date = dtypes(table)[column] == pl.Date
        if is_date and not _ISO.match(value) and mapping.date_formats.get(column) not in INTERVALS:
            raise RegistryError(
                f"{where}.constants.{column}: {value!r} is no date; write one such as '2020-01-31', or say date_format "
                "= 'days' where it is a number of days"
            )


def _check_files(path: Path, extract: Path, mappings: Mapping[str, tuple[TableMapping, ...]]) -> None:
    for table, sections in mappings.items():
        for section in sections:
            if section.file is not None and not (extract / section.file).exists():
                raise RegistryError(
                    f"{path}: tables.{table}.file: the extract has no {section.file!r}; write the file's name, or "
                    "omit it"
                )
