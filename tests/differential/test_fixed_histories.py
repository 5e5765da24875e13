"""Both paths agree on histories that are always the same: quick to fail, so mutation testing runs this one."""

from __future__ import annotations

from random import Random

import pytest

from tests.differential.agreement import differences
from tests.differential.histories import registry


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("edition", ["jsh2023", "imwg2016"])
def test_both_paths_agree_on_fixed_histories(edition: str, seed: int) -> None:
    found = differences(registry(Random(seed), 250), edition)
    assert not found, "\n".join(found[:20])
