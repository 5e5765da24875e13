"""Stage at diagnosis of every patient (section 2): the inputs chosen, the rules applied, what is unknown."""

from __future__ import annotations

from functools import reduce
from operator import or_

import polars as pl

from rules.clauses.amyloidosis import STAGE_SIGNS, STAGES
from rules.clauses.diagnosis import is_diagnosed
from rules.clauses.staging import (
    high_risk_hits,
    high_risk_signs,
    high_risk_signs_of_2025,
    mass_group,
    mass_signs,
    r2_iss_group,
    r2_iss_points,
)
from rules.criterion import Edition
from rules.quantities import QUANTITIES
from rules.verdict import TESTS, missing_column
from transforms.judging import decided
from transforms.names import names_of, names_where
from transforms.nearest import nearest
from transforms.results import bounds, with_bounds
from transforms.signs import measured_columns
from transforms.wide import wide

OF_HEART = ("troponin_t", "nt_probnp")
FIGURES = {name: QUANTITIES[name].at() for name in ("beta2_microglobulin", "albumin", "ldh", "creatinine", *OF_HEART)}
R_ISS = {"I": "RISS.I", "II": "RISS.II", "III": "RISS.III"}
ABNORMALITIES = [
    *("del17p", "t(4;14)", "t(14;16)", "t(14;20)", "gain1q"),
    *("del1p32", "del1p32_monoallelic", "del1p32_biallelic", "tp53_mutation"),
]
STAGING = [
    "patient_id",
    "iss",
    "r_iss",
    "r2_iss",
    "iss_source",
    "r_iss_source",
    "cytogenetic_risk",
    "high_risk_hits",
    "ldh_elevated",
    "unknown_because",
    "r_iss_possible",
    "high_risk",
    "high_risk_because",
    "high_risk_unknown_because",
    "high_risk_hits_at_most",
    "double_hit",
    "hr_ims2025",
    "hr_ims2025_because",
    "hr_ims2025_unknown_because",
    "mass_3",
    "mass_3_unknown_because",
    "al_stage",
    "al_stage_unknown_because",
]


def staging(
    tables: dict[str, pl.LazyFrame], diagnosed: pl.LazyFrame, lines: pl.LazyFrame, edition: Edition
) -> pl.LazyFrame:
    """One row per patient: ISS, R-ISS, R2-ISS, MASS, high risk and what they rest on; null is unknown, and
    `unknown_because` says for want of what. `diagnosed`: the patients, with the diagnosis as `recorded`, and DX.pcl and
    `extramedullary_disease` as its evidence has them.
    """
    first_line = lines.group_by("patient_id").agg(first_line_start=pl.col("start_date").min())
    window_days = edition["ISS"].window_days
    about = diagnosed.join(first_line, on="patient_id", how="left").select(
        *(
            "patient_id",
            "diagnosis_date",
            "recorded",
            "derived",
            "DX.pcl",
            "extramedullary_disease",
            "first_line_start",
        ),
        *("reported_iss", "reported_r_iss"),
    )
    figures = nearest(about, _figures(tables["labs"]), "diagnosis_date", window_days, until="first_line_start")
    abnormalities = nearest(
        about, _abnormalities(tables["cytogenetics"]), "diagnosis_date", window_days, until="first_line_start"
    )
    inputs = about.join(wide(figures, ["patient_id"], _figure_columns()), on="patient_id", how="left").join(
        wide(abnormalities, ["patient_id"], _fish_columns()),
        on="patient_id",
        how="left",
    )
    return _with_stages(inputs, edition).select(STAGING).sort("patient_id")


def _figures(labs: pl.LazyFrame) -> pl.LazyFrame:
    rows = with_bounds(labs.filter(pl.col("analyte").is_in(list(FIGURES)) & pl.col("value").is_not_null()))
    return rows.select("patient_id", "low", "high", "ref_high", test="analyte", date="collected_on")


def _abnormalities(cytogenetics: pl.LazyFrame) -> pl.LazyFrame:
    low, high = bounds(pl.col("percent"), pl.col("percent_comparator"))
    return cytogenetics.filter(pl.col("abnormality").is_in(ABNORMALITIES)).select(
        *("patient_id", low.alias("low"), high.alias("high")),
        test="abnormality",
        date="collected_on",
        positive=pl.col("result") == "positive",
    )


def _fish_columns() -> dict[str, tuple[str, str]]:
    """Whether each was found, and in what share of cells del(17p) was."""
    found = {name: (name, "positive") for name in ABNORMALITIES}
    return {**found, **measured_columns({"del17p": QUANTITIES["del17p_percent"].at()})}


def _figure_columns() -> dict[str, tuple[str, str]]:
    return {**measured_columns(FIGURES), QUANTITIES["ldh"].at("ref_high"): ("ldh", "ref_high")}


def _with_stages(inputs: pl.LazyFrame, edition: Edition) -> pl.LazyFrame:
    staged = decided(inputs, ["ISS.I", "ISS.II", "ISS.III", "CA.high", "LDH.high"], edition).with_columns(
        derived_iss=_stage({"I": "ISS.I", "II": "ISS.II", "III": "ISS.III"})
    )
    staged = staged.with_columns(
        iss=pl.coalesce("derived_iss", "reported_iss"), iss_source=_source("derived_iss", "reported_iss")
    )
    staged = decided(staged, ["CA.standard", "LDH.normal", "CA.hits"], edition)
    staged = decided(staged, ["RISS.I", "RISS.III", "R2ISS", "MASS.3", "HR.ims2025"], edition)
    staged = decided(staged, ["RISS.II"], edition).with_columns(derived_r_iss=_stage(R_ISS))
    r2, mass, hits = edition["R2ISS"], edition["MASS.3"], high_risk_hits()
    signs_of_2025 = high_risk_signs_of_2025(edition["HR.ims2025"])
    staged = staged.with_columns(
        r_iss=pl.coalesce("derived_r_iss", "reported_r_iss"),
        r2_iss=pl.when("R2ISS").then(r2_iss_group(r2_iss_points(r2).low, r2)),
        r_iss_source=_source("derived_r_iss", "reported_r_iss"),
        cytogenetic_risk=pl.when("CA.high").then(pl.lit("high")).when("CA.standard").then(pl.lit("standard")),
        high_risk_hits=pl.when(pl.col("CA.hits") | (hits.low == hits.high)).then(hits.low).cast(pl.Int64),
        high_risk_hits_at_most=hits.high.cast(pl.Int64),
        double_hit=pl.col("CA.hits"),
        ldh_elevated=pl.col("LDH.high"),
        hr_ims2025=pl.col("HR.ims2025"),
        hr_ims2025_because=names_where({name: sign.truth for name, sign in signs_of_2025.items()}),
        hr_ims2025_unknown_because=names_of(pl.col(missing_column("HR.ims2025")), TESTS),
        mass_3=pl.when("MASS.3").then(mass_group(mass_signs().low, mass)),
        mass_3_unknown_because=names_of(pl.col(missing_column("MASS.3")), TESTS),
        r_iss_possible=_possible(),
    ).with_columns(unknown_because=_unknown_because())
    staged = _with_stage_of_amyloidosis(staged, edition)
    return decided(staged, ["HR.risk"], edition).with_columns(
        high_risk=pl.col("HR.risk"),
        high_risk_because=names_where({name: sign.truth for name, sign in high_risk_signs().items()}),
        high_risk_unknown_because=names_of(pl.col(missing_column("HR.risk")), TESTS),
    )


def _with_stage_of_amyloidosis(staged: pl.LazyFrame, edition: Edition) -> pl.LazyFrame:
    is_al = is_diagnosed("AL").truth.fill_null(value=False)
    judged = decided(decided(staged, STAGE_SIGNS, edition), STAGES.values(), edition)
    # of the one that holds nothing is missing, and of the others neither
    waits = reduce(or_, (pl.col(missing_column(clause_id)) for clause_id in STAGES.values()))
    staged = judged.with_columns(al_stage=_stage(STAGES), al_stage_unknown_because=names_of(waits, TESTS))
    return staged.with_columns(pl.when(is_al).then(pl.col("al_stage", "al_stage_unknown_because")))


def _stage(clauses: dict[str, str]) -> pl.Expr:
    return pl.coalesce(pl.when(clause_id).then(pl.lit(stage)) for stage, clause_id in clauses.items())


def _source(derived: str, reported: str) -> pl.Expr:
    return (
        pl.when(pl.col(derived).is_not_null())
        .then(pl.lit("derived"))
        .when(pl.col(reported).is_not_null())
        .then(pl.lit("reported"))
    )


def _possible() -> pl.Expr:
    """Stages of R-ISS that the missing tests still allow; the one stage where it is known."""
    return names_where({stage: pl.col(clause_id).fill_null(value=True) for stage, clause_id in R_ISS.items()})


def _unknown_because() -> pl.Expr:
    """For each unknown stage, the missing tests; null if all are known."""
    parts = [
        _waits_for("ISS", "iss", ["ISS.I", "ISS.II", "ISS.III"]),
        _waits_for("R-ISS", "r_iss", ["RISS.I", "RISS.III"]),
        _waits_for("R2-ISS", "r2_iss", ["R2ISS"]),
    ]
    text = pl.concat_str(parts, separator="; ", ignore_nulls=True)
    return pl.when(text != "").then(text)


def _waits_for(name: str, stage: str, clause_ids: list[str]) -> pl.Expr:
    mask = reduce(or_, (pl.col(missing_column(clause_id)) for clause_id in clause_ids))
    named = pl.format("{}: {}", pl.lit(name), names_of(mask, TESTS).list.join(", "))
    return pl.when(pl.col(stage).is_null()).then(named)
