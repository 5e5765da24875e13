"""Research queries: a question of sql/queries, or a researcher's own file, asked of a store and answered read-only.

From a notebook::

    from flows.query import query

    frame = query("pfs_os_by_stage", store="out/sample", line=1)  # a polars DataFrame
    frame = query("./mine.sql", store="out/sample")
    frame.columns

    from flows.query import cohort

    members = cohort("young.toml", store="out/sample")  # one row per member of each cohort of the file
    numbers = outcome("young.toml", store="out/sample")  # what becomes of them: one row per number

`mspike query --list` names the questions, `mspike query NAME --describe` says what one asks, its parameters and its
columns. A query may use the views and macros of sql/macros beside the tables of the store.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.query.file import QueryError, QueryFailed
from flows.query.questions import find, query_names
from flows.sandbox.limits import SECONDS, Limits

if TYPE_CHECKING:
    import polars as pl

    from transforms.cohorts import Analysis

__all__ = ["QueryError", "QueryFailed", "cohort", "outcome", "query", "query_names"]


def query(name: str, /, store: str | Path, *, time_limit_s: float = SECONDS, **parameters: Any) -> pl.DataFrame:
    """The answer to one question, as a polars DataFrame.

    `name` is one of `query_names()`, or the path of a file that ends in .sql. `store` is a folder that `mspike run`
    wrote. Parameters are those of the query's header, as text or as Python values (int, float, str, datetime.date,
    bool), and have its defaults. What a row is and what null means stands in the header (`mspike query NAME
    --describe`).

    Raises QueryError where there is no such query, or a parameter is unknown, missing or not of its type; QueryFailed
    where the store is missing, can't answer, or takes longer than `time_limit_s`. Both messages are one line.
    """
    from flows.query.asking import answer  # loads the engines, for which a list of questions need not wait

    return answer(find(name), Path(store), parameters, Limits(time_limit_s)).frame


def cohort(file: str | Path | Analysis, /, store: str | Path, *, time_limit_s: float = SECONDS) -> pl.DataFrame:
    """The members of each cohort of a file (TOML; flows/README.md says what is in one), or of an `Analysis`.

    One row per cohort and member: the cohort's letter and `name`, `patient_id`, `line`, `start_date`, the time to the
    endpoint, and every attribute (`transforms.cohorts.members`).

    Raises QueryError where the file can't be read or asks for nothing that there is; QueryFailed where the store is
    missing, can't answer, or takes longer than `time_limit_s`. Both messages are one line.
    """
    from flows.query.cohort_file import ask, read_file  # loads the engines, for which a list of questions need not wait

    analysis = read_file(Path(file)) if isinstance(file, str | Path) else file
    return ask(analysis, Path(store), Limits(time_limit_s)).frame


def outcome(file: str | Path | Analysis, /, store: str | Path, *, time_limit_s: float = SECONDS) -> pl.DataFrame:
    """What becomes of the cohorts of a file (or of an `Analysis`): every number that the page of outcomes shows.

    One row per number: `part`, `stratum`, `name`, `reference`, `figure`, `value`, `ci_low`, `ci_high`, `p`, `reason`
    (`transforms.cohorts.outcome_numbers`). Raises as `cohort` does.
    """
    from flows.query.asked_outcome import ask_outcome  # loads the engines, as above
    from flows.query.cohort_file import read_file

    analysis = read_file(Path(file)) if isinstance(file, str | Path) else file
    return ask_outcome(analysis, Path(store), Limits(time_limit_s))[0]
