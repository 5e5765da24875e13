"""The vectorised path and the scalar second opinion agree where cells could not be read and rows were refused."""

from __future__ import annotations

from random import Random

import pytest

from tests.differential import histories, histories_of_diagnosis
from tests.differential.agreement import NO_SECOND_OPINION_OF_LOSSES, differences
from tests.examples import patients

EDITIONS = ["jsh2023", "imwg2016"]


@pytest.mark.parametrize(("edition", "seed"), [("jsh2023", 0), ("imwg2016", 1)])
def test_both_paths_agree_on_what_was_lost(edition: str, seed: int) -> None:
    found = differences(
        histories.registry(Random(seed), patients(60, 100), losses=0.8), edition, but=NO_SECOND_OPINION_OF_LOSSES
    )
    assert not found, "\n".join(found[:20])


@pytest.mark.parametrize("edition", EDITIONS)
def test_both_paths_agree_on_what_was_lost_of_diagnoses(edition: str) -> None:
    found = differences(
        histories_of_diagnosis.registry(Random(1), patients(40, 60), losses=0.8),
        edition,
        but=NO_SECOND_OPINION_OF_LOSSES,
    )
    assert not found, "\n".join(found[:20])
