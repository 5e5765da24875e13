"""Names of drugs that the vocabulary does not know: how often, and what they may be meant for."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

import duckdb

from flows.sql_files import SQL
from rules.intake.drugs import UNNAMED, folded, names

QUERY = SQL / "check" / "unknown_drugs.sql"
# A column of drugs may hold any text: shown is a word of letters that is no patient's id, or what so many have.
PATIENTS_SHOWN = 5
WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
LONGEST = 40
LINES = 20


def unknown_drug_lines(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """One line per name of `unknown_drug`, the commonest first: rows, and the nearest known name.

    A text that may be about a patient is counted and not shown.
    """
    found = connection.execute(QUERY.read_text(encoding="utf-8")).fetchall()
    for table, name, rows, patients, is_id in found[:LINES]:
        is_word = bool(WORD.fullmatch(name)) and len(name) <= LONGEST and not is_id
        shown = repr(name) if is_word or (patients >= PATIENTS_SHOWN and name.isprintable()) else "a text (not shown)"
        nearest = _nearest(name)
        hint = f"; nearest known: {nearest}" if nearest else ""
        yield f"{table}: {shown} in {rows:,} {'row' if rows == 1 else 'rows'}{hint}"
    if found[LINES:]:
        yield f"and {len(found) - LINES:,} more in {sum(row[2] for row in found[LINES:]):,} rows"


def _nearest(name: str) -> str:
    spelled = {said: drugs for said, drugs in names().items() if drugs and UNNAMED not in drugs and len(said) > 3}
    near = difflib.get_close_matches(folded(name), list(spelled), n=1, cutoff=0.7)
    return " + ".join(spelled[near[0]]) if near else ""
