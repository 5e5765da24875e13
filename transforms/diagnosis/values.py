"""What Table 1 asks about on a date: of every test the value nearest it, as columns."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from rules.clauses.defining_events import ATTRIBUTED, estimated_clearance
from rules.clauses.diagnosis import SIGNS
from rules.criterion import Edition
from transforms.age import age_years
from transforms.fixation import none_detectable, zeros_by_fixation
from transforms.nearest import nearest
from transforms.results import FIXATION, STRICTLY, lab_results, with_bounds
from transforms.visits import figure_columns, wide

Tables = Mapping[str, pl.LazyFrame]
ANCHOR = ["patient_id", "on_date"]
UNTIL = "until"
MRI = ["mri", "wbmri"]
# M-protein and immunofixation as visits and baselines have them (V.iga, C.comparator).
M_PROTEIN = ["serum_m_protein", "urine_m_protein", "iga", *FIXATION]
# analyte: its column's name and unit
FIGURES = {
    "flc_kappa": ("kappa", "mg_l"),
    "flc_lambda": ("lambda", "mg_l"),
    "calcium": ("calcium", "mg_dl"),
    "creatinine": ("creatinine", "mg_dl"),
    "creatinine_clearance": ("creatinine_clearance", "ml_min"),
    "hemoglobin": ("hemoglobin", "g_dl"),
    "circulating_plasma_cells": ("circulating_cells", "per_ul"),
    "circulating_plasma_cells_percent": ("circulating_cells", "percent"),
    "wbc": ("wbc", "per_ul"),
    "vegf": ("vegf", "pg_ml"),
}
COLUMNS = {
    **figure_columns("serum_m", "g_dl", "serum_m_protein"),
    **figure_columns("urine_m", "mg_24h", "urine_m_protein"),
    **{f"{name}_{unit}": (analyte, "low") for analyte, (name, unit) in FIGURES.items()},
    **{f"{name}_{unit}_max": (analyte, "high") for analyte, (name, unit) in FIGURES.items()},
    "kappa_ref_high_mg_l": ("flc_kappa", "ref_high"),
    "lambda_ref_high_mg_l": ("flc_lambda", "ref_high"),
    "calcium_ref_high_mg_dl": ("calcium", "ref_high"),
    "hemoglobin_ref_low_g_dl": ("hemoglobin", "ref_low"),
    "vegf_ref_high_pg_ml": ("vegf", "ref_high"),
    **{f"{name}_attributed": (name, "attributed") for names in ATTRIBUTED.values() for name in names},
    "clonal_plasma_cells_percent": ("marrow", "low"),
    "clonal_plasma_cells_percent_max": ("marrow", "high"),
    "lytic_lesions": ("lytic_lesions", "low"),
    "lytic_lesions_max": ("lytic_lesions", "high"),
    "focal_lesions": ("focal_lesions", "low"),
    "new_plasmacytoma": ("new_plasmacytoma", "positive"),
    "weight_kg": ("weight_kg", "low"),
    **{f"{name}_positive": (name, "positive") for name in FIXATION},
    **{sign: (sign, "positive") for sign in SIGNS},
}


def values_at(about: pl.LazyFrame, tables: Tables, edition: Edition) -> pl.LazyFrame:
    """One row per row of `about` (`patient_id`, `on_date`, `until`), with the columns that the clauses of Table 1 read.

    Nothing dated after `until` counts; null: no limit. A figure's `_max` is above it where the report is ">x". Null:
    not done within the window.
    """
    window = edition["DX"]
    beside = edition["V.n1"].before_a_line_within_days
    lab_rows = _around(tables["labs"], about, "collected_on", window.labs_window_days + beside)
    found = pl.concat(
        [
            nearest(about, rows, "on_date", days, until=UNTIL)
            for rows, days in (
                (_lab_rows(lab_rows, tables["patients"], edition), window.labs_window_days),
                (_other_rows(tables), window.findings_window_days),
            )
        ],
        how="diagonal",
    ).with_columns(pl.col("test").str.split("/").list.first())
    of_patient = tables["patients"].select(
        *("patient_id", "birth_date", "sex", "diagnosis", "isotype", "light_chain"),
        is_beta=pl.col("m_protein_in_beta").fill_null(value=False),
    )
    return (
        about.join(wide(found, ANCHOR, COLUMNS), on=ANCHOR, how="left")
        .join(of_patient, on="patient_id", how="left")
        .with_columns(*none_detectable(), *_circulating_cells(), age_years=age_years("birth_date", "on_date"))
        .with_columns(estimated_clearance_ml_min=estimated_clearance(edition["MDE.renal"]))
    )


def _around(rows: pl.LazyFrame, about: pl.LazyFrame, dated: str, days: int) -> pl.LazyFrame:
    """The rows that can be near any of a patient's dates: few of many, so that the rest works on little."""
    span = about.group_by("patient_id").agg(
        from_=pl.col("on_date").min().dt.offset_by(f"-{days}d"), to=pl.col("on_date").max().dt.offset_by(f"{days}d")
    )
    is_near = pl.col(dated).is_between("from_", "to")
    return rows.join(span, on="patient_id", how="inner").filter(is_near).drop("from_", "to")


def _lab_rows(labs: pl.LazyFrame, patients: pl.LazyFrame, edition: Edition) -> pl.LazyFrame:
    # 0 for "<x" is for responses (C.comparator): a diagnosis is what every value below x makes it
    m_protein = lab_results(labs.filter(pl.col("analyte").is_in(M_PROTEIN)), patients, none_below=())
    figures = with_bounds(
        labs.filter(pl.col("analyte").is_in(list(FIGURES)) & pl.col("value").is_not_null()), none_below=()
    )
    columns = ["patient_id", "low", "high", "ref_low", "ref_high"]
    is_told = pl.col("low").is_not_null() | pl.col("positive").is_not_null()
    return pl.concat(
        [
            m_protein.filter(is_told),
            zeros_by_fixation(m_protein.filter(is_told), edition["V.n1"].before_a_line_within_days),
            figures.select(*columns, test="analyte", date="collected_on", attributed="attributed_to_myeloma"),
        ],
        how="diagonal",
    )


def _other_rows(tables: Tables) -> pl.LazyFrame:
    return pl.concat([clonal_cells(tables["marrow"]), *_lesions(tables["imaging"]), _findings(tables["findings"])])


def clonal_cells(marrow: pl.LazyFrame) -> pl.LazyFrame:
    """Clonal plasma cells: all, none where the row says not clonal, some where it says clonal without a figure."""
    percent, clonal = pl.col("plasma_cell_percent"), pl.col("clonal_plasma_cells")
    is_some = percent.is_null() & (clonal == "detected")
    none = pl.when(clonal == "not_detected").then(0.0)
    low = pl.coalesce(none, percent, pl.when(is_some).then(STRICTLY))
    high = pl.coalesce(none, percent, pl.when(is_some).then(100.0))
    return _rows(marrow.filter(low.is_not_null()), pl.lit("marrow"), "collected_on", low=low, high=high)


def _lesions(imaging: pl.LazyFrame) -> list[pl.LazyFrame]:
    """Lesions by kind of examination, so that the nearest of each kind counts: lytic ones by all but MRI, focal by MRI.

    A new bone lesion that nobody counted, or counted as none, is one lesion or more.
    """
    modality, lytic, focal = pl.col("modality"), pl.col("lytic_lesions"), pl.col("focal_lesions")
    is_uncounted = pl.col("new_bone_lesion").fill_null(value=False) & (lytic.fill_null(0) == 0)
    low = pl.when(is_uncounted).then(1.0).otherwise(lytic)
    high = pl.when(is_uncounted).then(float("inf")).otherwise(lytic)
    new = pl.col("new_plasmacytoma")
    by_mri, other = modality.is_in(MRI), ~modality.is_in(MRI).fill_null(value=False)
    of_kind = pl.concat_str(pl.lit("/"), modality.fill_null(""))
    return [
        _rows(imaging.filter(other & low.is_not_null()), "lytic_lesions" + of_kind, "performed_on", low=low, high=high),
        _rows(
            imaging.filter(by_mri.fill_null(value=True) & focal.is_not_null()),
            "focal_lesions" + of_kind,
            "performed_on",
            low=focal,
            high=focal,
        ),
        _rows(imaging.filter(new.is_not_null()), pl.lit("new_plasmacytoma"), "performed_on", positive=new),
    ]


def _findings(findings: pl.LazyFrame) -> pl.LazyFrame:
    """Signs with a yes or no, and weights."""
    is_sign, is_weight = pl.col("finding").is_in(SIGNS), pl.col("finding") == "weight_kg"
    present = pl.when(is_sign).then("present")
    weight = pl.when(is_weight).then("value")
    told = findings.filter(present.is_not_null() | weight.is_not_null())
    return _rows(told, pl.col("finding"), "observed_on", low=weight, high=weight, positive=present)


def _rows(rows: pl.LazyFrame, test: pl.Expr, dated: str, **found: pl.Expr) -> pl.LazyFrame:
    """Rows for `nearest`; `found` are their `low` and `high`, or `positive`."""
    none = {"low": pl.lit(None, pl.Float64), "high": pl.lit(None, pl.Float64), "positive": pl.lit(None, pl.Boolean)}
    return rows.select("patient_id", test=test, date=dated, **(none | found))


def _circulating_cells() -> list[pl.Expr]:
    """A count that was not reported is that of the share and the leucocytes."""
    return [
        pl.coalesce(
            f"circulating_cells_per_ul{bound}",
            pl.col(f"circulating_cells_percent{bound}") * pl.col(f"wbc_per_ul{bound}") / 100,
        ).alias(f"circulating_cells_per_ul{bound}")
        for bound in ("", "_max")
    ]
