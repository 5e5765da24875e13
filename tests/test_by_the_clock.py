"""The units for systemd and the line for cron that the operator's manual prints are tried as they stand there."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

MANUAL = (Path(__file__).parents[1] / "flows" / "README.md").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"```(?:ini)?\n# /etc/\S*/(\S+)\n(.*?)```", MANUAL, re.DOTALL))
EXTRACT = Path(__file__).parents[1] / "data_samples" / "cases" / "r_iss_ii_without_fish"


def _here(text: str, folder: Path) -> str:
    """What the manual says of /opt and /srv, as it is on this machine."""
    text = text.replace("/opt/mspike/.venv", sys.prefix).replace("/srv/mspike/extract", str(EXTRACT))
    return text.replace("/srv/mspike", str(folder)).replace("User=mspike", f"User={_me()}")


def _me() -> str:
    return subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()


def test_systemd_finds_nothing_to_say_of_the_units(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed")
    for name in ("mspike.service", "mspike.timer"):
        (tmp_path / name).write_text(_here(BLOCKS[name], tmp_path), encoding="utf-8")
    units = [str(tmp_path / name) for name in ("mspike.service", "mspike.timer")]
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.servers
def test_the_line_for_cron_is_silent_after_a_run_and_says_what_failed(tmp_path: Path) -> None:
    [line] = [line for line in BLOCKS["mspike"].splitlines() if line.startswith("0 2 * * *")]
    command = _here(line.removeprefix("0 2 * * * mspike "), tmp_path)
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("", "")
    assert (tmp_path / "store" / "run.json").is_file()
    failed = command.replace(str(EXTRACT), str(tmp_path / "none"))
    said = subprocess.run(["/bin/sh", "-c", failed], capture_output=True, text=True, check=False).stdout
    assert str(tmp_path / "none") in said
