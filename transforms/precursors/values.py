"""What the models read: values about the diagnosis, and how M-protein, immunoglobulin and haemoglobin went on."""

from __future__ import annotations

import polars as pl

from rules.criterion import Edition
from transforms.diagnosis.values import Tables, values_at
from transforms.nearest import nearest
from transforms.results import lab_results, with_bounds
from transforms.visits import wide

ANCHOR = ["patient_id", "on_date"]
FISH = ["t(4;14)", "t(14;16)", "gain1q", "del13q"]
FOLLOWED = {"serum_m_protein": "serum_m", "immunoglobulin": "immunoglobulin", "hemoglobin": "hemoglobin"}
COLUMNS = {
    f"{name}_{when}_g_dl{bound}": (test, f"{when} {side}")
    for test, name in FOLLOWED.items()
    for when in ("early", "late", "last")
    for bound, side in {"": "low", "_max": "high"}.items()
} | {
    "serum_m_last_days": ("serum_m_protein", "last days"),
    "immunoglobulin_g_dl": ("immunoglobulin", "low"),
    "immunoglobulin_g_dl_max": ("immunoglobulin", "high"),
}


def values_for_models(whom: pl.LazyFrame, tables: Tables, edition: Edition) -> pl.LazyFrame:
    """One row per patient of `whom`, with the columns that the models read. Null: not looked at.

    `_early` and `_late` are the highest M-protein and immunoglobulin, and the lowest haemoglobin, of the months after
    the value at diagnosis; `_last` is the last M-protein, `serum_m_last_days` after the one at diagnosis.
    """
    about = whom.select(*ANCHOR, "first_line_start").unique("patient_id")
    fish = nearest(about, _fish(tables["cytogenetics"]), "on_date", edition["DX"].findings_window_days)
    found = wide(fish, ["patient_id"], {name: (name, "positive") for name in FISH})
    followed = wide(_followed(about, tables, edition), ["patient_id"], COLUMNS)
    at_diagnosis = values_at(about.select(ANCHOR), tables, edition)
    return at_diagnosis.join(found, on="patient_id", how="left").join(followed, on="patient_id", how="left")


def _fish(cytogenetics: pl.LazyFrame) -> pl.LazyFrame:
    return cytogenetics.filter(pl.col("abnormality").is_in(FISH)).select(
        "patient_id", test="abnormality", date="collected_on", positive=pl.col("result") == "positive"
    )


def _followed(about: pl.LazyFrame, tables: Tables, edition: Edition) -> pl.LazyFrame:
    """One row per patient and test: the value at diagnosis, and what came after it before any treatment."""
    rows = _rows(tables["labs"], tables["patients"])
    first = nearest(about.select(ANCHOR), rows, "on_date", edition["DX"].labs_window_days)
    evolving, slope = edition["SMM.evolving"], edition["SMM.slope"]
    # an M-protein that was none by immunofixation has no date: what follows the diagnosis follows it
    begins = pl.coalesce("first date", "on_date")
    is_untreated = (pl.col("date") <= pl.col("first_line_start")).fill_null(value=True)
    days = (pl.col("date") - begins).dt.total_days()
    later = (
        rows.join(about, on="patient_id")
        .join(
            first.select("patient_id", "test", pl.col("date").alias("first date")),
            on=["patient_id", "test"],
            how="left",
        )
        .filter((days > 0) & is_untreated)
        .sort("patient_id", "test", "date", "low", "high")
    )
    early, late, steep = (
        _within(months) for months in (evolving.early_months, evolving.late_months, slope.within_months)
    )
    after = later.group_by("patient_id", "test").agg(
        *_farthest("early", early),
        *_farthest("late", late),
        *(pl.col(side).filter(steep).last().alias(f"last {side}") for side in ("low", "high")),
        days.filter(steep).last().alias("last days"),
    )
    is_far_enough = pl.col("last days") >= slope.at_least_days
    lasting = [pl.when(is_far_enough).then(name).alias(name) for name in ("last low", "last high", "last days")]
    at_first = first.select("patient_id", "test", "low", "high")
    return at_first.join(after.with_columns(lasting), on=["patient_id", "test"], how="full", coalesce=True)


def _within(months: int) -> pl.Expr:
    return pl.col("date") <= pl.col("on_date").dt.offset_by(f"{months}mo")


def _farthest(when: str, is_in_time: pl.Expr) -> list[pl.Expr]:
    falls = pl.col("test").first() == "hemoglobin"
    sides = {side: pl.col(side).filter(is_in_time) for side in ("low", "high")}
    return [pl.when(falls).then(x.min()).otherwise(x.max()).alias(f"{when} {side}") for side, x in sides.items()]


def _rows(labs: pl.LazyFrame, patients: pl.LazyFrame) -> pl.LazyFrame:
    m_protein = lab_results(labs.filter(pl.col("analyte").is_in(["serum_m_protein", "iga"])), patients, none_below=())
    columns = {"low": "low", "high": "high", "date": "collected_on"}
    figures = with_bounds(labs.filter(pl.col("value").is_not_null()), none_below=())
    isotypes = patients.select("patient_id", pl.col("isotype").str.to_lowercase().alias("analyte"))
    concerned = figures.join(isotypes, on=["patient_id", "analyte"], how="semi")
    hemoglobin = figures.filter(pl.col("analyte") == "hemoglobin")
    return pl.concat(
        [
            m_protein.select("patient_id", "test", "low", "high", "date"),
            concerned.select("patient_id", test=pl.lit("immunoglobulin"), **columns),
            hemoglobin.select("patient_id", test="analyte", **columns),
        ]
    ).filter(pl.col("low").is_not_null())
