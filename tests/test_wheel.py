"""The wheel has all that the program reads: installed elsewhere, it runs outside the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BUILT_FROM = ("flows", "transforms", "rules", "sql", "pyproject.toml", "README.md")
CASE = ROOT / "data_samples" / "cases" / "r_iss_ii_without_fish"


def _pip(*arguments: str, within: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments],
        cwd=within,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.servers
def test_an_installed_wheel_runs_the_job_and_draws_outside_the_checkout(tmp_path: Path) -> None:
    source, site = tmp_path / "source", tmp_path / "site"
    for name in BUILT_FROM:  # a build leaves files beside what it is made of
        there = ROOT / name
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(there, source / name, ignore=ignored) if there.is_dir() else shutil.copy(there, source / name)
    _pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(tmp_path), str(source), within=tmp_path)
    [wheel] = tmp_path.glob("*.whl")
    _pip("install", "--no-deps", "--target", str(site), str(wheel), within=tmp_path)

    def mspike(*arguments: str) -> str:
        environment = {**os.environ, "PYTHONPATH": str(site)}
        command = [sys.executable, "-c", "import flows.cli as cli; print(cli.__file__); cli.main()", *arguments]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith(str(site)), "the checkout's own files were read"
        return done.stdout

    mspike("run", "--input", str(CASE), "--output", "store")
    assert (tmp_path / "store" / "report" / "index.html").stat().st_size > 10_000
    assert "outcomes_by_stratum" in mspike("query", "--list")
    mspike("map", str(CASE), "--output", "registry.toml")
    packaged = {
        path.relative_to(site) for path in site.rglob("*") if path.suffix in (".j2", ".css", ".js", ".sql", ".toml")
    }
    needed = {
        path.relative_to(ROOT)
        for room in BUILT_FROM[:4]
        for path in (ROOT / room).rglob("*")
        if path.suffix in (".j2", ".css", ".js", ".sql", ".toml")
    }
    assert needed <= packaged
