"""Who moved between two stores, and which clause moved them: two editions, or last night's run and tonight's.

Beside it survival in both. Both stores are only read. What is printed is counts and curves' figures; ids of patients
only where they are asked for.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from flows.compare.readings import known_lines, relaxed_lines
from flows.compare.side_by_side import survival_lines
from flows.database import attach, connect
from flows.faults import engines_plainly
from flows.sql_files import SQL, make_macros
from flows.store import StoreError, last_run
from rules.categories import CATEGORIES
from rules.criterion import EditionError, load_edition

# What can move, what it describes, and which row of the content counts those.
SUBJECTS = {
    "response": ("response of a visit", "visits"),
    "confirmed response": ("confirmed response of a visit", "visits"),
    "best response": ("best response of a line", "lines"),
    "progression": ("progression date of a line", "lines"),
    "PFS": ("how PFS of a line ends", "lines"),
    "ISS": ("ISS of a patient", "patients"),
    "R-ISS": ("R-ISS of a patient", "patients"),
}
QUERIES = ("content", "criteria", "known", "moves", "causes", "relaxed", "survival")
BY_NO_CLAUSE = "no clause's verdict"  # but dates, settings, death, follow-up, what was recorded


def comparison(store_a: Path, store_b: Path, *, patients: bool = False) -> dict[str, Any]:
    """What differs between two stores, ready for JSON, in a fixed order.

    `differs` has what the runs did otherwise, `content` the counts of what is in one store only, `moves` one entry per
    subject, `was` and `now`, with the clauses that moved them (`by`) and, where asked for, `patient_ids`, `known` how
    much each store knows, and `relaxed` what each relaxation of a reading for routine care decided.
    Raises StoreError where a store is missing, can't be read, or was made by another version of mspike.
    """

    with last_run(store_a) as a, last_run(store_b) as b:
        return compared((store_a, store_b), (a, b), patients=patients)


def compared(stores: tuple[Path, Path], folders: tuple[Path, Path], *, patients: bool) -> dict[str, Any]:
    """The comparison of the stores by their runs in the folders. Raises StoreError."""

    store_a, store_b = stores
    try:
        with engines_plainly(), connect(Path(":memory:")) as connection:
            for name, folder in zip("ab", folders, strict=True):
                attach(connection, folder / "registry.duckdb", f"store_{name}")
            make_macros(connection, "is_at_least")
            runs = [_run(connection, name) for name in "ab"]
            _find_moves(connection, SQL / "compare", runs)
            rows = {name: _rows(connection, SQL / "compare" / f"{name}.sql") for name in QUERIES}
            rows["patients"] = _rows(connection, SQL / "compare" / "patients.sql") if patients else []
    except (duckdb.CatalogException, duckdb.BinderException):
        raise StoreError(f"{store_a} and {store_b}: not made by one version of mspike; run the older again") from None
    except duckdb.Error:
        raise StoreError(f"{store_a} or {store_b}: can't be read as a store; make it again with mspike run") from None
    return {
        "a": {"store": str(store_a), "criteria": runs[0]["criteria"]},
        "b": {"store": str(store_b), "criteria": runs[1]["criteria"]},
        "differs": _differing(*runs),
        "clauses_stated_otherwise": [row["id"] for row in rows["criteria"]],
        "content": rows["content"],
        "known": rows["known"],
        "moves": _moves(rows, patients=patients),
        "relaxed": rows["relaxed"],
        "survival": rows["survival"],
    }


def _rows(connection: Any, query: Path) -> list[dict[str, Any]]:
    result = connection.execute(query.read_text(encoding="utf-8"))
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _run(connection: Any, name: str) -> dict[str, Any]:
    """What a store says of the run that made it, flat: criteria, mspike, settings and libraries by name."""
    query = f"select criteria, version, settings, versions from store_{name}.run order by number desc limit 1"
    [(criteria, version, settings, versions)] = connection.execute(query).fetchall()
    said = {"criteria": criteria, "mspike": version}
    said |= {f"setting {key}": value for key, value in json.loads(settings).items()}
    return said | {f"library {key}": value for key, value in json.loads(versions).items()}


def _differing(run_a: dict[str, Any], run_b: dict[str, Any]) -> list[dict[str, Any]]:
    names = [*run_a, *(name for name in run_b if name not in run_a)]
    return [
        {"what": name, "a": run_a.get(name), "b": run_b.get(name)}
        for name in names
        if run_a.get(name) != run_b.get(name)
    ]


def _find_moves(connection: Any, folder: Path, runs: list[dict[str, Any]]) -> None:
    """Make the tables `move`, `verdict` and `cause`."""
    clauses = [
        clause
        for (clause,) in connection.execute(
            "select column_name from duckdb_columns() where database_name = 'store_a' and table_name = 'visit_evidence'"
            " and column_name in (select id from store_a.criterion union select id from store_b.criterion)"
            " order by column_index"
        ).fetchall()
    ]
    columns = ", ".join(f'"{clause}"' for clause in clauses)
    unused = {f"unused_{name}": _unused(run["criteria"]) for name, run in zip("ab", runs, strict=True)}
    connection.execute((folder / "move.sql").read_text(encoding="utf-8"))
    verdict = (folder / "verdict.sql").read_text(encoding="utf-8").replace("[$columns]", f"[{columns}]")
    connection.execute(verdict, {"clauses": clauses, **unused})
    connection.execute((folder / "cause.sql").read_text(encoding="utf-8"))


def _unused(criteria: str) -> list[str]:
    """Clauses that an edition does not use; none known where this mspike does not have the edition."""

    try:
        return [clause.id for clause in load_edition(criteria).criteria.values() if not clause.applies]
    except EditionError:
        return []


def _moves(rows: dict[str, list[dict[str, Any]]], *, patients: bool) -> list[dict[str, Any]]:
    def key(row: dict[str, Any]) -> tuple[str, str, str]:
        return row["subject"], row["was"], row["now"]

    moves = {key(row): {**row, "by": []} for row in sorted(rows["moves"], key=_in_order)}
    if patients:
        moves = {name: {**move, "patient_ids": []} for name, move in moves.items()}
    for row in rows["causes"]:
        cause = {name: row[name] for name in ("clause", "verdict_was", "verdict_now", "place", "moved")}
        moves[key(row)]["by"].append(cause)
    for row in rows["patients"]:
        moves[key(row)]["patient_ids"].append(row["patient_id"])
    return list(moves.values())


def _in_order(move: dict[str, Any]) -> tuple[int, tuple[int, str], tuple[int, str]]:
    return list(SUBJECTS).index(move["subject"]), _rank(move["was"]), _rank(move["now"])


def _rank(category: str) -> tuple[int, str]:

    return (CATEGORIES.index(category) if category in CATEGORIES else len(CATEGORIES)), category


def comparison_lines(found: dict[str, Any]) -> Iterator[str]:
    """The lines to print of a `comparison`."""
    for name in "ab":
        yield f"{name.upper()}  {found[name]['criteria']:<10} {found[name]['store']}"
    for difference in found["differs"]:
        if difference["what"] != "criteria":
            yield f"{difference['what']}: {_shown(difference['a'])} -> {_shown(difference['b'])}"
    if found["clauses_stated_otherwise"]:
        yield f"clauses stated otherwise: {', '.join(found['clauses_stated_otherwise'])}"
    yield ""
    yield f"{'':<10} {'only in A':>12} {'only in B':>12} {'in both':>12}"
    for row in found["content"]:
        yield f"{row['what']:<10} {row['only_in_a']:>12,} {row['only_in_b']:>12,} {row['in_both']:>12,}"
    in_both = {row["what"]: row["in_both"] for row in found["content"]}
    if not found["moves"]:
        yield ""
        yield "nothing moved"
    else:
        yield from known_lines(found["known"])
    for subject, (title, counted) in SUBJECTS.items():
        moves = [move for move in found["moves"] if move["subject"] == subject]
        if moves:
            yield ""
            yield f"{title}: {sum(move['moved'] for move in moves):,} of {in_both[counted]:,} moved"
            yield from _matrix(moves) if subject != "progression" else ()
            for move in moves:
                yield from _move_lines(move)
    yield from relaxed_lines(found["relaxed"])
    yield from survival_lines(found["survival"])


def _shown(value: Any) -> str:
    return "none" if value is None else str(value)


def _matrix(moves: list[dict[str, Any]]) -> Iterator[str]:
    counts = {(move["was"], move["now"]): f"{move['moved']:,}" for move in moves}
    was, now = (sorted({move[side] for move in moves}, key=_rank) for side in ("was", "now"))
    width = max(len(text) for text in [*counts.values(), *was, *now, "A \\ B"]) + 2
    yield "  " + "A \\ B".ljust(width) + "".join(category.rjust(width) for category in now)
    for row in was:
        yield "  " + row.ljust(width) + "".join(counts.get((row, column), "-").rjust(width) for column in now)


def _move_lines(move: dict[str, Any]) -> Iterator[str]:
    what = move["now"] if move["subject"] == "progression" else f"{move['was']} -> {move['now']}"
    by = [_cause(cause, of_visit=move["subject"] == "confirmed response") for cause in move["by"]]
    # what moves an ISS is a value, not a verdict that a store keeps
    if move["by_no_clause"] and move["subject"] != "ISS":
        by.append(f"{BY_NO_CLAUSE} {move['by_no_clause']:,}")
    patients = f", {move['patients']:,} patients" if move["patients"] != move["moved"] else ""
    yield f"  {what} {move['moved']:,}{patients}{': ' if by else ''}{', '.join(by)}"
    if "patient_ids" in move:
        yield f"    patients {', '.join(move['patient_ids'])}"


def _cause(cause: dict[str, Any], *, of_visit: bool) -> str:
    where = " at another visit of the line" if of_visit and cause["place"] == "line" else ""
    return f"{cause['clause']} {cause['moved']:,} ({cause['verdict_was']} -> {cause['verdict_now']}{where})"
