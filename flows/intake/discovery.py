"""Which files an extract has, and which tables are read from each."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace
from pathlib import Path

from flows.intake.reading import ENDINGS, NO_SECTIONS, REGISTRY_NAME, ExtractError, Sections, SourceFile
from transforms.intake.contracts import CONTRACTS
from transforms.intake.mapping import UNMAPPED


def discover(extract: Path, mappings: Sections = NO_SECTIONS) -> tuple[list[SourceFile], list[str]]:
    """The files of the extract in the contract's order of tables and by name, and the names of all that is no table.

    `mappings` by table, one a section. Raises ExtractError where the extract is no folder, has no patients, has a table
    in two places that are not said to be both, or something under a table's name that is no file of the extract.
    """
    if not extract.is_dir():
        found = "a file" if extract.exists() else "nothing"
        raise ExtractError(f"{extract}: an extract is a folder, found {found}; name the folder that has patients.csv")
    places: dict[str, dict[str, list[Path]]] = {table: {} for table in CONTRACTS}
    ignored: list[str] = []
    own_names = {section.file: table for table, of in mappings.items() for section in of if section.file}
    named: dict[str | None, list[Path]] = {}
    for entry in _listed(extract):
        table = _table_of(entry)
        is_named = entry.name in own_names
        if table or is_named:
            _is_of_the_extract(extract, entry)
        paths = _listed(entry) if (table or is_named) and entry.is_dir() and not _stem(entry) else [entry]
        is_file = is_named and paths == [entry]  # a file may have any ending where it is named
        kept = [path for path in paths if (table or is_named) and _is_table_file(extract, path, any_ending=is_file)]
        ignored += [_name(extract, path) for path in paths if path not in kept]
        if kept and is_named:
            named[entry.name] = kept
        if kept and table:
            places[table][entry.name] = kept
    for table, of in mappings.items():
        # a table that is read from files of its own is another place than the one of its name
        places[table] |= {section.file: named[section.file] for section in of if section.file in named}  # type: ignore[misc]
    _each_table_once(extract, places, mappings)
    files = [
        SourceFile(path, _name(extract, path), table, section)
        for table, found_in in places.items()
        for section in mappings.get(table, (UNMAPPED,))
        for place, paths in found_in.items()
        for path in paths
        if section.file == place or (section.file is None and _is_unnamed(place, table, mappings))
    ]
    return _told_apart(files), [name for name in ignored if name != REGISTRY_NAME]


def _is_unnamed(place: str, table: str, mappings: Sections) -> bool:
    """Whether a place is the table's by its name alone."""
    return place not in {section.file for section in mappings.get(table, ())}


def _told_apart(files: list[SourceFile]) -> list[SourceFile]:
    """With a tag where one file is read more than once."""
    times, nth = Counter(file.path for file in files), Counter[tuple[Path, str]]()
    told = []
    for file in files:
        nth[file.path, file.table] += 1
        number = nth[file.path, file.table]
        tag = f" [{file.table}{f' {number}' if number > 1 else ''}]" if times[file.path] > 1 else ""
        told.append(replace(file, tag=tag))
    return told


def _name(extract: Path, path: Path) -> str:
    """A path as it is printed: relative to the extract, and of signs that can be printed."""
    name = os.fsencode(path.relative_to(extract).as_posix()).decode("utf-8", "replace")
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
    name = path.name.lower()
    ending = next((ending for ending in ENDINGS if name.endswith(ending)), None)
    return name.removesuffix(ending) if ending else None


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


def _each_table_once(extract: Path, places: dict[str, dict[str, list[Path]]], mappings: Sections) -> None:
    if not places["patients"]:
        found = ", ".join(table for table in places if places[table]) or "none"
        raise ExtractError(
            f"{extract}: the table patients is missing, found of the contract's tables: {found}; "
            "add patients.csv, patients.csv.gz or patients.parquet"
        )
    for table, found_in in places.items():
        unnamed = [place for place in found_in if _is_unnamed(place, table, mappings)]
        is_asked_for = any(section.file is None for section in mappings.get(table, (UNMAPPED,)))
        if len(unnamed) > 1 or (unnamed and not is_asked_for):
            raise ExtractError(f"{extract}: the table {table} is given twice, as {' and '.join(found_in)}; keep one")
