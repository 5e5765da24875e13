"""The `spec` fixture of the table tests (tests/tables.py says how one is written), and stores that many tests read."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.examples import USUAL
from tests.once import build, made_once
from tests.tables import Spec, editions_of

CASES = Path(__file__).parents[1] / "data_samples" / "cases"
hypothesis.settings.load_profile(USUAL)  # pytest's option --hypothesis-profile takes its place


@pytest.fixture
def spec(request: pytest.FixtureRequest) -> Spec:
    """Ask the test's clause about every row of a table, in the edition its marker names or all in which it applies."""
    marker = request.node.get_closest_marker("criterion")
    if marker is None:
        raise pytest.UsageError(f"{request.node.nodeid}: `spec` needs @pytest.mark.criterion(id)")
    [clause_id] = marker.args
    return Spec(clause_id, [marker.kwargs["edition"]] if "edition" in marker.kwargs else editions_of(clause_id))


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the small `extract` (tests/extracts.py) and the `store` of it, which is copied to be written."""
    from flows.batch import run
    from flows.job import Job
    from tests.extracts import write_extract
    from tests.torture.stores import snapshot

    folder = made_once(
        tmp_path_factory, "small", lambda made: run(Job(write_extract(made / "extract"), made / "store"))
    )
    before = snapshot(folder / "store")
    yield folder
    assert snapshot(folder / "store") == before, "a test changed the store that others read"


@pytest.fixture(scope="session")
def synthetic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a synthetic `extract` and the database that the steps up to the audit make of it."""
    from flows import steps
    from flows.sample import write_sample

    def make(folder: Path) -> None:
        write_sample(folder / "extract", 130, 5)
        build(folder / "extract", folder, steps.outcomes, steps.models, steps.audit)

    return made_once(tmp_path_factory, "synthetic", make)


@pytest.fixture(scope="session")
def teaching(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of every teaching patient of data_samples/cases, derived and exported."""
    from flows import steps

    def make(folder: Path) -> None:
        for file in sorted(CASES.glob("*/*.csv")):  # each case's files become one of the files of their tables
            if not file.name.startswith("expected_"):
                (folder / "extract" / file.stem).mkdir(parents=True, exist_ok=True)
                shutil.copy(file, folder / "extract" / file.stem / f"{file.parent.name}.csv")
        build(folder / "extract", folder, steps.export)

    return made_once(tmp_path_factory, "teaching", make)
