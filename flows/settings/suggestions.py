"""What to write in place of a name that is not known."""

from __future__ import annotations

import difflib


def near(name: str, known: list[str]) -> str:
    """A hint at names that are nearly this one; empty where none is."""
    found = difflib.get_close_matches(name, known, n=3, cutoff=0.6)
    return f"did you mean {' or '.join(found)}?" if found else ""


def suggestion(name: str, known: list[str]) -> str:
    """The names that are nearly this one; where none is, all that are known."""
    return near(name, known) or "known are " + ", ".join(known)
