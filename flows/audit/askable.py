"""Which indicators an extract has the tables for, before anything is derived."""

from __future__ import annotations

import re
from collections import Counter

from flows.audit.indicators import INDICATORS
from flows.sql_files import OF_EXTRACT, macros
from rules.audit.quality import indicators
from rules.criterion import Edition
from transforms.intake.contracts import CONTRACTS

# The tables of the contract without which a derived table has no rows.
_MADE_OF = {
    "lines": ("treatments",),
    "given_drug": ("treatments",),
    "transplant": ("treatments",),
    "time_to_event": ("treatments",),
    "refractoriness": ("treatments",),
    "visits": ("treatments", "labs"),
    "visit_evidence": ("treatments", "labs"),
    "relapse": ("treatments", "labs"),
    "response_agreement": ("treatments", "labs", "assessments"),
    "mrd_status": ("mrd",),
    "given_care": ("supportive_care",),
    "bone_agent": ("supportive_care",),
}
# What asks whether something could not be read, or what the whole extract says, asks every table.
_OF_EVERY_TABLE = ("unread", "may_be_unread", "read_row", OF_EXTRACT)
_NO_NAMES = re.compile(r"--.*|'[^']*'")
_LEFT_JOINED = re.compile(r"left join\s+(?:lateral\s+)?\w+")


def askable(edition: Edition, there: set[str]) -> tuple[int, int, dict[str, int]]:
    """Of the indicators, how many all of whose tables are `there` (have accepted rows); how many there are; and of how
    many each table that is not there stands in the way.
    """
    needs = [_needs((INDICATORS / f"{of.id}.sql").read_text(encoding="utf-8"), set()) for of in indicators(edition)]
    lacking = [needed - there for needed in needs]
    return sum(not of for of in lacking), len(needs), dict(Counter(sorted(table for of in lacking for table in of)))


def _needs(text: str, done: set[str]) -> set[str]:
    """The tables of the contract that a query reads rows of, itself or by macros and derived tables."""
    words = set(re.findall(r"\w+", _LEFT_JOINED.sub("", _NO_NAMES.sub("", text))))
    found = {table for word in words for table in _MADE_OF.get(word, (word,) if word in CONTRACTS else ())}
    for name in (words & macros().keys()) - {*_OF_EVERY_TABLE, *done}:
        done.add(name)
        found |= _needs(macros()[name].read_text(encoding="utf-8"), done)
    return found
