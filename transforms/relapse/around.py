"""What was found around a progression: the signs at the visits near it, M-protein before it, LDH, cytogenetics."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from rules.clauses.relapse import BY_CELLS, BY_M_PROTEIN, SIGNS
from rules.criterion import Criterion, Edition
from rules.verdict import mask_where, missing_column
from transforms.fixation import with_none_detectable
from transforms.judging import decided
from transforms.lost import refused_kinds
from transforms.nearest import around, nearest
from transforms.response import IN_DOUBT, applicable
from transforms.results import FIGURES_LOST, FIXATION, with_bounds
from transforms.wide import wide

AT = ["patient_id", "progression_date"]
LINE = ["patient_id", "line"]
FIGURES = ["serum_m_g_dl", "serum_m_g_dl_max", "urine_m_mg_24h", "urine_m_mg_24h_max"]
M_PROTEIN = ["serum_m_protein", "urine_m_protein"]
ABNORMALITIES = ["del17p", "t(4;14)", "t(14;16)"]
MEASURED = {"PD.calcium": "calcium_mg_dl"}  # a sign that stays open though it was looked for
DAYS = (pl.col("visit_date") - pl.col("progression_date")).dt.total_days().abs()


def at_visits(relapses: pl.LazyFrame, visits: pl.LazyFrame, edition: Edition) -> pl.LazyFrame:
    """One row per line that progressed: what its visit was found to progress by (`at_visit_PD.…`) and the M-protein at
    it, and each sign of clinical relapse at any visit near it.
    """
    known = applicable([*BY_M_PROTEIN, *BY_CELLS], edition)
    of_visit = [*FIGURES, *MEASURED.values(), *known, *SIGNS, *(lost for lost, _ in IN_DOUBT.values())]
    # an edition may have it that a sign is no progression: of clinical relapse it still is one
    judged = decided(visits, [sign for sign in SIGNS if not edition[sign].applies], edition)
    rows = judged.select(*LINE, "visit_date", *of_visit, *map(missing_column, SIGNS))
    at_it = DAYS == 0
    found = (
        relapses.select(*LINE, "progression_date")
        .join(rows, on=LINE, how="left")
        .group_by(LINE)
        .agg(
            *(pl.col(name).filter(at_it).first() for name in FIGURES),
            *((pl.col(name) & at_it).any().alias(f"at_visit_{name}") for name in (*known, *SIGNS)),
            *(column for sign in SIGNS for column in _near(sign, edition["RR.clinical"])),
        )
    )
    # an edition without the clause never finds it
    unused = [name for name in (*BY_M_PROTEIN, *BY_CELLS) if name not in known]
    return found.with_columns(pl.lit(value=False).alias(f"at_visit_{name}") for name in unused)


def _near(sign: str, c: Criterion) -> list[pl.Expr]:
    """Whether any visit in the sign's window shows it, none of those that looked for it, or it is unknown; and
    whether it can't as a record could not be read.
    """
    near, missing = c.numbers[f"{SIGNS[sign]}_window_days"] >= DAYS, missing_column(sign)
    is_lost = pl.col(IN_DOUBT[sign][0]).fill_null(value=False)
    was_measured = pl.col(MEASURED[sign]).is_not_null() if sign in MEASURED else pl.lit(value=False)
    is_open = pl.col(sign).is_null() & (was_measured | is_lost)
    not_shown = (~pl.col(sign) & near).any() & ~(is_open & near).any()
    truth = pl.when((pl.col(sign) & near).any()).then(True).when(not_shown).then(False)
    not_seen = pl.col(missing).filter(near).bitwise_or().fill_null(mask_where(pl.lit(value=True), "progression"))
    return [
        truth.alias(sign),
        pl.when(truth.is_null()).then(not_seen).otherwise(0).alias(missing),
        (truth.is_null() & (is_lost & near).any()).alias(f"{sign}_lost"),
    ]


def m_protein_before(
    relapses: pl.LazyFrame, results: pl.LazyFrame, patients: pl.LazyFrame, edition: Edition
) -> pl.LazyFrame:
    """The lowest serum and urine M-protein of the days before each progression; "<x" counts as x, as in a nadir, and a
    negative immunofixation as none (V.n1, V.iga).
    """
    within_days, beside = edition["RR.doubled"].within_days, edition["V.n1"].before_a_line_within_days
    before = (pl.col("progression_date") - pl.col("date")).dt.total_days()
    is_beta = patients.select("patient_id", is_beta=pl.col("m_protein_in_beta").fill_null(value=False))
    of_fluids = results.filter(pl.col("test").is_in([*M_PROTEIN, *FIXATION, *FIGURES_LOST]))
    near = around(of_fluids, "date", relapses, "progression_date", within_days=within_days + beside).collect().lazy()
    rows = (
        with_none_detectable(near.join(is_beta, on="patient_id", how="left"), beside, ["patient_id"])
        .filter(pl.col("test").is_in(M_PROTEIN))
        .join(relapses.select(AT), on="patient_id")
        .filter(before.is_between(1, within_days))
        .group_by(*AT, "test")
        .agg(low=pl.col("nadir").min(), high=pl.max_horizontal("nadir", "high").min())
    )
    columns = {
        f"{name}_before_{unit}{part}": (f"{name.removesuffix('_m')}_m_protein", bound)
        for name, unit in {"serum_m": "g_dl", "urine_m": "mg_24h"}.items()
        for part, bound in {"": "low", "_max": "high"}.items()
    }
    return wide(rows, AT, columns)


def ldh_near(relapses: pl.LazyFrame, labs: pl.LazyFrame, window_days: int) -> pl.LazyFrame:
    """The LDH nearest each progression within the days, with its own upper limit."""
    measured = with_bounds(labs.filter((pl.col("analyte") == "ldh") & pl.col("value").is_not_null()))
    rows = measured.select("patient_id", "low", "high", "ref_high", test="analyte", date="collected_on")
    return nearest(relapses.select(AT), rows, "progression_date", window_days).select(
        *AT, ldh_u_l="low", ldh_u_l_max="high", ldh_ref_high_u_l="ref_high"
    )


def cytogenetics_until(relapses: pl.LazyFrame, tables: Mapping[str, pl.LazyFrame], window_days: int) -> pl.LazyFrame:
    """Abnormalities of high risk found by FISH up to each progression and the days after it; false: looked for only;
    null: not, or only by a test that could not be read.
    """
    tested = tables["cytogenetics"].filter(pl.col("abnormality").is_in(ABNORMALITIES))
    lost = refused_kinds(tables["refused_row"], "cytogenetics", ABNORMALITIES)
    lost_test = pl.concat_str("kind", pl.lit("_lost"))
    tests = pl.concat(
        [
            tested.select(
                "patient_id", test="abnormality", date="collected_on", positive=pl.col("result") == "positive"
            ),
            lost.select("patient_id", test=lost_test, date="dated_on", positive=pl.lit(value=True)),
        ]
    )
    days_after = (pl.col("date") - pl.col("progression_date")).dt.total_days()
    rows = tests.join(relapses.select(AT), on="patient_id").filter((days_after <= window_days).fill_null(value=True))
    names = [*ABNORMALITIES, *(f"{name}_lost" for name in ABNORMALITIES)]
    found = wide(rows, AT, {name: (name, "positive") for name in names})
    known = (pl.when(pl.col(name) | pl.col(f"{name}_lost").is_null()).then(name).alias(name) for name in ABNORMALITIES)
    return found.select(*AT, *known)
