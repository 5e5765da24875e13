"""Known weaknesses of the pinned dependencies, by pip-audit: `python -m tests.audit_dependencies [--strict]`.

Where its data can't be reached it says so and goes on: what is installed is held by its hashes in any case. With
--strict a weakness found, or a package that could not be looked up, is an error.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

REQUIREMENTS = Path(__file__).parents[1] / "requirements-dev.txt"  # all of requirements.txt, and more
WITHIN_SECONDS = 120


def looked_up() -> list[dict[str, Any]] | None:
    """One entry a package, with `vulns` or a `skip_reason`; None where pip-audit could not look."""
    options = ["--no-deps", "--disable-pip", "--progress-spinner", "off", "--format", "json", "--timeout", "5"]
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(REQUIREMENTS), *options]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=WITHIN_SECONDS, check=False)
        found: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        return None
    return found


def findings(found: list[dict[str, Any]] | None) -> tuple[list[str], bool]:
    """The lines to print, and whether all was looked up and nothing found.

    A registry without the data is no error to pip-audit: it skips every package and finds nothing.
    """
    skipped = [entry["name"] for entry in found or [] if "skip_reason" in entry]
    if not found or len(skipped) == len(found):
        return [
            "dependencies not audited: the data of pip-audit can't be reached (hashes are checked at install)"
        ], False
    lines = [
        f"{entry['name']} {entry['version']}: {weakness['id']}, mended in {_mended(weakness)}"
        for entry in found
        for weakness in entry.get("vulns", [])
    ]
    told = f"dependencies audited: {len(found) - len(skipped)} of {len(found)}, known weaknesses: {len(lines)}"
    return [told, *lines], not lines and not skipped


def _mended(weakness: dict[str, Any]) -> str:
    return ", ".join(weakness["fix_versions"]) or "no version"


if __name__ == "__main__":
    lines, is_clean = findings(looked_up())
    print("\n".join(lines))
    raise SystemExit(1 if "--strict" in sys.argv and not is_clean else 0)
