"""The SQL that the program runs: where it lies, and what its questions share: views, macros, and who is counted.

Loads nothing heavy by itself: `mspike query --list` waits for no polars.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

SQL = Path(__file__).parent.parent / "sql"
MACROS = SQL / "macros"
OF_THE_COHORT = ("cohort", "is_at_least")  # what `make_cohort` makes
OF_EXTRACT = "of_extract"  # what is asked of all patients, also while some are asked
_MADE = re.compile(r"^create or replace temp (?:macro|view|table|type) (\w+)", re.MULTILINE)
_WORD, _COMMENT = re.compile(r"\w+"), re.compile(r"--.*")


def declared(text: str, keywords: tuple[str, ...]) -> dict[str, list[str]]:
    """What a file says of itself on comment lines `-- Keyword: value`; several values are apart by `;`, or have lines
    of their own.
    """
    pattern = re.compile(rf"-- ({'|'.join(keywords)}): (.+)")
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if said := pattern.fullmatch(line.strip()):
            found.setdefault(said[1], []).extend(part.strip() for part in said[2].split(";") if part.strip())
    return found


def names_in(text: str) -> set[str]:
    """The words of a query's text and of what it uses of sql/macros, but for what is asked of the whole extract."""
    found: set[str] = set()
    texts = [text]
    while texts:
        new = set(_WORD.findall(_COMMENT.sub("", texts.pop()))) - found
        found |= new
        texts += [_read(macros()[name]) for name in (new & macros().keys()) - {OF_EXTRACT}]
    return found


def make_macros(
    connection: duckdb.DuckDBPyConnection, text: str, there: tuple[str, ...] = (), stored: tuple[str, ...] = ()
) -> None:
    """Make those of sql/macros that a query's text uses, and that they use, for this connection only, but for those
    that are `there`. The views in the files of those that are `stored` are tables of the rows as they are now, made
    again when these change: to plan a view anew for every question takes longer than to ask it.
    """
    _make(connection, text, {macros()[name] for name in there}, {macros()[name] for name in stored})


def _make(connection: duckdb.DuckDBPyConnection, text: str, done: set[Path], stored: set[Path]) -> None:
    for name in sorted(set(_WORD.findall(_COMMENT.sub("", text))) & macros().keys()):
        path = macros()[name]
        if path not in done:
            done.add(path)
            made = _read(path)
            _make(connection, made, done, stored)  # what it uses has to be there before it
            if path in stored:
                made = made.replace("create or replace temp view", "create or replace temp table")
            connection.execute(made, _diagnoses() if name == "cohort" else None)


@cache
def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def macros() -> dict[str, Path]:
    """Every shared view, macro and type by its name: the file that makes it, alone or with others of its subject."""
    files = sorted(MACROS.glob("*.sql"))
    return {name: path for path in files for name in _MADE.findall(_read(path))}


def make_cohort(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table `cohort`, of the patients that curves and counts are of, and the order of responses."""
    make_macros(connection, ", ".join(OF_THE_COHORT))


def _diagnoses() -> dict[str, list[str]]:
    from transforms.survival import COHORT  # loads polars, for which a list of questions need not wait

    return {"diagnoses": list(COHORT)}
