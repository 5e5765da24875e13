"""Which sign parts decimals and which thousands, by the figures of a file; asked where no figure proves it."""

from __future__ import annotations

import polars as pl

from flows.mapping.draft import Asked, Choice, Entry, Said, toml
from flows.mapping.header_words import SURE
from flows.mapping.looks import Look

_DECIMAL = f"decimal = {toml(',')}"
_THOUSANDS = f"thousands = {toml(',')}"


def decimal_entries(looks: list[Look]) -> list[Entry]:
    """The line about the commas of a section's figures, or the question which they are; none without commas."""

    def count(kind: str) -> int:
        return sum(look.count(pl.col(kind)) for look in looks)

    decimal, thousands, either, points = (count(kind) for kind in ("decimal", "thousands", "either", "point"))
    parted, both = count("parted_point"), count("both")
    if decimal and thousands:
        return [_mixed(f"a comma is the decimal sign in {_figures(decimal)}, and parts thousands in {thousands:,}")]
    if decimal and points:
        return [_mixed(f"a comma is the decimal sign in {_figures(decimal)}, a point in {points:,}")]
    if decimal:
        return [_comma(decimal, parted, both)]
    if thousands and either:
        why = f"{_figures(thousands)} with commas that can only part thousands, as 1,234,567 or 1,234.5 has"
        return [Said("thousands", toml(","), SURE, why)]
    if not either:
        return []
    rest = f"; {_figures(points)} with a point, none with both" if points else "; none shows which it is"
    question = (
        f"{_figures(either)} with a comma and three digits behind it, as in 1,234{rest}. Which sign is the comma? "
        f"Until it is said they are not read."
    )
    return [
        Asked(
            question,
            [
                Choice(_DECIMAL, "the decimal sign: 1,234 is 1.234"),
                Choice(_THOUSANDS, "parts thousands: 1,234 is 1234"),
            ],
        )
    ]


def _comma(decimal: int, parted: int, both: int) -> Entry:
    """The line for a decimal comma, with what it makes of points; a question where none proves that they part."""
    if not parted:
        why = f"{_figures(decimal)} with a comma that can't part thousands, and none with a point alone"
        return Said("decimal", toml(","), SURE, why)
    if both:
        why = f"{_figures(both)} with both signs, as 1.234,5 has; so a point alone parts thousands in {parted:,}"
        return Said("decimal", toml(","), SURE, why)
    question = (
        f"{_figures(decimal)} with a decimal comma, {parted:,} with a point and three digits behind it, as in 1.234; "
        f"none with both. What is the point?"
    )
    return Asked(
        question,
        [
            Choice(_DECIMAL, "it parts thousands: 1.234 is 1234"),
            Choice("", "it is the decimal sign: 1.234 is 1.234; figures with a comma are set aside"),
        ],
    )


def _mixed(what: str) -> Asked:
    return Asked(
        f"The file is not written in one way: {what}. Best export it in one form. Or which of them are to be read?",
        [Choice(_DECIMAL, "those with a decimal comma; the others are set aside"), Choice("", "the others")],
    )


def _figures(n: int) -> str:
    return f"{n:,} {'figure' if n == 1 else 'figures'}"
