"""The limit that a visit's evidence gives for a clause, held against the clause's verdict: on made-up registries that
sit on every threshold.
"""

from __future__ import annotations

import re
from decimal import Decimal
from operator import ge, gt, le, lt
from random import Random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.explain.measures import MEASURES, in_words
from rules.criterion import FIGURES, load_edition
from rules.verdict import TOLERANCE
from tests.differential.agreement import frames
from tests.differential.histories import Registry, registry
from transforms.baselines import baselines
from transforms.derive import complete_tables
from transforms.lines import lines
from transforms.response import judged
from transforms.results import assessment_dates, results
from transforms.visits import visits

EDITIONS = ["jsh2023", "imwg2016"]
LIMITS = [(limit, clause, figure) for clause, of in FIGURES.items() for limit, figure in of.items()]
# What was recorded as a progression is one, whatever the figure.
FOUND = {"PD.plasmacytoma": pl.col("new_plasmacytoma").fill_null(value=False)}
seeds = st.integers(0, 2**32)


def judged_visits(made: Registry, edition: str) -> pl.DataFrame:
    """Every visit with the bounds of its figures, verdicts and limits."""
    tables = {name: frame.lazy() for name, frame in complete_tables(frames(made)).items()}
    tests = (tables["labs"], tables["marrow"], tables["imaging"], tables["patients"])
    found, rules = results(*tests, tables["refused_row"]), load_edition(edition)
    known = baselines(lines(tables["treatments"]), found, tables["patients"], rules)
    return judged(visits(assessment_dates(*tests), found, known, rules), rules).collect()


def is_reached(limit: str, figure: str) -> pl.Expr:
    """Whether all that the figure can be is at the limit or beyond it; false where either is not known."""
    rises = limit.startswith("PD.")
    beyond = pl.col(figure) - pl.col(limit) if rises else pl.col(limit) - pl.col(f"{figure}_max")
    return (beyond >= -TOLERANCE).fill_null(value=False)


@pytest.mark.parametrize("edition", EDITIONS)
@settings(max_examples=3, deadline=None)
@given(seed=seeds, losses=st.sampled_from([0, 0.5]))
def test_a_clause_is_true_from_its_limit_on_and_nowhere_else(edition: str, seed: int, losses: float) -> None:
    found = judged_visits(registry(Random(seed), 120, losses=losses), edition)
    for limit, clause, figure in LIMITS:
        if limit in found.columns:
            is_true = is_reached(limit, figure) | FOUND.get(clause, pl.lit(value=False))
            wrong = found.filter(pl.col(limit).is_not_null() & (is_true != pl.col(clause).fill_null(value=False)))
            assert wrong.is_empty(), f"{limit}: {wrong.select(figure, limit, clause).rows()[:5]}"


SAYS = {"from": ge, "above": gt, "down to": le, "below": lt}


@pytest.mark.parametrize("edition", EDITIONS)
def test_what_is_printed_of_a_limit_is_what_the_verdict_says(edition: str) -> None:
    found = judged_visits(registry(Random(2), 120), edition)
    for limit, clause, figure in LIMITS:
        measure = MEASURES.get(limit.partition(".")[2].partition("_limit")[0])
        if not measure or limit not in found.columns:
            continue
        exact = pl.col(limit).is_not_null() & (pl.col(figure) == pl.col(f"{figure}_max"))
        needs_figure = ~FOUND.get(clause, pl.lit(value=False))
        for bound, value, verdict in found.filter(exact & needs_figure).select(limit, figure, clause).unique().rows():
            said = re.fullmatch(r"(.+) ([\d.]+)\s?(\S.*)", in_words(bound, measure, clause))
            assert said, (limit, bound)
            holds = SAYS[said[1]](Decimal(str(value)), Decimal(said[2]))
            assert holds is bool(verdict), f"{limit}: {said[0]} and {value} is {verdict}"


def test_every_limit_is_met_and_missed() -> None:
    made = [judged_visits(registry(Random(1), 300), edition) for edition in EDITIONS]
    for limit, clause, _ in LIMITS:
        known = [found.filter(pl.col(limit).is_not_null()) for found in made if limit in found.columns]
        assert {True, False} <= {verdict for found in known for verdict in found[clause]}, limit
