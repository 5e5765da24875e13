"""What curves of survival are called: in the page by the catalogue's key, in figures for publication in English."""

from __future__ import annotations

from flows.drawing.words import ENGLISH
from transforms.survival import CURVES, Origin

STRATA = ("overall", "iss", "r_iss")
ANCHORS = dict(
    zip(
        CURVES,
        ("os-diagnosis", "os-line-1", "pfs-line-1", "pfs2-line-1", "ttd-line-1", "os-line-2", "pfs-line-2"),
        strict=True,
    )
)

CURVE_NAMES = {origin: (anchor, ENGLISH.t(f"endpoint.{anchor}")) for origin, anchor in ANCHORS.items()}
STRATA_NAMES = {by: ENGLISH.t(f"by.{by}") for by in STRATA}
SYSTEMS = {"iss": "ISS", "r_iss": "R-ISS"}
X_TITLES = {"diagnosis": "Months from diagnosis", "line_start": "Months from start of line {line}"}


def x_title(origin: Origin) -> str:
    """What the time runs from."""
    return X_TITLES[origin.origin].format(line=origin.line)
