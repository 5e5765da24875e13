"""How much two readings of the criteria know of the same visits and lines, and what each relaxation decided."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

COLUMNS = ("visits", "responses", "evaluable", "confirmed", "best_responses", "progressions", "pfs")


def known_lines(rows: list[dict[str, Any]]) -> Iterator[str]:
    """The lines to print of sql/compare/known.sql."""
    yield ""
    yield f"{'known, of what is in both':<28} {'of':>12} {'A':>20} {'B':>20}"
    for row in rows:
        a, b = (_share(row[side], row["out_of"]) for side in "ab")
        yield f"{row['what']:<28} {row['out_of']:>12,} {a:>20} {b:>20}"


def relaxed_lines(rows: list[dict[str, Any]]) -> Iterator[str]:
    """The lines to print of sql/compare/relaxed.sql; none where no relaxation decided in one store only."""
    if not rows:
        return
    yield ""
    yield "what each relaxation decided (visits), and what moved by it (evaluable: responses from or to NE)"
    yield f"  {'':<26}" + "".join(f"{name.replace('_', ' ').replace('pfs', 'PFS'):>16}" for name in COLUMNS)
    for row in rows:
        yield f"  {row['clause']:<26}" + "".join(f"{row[name]:>16,}" for name in COLUMNS)


def _share(n: int, out_of: int) -> str:
    return f"{n:,} ({100 * n / out_of:.1f} %)" if out_of else f"{n:,}"
