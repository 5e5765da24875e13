"""A research query as a file: a header of comments that says what it asks, and one select.

Standard library only, so that the queries can be listed at once. The header's fields come in this order, each on a
line of its own, continued on lines indented by three spaces or more::

    -- title: Response by line
    -- question: How deep do patients respond in each line?
    -- grain: one row per line of therapy
    -- access: aggregate
    -- parameters:
    --   last_line integer = 4: lines from this one on are counted together
    -- caveats:
    --   Lines without an evaluable visit are counted apart.
    -- columns:
    --   line: number of the line
    --   lines: how many there are

`access` is aggregate (counts only) or internal (rows of patients, which stay in the house). A parameter has a name, a
type (integer, number, text, date, boolean, or the words it may be: `flow|sequencing`), a default after `=` (`null` is
none) or `required`, and a description. Where there are no parameters or caveats the field says `none`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from flows.endings import UNUSABLE, MspikeError

FIELDS = ("title", "question", "grain", "access", "parameters", "caveats", "columns")
ACCESS = ("aggregate", "internal")
RESERVED = ("store", "time_limit_s")
FIELD = re.compile(r"(\w+):(?: (.*))?")
PARAMETER = re.compile(r"(\w+) (\w+(?:\|\w+)*) (?:(required)|= (.*?)): (.+)")
COLUMN = re.compile(r"(\w+): (.+)")


def shown(value: Any) -> str:
    """A parameter's value as it is written in a header."""
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


class QueryError(MspikeError, ValueError):
    """A query that can't be asked so; the message is one line that says what to do."""

    status = UNUSABLE


class QueryFailed(MspikeError, RuntimeError):  # noqa: N818 (an answer that failed, as against a question that is wrong)
    """The store could not answer; the message is one line without any value of the data."""


def _boolean(text: str) -> bool:
    return {"true": True, "false": False}[text.lower()]


# Type -> what it is called in an error, what reads it from text, and what a Python value of it is.
Kind = tuple[str, Callable[[str], Any], tuple[type, ...]]
TYPES: dict[str, Kind] = {
    "integer": ("a whole number", int, (int,)),
    "number": ("a number", float, (int, float)),
    "text": ("text", str, (str,)),
    "date": ("a date (2024-01-31)", date.fromisoformat, (date,)),
    "boolean": ("true or false", _boolean, (bool,)),
}


@dataclass(frozen=True)
class Parameter:
    """One thing that a query can be asked with; `default` is None where there is none, which a query may mean."""

    name: str
    type: str
    is_required: bool
    default: Any
    description: str

    def value_of(self, given: Any) -> Any:
        """The value to bind, from text or a Python value. Raises QueryError where it is not of the type."""
        if given is None and not self.is_required and self.default is None:
            return None
        choices = self.type.split("|")
        if len(choices) > 1:
            if given in choices:
                return given
            raise QueryError(f"parameter {self.name} is {' or '.join(choices)}, not {given!r}")
        wanted, read, python = TYPES[self.type]
        if isinstance(given, python) and (bool in python or not isinstance(given, bool)):
            return given
        try:
            if isinstance(given, str):  # int(1.5) is 1: other values are of the type or wrong
                return read(given)
        except (ValueError, KeyError):
            pass
        raise QueryError(f"parameter {self.name} is {wanted}, not {given!r}")

    def __str__(self) -> str:
        default = "required" if self.is_required else f"= {shown(self.default)}"
        return f"{self.name} {self.type} {default}: {self.description}"


@dataclass(frozen=True)
class Header:
    """What a query says of itself. `columns` is name -> description, `parameters` name -> Parameter."""

    title: str
    question: str
    grain: str
    access: str
    parameters: Mapping[str, Parameter]
    caveats: tuple[str, ...]
    columns: Mapping[str, str]


@dataclass(frozen=True)
class QueryFile:
    """A query, its text, and its header (None: a researcher's own file may go without)."""

    name: str
    text: str
    header: Header | None

    def bound(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The value of every parameter. Raises QueryError where one is unknown, missing or not of its type.

        Without a header nothing is known of the parameters: what is given is bound as it is.
        """
        if self.header is None:
            return dict(given)
        declared = self.header.parameters
        for name in given:
            if name not in declared:
                known = ", ".join(declared) or "none"
                raise QueryError(f"{self.name} has no parameter {name!r}; it has: {known}")
        missing = [name for name, parameter in declared.items() if parameter.is_required and name not in given]
        if missing:
            raise QueryError(f"{self.name} needs a value of {', '.join(missing)}; give it with --param NAME=VALUE")
        return {
            name: parameter.value_of(given[name]) if name in given else parameter.default
            for name, parameter in declared.items()
        }


def read_query(path: Path, *, needs_header: bool = True) -> QueryFile:
    """Read a query and check its header. Raises QueryError where it can't be read, or the header is malformed."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise QueryError(f"{path}: can't be read as a query; name a UTF-8 text file") from None
    comments = _leading_comments(text)
    if not needs_header and not any(FIELD.fullmatch(c) and c.startswith("title:") for c in comments):
        return QueryFile(path.stem, text, None)
    try:
        return QueryFile(path.stem, text, _header(comments))
    except QueryError as error:
        raise QueryError(f"{path.name}: {error}") from None


def _leading_comments(text: str) -> list[str]:
    comments = []
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        comments.append(line.removeprefix("--").removeprefix(" ").rstrip())
    return comments


def _header(comments: list[str]) -> Header:
    fields: dict[str, list[str]] = {}
    for number, comment in enumerate(comments, start=1):
        _add_line(fields, comment, number)
    if list(fields) != list(FIELDS):
        raise QueryError(f"the header needs the fields {', '.join(FIELDS)}, in this order; found {', '.join(fields)}")
    words = {name: " ".join(fields[name]) for name in FIELDS[:4]}
    for name, said in words.items():
        if not said:
            raise QueryError(f"{name} says nothing; write it after the colon")
    if words["access"] not in ACCESS:
        raise QueryError(f"access is {' or '.join(ACCESS)}, not {words['access']!r}")
    parameters = [_parameter(entry) for entry in _entries(fields, "parameters")]
    columns = [_column(entry) for entry in _entries(fields, "columns")]
    for kind, names in (("parameter", [p.name for p in parameters]), ("column", [name for name, _ in columns])):
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            raise QueryError(f"{kind} {repeated[0]} is described twice")
    return Header(
        **words,
        parameters={parameter.name: parameter for parameter in parameters},
        caveats=tuple(_entries(fields, "caveats")),
        columns=dict(columns),
    )


def _add_line(fields: dict[str, list[str]], comment: str, number: int) -> None:
    is_field = FIELD.fullmatch(comment)
    if is_field and is_field[1] in fields:
        raise QueryError(f"line {number}: {is_field[1]} comes twice")
    if is_field and is_field[1] in FIELDS:
        fields[is_field[1]] = [is_field[2]] if is_field[2] else []
    elif comment.startswith("  ") and fields:
        fields[list(fields)[-1]].append(comment[2:] if comment.startswith("    ") else comment.strip())
    else:
        raise QueryError(f"line {number}: neither a field of the header ({', '.join(FIELDS)}) nor indented below one")


def _entries(fields: dict[str, list[str]], name: str) -> list[str]:
    """The entries of a list, those continued on deeper lines joined; none where it says so."""
    lines = fields[name]
    if lines == ["none"] and name != "columns":
        return []
    entries: list[str] = []
    for line in lines:
        if line.startswith(" ") and entries:
            entries[-1] += " " + line.strip()
        else:
            entries.append(line.strip())
    if not entries:
        raise QueryError(f"{name} lists nothing; " + ("name each column" if name == "columns" else "say none"))
    return entries


def _parameter(entry: str) -> Parameter:
    found = PARAMETER.fullmatch(entry)
    if not found:
        raise QueryError(f"parameter {entry!r} is not `NAME TYPE = DEFAULT: DESCRIPTION`, or `required` for `= …`")
    name, kind, required, default, description = found.groups()
    if kind not in TYPES and "|" not in kind:
        raise QueryError(f"parameter {name} has the type {kind!r}; types are {', '.join(TYPES)}, or words as in a|b")
    if name in RESERVED:
        raise QueryError(f"a parameter can't be called {name}: it is an argument of flows.query.query")
    parameter = Parameter(name, kind, bool(required), None, description)
    if required or default == "null":
        return parameter
    return Parameter(name, kind, False, parameter.value_of(default), description)


def _column(entry: str) -> tuple[str, str]:
    found = COLUMN.fullmatch(entry)
    if not found:
        raise QueryError(f"column {entry!r} is not `NAME: DESCRIPTION`")
    return found[1], found[2]
