"""MRD status of every date on which it was tested (section 7): by flow, by sequencing, with imaging, and sustained."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from rules.clauses.mrd import CLAUSE_OF_METHOD
from rules.criterion import Edition
from rules.verdict import missing_column
from transforms.lines import with_line
from transforms.lost import is_lost, lost_on, refused
from transforms.nearest import join_nearest, join_nearest_on_either_side
from transforms.results import bounds

DATE = ["patient_id", "collected_on"]
LINE = ["patient_id", "line"]
MRD_STATUS = ["patient_id", "line", "collected_on", "mrd", "category", "after_cr"]
CATEGORIES = {"MRD.flow": "flow", "MRD.seq": "sequencing", "MRD.imaging": "imaging", "MRD.sustained": "sustained"}


def mrd_status(
    tables: Mapping[str, pl.LazyFrame], lines: pl.LazyFrame, visits: pl.LazyFrame, edition: Edition
) -> pl.LazyFrame:
    """One row per patient, test date and category; sorted so.

    `mrd` is negative, positive or null (unknown: no test sensitive enough). An imaging row is there where a PET/CT lies
    near enough to a marrow test, a sustained row only where it holds, or would if a test that could not be read was
    negative. `line` is null up to the first line's start.
    `after_cr` says whether a confirmed CR stands at the test, null where no evaluable visit of the line decides.
    `visits` are those with a confirmed response.
    """
    in_marrow = _in_marrow(tables["mrd"], edition)
    scans = _scans(tables["imaging"])
    with_imaging = _with_imaging(in_marrow, scans, edition)
    sustained = _sustained(with_imaging, pl.concat([_positive_dates(in_marrow), _positive_dates(scans)]), edition)
    sustained = _unless_lost(sustained, _lost(tables))
    columns = [*DATE, "clause", "negative"]
    found = pl.concat([in_marrow.select(columns), with_imaging.select(columns), sustained.select(columns)])
    negative = pl.col("negative")
    judged = with_line(found, lines, "collected_on").with_columns(
        mrd=pl.when(negative).then(pl.lit("negative")).when(~negative).then(pl.lit("positive")),
        category=pl.col("clause").replace_strict(CATEGORIES, return_dtype=pl.String),
    )
    return _with_after_cr(judged, visits, edition).select(MRD_STATUS).sort(*DATE, "category")


def _in_marrow(mrd: pl.LazyFrame, edition: Edition) -> pl.LazyFrame:
    """One row per date and clause of a marrow test; positive over negative over unknown where there are several."""
    clause_id = pl.col("method").replace_strict(CLAUSE_OF_METHOD, default=None, return_dtype=pl.String)
    low, high = bounds(100 * pl.col("sensitivity"), pl.col("sensitivity_comparator"))
    tests = mrd.select(
        *DATE,
        clause=clause_id,
        mrd_positive=pl.col("result") == "positive",
        sensitivity_percent=low,
        sensitivity_percent_max=high,
    ).filter(pl.col("clause").is_not_null())
    verdicts = [pl.when(pl.col("clause") == c).then(edition.decide(c).truth) for c in ("MRD.flow", "MRD.seq")]
    judged = tests.with_columns(negative=pl.coalesce(verdicts))
    return judged.group_by(*DATE, "clause").agg(pl.col("negative").min())  # false is the least, null is left out


def _scans(imaging: pl.LazyFrame) -> pl.LazyFrame:
    """One row per date of a PET/CT whose uptake is recorded; a positive one counts over a negative."""
    known = imaging.filter((pl.col("modality") == "pet_ct") & pl.col("fdg_uptake").is_not_null())
    return known.group_by("patient_id", collected_on=pl.col("performed_on")).agg(
        negative=(pl.col("fdg_uptake") == "negative").min()
    )


def _with_imaging(in_marrow: pl.LazyFrame, scans: pl.LazyFrame, edition: Edition) -> pl.LazyFrame:
    """One row per date of a marrow test with a PET/CT near enough: the verdict of MRD.imaging."""
    by_date = in_marrow.group_by(DATE).agg(marrow_negative=pl.col("negative").min())
    dated = scans.select("patient_id", scanned_on="collected_on", fdg_uptake_positive=~pl.col("negative"))
    within_days = edition["MRD.imaging"].window_days
    verdict = edition.decide("MRD.imaging")
    return (
        join_nearest_on_either_side(by_date, dated, "collected_on", "scanned_on", within_days=within_days)
        .filter(pl.col("fdg_uptake_positive").is_not_null())
        .with_columns(
            verdict.truth.alias("MRD.imaging"),
            verdict.missing.alias(missing_column("MRD.imaging")),
            clause=pl.lit("MRD.imaging"),
        )
        .with_columns(negative=pl.col("MRD.imaging"))
    )


def _positive_dates(rows: pl.LazyFrame) -> pl.LazyFrame:
    return rows.filter(~pl.col("negative")).select("patient_id", last_positive="collected_on")


def _sustained(with_imaging: pl.LazyFrame, positives: pl.LazyFrame, edition: Edition) -> pl.LazyFrame:
    """One row per date on which MRD.sustained holds, and `since` when.

    It holds since any negative that is a year old or more and comes after the last positive. The latest of them is
    taken: the fewest tests that could not be read lie between it and the date.
    """
    years = edition["MRD.sustained"].at_least_years
    # Counting back from the later date lets a 29 February come round on 1 March, not a day early.
    a_year_before = pl.col("collected_on").dt.offset_by(f"-{years}y")
    negative = with_imaging.filter("MRD.imaging").with_columns(a_year_before=a_year_before)
    dates = pl.concat([positives, _positive_dates(with_imaging)]).unique()
    since_positive = join_nearest(negative, dates, "collected_on", "last_positive")
    starts = negative.select("patient_id", since="collected_on")
    is_after_positive = pl.col("last_positive").is_null() | (pl.col("since") > pl.col("last_positive"))
    return (
        join_nearest(since_positive, starts, "a_year_before", "since")
        .with_columns(negative_since_a_year=pl.col("since").is_not_null() & is_after_positive)
        .filter(edition.decide("MRD.sustained").truth)
        .with_columns(clause=pl.lit("MRD.sustained"), negative=pl.lit(value=True))
    )


def _lost(tables: Mapping[str, pl.LazyFrame]) -> pl.LazyFrame:
    """Dates of tests of marrow and PET/CTs that could not be read; null: of any date."""
    may_be_pet_ct = (pl.col("modality") == "pet_ct").fill_null(value=True)
    refused_row, is_unread = tables["refused_row"], is_lost("fdg_uptake") & may_be_pet_ct
    scans = lost_on(tables["imaging"], refused(refused_row, "imaging"), "imaging", is_unread)
    tests = refused(refused_row, "mrd", list(CLAUSE_OF_METHOD))
    return pl.concat([scans, tests.select("patient_id", date="dated_on")])


def _unless_lost(sustained: pl.LazyFrame, lost: pl.LazyFrame) -> pl.LazyFrame:
    """Negativity that lasted, unknown where a test between its ends could not be read and may have been positive."""
    is_between = pl.col("date").is_null() | pl.col("date").is_between("since", "collected_on")
    between = sustained.join(lost, on="patient_id").filter(is_between).select(DATE).unique()
    doubted = between.with_columns(is_doubted=pl.lit(value=True))
    return sustained.join(doubted, on=DATE, how="left").with_columns(
        negative=pl.when("is_doubted").then(None).otherwise("negative")
    )


def _with_after_cr(rows: pl.LazyFrame, visits: pl.LazyFrame, edition: Edition) -> pl.LazyFrame:
    """Add `after_cr`: the line's last confirmed CR comes after its last confirmed progression (edition: MRD)."""
    days = edition["MRD"].cr_up_to_days_after_test
    response = pl.col("confirmed_response").cast(pl.String)
    of_line = visits.filter("is_evaluable").select(*LINE, "visit_date", response=response)
    kinds = {  # what to look for last, and up to when
        "last_cr": (pl.col("response").is_in(["CR", "sCR"]), pl.col("collected_on").dt.offset_by(f"{days}d")),
        "last_progression": (pl.col("response") == "PD", pl.col("collected_on")),
        "last_visit": (pl.lit(value=True), pl.col("collected_on").dt.offset_by(f"{days}d")),
    }
    for name, (is_meant, until) in kinds.items():
        found = of_line.filter(is_meant).select(*LINE, pl.col("visit_date").alias(name)).sort(name, *LINE)
        rows = (
            rows.with_columns(until=until)
            .sort("until", *LINE, "category")
            .join_asof(
                found,
                left_on="until",
                right_on=name,
                by=LINE,
                strategy="backward",
                coalesce=False,
                check_sortedness=False,
            )
        )
    stands = pl.col("last_cr").is_not_null() & (pl.col("last_progression") < pl.col("last_cr")).fill_null(value=True)
    return rows.with_columns(after_cr=pl.when(pl.col("last_visit").is_not_null()).then(stands))
