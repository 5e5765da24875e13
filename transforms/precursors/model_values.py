"""What the models read: values about the diagnosis, and how M-protein, immunoglobulin and haemoglobin went on."""

from __future__ import annotations

import math

import polars as pl

from rules.criterion import Edition
from rules.quotient import quotient
from transforms.diagnosis.values import M_PROTEIN, UNTIL, Tables, m_protein_found, m_protein_up_to_until, values_at
from transforms.lost import refused
from transforms.nearest import nearest
from transforms.results import with_bounds
from transforms.wide import wide

ANCHOR = ["patient_id", "on_date"]
FISH = ["t(4;14)", "t(14;16)", "gain1q", "del13q"]
# what is followed: its name and unit
FOLLOWED = {
    "serum_m_protein": ("serum_m", "g_dl"),
    "immunoglobulin": ("immunoglobulin", "g_dl"),
    "hemoglobin": ("hemoglobin", "g_dl"),
    "creatinine": ("creatinine", "mg_dl"),
    "kappa_lambda": ("kappa_lambda", "ratio"),
    "lambda_kappa": ("lambda_kappa", "ratio"),
}
BOUNDS = {"": "low", "_max": "high"}
FALLING = "hemoglobin"
COLUMNS = {
    f"{name}_{when}_{unit}{bound}": (test, f"{when}_{side}")
    for test, (name, unit) in FOLLOWED.items()
    for when in ("early", "late", "last", "trend")
    for bound, side in BOUNDS.items()
} | {
    **{
        f"{name}_ratio{bound}": (name, side)
        for name in ("kappa_lambda", "lambda_kappa")
        for bound, side in BOUNDS.items()
    },
    "serum_m_last_days": ("serum_m_protein", "last_days"),
    "immunoglobulin_g_dl": ("immunoglobulin", "low"),
    "immunoglobulin_g_dl_max": ("immunoglobulin", "high"),
}


def values_for_models(candidates: pl.LazyFrame, tables: Tables, edition: Edition) -> pl.LazyFrame:
    """One row per patient of `candidates`, with the columns that the models read. Null: not looked at.

    `_early` and `_late` are the highest M-protein and immunoglobulin, and the lowest haemoglobin, of the months after
    the value at diagnosis, `_trend` the same of SMM.pangea's months and of the ratio of the light chains; `_last` is
    the last M-protein, `serum_m_last_days` after the one at diagnosis. Nothing after the first drug counts.
    """
    about = candidates.select(*ANCHOR, until="treated_on").unique("patient_id")
    fish = nearest(about, _fish(tables["cytogenetics"]), "on_date", edition["DX"].findings_window_days, until=UNTIL)
    found = wide(fish, ["patient_id"], {name: (name, "positive") for name in FISH})
    own = {
        name: tables[name].join(about, on="patient_id", how="semi").collect().lazy()
        for name in ("labs", "patients", "refused_row")
    }
    followed = wide(_followed(about, own, edition), ["patient_id"], COLUMNS)
    at_diagnosis = values_at(about, tables, edition)
    return at_diagnosis.join(found, on="patient_id", how="left").join(followed, on="patient_id", how="left")


def _fish(cytogenetics: pl.LazyFrame) -> pl.LazyFrame:
    return cytogenetics.filter(pl.col("abnormality").is_in(FISH)).select(
        "patient_id", test="abnormality", date="collected_on", positive=pl.col("result") == "positive"
    )


def _followed(about: pl.LazyFrame, tables: Tables, edition: Edition) -> pl.LazyFrame:
    """One row per patient and test: the value at diagnosis, and what came after it before any treatment."""
    rows = _rows(about, tables, edition)
    first = nearest(about, rows, "on_date", edition["DX"].labs_window_days, until=UNTIL)
    evolving, slope = edition["SMM.evolving"], edition["SMM.slope"]
    is_untreated = (pl.col("date") <= pl.col(UNTIL)).fill_null(value=True)
    # where no value was found at diagnosis, what comes after it is still no test that was missed
    days = (pl.col("date") - pl.coalesce("first_date", "on_date")).dt.total_days()
    first_dates = first.select("patient_id", "test", first_date="date")
    later = (
        rows.join(about, on="patient_id")
        .join(first_dates, on=["patient_id", "test"], how="left")
        .filter((days > 0) & is_untreated)
        .sort("patient_id", "test", "date", "low", "high")
    )
    early, late, steep, trend = (
        _within(months)
        for months in (
            *(evolving.early_months, evolving.late_months),
            *(slope.within_months, edition["SMM.pangea"].within_months),
        )
    )
    after = later.group_by("patient_id", "test").agg(
        *_farthest("early", early),
        *_farthest("late", late),
        *_farthest("trend", trend),
        *(pl.col(side).filter(steep).last().alias(f"last_{side}") for side in ("low", "high")),
        days.filter(steep).last().alias("last_days"),
    )
    is_far_enough = pl.col("last_days") >= slope.at_least_days
    lasting = [pl.when(is_far_enough).then(name).alias(name) for name in ("last_low", "last_high", "last_days")]
    at_first = first.select("patient_id", "test", "low", "high")
    return at_first.join(after.with_columns(lasting), on=["patient_id", "test"], how="full", coalesce=True)


def _within(months: int) -> pl.Expr:
    return pl.col("date") <= pl.col("on_date").dt.offset_by(f"{months}mo")


def _farthest(when: str, is_in_time: pl.Expr) -> list[pl.Expr]:
    falls = pl.col("test").first() == FALLING
    sides = {side: pl.col(side).filter(is_in_time) for side in ("low", "high")}
    return [pl.when(falls).then(x.min()).otherwise(x.max()).alias(f"{when}_{side}") for side, x in sides.items()]


def _rows(about: pl.LazyFrame, tables: Tables, edition: Edition) -> pl.LazyFrame:
    labs, patients = tables["labs"], tables["patients"]
    refused_labs = refused(tables["refused_row"], "labs", M_PROTEIN)
    untils = about.select("patient_id", UNTIL)
    found = m_protein_found(labs, refused_labs, patients).join(untils, on="patient_id")
    m_protein = m_protein_up_to_until(found, edition).filter(pl.col("test") == "serum_m_protein")
    columns = {"low": "low", "high": "high", "date": "collected_on"}
    figures = with_bounds(labs.filter(pl.col("value").is_not_null()), none_below=())
    isotypes = patients.select("patient_id", pl.col("isotype").str.to_lowercase().alias("analyte"))
    concerned = figures.join(isotypes, on=["patient_id", "analyte"], how="semi")
    followed = figures.filter(pl.col("analyte").is_in(["hemoglobin", "creatinine"]))
    return pl.concat(
        [
            m_protein.select("patient_id", "test", "low", "high", "date"),
            concerned.select("patient_id", test=pl.lit("immunoglobulin"), **columns),
            followed.select("patient_id", test="analyte", **columns),
            *_ratios(figures),
        ]
    ).filter(pl.col("low").is_not_null())


def _ratios(figures: pl.LazyFrame) -> list[pl.LazyFrame]:
    """Each light chain by the other of the same day; none by a chain of 0."""
    kappa, lambda_ = (
        figures.filter(pl.col("analyte") == f"flc_{chain}").select("patient_id", "low", "high", date="collected_on")
        for chain in ("kappa", "lambda")
    )

    def by(one: pl.LazyFrame, other: pl.LazyFrame, name: str) -> pl.LazyFrame:
        least, divisor = quotient(pl.col("low"), pl.col("high_of_other")), pl.col("low_of_other")
        most = pl.when(divisor > 0).then(quotient(pl.col("high"), divisor)).otherwise(math.inf)
        pairs = one.join(other, on=["patient_id", "date"], suffix="_of_other").filter(pl.col("high_of_other") > 0)
        return pairs.select("patient_id", "date", test=pl.lit(name), low=least, high=most)

    found = by(kappa, lambda_, "kappa_lambda"), by(lambda_, kappa, "lambda_kappa")
    return [pairs.select("patient_id", "test", "low", "high", "date") for pairs in found]
