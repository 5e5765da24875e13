"""The batch job on a schedule: input that is still being written, and settings that can't be used."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from flows.cli import main
from flows.intake import arrival
from flows.intake.arrival import StillBeingWrittenError, check_arrived, check_unchanged, look
from flows.settings.config import ConfigError, load_config
from tests.extracts import aged, write_extract


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    return aged(write_extract(tmp_path / "in"), 60)


def test_an_extract_that_is_old_enough_has_arrived(extract: Path) -> None:
    check_arrived(extract, quiet_seconds=30)
    (extract / "labs.csv").write_text("patient_id", encoding="utf-8")  # no newline at its end is no reason by itself
    check_arrived(aged(extract, 60), quiet_seconds=30)


def test_a_file_modified_a_moment_ago_is_still_being_written(extract: Path) -> None:
    (extract / "labs.csv").touch()
    with pytest.raises(StillBeingWrittenError, match=r"labs\.csv was modified in the last 30 seconds") as raised:
        check_arrived(extract, quiet_seconds=30)
    assert "\n" not in str(raised.value)


def test_an_unfinished_copy_is_still_being_written_however_old(extract: Path) -> None:
    (extract / "labs.csv.part").touch()
    with pytest.raises(StillBeingWrittenError, match=r"labs\.csv\.part is there"):
        check_arrived(aged(extract, 9999), quiet_seconds=30)


def test_a_file_that_grows_between_two_looks_is_still_being_written(
    extract: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrival.time, "sleep", lambda _: (extract / "labs.csv").write_text("more", encoding="utf-8"))
    with pytest.raises(StillBeingWrittenError, match=r"labs\.csv changed"):
        check_arrived(extract, quiet_seconds=30)


def test_a_table_in_a_folder_is_looked_at_and_another_file_is_not_named(extract: Path) -> None:
    (extract / "marrow").mkdir()
    before = look(extract)
    (extract / "marrow" / "1.csv").touch()
    with pytest.raises(StillBeingWrittenError, match=r"marrow/1\.csv changed"):
        check_unchanged(extract, before)
    (extract / "marrow" / "1.csv").unlink()
    (extract / "PATIENT-A.pdf").touch()
    with pytest.raises(StillBeingWrittenError, match="a file of no table changed") as raised:
        check_unchanged(extract, before)
    assert "PATIENT" not in str(raised.value)


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("retries = -1", "retries must be a whole number"),
        ("retries = true", "retries must be a whole number"),
        ("retry_delays_s = []", "retry_delays_s must be a list"),
        ("retry_delays_s = [-1]", "retry_delays_s must be a list"),
        ("quiet_seconds = 'long'", "quiet_seconds must be a number"),
        ("quiet_seconds = nan", "quiet_seconds must be a number"),
        ("notify = 'mail'", "notify must be a command"),
        ("notify_on = ['never']", "notify_on must be a list of failure and success"),
        ("quiet_second = 3", "did you mean quiet_seconds"),
    ],
)
def test_an_unusable_schedule_is_one_line(tmp_path: Path, table: str, says: str) -> None:
    path = tmp_path / "mspike.toml"
    path.write_text(f"[schedule]\n{table}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=says) as raised:
        load_config(path)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--input", "a", "--output", "b"], "Missing option '--cron'"),
        (["--input", "a", "--output", "b", "--cron", "0 2 * * *", "--timezone", "Mars"], "no timezone 'Mars'"),
    ],
)
def test_wrong_usage_of_serve_is_one_line_and_status_2(arguments: list[str], says: str) -> None:
    result = CliRunner().invoke(main, ["serve", *arguments])
    assert result.exit_code == 2
    assert len(result.output.splitlines()) == 1
    assert says in result.output
