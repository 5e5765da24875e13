"""The `spec` fixture of the table tests; `tests/tables.py` says how a table is written."""

from __future__ import annotations

import hypothesis
import pytest

from tests.tables import Spec, editions_of

# The same examples every time: a test that passed here passes there. `make prove` looks for new ones.
# A slow machine is no failure.
# A smaller seed is no simpler a registry: a failure is shown as it was found, without minutes of shrinking.
PHASES = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
hypothesis.settings.register_profile("same examples", derandomize=True, database=None, deadline=None, phases=PHASES)
hypothesis.settings.load_profile("same examples")


@pytest.fixture
def spec(request: pytest.FixtureRequest) -> Spec:
    """Ask the test's clause about every row of a table, in the edition its marker names or all in which it applies."""
    marker = request.node.get_closest_marker("criterion")
    if marker is None:
        raise pytest.UsageError(f"{request.node.nodeid}: `spec` needs @pytest.mark.criterion(id)")
    [clause_id] = marker.args
    return Spec(clause_id, [marker.kwargs["edition"]] if "edition" in marker.kwargs else editions_of(clause_id))
