"""A site's own page: its numbers beside the whole registry's, and its list of things to fix, by consequence."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl

from flows.database import connect
from flows.drawing.audit_words import check_in_words, indicator_words, place
from flows.drawing.interval import interval_bar
from flows.drawing.words import Words
from flows.endings import UNUSABLE, MspikeError
from flows.report.facts import QUERIES, released_facts
from flows.report.sections import Facts, Section, one_row
from flows.report.sections.unknown import tests_in_words
from flows.sql_files import make_cohort
from transforms.survival import CURVES

OF_SITE = QUERIES / "site"
OF_PATIENTS = OF_SITE / "internal"
MOST_ROWS = 500  # of each kind in an internal page; the store has them all
# Made from the audit's tables, which an older store lacks.
OF_THE_AUDIT = {"checks_to_fix", "indicators", "checks"}
LONGEST_NAME = 60  # of a site, in the name of a file
# What the store's tables write for patients without a recorded site.
NO_SITE = "unknown"


class SiteError(MspikeError):
    """A site that the store does not have; the message is one line."""

    status = UNUSABLE


def read_site(database: Path, site: str, *, internal: bool) -> Facts:
    """The result of each query of sql/report/site, and, for an internal page, of its rows of patients.

    Raises FileNotFoundError where there is no store, SiteError for a site that is not in it.
    """
    if not database.is_file():
        raise FileNotFoundError(f"no store at {database}: make one with `mspike run --input … --output …`")
    queries = {path.stem: path for path in sorted(OF_SITE.glob("*.sql"))}
    if internal:
        queries |= {f"internal/{path.stem}": path for path in sorted(OF_PATIENTS.glob("*.sql"))}
    with connect(database, read_only=True) as connection:
        make_cohort(connection)
        _check(connection, site)
        facts = {name: _answer(connection, path, site) for name, path in queries.items()}
        run = _answer(connection, QUERIES / "run.sql", site)
    return {**(facts if internal else released_facts(facts, queries)), "run": run}


def _check(connection: duckdb.DuckDBPyConnection, site: str) -> None:
    of_patient = "select coalesce(site_id, ?) as site from patients"  # perhaps none of them of the cohort
    [(sites, patients)] = connection.execute(
        f"select count(distinct site), count(*) filter (site = ?) from ({of_patient})", [site, NO_SITE]
    ).fetchall()
    if not patients:
        raise SiteError(
            f"no site of that name among the {sites} of this store; give it as the extract's site_id has it"
        )


def _answer(connection: duckdb.DuckDBPyConnection, query: Path, site: str) -> pl.DataFrame:
    text = query.read_text(encoding="utf-8")
    given = {"site": site, "most": MOST_ROWS}
    try:
        return connection.sql(text, params={key: value for key, value in given.items() if f"${key}" in text}).pl()
    except (duckdb.CatalogException, duckdb.BinderException):
        if query.stem not in OF_THE_AUDIT:
            raise
        return pl.DataFrame()


def file_name(site: str, *, internal: bool) -> str:
    """What the page's file is called: two sites never share a name, whatever they are called."""
    plain = re.sub(r"[^\w-]+", "-", site).strip("-")[:LONGEST_NAME]
    unique = plain if plain == site else f"{plain}-{zlib.crc32(site.encode()):08x}".strip("-")
    return f"site-{unique}{'-internal' if internal else ''}.html"


def site_page(facts: Facts, words: Words, site: str) -> Section:
    """Everything the template of a site's page needs."""
    return {
        "site": words.site(site),
        "run": one_row(facts, "run"),
        "numbers": list(_numbers(facts, words)),
        "indicators": _indicators(facts, words),
        "todo": list(_todo(facts, words)),
        "rows": list(_rows(facts, words)),
        "most": MOST_ROWS,
    }


def _numbers(facts: Facts, words: Words) -> Iterator[Section]:
    """Rows of a table: what, the site's, all sites'."""
    both = {row["is_site"]: row for row in facts["numbers"].to_dicts()}
    yield _pair(words, "patients", *(words.count(both[is_site]["patients"]) for is_site in (True, False)))
    shares = (
        ("iss_known", "with_iss", "patients"),
        ("r_iss_known", "with_r_iss", "patients"),
        ("not_evaluable", "not_evaluable", "visits"),
        ("held_back", "limited", "visits"),
        ("responded", "responded", "evaluable"),
        ("vgpr", "vgpr_or_better", "evaluable"),
    )
    for name, part, whole in shares:
        yield _pair(words, name, *(_share(words, both[is_site], part, whole) for is_site in (True, False)))
    for origin, name in ((CURVES[0], "os"), (CURVES[2], "pfs")):
        found = facts["outcomes"].filter(
            pl.col("endpoint") == origin.endpoint,
            pl.col("origin") == origin.origin,
            pl.col("line").eq_missing(pl.lit(origin.line)),
        )
        rows = {row["stratum_by"]: row for row in found.to_dicts()}
        if rows:
            yield _pair(words, f"{name}_median", *(_median(words, rows.get(by)) for by in ("site", "overall")))
            yield _pair(words, f"{name}_three_years", *(_at(words, rows.get(by)) for by in ("site", "overall")))


def _pair(words: Words, name: str, of_site: str, of_all: str) -> Section:
    return {"name": words.t(f"site.{name}"), "site": of_site, "all": of_all}


def _share(words: Words, row: Section, part: str, whole: str) -> str:
    if None in (row[part], row[whole]):
        return words.t("hidden")
    return words.t("site.share", share=words.percent(row[part], row[whole]), part=row[part], n=row[whole])


def _median(words: Words, row: Section | None) -> str:
    return "–" if not row or not row["n"] else words.months(row["median_months"])


def _at(words: Words, row: Section | None) -> str:
    return words.probability(row["at_36"] if row else None)


def _indicators(facts: Facts, words: Words) -> list[Section]:
    if not facts["indicators"].width:
        return []
    return [
        {
            **row,
            "question": indicator_words(row, "question", words),
            "bar": interval_bar(row["share"], row["share_low"], row["share_high"]),
        }
        for row in facts["indicators"].to_dicts()
    ]


def _todo(facts: Facts, words: Words) -> Iterator[Section]:
    """What to do, for how many, and what it changes: wrong data first, then what keeps responses and stages from being
    known, then care that was not recorded.
    """
    for row in facts["checks_to_fix"].to_dicts():
        where = place(row["table"], row["column"], words)
        yield _task(words, "check", row["violated"], check=check_in_words(row, words), where=where)
    for row in facts["visits_to_fix"].to_dicts():
        yield _task(words, row["consequence"], row["visits"], tests=tests_in_words(row["tests"].split(","), words))
    for row in facts["stages_to_fix"].to_dicts():
        yield _task(words, "stage", row["patients"], tests=tests_in_words(row["tests"].split(","), words))
    missed = [row for row in facts["indicators"].to_dicts() if row["missed"] is None or row["missed"] > 0]
    for row in sorted(missed, key=lambda row: (row["share"] is None, row["share"] or 0, row["id"])):
        yield _task(words, "indicator", row["missed"], question=indicator_words(row, "question", words))


def _task(words: Words, kind: str, n: int | None, **said: str) -> Section:
    return {"what": words.t(f"task.{kind}", **said), "n": n, "changes": words.t(f"task.{kind}_changes"), "kind": kind}


def _rows(facts: Facts, words: Words) -> Iterator[Section]:
    """Rows of patients, for an internal page: patient, date, what to do."""
    of_kind = {
        "checks": lambda row: f"{check_in_words(row, words)} ({_place(row, words)})",
        "visits": lambda row: words.t(
            "task.visit",
            response=row["response"] or "–",
            possible=row["possible_response"] or "–",
            tests=tests_in_words(row["tests"], words),
        ),
        "stages": lambda row: words.t("task.unknown", because=_because(row["unknown_because"], words)),
        "indicators": lambda row: indicator_words(row, "question", words),
    }
    for kind, says in of_kind.items():
        found = facts.get(f"internal/{kind}", pl.DataFrame()).to_dicts()
        if found:
            rows = [{"patient": row["patient_id"], "dated": row["dated"], "what": says(row)} for row in found]
            yield {"kind": kind, "rows": rows, "is_cut": len(rows) == MOST_ROWS}


def _place(row: Section, words: Words) -> str:
    source = f"{row['source_file']}:{row['row_number']}" if row["source_file"] else ""
    return words.join([part for part in (place(row["table"], row["column"], words), source) if part])


def _because(text: str, words: Words) -> str:
    """`ISS: albumin; R-ISS: ldh, t(4;14)` with the tests by their names."""
    systems = [part.split(": ", 1) for part in text.split("; ")]
    return words.t("list.semicolon").join(
        f"{system}: {tests_in_words(tests.split(', '), words)}" for system, tests in systems
    )
