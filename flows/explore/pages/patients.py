"""The list behind any number: its rows with what is first asked of a patient, sorted by any column, to CSV."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl
from markupsafe import Markup

from flows.drawing.words import NOT_KNOWN
from flows.explore.asked import Asked
from flows.explore.fields import WrongAddressError
from flows.explore.listing import Listing, listed, lists, of, with_months
from flows.query.in_words import attribute_name, value_name
from rules.categories import BEST_FIRST
from transforms.cohorts import LETTERS, at_step
from transforms.cohorts.filters import ALL, LANDMARK

PARAMETERS = ("of", "sort", "at")
PAGE = 50  # rows
OF_PATIENTS = [
    "patient_id",
    "site_id",
    "diagnosis",
    "diagnosis_date",
    "vital_status",
    "death_date",
    "last_contact_date",
]
OF_LINES = ["patient_id", "line", "start_date", "drugs", "best_response", "progression_date"]
FIRST = ("patient_id", "cohort", "stratum", "site")
AT_DIAGNOSIS = ("diagnosis", "diagnosis_date", "iss", "r_iss")
OF_LINE = ("start_date", "drugs", "best_response", "progression_date")
OF_PATIENT = ("lines", "first_drugs", "best_response")
LAST = ("vital_status", "last_seen")
TIME = ("months", "event")  # to the endpoint, of who is a candidate of the analysis
KEY = ["patient_id", "line"]
DESCENDING = "-"


def page(asked: Asked) -> dict[str, Any]:
    """A page of the list, its columns with links that sort by them, and links to its other pages."""
    listing, rows, headings = _whole(asked)
    order = asked.parameters.get("sort", "")
    place = _place(asked, rows.height)
    shown = _sorted(asked, rows, order, headings).slice(PAGE * (place - 1), PAGE)
    return {
        "heading": listing.title,
        "note": listing.note,
        "rows": [_row(asked, row, headings) for row in shown.to_dicts()],
        "n": rows.height,
        "patients": rows["patient_id"].n_unique(),
        "headings": [_heading(asked, name, said, order) for name, said in headings.items()],
        "is_choice": "of" in asked.parameters,
        "everybody": asked.link("patients"),
        "first": PAGE * (place - 1) + 1,
        "last": PAGE * (place - 1) + shown.height,
        "pages": _pages(asked, place, _count(rows.height)),
        "csv": asked.here("patients/figure/list.csv"),
    }


def taken(asked: Asked) -> tuple[pl.DataFrame, Markup]:
    """Every row of the list, as it is sorted."""
    _, rows, headings = _whole(asked)
    return _sorted(asked, rows, asked.parameters.get("sort", ""), headings).select(list(headings)), Markup("")


FIGURES = {"list": taken}


@lists("members")
def members_of(asked: Asked, letter: str | None = None, stratum: str | None = None) -> Listing:
    """The members of all cohorts, of one, or of one of its groups."""
    t, rows = asked.words.t, with_months(asked.registry.members(asked.analysis))
    if letter is None:
        return Listing(t("explore_patients.members"), rows)
    name = cohort_name(asked, letter)
    rows = rows.filter(pl.col("cohort") == letter)
    if stratum is None:
        return Listing(t("explore_patients.members_of", cohort=name), rows)
    of_stratum = rows.filter(pl.col("stratum") == stratum)
    said = stratum_name(asked, stratum)
    return Listing(t("explore_patients.members_in", cohort=name, stratum=said), of_stratum)


def stratum_name(asked: Asked, stratum: str) -> str:
    """What a group is called, of the attribute that the analysis splits by."""
    by = asked.analysis.by
    return value_name(by, stratum, asked.words) if by else stratum


@lists("step")
def at_step_of(asked: Asked, letter: str, attribute: str, part: str) -> Listing:
    """The candidates that a step of a cohort kept, left out, or could not tell."""
    name, analysis = cohort_name(asked, letter), asked.analysis
    try:
        rows = with_months(at_step(asked.registry.candidates(analysis), analysis, letter, attribute, part))
    except KeyError:
        named = of("step", letter, attribute, part)
        raise WrongAddressError(asked.words.t("explore_patients.no_listing", of=named)) from None
    words = asked.words
    step = (
        words.t(f"explore_patients.at.{attribute}")
        if attribute in (ALL, LANDMARK)
        else attribute_name(attribute, words)
    )
    if part.startswith("n_"):
        why = words.t(f"explore_outcome.reason.{part.removeprefix('n_')}")
        return Listing(words.t("explore_outcome.list_without", group=name, why=why), rows)
    return Listing(words.t(f"explore_patients.step_{part}", cohort=name, step=step), rows)


def cohort_name(asked: Asked, letter: str) -> str:
    """What a cohort is called. Raises WrongAddressError where the analysis has none of that letter."""
    named = dict(zip(LETTERS, asked.analysis.cohorts, strict=False))
    if letter not in named:
        raise WrongAddressError(asked.words.t("explore_patients.no_listing", of=letter))
    return named[letter].name


def _whole(asked: Asked) -> tuple[Listing, pl.DataFrame, dict[str, str]]:
    """The listing, its rows with every column that is shown, and the columns' headings."""
    listing = listed(asked, asked.parameters.get("of", of("members")))
    rows = listing.rows.select("patient_id", *_own(listing))
    is_by_line = "line" in rows.columns and rows["line"].null_count() < rows.height
    rows = _with_patients(asked, rows)
    rows = _with_lines(asked, rows) if is_by_line else _with_course(asked, rows.drop("line", strict=False))
    first = [*FIRST, "line"] if is_by_line else FIRST
    rest = [*AT_DIAGNOSIS, *(OF_LINE if is_by_line else OF_PATIENT), *LAST]
    standard = _headings(asked, rows, [name for name in (*rest, *TIME) if name not in listing.columns])
    return listing, rows, {**_headings(asked, rows, first), **listing.columns, **standard}


def _headings(asked: Asked, rows: pl.DataFrame, names: Sequence[str]) -> dict[str, str]:
    t, endpoint = asked.words.t, asked.analysis.endpoint
    return {name: t(f"explore_patients.column.{name}", endpoint=endpoint) for name in names if name in rows.columns}


def _own(listing: Listing) -> list[str]:
    """The columns that are the listing's: its time, its cohort, if there are several, its group, its line, and what
    else it shows."""
    there = listing.rows
    kept = [name for name in TIME if name in there.columns]
    kept += [name for name in ("cohort",) if name in there.columns and there["cohort"].n_unique() > 1]
    kept += [name for name in ("stratum",) if name in there.columns and there["stratum"].null_count() < there.height]
    return [*kept, *(["line"] if "line" in there.columns else []), *(n for n in listing.columns if n not in KEY)]


def _joined(rows: pl.DataFrame, more: pl.DataFrame, on: list[str]) -> pl.DataFrame:
    """With the columns that the listing has not itself."""
    kept = [name for name in more.columns if name in on or name not in rows.columns]
    return rows.join(more.select(kept), on=on, how="left", maintain_order="left")


def _with_patients(asked: Asked, rows: pl.DataFrame) -> pl.DataFrame:
    patients = asked.frame("patients", OF_PATIENTS).with_columns(
        site=pl.col("site_id").fill_null("unknown"), last_seen=pl.coalesce("death_date", "last_contact_date")
    )
    known = _joined(rows, patients.drop("site_id", "death_date", "last_contact_date"), ["patient_id"])
    return _joined(known, asked.frame("staging", ["patient_id", "iss", "r_iss"]), ["patient_id"])


def _with_lines(asked: Asked, rows: pl.DataFrame) -> pl.DataFrame:
    lines = asked.frame("lines", OF_LINES).with_columns(pl.col("line").cast(pl.Int64))
    return _joined(rows.with_columns(pl.col("line").cast(pl.Int64)), lines, KEY)


def _with_course(asked: Asked, rows: pl.DataFrame) -> pl.DataFrame:
    """Of a patient how many lines, and what the first was and came to."""
    lines = asked.frame("lines", OF_LINES).sort("patient_id", "start_date", "line")
    course = lines.group_by("patient_id", maintain_order=True).agg(
        lines=pl.len(), first_drugs=pl.col("drugs").first(), best_response=pl.col("best_response").first()
    )
    return _joined(rows, course, ["patient_id"]).with_columns(pl.col("lines").fill_null(0))


def _by(order: str) -> tuple[str, bool]:
    """The column that `sort` names, and whether the greatest comes first."""
    return order.removeprefix(DESCENDING), order.startswith(DESCENDING)


def _sorted(asked: Asked, rows: pl.DataFrame, order: str, headings: Mapping[str, str]) -> pl.DataFrame:
    """In the order of a column, nulls last, or by patient; a total order."""
    by, is_descending = _by(order)
    if by and by not in headings:
        raise WrongAddressError(asked.words.t("explore_patients.no_column", column=by))
    rows = rows.with_columns(rank=_rank(by)) if by == "best_response" else rows
    keys = [name for name in KEY if name in rows.columns]
    rest = [name for name in rows.columns if name not in keys and not rows[name].dtype.is_nested()]
    first = "rank" if by == "best_response" else by
    names = [name for name in dict.fromkeys([first, *keys, *rest]) if name]
    falls = [is_descending and name == first for name in names]
    return rows.sort(names, descending=falls, nulls_last=True).drop("rank", strict=False)


def _rank(column: str) -> pl.Expr:
    return pl.col(column).replace_strict(dict(zip(BEST_FIRST, range(len(BEST_FIRST)), strict=True)), default=None)


def _count(rows: int) -> int:
    return max(1, -(-rows // PAGE))


def _place(asked: Asked, rows: int) -> int:
    """Which page of the list is asked for. Raises WrongAddressError where it has none such."""
    said, pages = asked.parameters.get("at", "1"), _count(rows)
    place = int(said) if said.isascii() and said.isdigit() and len(said) < 8 else 0
    if not 1 <= place <= pages:
        raise WrongAddressError(asked.words.t("explore_patients.no_page", pages=pages, page=said))
    return place


def _pages(asked: Asked, place: int, pages: int) -> list[dict[str, Any]]:
    """Links to the first, the one before, the one after and the last page; none that lead nowhere."""
    wanted = {"first": 1, "previous": place - 1, "next": place + 1, "last": pages}
    return [
        {"name": asked.words.t(f"explore_patients.{name}"), "href": asked.here("patients", at=to)}
        for name, to in wanted.items()
        if 1 <= to <= pages and to != place
    ]


def _heading(asked: Asked, name: str, said: str, order: str) -> dict[str, Any]:
    """A heading, which sorts by its column, and the other way where the list is sorted by it already."""
    by, is_descending = _by(order)
    is_here = name == by
    to = f"{DESCENDING}{name}" if is_here and not is_descending else name
    return {
        "name": name,
        "said": said,
        "href": asked.here("patients", sort=to, at=None),
        "sorted": ("descending" if is_descending else "ascending") if is_here else None,
        "mark": (" ▼" if is_descending else " ▲") if is_here else "",
    }


def _row(asked: Asked, row: dict[str, Any], headings: Mapping[str, str]) -> dict[str, Any]:
    return {
        # A row that was refused may name a patient that the registry does not have.
        "href": asked.link("patient", patient=asked.alias(row["patient_id"])) if row["vital_status"] else None,
        "cells": [{"name": name, "said": _said(asked, name, row[name])} for name in headings],
    }


def _said(asked: Asked, name: str, value: Any) -> str:
    if value is None:
        return NOT_KNOWN
    special: dict[str, Callable[[Any], str]] = {
        "cohort": lambda letter: cohort_name(asked, letter),
        "stratum": lambda stratum: stratum_name(asked, stratum),
        "site": asked.words.site,
        "vital_status": lambda code: asked.words.name("vital_status", code),
        "drugs": _drugs,
        "first_drugs": _drugs,
    }
    if name in special:
        return special[name](value)
    if isinstance(value, bool):
        return asked.words.t("explore_patients.yes" if value else "explore_patients.no")
    if isinstance(value, float):
        return f"{value:.4g}"
    return asked.words.join([str(item) for item in value]) if isinstance(value, list) else str(value)


def _drugs(listed_: str) -> str:
    return listed_.replace(";", ", ")
