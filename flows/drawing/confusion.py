"""Derived against recorded response: a table whose cells are darker the more of a row they hold."""

from typing import Any

import polars as pl
from markupsafe import Markup

from flows.drawing.colours import RESPONSES
from flows.drawing.render import render
from flows.drawing.words import Words

Cell = dict[str, Any]


def confusion(rows: pl.DataFrame, words: Words) -> Markup:
    """Visits by `derived` (down) and `recorded` (across) response, `n` of each; a null n is one that may not be shown.

    Shade: the share of the row. Only categories that occur have a row or column. Nothing to compare gives empty markup.
    """
    if rows.is_empty():
        return Markup("")
    found = {*rows["derived"], *rows["recorded"]}
    order = [name for name in RESPONSES if name in found] + sorted(found - set(RESPONSES))
    counted = {(derived, recorded): n for derived, recorded, n in rows.select("derived", "recorded", "n").rows()}
    # where a cell is hidden, an empty one looks the same: zero is a small count too
    no_patients = None if None in counted.values() else 0
    counts = {
        (derived, recorded): counted.get((derived, recorded), no_patients) for derived in order for recorded in order
    }
    lines = [
        {
            "name": derived,
            "cells": _cells(derived, order, counts, words),
            "total": _total(derived, order, counts, words),
        }
        for derived in order
    ]
    return render("confusion.html.j2", words=words, categories=order, rows=lines)


def _cells(derived: str, order: list[str], counts: dict[tuple[str, str], int | None], words: Words) -> list[Cell]:
    row = [counts[derived, recorded] for recorded in order]
    total = sum(n or 0 for n in row)
    return [
        {
            "text": words.count(n),
            "share": (n or 0) / total if total else 0.0,
            "is_none": n == 0,
            "is_hidden": n is None,
            "agrees": derived == recorded,
        }
        for n, recorded in zip(row, order, strict=True)
    ]


def _total(derived: str, order: list[str], counts: dict[tuple[str, str], int | None], words: Words) -> str:
    """The row's sum; where a cell is hidden the sum would reveal it, so it is omitted."""
    row = [counts[derived, recorded] for recorded in order]
    known = [n for n in row if n is not None]
    return words.count(sum(known)) if len(known) == len(row) else words.probability(None)
