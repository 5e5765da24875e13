"""Cohorts in a file: an analysis as TOML, for `mspike query --cohort`, a notebook and the pages of `mspike explore`.

flows/README.md says what is in one.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from flows.faults import EngineFaultError, engines_plainly
from flows.query.asked_registry import Registry, last_registry
from flows.query.file import QueryError, QueryFailed
from flows.sandbox.limits import Limits, NoAnswerError
from flows.sandbox.watching import one_line
from flows.store import StoreError
from transforms.cohorts import Analysis, AnalysisError, Cohort, checked
from transforms.cohorts.analysis import ALL_PATIENTS, LETTERS, NOT

PLAIN = {
    "origin": (str, "a word"),
    "line": (int, "a whole number"),
    "landmark_months": (int | float, "a number of months"),
    "endpoint": (str, "a word"),
    "censoring": (str, "a word"),
    "by": (str, "a word"),
}
COHORT, NAME, WHERE = "cohort", "name", "where"
_LEADS = ("cohort", "name", "patient_id", "line", "start_date", "stratum")
_INSIDE = ("place", "has_time", "r_iss_possible")  # what the filters work with
_BYTES = 100_000


@dataclass(frozen=True)
class Members:
    """The members of each cohort, how each filter divided the candidates, and a line: where they are from."""

    frame: pl.DataFrame
    steps: pl.DataFrame
    origin: str


def ask(analysis: Analysis, store: Path, limits: Limits) -> Members:
    """Ask a store for the members of cohorts. Raises QueryError and QueryFailed as `flows.query.cohort` does."""
    with registry_of(store, limits) as registry:
        origin = f"{run_said(registry, store)}; internal: rows of patients"
        return Members(_named(registry.members(analysis), analysis), registry.steps(analysis), origin)


@contextmanager
def registry_of(store: Path, limits: Limits) -> Iterator[Registry]:
    """The last run of a store, to be asked. Raises QueryError and QueryFailed for what goes wrong meanwhile."""
    try:
        with engines_plainly(), last_registry(store, limits) as registry:
            yield registry
    except AnalysisError as error:
        raise QueryError(str(error)) from None
    except (StoreError, NoAnswerError, EngineFaultError) as error:
        raise QueryFailed(str(error)) from None
    except duckdb.Error as error:
        raise QueryFailed(f"{store}: {one_line(error)}") from None


def run_said(registry: Registry, store: Path) -> str:
    """Which run of which store answers."""
    return f"store {store}, edition {registry.run['criteria']}, run of {registry.run['started'].date()}"


def _named(found: pl.DataFrame, analysis: Analysis) -> pl.DataFrame:
    """The members with the name of their cohort, and without what only the filters need."""
    names = dict(zip(LETTERS, (some.name for some in analysis.cohorts), strict=False))
    known = found.with_columns(name=pl.col("cohort").replace(names))
    return known.select(*_LEADS, pl.exclude(*_LEADS, *_INSIDE))


def read_file(path: Path) -> Analysis:
    """The analysis of a file. Raises QueryError."""
    try:
        if path.stat().st_size > _BYTES:
            raise QueryError(f"{path}: too large for a file of cohorts ({_BYTES:,} bytes at most)")
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise QueryError(f"{path}: can't be read as a file of cohorts; name a UTF-8 text file") from None
    try:
        return from_toml(text)
    except QueryError as error:
        raise QueryError(f"{path.name}: {error}") from None


def from_toml(text: str) -> Analysis:
    """The analysis that a text of TOML asks for. Raises QueryError."""
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise QueryError(f"not TOML ({str(error) or 'nested too deeply'})".replace("\n", " ")) from None
    _only(table, (*PLAIN, COHORT), "the file")
    for name, (kind, said) in PLAIN.items():
        if name in table and (not isinstance(table[name], kind) or isinstance(table[name], bool)):
            raise QueryError(f"{name} is {said}, not {table[name]!r}")
    cohorts = table.pop(COHORT, [])
    if not isinstance(cohorts, list) or not all(isinstance(some, dict) for some in cohorts):
        raise QueryError(f"cohorts are tables, each under [[{COHORT}]]")
    asked: dict[str, Any] = {
        name: float(value) if name == "landmark_months" else value for name, value in table.items()
    }
    if cohorts:
        asked["cohorts"] = tuple(map(_cohort, cohorts))
    try:
        return checked(Analysis(**asked))
    except AnalysisError as error:
        raise QueryError(str(error)) from None


def _cohort(table: Mapping[str, Any]) -> Cohort:
    _only(table, (NAME, WHERE), "a cohort")
    name, where = table.get(NAME, ALL_PATIENTS), table.get(WHERE, {})
    if not isinstance(name, str) or not isinstance(where, dict):
        raise QueryError(f"a cohort's {NAME} is text, and {WHERE} a table")
    negated = where.get(NOT.rstrip("."), {})
    if not isinstance(negated, dict):
        raise QueryError(f"{NOT.rstrip('.')} stands before an attribute: {NOT}drug = …")
    wanted = {key: values for key, values in where.items() if key != NOT.rstrip(".")}
    wanted |= {f"{NOT}{key}": values for key, values in negated.items()}
    return Cohort(name, {key: _values(key, values) for key, values in wanted.items()})


def _values(key: str, values: Any) -> tuple[str, ...]:
    """One value, or a list of them; a number is one as it is written."""
    listed = values if isinstance(values, list) else [values]
    if not all(isinstance(value, str | int) and not isinstance(value, bool) for value in listed):
        raise QueryError(f"{key} is a text, a whole number, or a list of such")
    return tuple(map(str, listed))


def _only(table: Mapping[str, Any], known: tuple[str, ...], what: str) -> None:
    unknown = sorted(set(table) - set(known))
    if unknown:
        raise QueryError(f"{what} has no {unknown[0]!r}; it may have {', '.join(known)}")


def as_toml(analysis: Analysis, about: str = "") -> str:
    """The analysis as a file that `read_file` reads; `about` stands above it, as comments."""
    default = Analysis()
    plain = {name: getattr(analysis, name) for name in PLAIN}
    lines = [f"# {line}" for line in about.splitlines()]
    lines += [f"{name} = {_written(value)}" for name, value in plain.items() if value != getattr(default, name)]
    for some in analysis.cohorts:
        lines += ["", f"[[{COHORT}]]", f"{NAME} = {_written(some.name)}"]
        lines += [f"{WHERE}.{key} = {_written(values)}" for key, values in some.where.items()]
    return "\n".join(lines).lstrip("\n") + "\n"


def _written(value: object) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_written, value))}]" if len(value) > 1 else _written(value[0])
    return f"{value:g}" if isinstance(value, float) else json.dumps(value, ensure_ascii=False)
