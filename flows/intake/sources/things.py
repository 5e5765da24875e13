"""Everything in an extract that has a header and rows: files, sheets of workbooks, files within archives, folders of
files. `readable_things` lists them; each has its names in a select, and its rows as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import polars as pl

from flows.intake.sources import archives, file_readers, ndjson, workbook
from flows.intake.sources.form_error import FormError
from flows.intake.sources.source import Source
from flows.settings.file_limits import Limits
from transforms.intake.mapping import UNWRITTEN, Written

_PLAIN: Mapping[str, Written] = MappingProxyType({})
_NUMBER = re.compile(r"^[0-9]+\.|[.-][0-9]+$")


@dataclass(frozen=True)
class Thing:
    """Something with a header and rows. `name`: as it is shown; `paths`: its file, or the files of a folder, in order;
    `names`: what it may be called in a select; `written`: how it is written, and which sheet or file of `paths` it is.
    """

    name: str
    paths: tuple[Path, ...]
    names: tuple[str, ...]
    written: Written = UNWRITTEN

    def sources(self, limits: Limits = Limits()) -> Iterator[Source]:  # noqa: B008
        """What its rows are read from, one a file. Raises FormError, which names the file."""
        for path in self.paths:
            try:
                yield file_readers.opened(path, self.written, limits)
            except file_readers.UNREADABLE as error:
                raise FormError(f"{path.name}: {file_readers.why(error, file_readers.kind_of(path))}") from None

    def frame(self, rows: int | None = None, limits: Limits = Limits()) -> pl.DataFrame:  # noqa: B008
        """Its first rows (None: all), as text under the names of its header, of which no two are the same; an empty
        cell is null. Lines that don't fit the header are left out. Raises FormError, which names the file.
        """
        found = [_frame(of, rows) for of in self.sources(limits)]
        whole = pl.concat(found, how="diagonal")
        return whole if rows is None else whole.head(rows)


def _frame(of: Source, rows: int | None) -> pl.DataFrame:
    names = distinct(of.header())
    schema = dict.fromkeys(names, pl.String)
    taken: list[pl.DataFrame] = []
    for piece in of.pieces():
        text = piece.text.select(pl.col(str(at)).alias(name) for at, name in enumerate(names))
        taken.append(text.with_columns(pl.when(pl.all() != "").then(pl.all())))
        if rows is not None and sum(frame.height for frame in taken) >= rows:
            break
    return pl.concat([pl.DataFrame(schema=schema), *taken])


def distinct(header: list[str]) -> list[str]:
    """The names of a header; one without a name is called by its position, one that is there already gets a number."""
    names: list[str] = []
    for position, name in enumerate(header, start=1):
        plain = name.strip() or f"(column {position})"
        nth = 1
        while (called := plain if nth == 1 else f"{plain} ({nth})").lower() in (other.lower() for other in names):
            nth += 1
        names.append(called)
    return names


def readable_things(extract: Path, written: Mapping[str, Written] = _PLAIN) -> list[Thing]:
    """What can be read in an extract, by name. `written`: how single files are, by their names; these may have any
    ending. A file that can't be opened is left out, as are links and what is hidden. Raises OSError.
    """
    entries = sorted((path for path in extract.iterdir() if _is_plain(path)), key=lambda path: path.name)
    found = [thing for path in entries for thing in _of_file(path, written.get(path.name)) if path.is_file()]
    for folder in entries:
        if folder.is_dir():
            parts = [
                path for path in sorted(folder.iterdir()) if _is_plain(path) and path.is_file() and is_readable(path)
            ]
            if parts:
                said = written.get(folder.name, UNWRITTEN)
                found.append(Thing(f"{folder.name}/", tuple(parts), (folder.name,), said))
    return found + _numbered(found)


def _is_plain(path: Path) -> bool:
    return not path.name.startswith((".", "~$")) and not path.is_symlink()


def is_readable(path: Path) -> bool:
    """Whether a file's ending is one that is read without being named in registry.toml."""
    return file_readers.ending_of(path) is not None


def _of_file(path: Path, said: Written | None) -> Iterator[Thing]:
    ending = file_readers.ending_of(path)
    if not path.is_file() or (ending is None and said is None):
        return
    stem = path.name[: -len(ending)] if ending else path.stem
    said = said or UNWRITTEN
    try:
        parts = parts_of(path)
    except (OSError, FormError):
        return
    if parts is None:
        yield Thing(path.name, (path,), (stem, path.name), said)
        return
    for part in [said.part] if said.part else parts:
        own = part if path.name.lower().endswith(workbook.ENDINGS) else part.rsplit("/", 1)[-1].split(".")[0]
        names = (own, f"{path.name}/{part}", *((stem, path.name) if len(parts) == 1 or said.part else ()))
        yield Thing(f"{path.name} [{part}]", (path,), tuple(dict.fromkeys(names)), replace(said, part=part))


def parts_of(path: Path) -> list[str] | None:
    """The sheets of a workbook, the files of an archive; None of a file that has no parts. Raises FormError."""
    name = path.name.lower()
    if name.endswith(workbook.ENDINGS):
        return workbook.sheet_names(path)
    return archives.members(path) if name.endswith(archives.ENDING) else None


def _numbered(found: list[Thing]) -> list[Thing]:
    """Of NDJSON in several files with a number (Observation.000.ndjson), what they are together."""
    parts: dict[str, list[Path]] = {}
    for thing in found:
        name = _NUMBER.sub("", thing.names[0])
        if len(thing.paths) == 1 and thing.name.lower().endswith(ndjson.ENDINGS) and name != thing.names[0]:
            parts.setdefault(name, []).extend(thing.paths)
    return [Thing(name, tuple(paths), (name,)) for name, paths in parts.items()]
