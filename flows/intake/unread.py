"""What an extract has that is not read, and how to name it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from flows.intake.sources import archives, file_readers, workbook

_PART = re.compile(r"(.+) \[(.+)\]$")
_TEXT = ("", ".txt", ".dat", ".asc", ".out", ".prn")


def unread_lines(names: Iterable[str]) -> Iterator[str]:
    """One line for each of these files, and sheets and files within them."""
    for name in names:
        keys = _keys(name)
        how = f"; to read it, write in a section of registry.toml: {keys}" if keys else ""
        yield f"{name}: not read{how}"


def _has_rows(name: str) -> bool:
    return file_readers.ending_of(Path(name)) is not None or Path(name).suffix.lower() in _TEXT


def _keys(name: str) -> str | None:
    if found := _PART.fullmatch(name):
        file, part = found.groups()
        if not file.lower().endswith(archives.ENDING):
            return _said(file, "sheet", part)
        return _said(file, "member", part) if _has_rows(part) else None
    if "/" in name or not _has_rows(name):
        return None
    if name.lower().endswith(workbook.ENDINGS):
        return _said(name, "sheet", "…")
    return _said(name, "member", "…") if name.lower().endswith(archives.ENDING) else f"file = {_quoted(name)}"


def _said(name: str, key: str, part: str) -> str:
    return f"file = {_quoted(name)}, {key} = {_quoted(part)}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
