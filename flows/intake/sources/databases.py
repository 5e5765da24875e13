"""Tables and selects of PostgreSQL and SQLite, read through ADBC in one read-only snapshot.

Of what a driver says only names of tables and columns are passed on: its words may quote the address, or a cell.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import polars as pl
import pyarrow as pa

from flows.intake.headers import RegistryError
from flows.intake.sources.form_error import FormError
from flows.intake.sources.selected import Columns
from flows.intake.sources.source import Piece
from transforms.intake.mapping import Relation

POSTGRESQL, SQLITE = ("postgresql", "postgres"), "sqlite"
_CONNECT_SECONDS = 20
_LOGIN, _DATABASE, _DENIED = ("28P01", "28000"), "3D000", "42501"
# What the text of a select is wrong about: names, and its grammar.
_OF_THE_SELECT = "42"
_CELL = "22"
_WHILE_READING = "[PGRES_FATAL_ERROR]: ERROR:"  # where a lost connection is FATAL
_SQLITE_WORDS = re.compile(r"Failed to prepare query: ([^\n]*)")
_POSTGRESQL_WORDS = re.compile(r"ERROR:\s*([^\n]*)")


def shown(uri: str) -> str:
    """An address without who logs in, and how."""
    parts = urlsplit(uri)
    host = parts.hostname or next(iter(parse_qs(parts.query).get("host", [])), "")
    return f"{parts.scheme}://{host}{parts.path}" if parts.scheme in POSTGRESQL else f"{parts.scheme}:{parts.path}"


def has_password(uri: str) -> bool:
    """Whether an address says a password."""
    parts = urlsplit(uri)
    asked = parse_qs(parts.query, keep_blank_values=True)
    return parts.password is not None or not {"password", "sslpassword"}.isdisjoint(asked)


class Snapshot:
    """A database as it is when it is first read; all that is read of it is of that moment. It is only read."""

    def __init__(self, uri: str) -> None:
        self.uri = uri
        self.is_sqlite = urlsplit(uri).scheme == SQLITE
        self._connection: Any = None

    @contextmanager
    def cursor(self) -> Iterator[Any]:
        """A cursor in the snapshot. Raises FormError where the database can't be reached."""
        if self._connection is None:
            self._connection = self._opened()
        with self._connection.cursor() as cursor:
            yield cursor

    def _opened(self) -> Any:
        import adbc_driver_manager  # loads a driver, for which an extract of files need not wait

        try:
            return _sqlite(self.uri) if self.is_sqlite else _postgresql(self.uri)
        except (adbc_driver_manager.Error, ValueError) as error:
            raise FormError(f"{shown(self.uri)}: {_unreached(error)}") from None

    def close(self) -> None:
        """Let go of it."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def __del__(self) -> None:
        self.close()


def _sqlite(uri: str) -> Any:
    from adbc_driver_sqlite import dbapi  # a driver is loaded where a database of its kind is read

    return dbapi.connect(f"file:{quote(urlsplit(uri).path)}?mode=ro")


def _postgresql(uri: str) -> Any:
    from adbc_driver_postgresql import dbapi  # as above

    parts = urlsplit(uri)
    if "connect_timeout" not in parse_qs(parts.query):
        uri += f"{'&' if parts.query else '?'}connect_timeout={_CONNECT_SECONDS}"
    connection = dbapi.connect(uri, autocommit=True)
    try:
        with connection.cursor() as cursor:
            cursor.execute("set session characteristics as transaction isolation level repeatable read, read only")
            cursor.execute("begin isolation level repeatable read, read only")
    except BaseException:
        connection.close()
        raise
    return connection


def _unreached(error: Any) -> str:
    state = getattr(error, "sqlstate", None)
    words = str(error)
    if state in _LOGIN or "authentication failed" in words or "no password supplied" in words:
        return "the database refuses the login; check the user, and the password in MSPIKE_SOURCE or a password file"
    if state == _DATABASE or re.search(r'database "[^"]*" does not exist', words):
        return "the server has no such database; check the name at the end of the address"
    return "the database can't be reached; check the address, and that it is there and may be read from here"


@dataclass(frozen=True)
class Rows:
    """The rows of a table or a select of a database."""

    relation: Relation
    snapshot: Snapshot = field(repr=False)

    def header(self) -> list[str]:
        """The names of its columns."""
        names = self._schema().names
        return [names[at] for at in Columns.of(self.relation.name, names).own]

    def pieces(self, positions: Sequence[int] | None = None, marked: Container[int] = ()) -> Iterator[Piece]:
        """Its rows, as the database gives them, batch by batch."""
        schema = self._schema()
        columns = Columns.of(self.relation.name, schema.names)
        yield from columns.pieces(self._frames(schema, columns.read(positions)), marked)

    def _schema(self) -> pa.Schema:
        with self._plainly(), self.snapshot.cursor() as cursor:
            cursor.execute(f"select * from (\n{self.relation.text}\n) as found limit 0")
            return cursor.fetch_record_batch().schema

    def _frames(self, schema: pa.Schema, wanted: list[int]) -> Iterator[pl.DataFrame]:
        as_text = _sqlite_text if self.snapshot.is_sqlite else _postgresql_text
        names = ", ".join(f'"{at}"' for at in range(len(schema)))
        read = ", ".join(f'{as_text(at, schema.field(at).type)} as "{at}"' for at in wanted)
        with self._plainly(), self.snapshot.cursor() as cursor:
            cursor.execute(f"with found ({names}) as (\n{self.relation.text}\n) select {read} from found")
            for batch in cursor.fetch_record_batch():
                frame = pl.from_arrow(pa.Table.from_batches([batch]))
                assert isinstance(frame, pl.DataFrame)
                yield frame

    @contextmanager
    def _plainly(self) -> Iterator[None]:
        """Turns what a driver raises into words of ours."""
        import adbc_driver_manager  # as above

        try:
            yield
        except (adbc_driver_manager.Error, pa.ArrowException, OSError) as error:
            self.snapshot.close()  # after an error PostgreSQL answers nothing more in it
            words = str(error)
            state = getattr(error, "sqlstate", None) or ""
            if "file is not a database" in words:
                raise FormError(f"{shown(self.snapshot.uri)}: is no SQLite database; name another file") from None
            found = (_SQLITE_WORDS if self.snapshot.is_sqlite else _POSTGRESQL_WORDS).search(words)
            if state == _DENIED:
                raise FormError("reading it is not permitted in the database; grant select on it") from None
            if state.startswith(_OF_THE_SELECT) or (self.snapshot.is_sqlite and found):
                said = found[1] if found else "can't be read by the database"
                raise RegistryError(f"{self.relation.name}: {said}; mend table or select in registry.toml") from None
            if state.startswith(_CELL) or _WHILE_READING in words:
                raise FormError(
                    "the select ends in an error of the database, as a cast does on a cell that is no such value; mend "
                    "the select, or cast where it can be done"
                ) from None
            raise FormError(
                "the database ended the connection, or can't be read to the end; see that it is there, and run again"
            ) from None


def _postgresql_text(at: int, kind: pa.DataType) -> str:
    """A column as text; a date stays one, and one that is never (infinity) is empty."""
    column = f'"{at}"'
    is_time = pa.types.is_date(kind) or pa.types.is_timestamp(kind)
    return f"case when isfinite({column}) then {column} end" if is_time else f"{column}::text"


def _sqlite_text(at: int, _kind: pa.DataType) -> str:
    """A cell as text, whatever its type: in SQLite each has its own."""
    column = f'"{at}"'
    return f"case typeof({column}) when 'real' then printf('%.15g', {column}) else cast({column} as text) end"


def place_of(uri: str, folder: Path) -> str:
    """The address with the whole path of its file, where it is one of SQLite. Raises ValueError, saying what to write,
    for an address that is of neither kind, or of a file that is not there.
    """
    scheme, _, rest = uri.partition("://")
    if scheme in POSTGRESQL and rest and _can_be_read(uri):
        return uri
    if scheme != SQLITE or not rest.startswith("/") or len(rest) < len("/x"):
        raise ValueError("must be an address such as 'postgresql://user@host/database' or 'sqlite:///registry.db'")
    path = folder / rest[1:]
    if not path.is_file():
        whole = Path(rest)
        hint = "; for the whole path write sqlite:// and four slashes" if whole.is_file() else "; write where it is"
        raise ValueError(f"there is no file {rest[1:]!r} in {folder}{hint}")
    return f"{SQLITE}://{path.resolve()}"


def file_of(uri: str) -> Path | None:
    """The file of an address that place_of() gave; None where it is a server's."""
    parts = urlsplit(uri)
    return Path(parts.path) if parts.scheme == SQLITE else None


def _can_be_read(uri: str) -> bool:
    try:
        urlsplit(uri)
    except ValueError:  # which may quote it
        return False
    return True
