"""Stores for tests: what many read and none changes is made once a session, whichever of its processes asks first."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """The folder of this name that `make` fills; who asks while another process makes it waits."""
    base = factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = shared / name
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            unfinished = shared / f"{name}.unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            make(unfinished)
            unfinished.rename(folder)
    return folder


def build(extract: Path, folder: Path, *further: Callable[[Any], Any], **how: Any) -> Path:
    """A store as far as the derivation, and the further steps: without curves and page, unless they are asked for."""
    from flows import steps
    from flows.job import Job

    folder.mkdir(parents=True, exist_ok=True)
    job = Job(extract, folder, folder=folder, **how)
    for step in (steps.ingest, steps.find_changes, steps.derive, *further):
        step(job)
    return folder
