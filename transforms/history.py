"""What a line has shown up to each visit: nadirs, latest plasmacytoma and calcium, the marrow that CR may use."""

from __future__ import annotations

import math

import polars as pl

from rules.criterion import Edition
from rules.quantities import QUANTITIES
from transforms.lines import with_line
from transforms.nearest import join_nearest
from transforms.within_line import PLACES, has_been, last_known, lowest_known, previous, with_places

LINE = ["patient_id", "line"]
LATEST_MARROW = ["latest_marrow_percent", "latest_marrow_percent_max", "latest_marrow_clonal"]


def with_history(visits: pl.LazyFrame, edition: Edition) -> pl.LazyFrame:
    """Visits (sorted by line and date) with nadirs and what the line has shown so far; null where nothing was
    measured yet.
    """
    known = with_places(visits).with_columns([*_nadirs(edition), *_plasmacytomas(), *_calcium(edition)])
    return known.with_columns(*_calcium_before()).drop(PLACES)


def _nadirs(edition: Edition) -> list[pl.Expr]:
    confirmed = edition["V.nadir"].lowest == "confirmed"
    columns = []
    for q in QUANTITIES.values():
        if not q.nadir:
            continue
        name, value, baseline = q.at("nadir"), q.at(), q.at("baseline")
        upper = "_as_nadir_max" if q.made_of else "_max"  # of a "<x" or ">x"
        lowest = lowest_confirmed_before if confirmed and q.nadir == "confirmed" else lowest_before
        low, low_baseline = pl.col(f"{value}_as_nadir"), pl.col(f"{baseline}_as_nadir")
        high = pl.max_horizontal(low, f"{value}{upper}")
        high_baseline = pl.max_horizontal(low_baseline, f"{baseline}{upper}")
        columns.append(lowest(low, low_baseline).alias(name))
        columns.append(lowest(high, high_baseline).alias(f"{name}_max"))
    return columns


def lowest_before(value: pl.Expr, baseline: pl.Expr) -> pl.Expr:
    """Lowest of the baseline and the line's earlier values (section 5); null where there is none."""
    return pl.min_horizontal(baseline, previous(lowest_known(value)))


def lowest_confirmed_before(value: pl.Expr, baseline: pl.Expr) -> pl.Expr:
    """The same, each value after the first counting as the higher of itself and its predecessor."""
    predecessor = previous(last_known(value)).fill_null(baseline)
    counted = pl.when(value.is_not_null()).then(pl.max_horizontal(value, predecessor))
    return lowest_before(counted, baseline)


def _plasmacytomas() -> list[pl.Expr]:
    size, most = pl.col("plasmacytoma_mm2"), pl.col("plasmacytoma_mm2_max")
    is_new = pl.col("new_plasmacytoma").fill_null(value=False)
    may_be_new = is_new | pl.col("new_plasmacytoma_lost").fill_null(value=False)
    is_size_lost = (pl.col("plasmacytoma_lost") & size.is_null()).fill_null(value=False)
    sized_on = last_known(pl.when(size.is_not_null()).then("visit_date"))
    new_on = last_known(pl.when(may_be_new).then("visit_date"))
    in_line = _three_valued(has_been(is_new | (size > 0)), has_been(may_be_new | (most > 0) | is_size_lost))
    first, first_most = pl.col("plasmacytoma_baseline_mm2"), pl.col("plasmacytoma_baseline_mm2_max")
    is_first_lost = pl.col("plasmacytoma_baseline_lost") & first.is_null()
    at_baseline = _three_valued(first > 0, (first_most > 0) | is_first_lost)
    return [
        last_known(size).alias("latest_plasmacytoma_mm2"),
        last_known(most).alias("latest_plasmacytoma_mm2_max"),
        at_baseline.alias("has_baseline_plasmacytoma"),
        (at_baseline | in_line).alias("has_had_plasmacytoma"),
        (new_on >= sized_on).fill_null(value=False).alias("new_plasmacytoma_since_latest_size"),
    ]


def _three_valued(surely: pl.Expr, perhaps: pl.Expr) -> pl.Expr:
    """True where it surely is, null where it may be, else false."""
    return pl.when(surely).then(True).when(perhaps).then(None).otherwise(False)


def _calcium(edition: Edition) -> list[pl.Expr]:
    reference = edition["PD.calcium"].albumin_reference_g_dl

    def corrected(calcium: str, albumin: str, unmeasured: float) -> pl.Expr:
        # only albumin below the reference corrects
        return pl.col(calcium) + (reference - pl.col(albumin)).clip(lower_bound=0).fill_null(unmeasured)

    columns = []
    for when in ("", "_baseline"):
        calcium, albumin = f"calcium{when}_mg_dl", f"albumin{when}_g_dl"
        columns += [
            corrected(calcium, f"{albumin}_max", 0.0).alias(f"corrected_calcium{when}_mg_dl"),
            corrected(f"{calcium}_max", albumin, math.inf).alias(f"corrected_calcium{when}_mg_dl_max"),
            pl.when(pl.col(calcium).is_not_null())
            .then(pl.col(albumin).is_null())
            .alias(f"calcium{when}_lacks_albumin"),
        ]
    return columns


def _calcium_before() -> list[pl.Expr]:
    def last_before(name: str) -> pl.Expr:
        earlier = previous(last_known(pl.col(name.format(""))))
        return earlier.fill_null(pl.col(name.format("_baseline"))).alias(name.format("_before"))

    names = ("corrected_calcium{}_mg_dl", "corrected_calcium{}_mg_dl_max", "calcium{}_lacks_albumin")
    return [last_before(name) for name in names]


def with_latest_marrow(
    visits: pl.LazyFrame, results: pl.LazyFrame, lines: pl.LazyFrame, edition: Edition
) -> pl.LazyFrame:
    """Add percent and clonality of the line's latest marrow dated up to some days after the visit (CR, sCR).

    Marrows are those after the line's start and not after the next line's; null where there is none, or its clonality
    is not recorded.
    """
    days = edition["CR"].marrow_up_to_days_after
    of_date = ["patient_id", "date"]
    clonal = results.filter(pl.col("test") == "clonal_plasma_cells").select(*of_date, latest_marrow_clonal="positive")
    marrows = with_line(
        results.filter(pl.col("test") == "marrow").select(
            *of_date, latest_marrow_percent="low", latest_marrow_percent_max="high"
        ),
        lines,
        "date",
    ).join(clonal, on=of_date, how="left")
    # a marrow after the next line's start is that line's: looking no further finds this line's last
    last_day = pl.min_horizontal(pl.col("visit_date").dt.offset_by(f"{days}d"), "next_line_start")
    found = marrows.drop("start_date").rename({"line": "line_of_marrow"})
    is_of_line = pl.col("line_of_marrow") == pl.col("line")
    next_starts = lines.select(*LINE, "next_line_start")
    return (
        join_nearest(
            visits.join(next_starts, on=LINE, how="left").with_columns(looked_until=last_day),
            found,
            "looked_until",
            "date",
        )
        .with_columns(pl.when(is_of_line).then(name).alias(name) for name in LATEST_MARROW)
        .select(*visits.collect_schema().names(), *LATEST_MARROW)
    )
