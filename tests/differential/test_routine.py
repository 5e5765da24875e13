"""Both paths agree on the reading for routine care (section 16), on histories in which urine is rarely tested."""

from __future__ import annotations

from random import Random

import pytest

from tests.differential.agreement import NO_SECOND_OPINION_OF_LOSSES, compared
from tests.differential.histories_of_routine import registry
from tests.reference.routine import ROUTINE

EDITION = "jsh2023-routine"
RUNS = [
    (1, 0.8, ()),
    (0, 0.0, ("ROUTINE.urine_known_free", "ROUTINE.next_line")),
    (2, 0.0, ("ROUTINE.flc_for_urine", "ROUTINE.two_markers")),
]


@pytest.mark.parametrize(("seed", "losses", "without"), RUNS)
def test_both_paths_agree_on_the_reading_for_routine_care(seed: int, losses: float, without: tuple[str, ...]) -> None:
    but = NO_SECOND_OPINION_OF_LOSSES if losses else ()
    found, derived = compared(registry(Random(seed), 60, losses=losses), EDITION, but, without)
    assert not found, "\n".join(found[:20])
    named = [[clause for clause in row if clause in ROUTINE] for row in derived["visits"]["clauses"]]
    assert {clause for row in named for clause in row} == set(ROUTINE) - set(without)
    # they come after the others, in the page's order
    for row, own in zip(derived["visits"]["clauses"].to_list(), named, strict=True):
        assert own == sorted(own, key=ROUTINE.index)
        assert row[len(row) - len(own) :] == own
