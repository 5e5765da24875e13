"""What each key of registry.toml may say of how a file is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flows.intake.registry_entries import EntryError, one_of, text
from flows.settings.suggestions import suggestion
from transforms.intake.mapping import Written

_ENCODINGS = {
    "utf-8": "utf-8",
    "utf-16": "utf-16",
    "cp932": "cp932",
    "shift_jis": "cp932",
    "euc_jp": "euc_jp",
    "latin-1": "latin-1",
    "cp1252": "cp1252",
}
_DELIMITERS = (",", ";", "\t", "|")
_MOST_HEADER_ROW = 1000


def encoding(value: Any) -> dict[str, Any]:
    """The encoding of text, and of files of statistics programs."""
    return {"encoding": _ENCODINGS[one_of(value, list(_ENCODINGS))]}


def delimiter(value: Any) -> dict[str, Any]:
    """What parts the columns of text."""
    return {"delimiter": one_of(value, list(_DELIMITERS))}


def header_row(value: Any) -> dict[str, Any]:
    """The line of a file, or the row of a sheet, that its header is on."""
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= _MOST_HEADER_ROW:
        raise EntryError(f"must be the number of a line, 1 to {_MOST_HEADER_ROW}, found {value!r}")
    return {"header_row": value}


def comment(value: Any) -> dict[str, Any]:
    """What lines above the header begin with that say something else."""
    return {"comment": text(value, "what the lines above the header begin with, such as '#'")}


def sheet(value: Any) -> dict[str, Any]:
    """The sheet of a workbook."""
    return {"part": text(value, "the name of a sheet of the workbook")}


def member(value: Any) -> dict[str, Any]:
    """The file of an archive."""
    return {"part": text(value, "the name of a file in the archive, such as 'labs.csv'")}


def labels(value: Any) -> dict[str, Any]:
    """Whether a code that has a label is read as the label."""
    if not isinstance(value, bool):
        raise EntryError(f"must be true (a code that has a label is read as the label) or false, found {value!r}")
    return {"labels": value}


KEYS = {
    "encoding": encoding,
    "delimiter": delimiter,
    "header_row": header_row,
    "comment": comment,
    "sheet": sheet,
    "member": member,
    "labels": labels,
}


def written(said: Mapping[str, Any]) -> Written:
    """How a file is written, by some of the keys. Raises EntryError."""
    if "sheet" in said and "member" in said:
        raise EntryError("sheet: is of a workbook, and member of an archive; keep the one that the file is")
    found = Written()
    for key, value in said.items():
        if key not in KEYS:
            raise EntryError(f"unknown key {key!r}; {suggestion(key, list(KEYS))}")
        try:
            found = replace(found, **KEYS[key](value))
        except EntryError as error:
            raise EntryError(f"{key}: {error}") from None
    return found
