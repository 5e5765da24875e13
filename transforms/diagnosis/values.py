"""What Table 1 asks about on a date: of every test the value nearest it, as columns."""

from __future__ import annotations

from functools import reduce
from operator import or_

import polars as pl

from rules.clauses.defining_events import ATTRIBUTED, estimated_clearance
from rules.clauses.diagnosis import SIGNS
from rules.criterion import Edition
from rules.quantities import quantities
from rules.quotient import quotient
from rules.verdict import mask_where
from transforms.age import age_years
from transforms.diagnosis.looked_for import ANCHOR, UNTIL, WITH_LOST, Tables, other_rows
from transforms.fixation import with_none_detectable
from transforms.lost import is_lost, refused
from transforms.nearest import around, nearest
from transforms.results import FIXATION, lab_results, with_bounds
from transforms.wide import wide

# M-protein and immunofixation as visits and baselines have them (V.iga, C.comparator).
M_PROTEIN = ["serum_m_protein", "urine_m_protein", "iga", *FIXATION]
AT_DIAGNOSIS = quantities(at_diagnosis=True)
FIGURES = [q.name for q in AT_DIAGNOSIS if q.name not in M_PROTEIN]
LOST_M_PROTEIN = ("serum_m_protein", "urine_m_protein")
COLUMNS = {
    **{q.at() + part: (q.name, field) for q in AT_DIAGNOSIS for part, field in {"": "low", "_max": "high"}.items()},
    **{
        q.at(f"ref_{q.limit_of_normal}"): (q.name, f"ref_{q.limit_of_normal}")
        for q in AT_DIAGNOSIS
        if q.limit_of_normal
    },
    **{f"{name}_attributed": (name, "attributed") for names in ATTRIBUTED.values() for name in names},
    "clonal_plasma_cells_percent": ("marrow", "low"),
    "clonal_plasma_cells_percent_max": ("marrow", "high"),
    "lytic_lesions": ("lytic_lesions", "low"),
    "lytic_lesions_max": ("lytic_lesions", "high"),
    "focal_lesions": ("focal_lesions", "low"),
    "focal_lesions_max": ("focal_lesions", "high"),
    "new_plasmacytoma": ("new_plasmacytoma", "positive"),
    "weight_kg": ("weight_kg", "low"),
    "weight_kg_max": ("weight_kg", "high"),
    **{f"{name}_positive": (name, "positive") for name in FIXATION},
    **{sign: (sign, "positive") for sign in SIGNS},
}
# Whether what a test rests on could not be read, and the test that is named for it.
LOST_COLUMNS = {
    "lytic_lesions_lost": ("lytic_lesions", "lost"),
    "focal_lesions_lost": ("focal_lesions", "lost"),
    "marrow_lost": ("marrow", "lost"),
    "kappa_limit_lost": ("flc_kappa", "lost"),
    "lambda_limit_lost": ("flc_lambda", "lost"),
    **{f"{name}_attribution_lost": (name, "lost") for names in ATTRIBUTED.values() for name in names},
    **{f"{name}_lost": (f"{name}_lost", "positive") for name in (*WITH_LOST, *LOST_M_PROTEIN)},
}
NAMED = {
    "lytic_lesions_lost": "bone_imaging",
    "focal_lesions_lost": "mri",
    "new_plasmacytoma_lost": "plasmacytoma",
    "kappa_limit_lost": "flc_kappa",
    "lambda_limit_lost": "flc_lambda",
    "diabetes_or_thyroid_only_lost": "endocrinopathy",
}
LOST = "lost"  # the mask of them


def values_at(about: pl.LazyFrame, tables: Tables, edition: Edition) -> pl.LazyFrame:
    """One row per row of `about` (`patient_id`, `on_date`, `until`), with the columns that the clauses of Table 1 read.

    Nothing dated after `until` counts; null: no limit. A figure's `_max` is above it where the report is ">x". Null:
    not done within the window. `lost` masks the tests of which a record within it could not be read.
    """
    window = edition["DX"]
    near = _near(edition)
    # what several of the plans below read is worked out once
    about = about.collect().lazy()
    lab_rows = around(tables["labs"], "collected_on", about, "on_date", within_days=near).collect().lazy()
    refused_labs = around(
        refused(tables["refused_row"], "labs", M_PROTEIN), "dated_on", about, "on_date", within_days=near
    )
    found = pl.concat(
        [
            nearest(about, rows, "on_date", days, until=UNTIL)
            for rows, days in (
                (_lab_rows(lab_rows), window.labs_window_days),
                (_m_protein_rows(lab_rows, refused_labs, about, tables["patients"], edition), window.labs_window_days),
                (other_rows(tables, about), window.findings_window_days),
            )
        ],
        how="diagonal",
    ).with_columns(pl.col("test").str.split("/").list.first())
    of_patient = tables["patients"].select(
        *("patient_id", "birth_date", "sex", "diagnosis", "isotype", "light_chain"),
        is_beta=pl.col("m_protein_in_beta").fill_null(value=False),
        diagnosis_lost=is_lost("diagnosis"),
        light_chain_lost=is_lost("light_chain"),
    )
    return (
        about.join(wide(found, ANCHOR, COLUMNS | LOST_COLUMNS), on=ANCHOR, how="left")
        .join(of_patient, on="patient_id", how="left")
        .with_columns(pl.col(name).fill_null(value=False) for name in LOST_COLUMNS)
        .with_columns(
            *_circulating_cells(),
            *(_unless_lost(sign) for sign in SIGNS),
            age_years=age_years("birth_date", "on_date"),
        )
        .with_columns(
            estimated_clearance_ml_min=estimated_clearance(edition["MDE.renal"]),
            **{LOST: reduce(or_, (mask_where(pl.col(name), _named(name)) for name in LOST_COLUMNS))},
        )
    )


def _near(edition: Edition) -> int:
    """How far from a date a result can count: itself, or as one beside an immunofixation that does."""
    return int(edition["DX"].labs_window_days + edition["V.n1"].before_a_line_within_days)


def _named(lost: str) -> str:
    return NAMED.get(lost, lost.removesuffix("_lost"))


def _unless_lost(sign: str) -> pl.Expr:
    """A sign that is recorded as absent is not known to be, where another record of it could not be read."""
    return pl.when(pl.col(sign) | ~pl.col(f"{sign}_lost")).then(sign).alias(sign)


def _m_protein_rows(
    labs: pl.LazyFrame, refused_labs: pl.LazyFrame, about: pl.LazyFrame, patients: pl.LazyFrame, edition: Edition
) -> pl.LazyFrame:
    """M-protein and immunofixation of each patient up to each `until`: what comes after it is not beside anything."""
    found = around(
        m_protein_found(labs, refused_labs, patients), "date", about, "on_date", within_days=_near(edition), of=[UNTIL]
    )
    return m_protein_up_to_until(found, edition)


def m_protein_found(labs: pl.LazyFrame, refused_labs: pl.LazyFrame, patients: pl.LazyFrame) -> pl.LazyFrame:
    """Every result that an M-protein at a diagnosis is made of, one row each, with the flag `is_beta` of its patient;
    a figure that could not be read is a test named `…_lost`.
    """
    # 0 for "<x" is for responses (C.comparator): a diagnosis is what every value below x makes it
    rows = lab_results(labs.filter(pl.col("analyte").is_in(M_PROTEIN)), patients, none_below=())
    is_known = pl.col("low").is_not_null() | pl.col("positive").is_not_null()
    lost = _lost_m_protein(labs, refused_labs, patients)
    unread = lost.with_columns(pl.concat_str("test", pl.lit("_lost")).alias("test"), positive=pl.lit(value=True))
    is_beta = patients.select("patient_id", is_beta=pl.col("m_protein_in_beta").fill_null(value=False))
    return pl.concat([rows.filter(is_known), unread], how="diagonal").join(is_beta, on="patient_id", how="left")


def m_protein_up_to_until(found: pl.LazyFrame, edition: Edition) -> pl.LazyFrame:
    """The same of each patient and `until`, nothing later: 0 on the day of an immunofixation that finds none (V.n1)."""
    in_time = (pl.col("date") <= pl.col(UNTIL)).fill_null(value=True)
    beside = edition["V.n1"].before_a_line_within_days
    up_to = found.filter(in_time).collect().lazy()
    return with_none_detectable(up_to, beside, ["patient_id", UNTIL]).drop("is_beta")


def _lab_rows(labs: pl.LazyFrame) -> pl.LazyFrame:
    figures = with_bounds(labs.filter(pl.col("analyte").is_in(FIGURES) & pl.col("value").is_not_null()), none_below=())
    columns = ["patient_id", "low", "high", "ref_low", "ref_high"]
    return figures.select(
        *columns,
        test="analyte",
        date="collected_on",
        attributed="attributed_to_myeloma",
        # what is asked of it beside its figure: of a light chain its limit, which has a default
        lost=pl.when(pl.col("analyte").is_in(["flc_kappa", "flc_lambda"]))
        .then(is_lost("ref_high"))
        .otherwise(is_lost("attributed_to_myeloma")),
    )


def _lost_m_protein(labs: pl.LazyFrame, refused_labs: pl.LazyFrame, patients: pl.LazyFrame) -> pl.LazyFrame:
    """Days on which an M-protein was measured that could not be read; a refused result of no name may be of either
    fluid.
    """
    figures = [name for name in M_PROTEIN if name not in FIXATION]
    either = pl.when(pl.col("kind").is_null()).then(pl.lit(figures)).otherwise(pl.concat_list("kind"))
    unread = pl.concat(
        [
            labs.filter(is_lost("value")).select("patient_id", "analyte", "collected_on"),
            refused_labs.select("patient_id", analyte=either, collected_on="dated_on").explode("analyte"),
        ]
    ).filter(pl.col("analyte").is_in(figures))
    none = {"comparator": pl.String, "result": pl.String, "attributed_to_myeloma": pl.Boolean}
    of_no_figure = unread.with_columns(pl.lit(None, kind).alias(name) for name, kind in none.items())
    # which of them is the M-protein is asked as of one that could be read (V.iga)
    as_read = lab_results(of_no_figure.with_columns(value=pl.lit(0.0)), patients)
    return as_read.select("patient_id", "test", "date").unique()


def _circulating_cells() -> list[pl.Expr]:
    """A count that was not reported is that of the share and the leucocytes."""
    return [
        pl.coalesce(
            f"circulating_cells_per_ul{bound}",
            quotient(pl.col(f"circulating_cells_percent{bound}") * pl.col(f"wbc_per_ul{bound}"), 100),
        ).alias(f"circulating_cells_per_ul{bound}")
        for bound in ("", "_max")
    ]
