"""Which files an extract has, and which tables are read from each."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from flows.intake.headers import RegistryError
from flows.intake.reading import NO_SECTIONS, REGISTRY_NAME, ExtractError, Sections, SourceFile
from flows.intake.sources import file_readers, workbook
from flows.intake.sources.databases import Snapshot, file_of
from flows.intake.sources.form_error import FormError
from flows.intake.sources.things import parts_of
from flows.intake.sources.views import used
from transforms.intake.contracts import CONTRACTS
from transforms.intake.mapping import UNMAPPED, TableMapping


@dataclass(frozen=True)
class _Place:
    """Where a table is: files in order, and the sheet of a workbook (None: the section says it)."""

    paths: list[Path]
    sheet: str | None = None


def discover(extract: Path, mappings: Sections = NO_SECTIONS) -> tuple[list[SourceFile], list[str]]:
    """What the extract's tables are read from, in the contract's order of tables and by name, and the names of all that
    is not read.

    `mappings` by table, one a section. Raises ExtractError where the extract is no folder, has no patients, has a table
    in two places that are not said to be both, or something under a table's name that is no file of the extract; and
    RegistryError where a select reads what is not there.
    """
    if not extract.is_dir():
        found = "a file" if extract.exists() else "nothing"
        raise ExtractError(f"{extract}: an extract is a folder, found {found}; name the folder that has patients.csv")
    places: dict[str, dict[str, _Place]] = {table: {} for table in CONTRACTS}
    unread: list[str] = []
    sections = [section for of in mappings.values() for section in of]
    read = {section.file for section in sections if section.file} | {of.selected for of in sections if of.selected}
    named: dict[str, _Place] = {}
    by_selects = _read_by_selects(extract, sections)
    _has_patients(extract, mappings.get("patients", ()))
    for entry in _listed(extract):
        table, is_named = _table_of(entry), entry.name in read
        if table or is_named:
            _is_of_the_extract(extract, entry)
        paths = _listed(entry) if (table or is_named) and entry.is_dir() and not _stem(entry) else [entry]
        is_file = is_named and paths == [entry]  # a file may have any ending where it is named
        kept = [path for path in paths if (table or is_named) and _is_table_file(extract, path, any_ending=is_file)]
        if kept and is_named:
            named[entry.name] = _Place(kept)
        sheets = {} if is_named else _sheets_of_tables(extract, entry)
        if sheets:
            for name, sheet in sheets.items():
                places[name][f"{entry.name} [{sheet}]"] = _Place([entry], sheet)
            kept = [entry]
        elif kept and table and not (entry in by_selects and not _is_asked_for(table, mappings)):
            places[table][entry.name] = _Place(kept)
        if is_named or sheets:
            parts = {of.written.part for of in sections if of.file == entry.name} | {*sheets.values()}
            unread += [f"{_name(extract, entry)} [{_printable(part)}]" for part in _other_parts(entry, parts)]
        unread += [_name(extract, path) for path in paths if path not in kept and path not in by_selects]
    for table, of in mappings.items():
        # a table that is read from files of its own is another place than the one of its name
        places[table] |= {place: named[place] for section in of if (place := section.file) and place in named}
        places[table] |= {_SELECT + section.selected: _Place([extract]) for section in of if section.selected}
    _each_table_once(extract, places, mappings)
    databases = {of.relation.uri: Snapshot(of.relation.uri) for of in sections if of.relation}
    read |= {path.name for uri in databases if (path := file_of(uri)) and path.parent == extract.resolve()}
    files = [
        _source_file(extract, path, table, _of_sheet(section, found.sheet), databases)
        for table, found_in in places.items()
        for section in mappings.get(table, (UNMAPPED,))
        for place, found in found_in.items()
        for path in found.paths
        if _is_read_from(section, place, table, mappings)
    ]
    return _tagged(files), [name for name in unread if name not in {REGISTRY_NAME, *read}]


# Before the name of a select, among the places of a table.
_SELECT = "\0"


def _source_file(
    extract: Path, path: Path, table: str, section: TableMapping, databases: Mapping[str, Snapshot]
) -> SourceFile:
    if section.selected:
        database = databases[section.relation.uri] if section.relation else None
        return SourceFile(path, section.selected, table, section, database=database)
    part = section.written.part
    return SourceFile(path, _name(extract, path) + (f" [{part}]" if part else ""), table, section)


def _of_sheet(section: TableMapping, sheet: str | None) -> TableMapping:
    return replace(section, written=replace(section.written, part=sheet)) if sheet else section


def _is_read_from(section: TableMapping, place: str, table: str, mappings: Sections) -> bool:
    if section.selected:
        return place == _SELECT + section.selected
    return section.file == place or (section.file is None and _is_unnamed(place, table, mappings))


def _read_by_selects(extract: Path, sections: list[TableMapping]) -> set[Path]:
    found: set[Path] = set()
    for section in sections:
        for thing in used(section.sql, extract).values() if section.sql else ():
            found |= {*thing.paths} if thing else set()
    return found | {path.parent for path in found if path.parent != extract}


def _is_asked_for(table: str, mappings: Sections) -> bool:
    """Whether the table is read from files that have its name."""
    return any(section.file is None and not section.selected for section in mappings.get(table, (UNMAPPED,)))


def _other_parts(entry: Path, read: set[str | None]) -> list[str]:
    """The sheets of a workbook, or files of an archive, that no table is read from; none where the only one is."""
    if None in read:
        return []
    try:
        return [part for part in parts_of(entry) or () if part not in read]
    except (FormError, OSError):
        return []


def _has_patients(extract: Path, sections: tuple[TableMapping, ...]) -> None:
    """A select may do without files, but not the patients without any."""
    read = {section.sql.name: used(section.sql, extract) for section in sections if section.sql}
    missing = sorted({called for things in read.values() for called in things})
    if read and not any(thing for things in read.values() for thing in things.values()):
        raise RegistryError(
            f"{', '.join(read)}: the extract has no file of those that it reads: {', '.join(missing)}; name the folder "
            "that has one, or the file as the select calls it"
        )


def _sheets_of_tables(extract: Path, entry: Path) -> dict[str, str]:
    """Of a workbook, the sheets that are tables by their names."""
    if not (entry.name.lower().endswith(workbook.ENDINGS) and entry.is_file()) or entry.is_symlink():
        return {}
    try:
        names = workbook.sheet_names(entry)
    except (FormError, OSError):
        return {}
    return {name.strip().lower(): name for name in names if name.strip().lower() in CONTRACTS}


def _is_unnamed(place: str, table: str, mappings: Sections) -> bool:
    """Whether a place is the table's by its name alone."""
    return not place.startswith(_SELECT) and place not in {section.file for section in mappings.get(table, ())}


def _tagged(files: list[SourceFile]) -> list[SourceFile]:
    """With a tag where one file is read more than once."""
    times, nth = Counter((file.path, file.name) for file in files), Counter[tuple[Path, str, str]]()
    tagged = []
    for file in files:
        nth[file.path, file.name, file.table] += 1
        number = nth[file.path, file.name, file.table]
        tag = f" [{file.table}{f' {number}' if number > 1 else ''}]" if times[file.path, file.name] > 1 else ""
        tagged.append(replace(file, tag=tag))
    return tagged


def _name(extract: Path, path: Path) -> str:
    """A path as it is printed: relative to the extract, and of signs that can be printed."""
    return _printable(os.fsencode(path.relative_to(extract).as_posix()).decode("utf-8", "replace"))


def _printable(name: str) -> str:
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in name)


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir(), key=lambda path: path.name)
    except OSError as error:
        raise ExtractError(f"{folder}: can't be listed ({error.strerror}); allow reading the folder") from None


def _table_of(entry: Path) -> str | None:
    """The table that an entry of the extract belongs to by its name."""
    name = entry.name if entry.name in CONTRACTS and entry.is_dir() else _stem(entry)
    return name if name in CONTRACTS else None


def _stem(path: Path) -> str | None:
    ending = file_readers.ending_of(path)
    return path.name[: -len(ending)].lower() if ending else None


def _is_table_file(extract: Path, path: Path, *, any_ending: bool = False) -> bool:
    if not (any_ending or _stem(path)):
        return False
    _is_of_the_extract(extract, path)
    name = _name(extract, path)
    if "\ufffd" in name:
        raise ExtractError(f"{name}: the file name has unprintable characters; rename it")
    if not path.is_file():
        raise ExtractError(f"{name}: named as a table's file, but found no file; send it again, or name it otherwise")
    return True


def _is_of_the_extract(extract: Path, path: Path) -> None:
    """A link out of the extract could show, in the quarantine, a file that its sender may not read."""
    if not path.is_symlink():
        return
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):  # RuntimeError: a link to itself
        target = None
    name = _name(extract, path)
    if target is None:
        raise ExtractError(f"{name}: a link that leads nowhere; put the file itself into the extract")
    if not target.is_relative_to(extract.resolve()) or target == extract.resolve():
        raise ExtractError(f"{name}: a link that leads out of the extract; put the file itself into the extract")


def _each_table_once(extract: Path, places: dict[str, dict[str, _Place]], mappings: Sections) -> None:
    if not places["patients"]:
        found = ", ".join(table for table in places if places[table]) or "none"
        raise ExtractError(
            f"{extract}: the table patients is missing, found of the contract's tables: {found}; "
            "add patients.csv, patients.csv.gz or patients.parquet, or name the file that has it in registry.toml "
            "(mspike map drafts one)"
        )
    for table, found_in in places.items():
        unnamed = [place for place in found_in if _is_unnamed(place, table, mappings)]
        if len(unnamed) > 1 or (unnamed and not _is_asked_for(table, mappings)):
            raise ExtractError(f"{extract}: the table {table} is given twice, as {' and '.join(found_in)}; keep one")
