"""Nobody but their owner reads what a command wrote, whatever the umask says."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from flows.cli import main
from tests.extracts import write_extract


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What every command that writes wrote with a umask that hides nothing, and over a file that others could read."""
    folder = tmp_path_factory.mktemp("private")
    extract, store, out = write_extract(folder / "extract"), folder / "out" / "store", folder / "out"
    before = os.umask(0)
    try:
        out.mkdir(mode=0o700)
        (out / "answer.csv").touch(mode=0o666)
        for arguments in (
            ["run", "--input", extract, "--output", store],
            ["run", "--input", extract, "--output", store, "--full"],
            ["report", "--store", store, "--site", "north", "--internal"],
            ["report", "--store", store, "--output", out / "page.html"],
            ["explain", "PATIENT-A", "--store", store, "--html", out / "course" / "a.html"],
            ["figures", "--store", store],
            ["export", "adam", "--store", store, "--output", out / "adam"],
            ["compare", store, store, "--figures", out / "figures"],
            ["query", "stage_table", "--store", store, "--format", "csv", "--output", out / "answer.csv"],
        ):
            result = CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)
            assert result.exit_code == 0, (arguments, result.output)
        assert os.umask(0) == 0  # as it was
        yield out
    finally:
        os.umask(before)


def test_every_file_and_folder_is_the_owners_alone(written: Path) -> None:
    paths = [path for path in written.rglob("*") if not path.is_symlink()]
    names = {path.name for path in paths}
    assert {"registry.duckdb", "visits.parquet", "index.html", "run.json", "lock", "a.html", "adsl.xpt"} <= names
    modes = {stat.S_IMODE(path.stat().st_mode) for path in paths if path.is_dir()}
    assert modes == {0o700}
    opened = {path.name for path in paths if path.is_file() and stat.S_IMODE(path.stat().st_mode) != 0o600}
    assert not opened


def test_a_store_of_an_older_version_is_closed_by_the_next_run(tmp_path: Path) -> None:
    store = tmp_path / "store"
    (store / ".builds").mkdir(parents=True, mode=0o755)
    arguments = ["run", "--input", str(write_extract(tmp_path / "extract")), "--output", str(store)]
    assert CliRunner().invoke(main, arguments).exit_code == 0
    assert stat.S_IMODE((store / ".builds").stat().st_mode) == 0o700


def test_a_made_up_extract_is_for_everybody(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        CliRunner().invoke(main, ["sample", "--patients", "3", "--output", str(tmp_path / "sample")])
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "sample" / "patients.csv").stat().st_mode) == 0o644
