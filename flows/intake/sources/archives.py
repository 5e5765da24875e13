"""Files within a zip archive."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import IO

from flows.intake.sources.form_error import FormError

ENDING = ".zip"
DAMAGED = "is no zip archive that can be read, or is cut short; send the file again"


def entries(path: Path) -> list[zipfile.ZipInfo]:
    """What an archive holds, in its order. Raises BadZipFile where it can't be read, whatever the library raises."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.infolist()
    except (NotImplementedError, UnicodeDecodeError):  # of a version, or a name, that bytes gone wrong make of it
        raise zipfile.BadZipFile from None


def members(path: Path) -> list[str]:
    """The names of the files in an archive, in its order. Raises FormError where it is none."""
    try:
        found = [entry.filename for entry in entries(path) if entry.filename and not entry.is_dir()]
    except zipfile.BadZipFile:
        raise FormError(DAMAGED) from None
    return [name for name in found if not name.startswith("__MACOSX/")]


def member_of(path: Path, asked: str | None) -> str:
    """The file of an archive that is to be read. Raises FormError where it has several and none is named."""
    found = members(path)
    if asked and asked not in found:
        raise FormError(f"has no file {asked!r}; it has {listed(found)}")
    if not asked and len(found) != 1:
        raise FormError(
            f"has {len(found)} files; name one with member in registry.toml: {listed(found)}"
            if found
            else "is an empty archive; send the file again"
        )
    return asked or found[0]


def opened_member(path: Path, member: str) -> IO[bytes]:
    """The bytes of one file of an archive, decompressed. Raises FormError where they can't be had."""
    try:
        with zipfile.ZipFile(path) as archive:  # which stays open until what is returned is closed
            return archive.open(member)
    except NotImplementedError:
        raise FormError("is compressed in a way that can't be read; make the archive anew, with deflate") from None
    except RuntimeError:  # what the library raises for want of a password
        raise FormError("has a password; send it without one, by a way that is safe") from None
    except (zipfile.BadZipFile, KeyError, UnicodeDecodeError):
        raise FormError(DAMAGED) from None


def listed(names: list[str], most: int = 20) -> str:
    """Names in one line, as they can be printed."""
    shown = ["".join(sign if sign.isprintable() else "\ufffd" for sign in name) for name in names[:most]]
    return ", ".join(map(repr, shown)) + (f" and {len(names) - most} more" if len(names) > most else "")
