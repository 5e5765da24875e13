"""The sections of the page, one module each: from protected counts to what a template says.

A count that the rule of privacy hides is null. So no section adds counts up or subtracts them: totals are facts of
their own.
"""

from typing import Any

import polars as pl

Facts = dict[str, pl.DataFrame]
Section = dict[str, Any]


def is_stored(facts: Facts, *names: str) -> bool:
    """Whether the store has what these facts are made from; an older store may lack a table."""
    return all(facts[name].width > 0 for name in names)


def one_row(facts: Facts, name: str) -> Section:
    """The only row of a fact; empty where there is none."""
    return next(iter(facts[name].to_dicts()), {})
