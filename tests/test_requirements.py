"""What is pinned: for a run, and for developers all of it and more."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def _pinned(name: str) -> set[str]:
    return set(re.findall(r"^[\w.-]+==\S+", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))


def test_developers_have_the_very_packages_that_a_run_has() -> None:
    run = _pinned("requirements.txt")
    assert {"polars", "duckdb"} <= {pin.partition("==")[0] for pin in run}
    assert run < _pinned("requirements-dev.txt")


def test_a_list_holds_pins_their_hashes_and_comments_and_so_no_place_that_they_come_from() -> None:
    line = re.compile(r"|\s*#.*|[\w.-]+==\S+( ; [^\\]+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?")
    for name in ("requirements.txt", "requirements-dev.txt"):
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        assert not [text for text in lines if not line.fullmatch(text)], name
