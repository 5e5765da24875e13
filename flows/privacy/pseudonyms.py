"""Pseudonyms for patients, given before anything is stored: a keyed hash of the id, the same under the same key.

Whoever has the store but not the key can compute neither a pseudonym from an id nor an id from a pseudonym. The link
between the two is written apart, where it is asked for.
"""

from __future__ import annotations

import hmac
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from flows.privacy.private_files import OWNER_ONLY, write_private
from flows.settings.config import ConfigError

KEY_VARIABLE = "MSPIKE_KEY"
SHORTEST_KEY = 32  # bytes
DIGITS = 32  # of the hash in hexadecimal, 128 bits: no registry makes two of them collide
WITHHELD = "(withheld)"
LINK = {"pseudonym": pl.String, "patient_id": pl.String}


class PseudonymError(ConfigError):
    """A key, or a place for the link table, that can't be used; the message is one line without the key."""


@dataclass(frozen=True)
class Pseudonymise:
    """What a run was asked: where the key is (None: in the environment) and where the link table goes (None: nowhere).

    Only paths, so that it may be passed on; the key is read where it is used.
    """

    key_file: Path | None = None
    link: Path | None = None

    def pseudonyms(self, store: Path) -> Pseudonyms:
        """The pseudonyms by this key. Raises PseudonymError."""
        if self.link:
            _check_link(self.link, store)
        return Pseudonyms(_key(self.key_file))

    def parameters(self) -> dict[str, str | None]:
        """Its arguments as text, to make it again elsewhere."""
        return {
            "key_file": str(self.key_file.absolute()) if self.key_file else None,
            "link": str(self.link.absolute()) if self.link else None,
        }


def pseudonymise_of(parameters: dict[str, str | None] | None) -> Pseudonymise | None:
    """From what `Pseudonymise.parameters` gave."""
    if parameters is None:
        return None
    return Pseudonymise(**{name: Path(path) if path else None for name, path in parameters.items()})


@dataclass
class Pseudonyms:
    """Gives pseudonyms and remembers the ids it replaced."""

    key: bytes = field(repr=False)
    given: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=LINK), repr=False)

    @property
    def fingerprint(self) -> str:
        """Tells one key from another, and nothing of it."""
        return self._of("")

    def rename(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows, each under its patient's pseudonym; null stays null."""
        ids = rows["patient_id"].drop_nulls().unique()
        link = pl.DataFrame({"pseudonym": [self._of(name) for name in ids], "patient_id": ids}, schema=LINK)
        self.given = pl.concat([self.given, link]).unique("patient_id", keep="first", maintain_order=False)
        return rows.with_columns(
            pl.col("patient_id").replace_strict(link["patient_id"], link["pseudonym"], return_dtype=pl.String)
        )

    def _of(self, patient_id: str) -> str:
        return hmac.digest(self.key, patient_id.encode(), "sha256").hex()[:DIGITS]

    def write_link(self, path: Path) -> None:
        """Write the link table, keeping the entries it already has. Raises OSError where it can't be written."""
        before = pl.read_csv(path, schema=LINK, glob=False) if path.exists() else pl.DataFrame(schema=LINK)
        link = pl.concat([before, self.given]).unique().sort("pseudonym", "patient_id")
        write_private(path, link.write_csv().encode())


def without_values(entries: pl.DataFrame) -> pl.DataFrame:
    """Entries for the quarantine without the text found: anywhere in it may stand whose it is."""
    return entries.with_columns(value=pl.when(pl.col("value").is_not_null()).then(pl.lit(WITHHELD)))


def _key(path: Path | None) -> bytes:
    if path is None:
        key, found = os.environb.get(KEY_VARIABLE.encode(), b""), f"the environment variable {KEY_VARIABLE}"
    else:
        key, found = _key_in(path), str(path)
    if len(key) < SHORTEST_KEY:
        raise PseudonymError(
            f"{found}: holds a key of {len(key)} bytes; give {SHORTEST_KEY} or more, as from `openssl rand -hex 32`"
        )
    return key


def _key_in(path: Path) -> bytes:
    try:
        if path.stat().st_mode & OWNER_ONLY:
            mode = stat.S_IMODE(path.stat().st_mode)
            raise PseudonymError(f"{path}: others may use this key (mode {mode:04o}); chmod 600 it, or make a new one")
        return path.read_bytes().rstrip(b"\r\n")
    except OSError as error:
        raise PseudonymError(f"{path}: the key can't be read ({error.strerror}); name a file with it") from None


def _check_link(link: Path, store: Path) -> None:
    if link.resolve().is_relative_to(store.resolve()):
        raise PseudonymError(f"{link}: the link table must not lie in the store; name a file elsewhere")
    if not link.parent.is_dir():
        raise PseudonymError(f"{link}: there is no folder {link.parent}; make it, or name another file")
    if link.exists() and link.read_bytes()[:21].strip() != b"pseudonym,patient_id":
        raise PseudonymError(f"{link}: is no link table of mspike, and not overwritten; name another file")
