"""What a registry calls its sites, drugs and patients is untrusted text: made harmless for spreadsheets and terminals.

HTML and SVG are escaped where they are written (jinja2 with autoescape, ElementTree).
"""

from __future__ import annotations

import re
from typing import Any

import polars as pl

# A text that begins so is a formula to a spreadsheet; the wide signs are to a Japanese one.
FORMULA = r"^[=+\-@\t\r\n＝＋－＠]"
# Control characters, and those that turn the direction of writing.
COMMAND = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

# What XML can't hold, as JSON writes it; an even number of backslashes before is text, and no escape of it.
NOT_IN_XML = re.compile(r"(?<!\\)((?:\\\\)*)\\(?:u00(?:0[0-8bcef]|1[0-9a-f])|ufff[ef]|[bf])")


def safe(cell: Any) -> Any:
    """A cell for a spreadsheet: an apostrophe before text that it would take for a formula; numbers stay."""
    return f"'{cell}" if isinstance(cell, str) and re.search(FORMULA, cell) else cell


def safe_text(column: pl.Expr) -> pl.Expr:
    """A column of text with `safe` cells."""
    return column.str.replace(FORMULA, "'${0}")


def printable(text: str) -> str:
    """A text for a terminal, which then obeys nothing in it."""
    return COMMAND.sub("\N{REPLACEMENT CHARACTER}", text)


def drawable(chart: str) -> str:
    """A chart's JSON without the characters that XML can't hold: the renderer ends the process over one."""
    return NOT_IN_XML.sub(r"\1\\ufffd", chart)
