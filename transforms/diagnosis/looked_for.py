"""Marrow, imaging and findings as rows for `nearest`: what was found, and what was recorded and could not be read.

`lost` marks a row that is less certain than it was recorded, because a cell of it could not be read or all of it was
refused. Of a sign, or of a new plasmacytoma, the test `NAME_lost` is there where a record of it could not be read: it
may have said yes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import polars as pl

from rules.clauses.diagnosis import SIGNS
from transforms.lost import is_lost, refused, refused_kinds
from transforms.results import STRICTLY, bounds, whole_bounds
from transforms.signs import measured, signs_looked_for

Tables = Mapping[str, pl.LazyFrame]
ANCHOR = ["patient_id", "on_date"]
UNTIL = "until"
MRI = ["mri", "wbmri"]
ALL_CELLS = 100.0  # per cent
ENDLESS = math.inf
WITH_LOST = ("new_plasmacytoma", *SIGNS)


def other_rows(tables: Tables, about: pl.LazyFrame) -> pl.LazyFrame:
    """All that marrow, imaging and findings say. A refused row without a date may be of any: it is of each row's date
    of `about` (`patient_id`, `on_date`, `until`).
    """
    refused_row = _dated(tables["refused_row"], about)
    return pl.concat(
        [
            clonal_cells(tables["marrow"]),
            *_lesions(tables["imaging"]),
            *_refused_scans(refused(refused_row, "imaging")),
            signs_looked_for(tables["findings"], *SIGNS),
            weights(tables["findings"]),
            _lost_signs(tables["findings"], refused_kinds(refused_row, "findings", SIGNS)),
        ],
        how="diagonal",
    )


def weights(findings: pl.LazyFrame) -> pl.LazyFrame:
    """Weights, as `nearest` reads them; no patient weighs nothing."""
    return measured(findings, "weight_kg").filter(pl.col("high") > 0)


def _dated(refused_row: pl.LazyFrame, about: pl.LazyFrame) -> pl.LazyFrame:
    anchors = about.select("patient_id", any_date=pl.min_horizontal("on_date", UNTIL)).unique()
    undated = refused_row.filter(pl.col("dated_on").is_null()).join(anchors, on="patient_id")
    dated = refused_row.filter(pl.col("dated_on").is_not_null())
    return pl.concat([dated, undated.with_columns(dated_on="any_date").drop("any_date")])


def clonal_cells(marrow: pl.LazyFrame) -> pl.LazyFrame:
    """Clonal plasma cells: all, none where the row says not clonal, some where it says clonal without a figure; where
    that, or the figure, could not be read, all that it can be.
    """
    is_clonal, is_not = (pl.col("clonal_plasma_cells") == answer for answer in ("detected", "not_detected"))
    is_unread, is_either = is_lost("plasma_cell_percent", "clonal_plasma_cells"), is_lost("clonal_plasma_cells")
    low, high = bounds(pl.col("plasma_cell_percent"), pl.col("plasma_cell_percent_comparator"))
    high = pl.coalesce(high, pl.when(is_unread | is_clonal).then(ALL_CELLS)).clip(upper_bound=ALL_CELLS)
    none, some = pl.when(is_not).then(0.0), pl.when(is_clonal & (high > 0)).then(STRICTLY)
    least = pl.when(is_either).then(0.0).otherwise(pl.max_horizontal(low, some, pl.when(is_unread).then(0.0)))
    found = {"low": pl.coalesce(none, least), "high": pl.coalesce(none, high)}
    rows = _rows(marrow, pl.lit("marrow"), "collected_on", **found, lost=is_unread & ~is_not.fill_null(value=False))
    return rows.filter(pl.col("low").is_not_null())


def _lesions(imaging: pl.LazyFrame) -> list[pl.LazyFrame]:
    """Lesions by kind of examination, so that the nearest of each kind counts: lytic ones by all but MRI, focal by MRI.

    A new bone lesion that no one counted, or counted as none, is one lesion or more.
    """
    modality = pl.col("modality")
    by_mri, other = modality.is_in(MRI), ~modality.is_in(MRI).fill_null(value=False)
    of_kind = pl.concat_str(pl.lit("/"), modality.fill_null(""))
    counted = {
        "lytic_lesions": (other, pl.col("new_bone_lesion").fill_null(value=False), is_lost("new_bone_lesion")),
        "focal_lesions": (by_mri.fill_null(value=True), pl.lit(value=False), pl.lit(value=False)),
    }
    rows = []
    for name, (is_of_kind, is_new, may_be_new) in counted.items():
        low, high = whole_bounds(pl.col(name), pl.col(f"{name}_comparator"))
        is_unread = is_lost(name) | (may_be_new & ~(low > 0).fill_null(value=False))
        is_open = is_unread | (is_new & (high.fill_null(0) < 1))
        least = pl.max_horizontal(low, pl.when(is_new).then(1.0), pl.when(is_unread).then(0.0))
        found = {"low": least, "high": pl.when(is_open).then(ENDLESS).otherwise(high)}
        of_test = _rows(imaging.filter(is_of_kind), name + of_kind, "performed_on", **found, lost=is_unread)
        rows.append(of_test.filter(pl.col("low").is_not_null()))
    new = pl.col("new_plasmacytoma")
    return [
        *rows,
        # one that was found is there, whatever an examination nearer the date did not find
        _rows(imaging.filter(new.fill_null(value=False)), pl.lit("new_plasmacytoma"), "performed_on", positive=new),
        _lost(imaging.filter(is_lost("new_plasmacytoma")), pl.lit("new_plasmacytoma"), "performed_on"),
    ]


def _refused_scans(refused_scans: pl.LazyFrame) -> list[pl.LazyFrame]:
    """Of an examination that was refused neither the kind is known, nor what it showed."""
    unknown = {"low": pl.lit(0.0), "high": pl.lit(ENDLESS), "lost": pl.lit(value=True)}
    return [
        *(
            _rows(refused_scans, pl.lit(f"{name}/refused"), "dated_on", **unknown)
            for name in ("lytic_lesions", "focal_lesions")
        ),
        _lost(refused_scans, pl.lit("new_plasmacytoma"), "dated_on"),
    ]


def _lost_signs(findings: pl.LazyFrame, refused_findings: pl.LazyFrame) -> pl.LazyFrame:
    """Signs of which a record could not be read."""
    unread = findings.filter(pl.col("finding").is_in(SIGNS) & is_lost("present"))
    return pl.concat(
        [_lost(unread, pl.col("finding"), "observed_on"), _lost(refused_findings, pl.col("kind"), "dated_on")]
    )


def _lost(rows: pl.LazyFrame, test: pl.Expr, dated: str) -> pl.LazyFrame:
    return _rows(rows, pl.concat_str(test, pl.lit("_lost")), dated, positive=pl.lit(value=True))


def _rows(rows: pl.LazyFrame, test: pl.Expr, dated: str, **found: pl.Expr) -> pl.LazyFrame:
    """Rows for `nearest`; `found` are their `low` and `high`, or `positive`, and whether something of it was lost."""
    figure = dict.fromkeys(("low", "high"), pl.lit(None, pl.Float64))
    answer = {"positive": pl.lit(None, pl.Boolean), "lost": pl.lit(value=False)}
    return rows.select("patient_id", test=test, date=dated, **(figure | answer | found))
