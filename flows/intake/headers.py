"""The names in a file's header, as the contract has them."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field

import polars as pl

from flows.settings.config import ConfigError
from transforms.intake.contracts import dtypes, required
from transforms.intake.mapping import TableMapping
from transforms.intake.spellings import folded

_BRACKET = re.compile(r"[(\[{]")
_DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "bars"}


class HeaderError(ValueError):
    """A header that a table can't be read by; the message quotes only the contract's names."""


class RegistryError(ConfigError):
    """A registry.toml that can't be used, or does not fit the extract; the message is one line for who wrote it."""


@dataclass(frozen=True)
class NamedColumns:
    """`names` of a file's columns in its order, those of the contract by the contract's; `repaired`: of how many of
    these the header has another form; `own`: by the file's own name, the position of those that the mapping reads
    besides; `unknown`: the names of those that nothing reads.
    """

    names: list[str]
    repaired: int
    own: dict[str, int] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)


def named(table: str, file: str, found: list[str], mapping: TableMapping, most: int) -> NamedColumns:
    """The columns of a file by the contract's names. Raises HeaderError, and RegistryError where the mapping does not
    fit.
    """
    if not found:
        raise HeaderError("empty, without even a header; send the file again, or omit it")
    if len(found) > most:
        raise HeaderError(
            f"has {len(found):,} columns, more than {most:,}; send the table's own, or raise columns of [limits]"
        )
    given = [name.strip() or f"(column {position})" for position, name in enumerate(found, start=1)]
    _check_mapping(table, file, given, mapping)
    own = {name: column for column, name in mapping.columns.items()}
    plain = _plain(given)
    is_known = [own.get(name, name) in dtypes(table) for name in given]
    names = [
        own.get(name, name)
        if known or folded_name not in dtypes(table) or folded_name in mapping.columns
        else folded_name
        for name, folded_name, known in zip(given, plain, is_known, strict=True)
    ]
    _check_header(table, found, names, plain, mapping)
    repaired = sum(name in dtypes(table) and not known for name, known in zip(names, is_known, strict=True))
    own_names = {name: given.index(name) for _, name in mapping.own_columns()}
    read = {*dtypes(table)} | ({mapping.index_date} if table == "patients" else set())
    unknown = [name for at, name in enumerate(names) if name not in read and at not in own_names.values()]
    return NamedColumns(names, repaired, own_names, unknown)


def _plain(names: list[str]) -> list[str]:
    text = pl.DataFrame({"name": names}, schema={"name": pl.String})
    return text.select(folded(pl.col("name")).str.to_lowercase())["name"].to_list()


def _check_header(table: str, found: list[str], names: list[str], plain: list[str], mapping: TableMapping) -> None:
    known = [name for name in dtypes(table) if name in names]
    missing = [name for name in required(table) if name not in names and name not in mapping.given()]
    said = {*mapping.columns.values(), *(name for _, name in mapping.own_columns())}
    unsaid = [name for name, own in zip(plain, found, strict=True) if own.strip() not in said]
    in_brackets = [name for name in unsaid if _BRACKET.search(name)]
    with_unit = [
        column for column in dtypes(table) if any(re.match(rf"{column}\s*[(\[{{]", name) for name in in_brackets)
    ]
    if with_unit:
        raise HeaderError(
            f"column {', '.join(with_unit)} has something in brackets behind its name; name it as the contract does, "
            "with units in the column unit, or map it in registry.toml (columns, default_units)"
        )
    if missing:
        # Other names are not quoted: in a file without a header they would be a patient's values.
        raise HeaderError(
            f"required column missing: {', '.join(missing)}; found {len(names)} columns, of them known: "
            f"{', '.join(known) or 'none'}; {_hint(found)}"
        )
    twice = [name for name in known if names.count(name) > 1]
    if twice:
        raise HeaderError(f"column {', '.join(twice)} is in the header more than once; keep one")


def delimiter_hint(found: list[str]) -> str:
    """What a header of one column seems to be parted by instead; empty where it does not."""
    other = next((sign for sign in _DELIMITERS if len(found) == 1 and found[0].count(sign) > 1), None)
    if not other:
        return ""
    return f"it seems to part columns by {_DELIMITERS[other]}: write commas, or give delimiter in registry.toml"


def _comment_hint(found: list[str]) -> str:
    """What to do about a header that is a line of comment; empty where it is none."""
    if not found or not found[0].startswith("#"):
        return ""
    return 'its first line begins with #: where such lines are comments, give comment = "#" in registry.toml'


def _hint(found: list[str]) -> str:
    add = (
        "add it, with a header line and commas between the columns, or say in registry.toml how the file calls it "
        "(columns) or, with other lines above the header, on which line that is (header_row)"
    )
    return _comment_hint(found) or delimiter_hint(found) or add


def _check_mapping(table: str, file: str, given: list[str], mapping: TableMapping) -> None:
    where = f"registry.toml: tables.{table}"
    for column, name in mapping.columns.items():
        _check_own(f"{where}.columns.{column}", file, given, name)
        if column in given and column != name and column not in mapping.columns.values():
            raise RegistryError(f"{where}.columns.{column}: {file} has a column {column} too; drop it or the mapping")
    for key, name in mapping.own_columns():
        _check_own(f"{where}.{key}", file, given, name)
    for column, names in mapping.combined.items():
        if column in given and column not in names:
            raise RegistryError(f"{where}.columns.{column}: {file} has a column {column} too; drop it or the mapping")
    for column in mapping.constants:
        if column in given or column in mapping.columns:
            raise RegistryError(f"{where}.constants.{column}: {file} has this column; drop it or the constant")


def _check_own(where: str, file: str, given: list[str], name: str) -> None:
    if name not in given:
        close = difflib.get_close_matches(name, given, n=1, cutoff=0.8)
        hint = f"did you mean {close[0]!r}?" if close else _comment_hint(given) or "write it as the header has it"
        raise RegistryError(f"{where}: {file} has no column {name!r}; {hint}")
    if given.count(name) > 1:
        raise RegistryError(f"{where}: {file} has {name!r} more than once; name one of them otherwise")
