"""The rows behind the numbers of the audit: of an indicator, a check of the data, a test of the work-up."""

from __future__ import annotations

import polars as pl

from flows.drawing.audit_words import check_in_words, indicator_words, place
from flows.explore.asked import Asked
from flows.explore.audited import indicators
from flows.explore.evidence import with_reasons
from flows.explore.fields import WrongAddressError
from flows.explore.listing import Listing, lists, of
from flows.sql_files import SQL

EXPLORE = SQL / "explore"
RESULTS = ("met", "failed", "unknown")
STATUSES = ("done", "not_done", "unknown", "never_recorded")


def link_to(asked: Asked, kind: str, *parts: str | None, site: str | None = None) -> str:
    """Where the list is; of all sites where none is named."""
    return asked.link("patients", of=of(kind, *(part or "" for part in parts), *([site] if site else [])))


@lists("indicator")
def rows_of_indicator(asked: Asked, name: str, result: str, site: str | None = None) -> Listing:
    """The rows of an indicator that failed, were met or are not known, of all sites or of one, and why."""
    words, t = asked.words, asked.words.t
    found = indicators(asked).filter(pl.col("id") == name, pl.col("site").is_null()).to_dicts()
    if not found:
        raise WrongAddressError(t("explore_quality.no_indicator", indicator=name))
    if result not in RESULTS:
        raise WrongAddressError(t("explore_patients.no_listing", of=result))
    rows = _answer(asked, "indicator_rows", id=name, site=site, result=result)
    title = t(f"explore_quality.list_{result}", question=indicator_words(found[0], "question", words))
    numerator = indicator_words(found[0], "numerator", words)
    note = "" if result == "met" else t("explore_quality.why_" + result, numerator=numerator)
    named = {
        name: t(f"explore_patients.column.{name}") for name in ("dated", "why") if name == "why" or rows[name].count()
    }
    if result == "met":
        del named["why"]
    else:
        rows = with_reasons(asked, rows, name)
    if rows["line"].null_count() == rows.height:
        rows = rows.drop("line")
    return Listing(_at(asked, title, site), rows, named, note)


@lists("check")
def rows_of_check(asked: Asked, name: str, table: str, column: str, site: str | None = None) -> Listing:
    """The rows that violate a check of the data, of all sites or of one, by where in the delivery they are."""
    rows = _answer(asked, "check_rows", id=name, table=table or None, column=column or None, site=site)
    stated = asked.frame("criterion", ["id", "states"]).filter(pl.col("id") == name).to_dicts()
    if not stated:
        raise WrongAddressError(asked.words.t("explore_patients.no_listing", of=name))
    says, where = check_in_words(stated[0], asked.words), place(table or None, column or None, asked.words)
    shown = [name for name in ("dated", "source_file", "row_number") if rows[name].count()]
    named = {name: asked.words.t(f"explore_patients.column.{name}") for name in shown}
    return Listing(_at(asked, asked.words.t("explore_quality.check_list", check=says, where=where), site), rows, named)


@lists("work_up")
def rows_of_work_up(asked: Asked, test: str, status: str, site: str | None = None) -> Listing:
    """The patients of a test of the work-up by what became of it, at all sites or at one."""
    words = asked.words
    if status not in STATUSES or not words.has(f"work_up_test.{test}"):
        raise WrongAddressError(words.t("explore_patients.no_listing", of=test))
    rows = _answer(asked, "work_up_rows", test=test, status=status, site=site)
    title = words.t(f"explore_quality.test_{status}", test=words.name("work_up_test", test))
    return Listing(_at(asked, title, site), rows)


def _at(asked: Asked, title: str, site: str | None) -> str:
    return asked.words.t("explore_quality.at_site", title=title, site=asked.words.site(site)) if site else title


def _answer(asked: Asked, query: str, **parameters: str | None) -> pl.DataFrame:
    text = (EXPLORE / f"{query}.sql").read_text(encoding="utf-8")
    with asked.connection() as connection:
        return connection.sql(text, params=parameters).pl()
