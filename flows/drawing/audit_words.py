"""What the audit's indicators and checks of the data are called, in the language of the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flows.drawing.words import Words


def indicator_words(row: Mapping[str, Any], what: str, words: Words) -> str:
    """An indicator's question, denominator, numerator or reference: as the catalogue has it, else as the store does."""
    key = f"indicator.{row['id']}.{what}"
    stored = row[what] if what in ("question", "reference") else row[f"{what}_words"]
    return words.t(key) if words.has(key) else stored or ""


def check_in_words(row: Mapping[str, Any], words: Words) -> str:
    """What a data check asks: as the catalogue has it, else as the store does."""
    key = f"check.{row['id']}"
    return words.t(key) if words.has(key) else row["states"] or row["id"]


def place(table: str | None, column: str | None, words: Words) -> str:
    """A table and its column, as far as a check is of one."""
    return words.join([words.name("table", table)] if table else []) + (f" {column}" if column else "")
