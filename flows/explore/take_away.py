"""What can be taken away of a page: a figure as SVG or PNG, and its rows as CSV."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
from markupsafe import Markup

from flows.drawing import paper
from flows.drawing.words import WATERMARK
from flows.formats import as_csv

# The rows, and what is drawn of them; no drawing where the rows are all there is.
Taken = tuple[pl.DataFrame, Markup]


def _drawn(taken: Taken) -> str:
    """The drawing without what is around it on a page."""
    text = str(taken[1])
    return paper.standing_alone(text[text.index("<svg") : text.rindex("</svg>") + len("</svg>")], WATERMARK)


def _svg(taken: Taken) -> bytes:
    return _drawn(taken).encode()


def _png(taken: Taken) -> bytes:
    return paper.png(_drawn(taken))


def _csv(taken: Taken) -> bytes:
    return as_csv(taken[0])


# Ending -> media type, and what makes it.
FORMS: dict[str, tuple[str, Callable[[Taken], bytes]]] = {
    "svg": ("image/svg+xml", _svg),
    "png": ("image/png", _png),
    "csv": ("text/csv; charset=utf-8", _csv),
}
OF_DRAWINGS = ("svg", "png")
