"""What a page is given: what was asked, the run that answers, and how to link to more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from urllib.parse import urlencode

import duckdb
import polars as pl

from flows.drawing.words import Words
from flows.explore import address
from flows.explore.session import Session
from flows.explore.workshop import Work
from flows.query.asked_registry import Registry
from transforms.cohorts import Analysis

# Names of the address that are no part of an analysis, and every page's.
LANG, RUN = "lang", "run"
Value = str | int | float | Sequence[str] | None


@dataclass(frozen=True)
class Asked:
    """One request for a page. `parameters` are those of the address that only this page reads, by name.

    `run` is the number of the run that answers, `newest` of the last one that was published; `today` is the day on
    which it is asked, by UTC.
    """

    analysis: Analysis
    registry: Registry
    words: Words
    token: str
    session: Session
    work: Work
    store: Path
    run: int
    newest: int
    default_lang: str = "en"
    parameters: Mapping[str, str] = field(default_factory=dict)
    today: date = field(default_factory=lambda: datetime.now(UTC).date())

    def frame(self, name: str, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """A table of the run, or columns of it. Raises UnwantedError where the page was closed meanwhile."""
        self.work.check()
        return self.registry.frame(name, columns)

    @contextmanager
    def connection(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection that only reads, interrupted when the page is closed or takes too long."""
        with self.registry.connection() as connection, self.work.asking(connection):
            yield connection

    def kept(self) -> list[tuple[str, str]]:
        """The fields of the analysis, the run and the language: what a link, or a form, keeps of the address."""
        spoken = [(LANG, self.words.lang)] if self.words.lang != self.default_lang else []
        return [*address.written(self.analysis), (RUN, str(self.run)), *spoken]

    def link(self, page: str, **changes: Value) -> str:
        """Where a page is, of the same analysis, run and language but for the changes; None omits what is of that name.

        Names are those of the address; a cohort's are given as `**{"a.year": "2015.."}`.
        """
        kept = [said for name, said in self._kept_in_address if name not in changes]
        added = [(name, value) for name, given in changes.items() for value in _texts(given)]
        return f"/{self.token}/{page}?{'&'.join([*kept, *([urlencode(added)] if added else [])])}"

    @cached_property
    def _kept_in_address(self) -> list[tuple[str, str]]:
        """What every link keeps, by its name, as the address writes it: a page has hundreds of links."""
        return [(name, urlencode([(name, value)])) for name, value in self.kept()]

    def here(self, page: str, **changes: Value) -> str:
        """Where this very page is, with what only it reads, but for the changes."""
        return self.link(page, **{**self.parameters, **changes})

    def alias(self, patient_id: str) -> str:
        """What stands for a patient in an address."""
        return self.session.alias(patient_id)

    def patient(self, alias: str) -> str | None:
        """The patient that it stands for; None: no name of this session."""
        return self.session.patient(alias)


def _texts(given: Value) -> list[str]:
    if given is None:
        return []
    if isinstance(given, float):
        return [f"{given:g}"]
    return [str(given)] if isinstance(given, str | int) else [str(value) for value in given]
