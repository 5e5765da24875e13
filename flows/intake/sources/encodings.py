"""What a CSV file's bytes are: how many, in which encoding, and not something else altogether."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

import pyarrow as pa

from flows.intake.sources.archives import opened_member
from flows.intake.sources.form_error import FormError
from flows.settings.file_limits import RATIO_COUNTS_FROM, Limits

CHUNK_BYTES = 2**20
UTF_8 = "utf-8"
OTHERS = ("cp932", "euc_jp")
NAMES = {UTF_8: "UTF-8", "cp932": "Shift-JIS (CP932)", "euc_jp": "EUC-JP", "utf-16": "UTF-16"}
_FORMATS = {
    b"\x1f\x8b": "gzip; end its name in .csv.gz",
    b"PK\x03\x04": "a zip file or an Excel workbook; save the sheet as CSV, in UTF-8",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook; save the sheet as CSV, in UTF-8",
    b"PAR1": "Parquet; end its name in .parquet",
    b"%PDF": "a PDF; export the table as CSV, in UTF-8",
    codecs.BOM_UTF32_LE: "UTF-32; save the file as UTF-8",
    codecs.BOM_UTF32_BE: "UTF-32; save the file as UTF-8",
}
_DOUBLE = "\u3000-\u30ff\u3300-\u9fff\uff01-\uff60"
# Japanese comes in words, or as one sign that fills a cell; European letters read as Japanese come singly, in words.
_WORDS = re.compile(rf'[{_DOUBLE}\uff61-\uff9f]{{2,}}|(?<![^,;\t"\r\n])[{_DOUBLE}](?![^,;\t"\r\n])')
_ANY = re.compile(r"[^\x00-\x7f]")


def open_bytes(path: Path, member: str = "") -> pa.NativeFile:
    """The file's bytes, decompressed where its name ends in .gz; those of a member, where it is a zip archive."""
    if member:
        return pa.PythonFile(opened_member(path, member), mode="r")
    return pa.input_stream(str(path), compression="gzip" if path.suffix.lower() == ".gz" else None)


def encoding_of(path: Path, limits: Limits, declared: str | None = None, member: str = "") -> str:
    """The encoding in which the whole file can be read: UTF-8, UTF-16 by its mark, or Shift-JIS or EUC-JP where it can
    only be that. `declared`: the site says so.

    Raises FormError for a file of another format or over a limit, and UnicodeDecodeError where it is in none of these.
    """
    with open_bytes(path, member) as stream:
        marked = _marked(stream.read(len(codecs.BOM_UTF32_LE)))
    [first] = _tried(path, limits, [declared or marked or UTF_8], member)
    if first.error is None:
        return first.name
    if declared or marked:
        raise first.error
    # Most files are UTF-8, and what is not tells so early: only then is the rest worth trying.
    others = [candidate for candidate in _tried(path, limits, OTHERS, member) if not candidate.error]
    if not others:
        raise first.error
    if len(others) > 1 or not others[0].is_japanese():
        names = " or ".join(NAMES[candidate.name] for candidate in others)
        raise FormError(
            f"not UTF-8 at byte {first.error.start + 1:,}, and may or may not be {names}; save the file as UTF-8, or "
            "give its encoding in registry.toml"
        )
    return others[0].name


def _tried(path: Path, limits: Limits, names: Sequence[str], member: str) -> list[Candidate]:
    tried = [Candidate(name) for name in names]
    for chunk in chain(_bounded(path, limits, member), [b""]):
        for candidate in tried:
            candidate.take(chunk)
        if all(candidate.error for candidate in tried):
            break
    return tried


def _marked(start: bytes) -> str | None:
    for magic, what in _FORMATS.items():
        if start.startswith(magic):
            raise FormError(f"is no CSV but {what}")
    return "utf-16" if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else None


def _bounded(path: Path, limits: Limits, member: str) -> Iterator[bytes]:
    on_disk, size = max(path.stat().st_size, 1), 0
    with open_bytes(path, member) as stream:
        while chunk := stream.read(CHUNK_BYTES):
            size += len(chunk)
            if size > limits.uncompressed_bytes:
                raise FormError(
                    f"holds more than {limits.uncompressed_gib:g} GiB; split it, or raise uncompressed_gib of [limits]"
                )
            if size > RATIO_COUNTS_FROM and size > limits.ratio * on_disk:
                raise FormError(
                    f"grows to more than {limits.ratio:g} times its size when it is decompressed; send it "
                    "uncompressed, or raise ratio of [limits] if it is what it should be"
                )
            yield bytes(chunk)


class Candidate:
    """One encoding, tried on a file chunk by chunk; an empty chunk is the end."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.error: UnicodeDecodeError | None = None
        self._decoder = codecs.getincrementaldecoder(name)()
        self._read = self._in_words = self._others = 0

    def take(self, chunk: bytes) -> None:
        """Try the next chunk; `error` says where the first byte that does not fit is."""
        pending = len(self._decoder.getstate()[0])
        if self.error or (chunk and chunk.isascii() and not pending and self.name != "utf-16"):
            self._read += len(chunk)
            return
        try:
            text = self._decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            at = max(self._read - pending + error.start, 0)
            self.error = UnicodeDecodeError(NAMES.get(self.name, self.name), b"", at, at + 1, "")
            return
        self._read += len(chunk)
        if self.name not in (UTF_8, "utf-16"):
            found = sum(map(len, _WORDS.findall(text)))
            self._in_words += found
            self._others += len(_ANY.findall(text)) - found

    def is_japanese(self) -> bool:
        """Whether most of what is not ASCII stands in words of Japanese signs."""
        return self._in_words > self._others


class Utf8Stream(io.RawIOBase):
    """The file's text as UTF-8; raises UnicodeDecodeError with the place where it is not in its encoding."""

    def __init__(self, path: Path, encoding: str = UTF_8, member: str = "") -> None:
        self._bytes = open_bytes(path, member)
        self._is_utf8 = encoding == UTF_8
        self._name = NAMES.get(encoding, encoding)
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._read = 0
        self._ready = b""
        self._is_at_end = False

    def readable(self) -> bool:
        """Always."""
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes; fewer than `size` only at the end."""
        if not size:  # nothing read is not the end
            return b""
        if self._is_utf8:
            return self._next(None if size < 0 else size)
        while not self._is_at_end and (size < 0 or len(self._ready) < size):
            self._ready += self._next(CHUNK_BYTES)
        end = len(self._ready) if size < 0 else size
        found, self._ready = self._ready[:end], self._ready[end:]
        return found

    def _next(self, size: int | None) -> bytes:
        found: bytes = self._bytes.read(size)
        pending = len(self._decoder.getstate()[0])
        try:
            text = self._decoder.decode(found, final=not found)
        except UnicodeDecodeError as error:
            at = max(self._read - pending + error.start, 0)
            raise UnicodeDecodeError(self._name, b"", at, at + 1, "") from None
        self._read += len(found)
        self._is_at_end = not found
        return found if self._is_utf8 else text.encode()

    def close(self) -> None:
        """Close the file."""
        self._bytes.close()
        super().close()
