"""Rules applied to the rows of a frame: a three-valued column per clause, and beside it the tests that it waits for."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from rules.criterion import Edition
from rules.verdict import missing_column


def decided(rows: pl.LazyFrame, clause_ids: Iterable[str], edition: Edition) -> pl.LazyFrame:
    """Add the verdict of each clause, and the mask of tests that an unknown one waits for.

    Clauses of one call see the columns of `rows`; one that rests on another clause's verdict takes a later call.
    """
    verdicts = {clause_id: edition.decide(clause_id) for clause_id in clause_ids}
    return rows.with_columns(
        *(verdict.truth.alias(clause_id) for clause_id, verdict in verdicts.items()),
        *(verdict.missing.alias(missing_column(clause_id)) for clause_id, verdict in verdicts.items()),
    )
