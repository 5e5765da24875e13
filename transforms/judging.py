"""Rules applied to the rows of a frame: of each clause the verdict, the tests that it waits for, and its limits."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from rules.criterion import FIGURES, Edition
from rules.verdict import missing_column


def decided(rows: pl.LazyFrame, clause_ids: Iterable[str], edition: Edition) -> pl.LazyFrame:
    """Add the verdict of each clause, the mask of tests that an unknown one waits for, and the limits that it has.

    Clauses of one call see the columns of `rows`; one that rests on another clause's verdict takes a later call.
    """
    verdicts = {clause_id: edition.decide(clause_id) for clause_id in clause_ids}
    return rows.with_columns(
        *(verdict.truth.alias(clause_id) for clause_id, verdict in verdicts.items()),
        *(verdict.missing.alias(missing_column(clause_id)) for clause_id, verdict in verdicts.items()),
        *(
            verdict.limit(figure).alias(column)
            for clause_id, verdict in verdicts.items()
            for column, figure in FIGURES[clause_id].items()
        ),
    )
