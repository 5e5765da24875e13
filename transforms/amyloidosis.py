"""AL amyloidosis and POEMS syndrome (section 13): candidates for transplant, and response by light chains or VEGF."""

from __future__ import annotations

from functools import reduce
from operator import or_

import polars as pl

from rules.clauses.amyloidosis import PROGRESSIONS, TRANSPLANT
from rules.clauses.diagnosis import is_diagnosed
from rules.criterion import Edition
from rules.quantities import QUANTITIES
from rules.quotient import quotient
from rules.verdict import TESTS, mask, mask_where, missing_column
from transforms.age import age_years
from transforms.history import lowest_before
from transforms.judging import decided
from transforms.lines import line_starts
from transforms.names import names_of, names_where
from transforms.nearest import nearest
from transforms.results import with_bounds
from transforms.signs import measured, measured_columns
from transforms.visits import VISIT
from transforms.wide import wide
from transforms.within_line import has_been_before, with_places

ABOUT = ["patient_id", "on_date"]
LABS = {name: QUANTITIES[name].at() for name in ("troponin_t", "egfr")}
FINDINGS = {name: QUANTITIES[name].at() for name in ("systolic_bp", "ecog")}
# Of each figure its column, that of the baseline, and that of the lowest of it and the line's earlier visits.
LOWEST = (
    ("serum_m_g_dl", "serum_m_baseline_g_dl", "serum_m_lowest_g_dl"),
    ("urine_m_mg_24h", "urine_m_baseline_mg_24h", "urine_m_lowest_mg_24h"),
    ("involved_flc_mg_l", "involved_flc_baseline_mg_l", "involved_flc_lowest_mg_l"),
)
LEVELS = {"CR": "AL.cr", "VGPR": "AL.vgpr", "PR": "AL.pr"}


def amyloidosis_tables(
    diagnosed: pl.LazyFrame,
    tables: dict[str, pl.LazyFrame],
    lines: pl.LazyFrame,
    visits: pl.LazyFrame,
    edition: Edition,
) -> dict[str, pl.DataFrame]:
    """The tables of section 13. `visits` have the values of the visit and of its line's baseline, `tables` are those
    in.
    """
    transplant = al_transplant(diagnosed, tables["labs"], tables["findings"], lines, edition)
    return {
        "al_transplant": transplant.collect(),
        "al_poems_visits": al_poems_visits(diagnosed, visits, edition).collect(),
    }


def al_transplant(
    diagnosed: pl.LazyFrame,
    labs: pl.LazyFrame,
    findings: pl.LazyFrame,
    lines: pl.LazyFrame,
    edition: Edition,
) -> pl.LazyFrame:
    """One row per patient with AL amyloidosis, at the first line's start or, untreated, at diagnosis.

    `diagnosed` has `birth_date`, `diagnosis_date`, and the diagnosis as `recorded` and as `derived`. `eligible` null:
    can't be determined; `clauses_against` are the parts that speak against.
    """
    first = line_starts(
        diagnosed.filter(has("AL")), lines.join(diagnosed.filter(has("AL")), on="patient_id", how="semi")
    )
    about = first.group_by("patient_id").agg(pl.col("on_date").min())
    windows = edition["DX"]
    tested = nearest(about, _labs(labs), "on_date", windows.labs_window_days)
    found = nearest(about, measured(findings, *FINDINGS), "on_date", windows.findings_window_days)
    values = (
        about.join(diagnosed.select("patient_id", "birth_date"), on="patient_id", how="left")
        .join(wide(tested, ABOUT, measured_columns(LABS)), on=ABOUT, how="left")
        .join(wide(found, ABOUT, measured_columns(FINDINGS)), on=ABOUT, how="left")
        .with_columns(age_years=age_years("birth_date", "on_date"))
    )
    judged = decided(decided(values, TRANSPLANT, edition), ["AL.transplant"], edition)
    return judged.select(
        *ABOUT,
        eligible="AL.transplant",
        clauses_against=names_where({part: ~pl.col(part) for part in TRANSPLANT}),
        unknown_because=names_of(pl.col(missing_column("AL.transplant")), TESTS),
    ).sort(ABOUT)


def al_poems_visits(diagnosed: pl.LazyFrame, visits: pl.LazyFrame, edition: Edition) -> pl.LazyFrame:
    """One row per visit of a patient with AL amyloidosis or POEMS syndrome.

    Null response or progression: unknown (with nothing missing: dFLC was never raised); null VEGF or change: not
    measured, or not exactly. `visits` have the values of the visit and of its line's baseline.
    """
    candidates = diagnosed.select("patient_id", is_al=has("AL"), is_poems=has("POEMS")).filter(
        pl.any_horizontal("is_al", "is_poems")
    )
    judged = decided(visits.join(candidates, on="patient_id"), ["AL.cr", "AL.response"], edition)
    judged = decided(_with_lowest(judged), ["AL.vgpr", "AL.pr", *PROGRESSIONS], edition)
    judged = decided(judged, ["AL.progression"], edition).with_columns(
        haematologic_response=_response(), vegf=_exact("vegf_pg_ml"), vegf_baseline=_exact("vegf_baseline_pg_ml")
    )
    baseline = pl.col("vegf_baseline")
    change = pl.when(baseline > 0).then(quotient(pl.col("vegf") - baseline, baseline))
    return (
        judged.with_columns(vegf_change=change)
        .select(
            *VISIT,
            "is_al",
            pl.when("is_al").then("haematologic_response"),
            _exact("dflc_mg_l"),
            _exact("dflc_baseline_mg_l"),
            vegf_pg_ml=pl.when("is_poems").then("vegf"),
            vegf_change=pl.when("is_poems").then("vegf_change"),
            unknown_because=names_of(_missing(), TESTS),
            haematologic_progression=pl.when("is_al").then("AL.progression"),
            progressed_by=names_where({part: pl.col("is_al") & pl.col(part) for part in PROGRESSIONS}),
            progression_unknown_because=names_of(pl.col(missing_column("AL.progression")), TESTS),
        )
        .with_columns(pl.when("is_al").then("progression_unknown_because"))
        .drop("is_al")
        .sort(VISIT)
    )


def _with_lowest(visits: pl.LazyFrame) -> pl.LazyFrame:
    """Visits with the lowest M-protein and involved light chain before, and whether `AL.cr` held before; null: it may
    have.
    """
    placed = with_places(visits.sort(VISIT))
    lowest = []
    for value, baseline, name in LOWEST:
        low, low_baseline = (pl.col(f"{column}_as_nadir") for column in (value, baseline))
        high = pl.max_horizontal(low, f"{value}_max")
        high_baseline = pl.max_horizontal(low_baseline, f"{baseline}_max")
        lowest += [
            lowest_before(low, low_baseline).alias(name),
            lowest_before(high, high_baseline).alias(f"{name}_max"),
        ]
    had, may_have_had = (has_been_before(pl.col("AL.cr").fill_null(value=unknown)) for unknown in (False, True))
    had_cr = pl.when(had).then(True).when(~may_have_had).then(False)
    return placed.with_columns(*lowest, had_cr=had_cr)


def has(diagnosis: str) -> pl.Expr:
    """Whether the diagnosis is recorded or derived; where neither is known, no."""
    return is_diagnosed(diagnosis).truth.fill_null(value=False)


def _labs(labs: pl.LazyFrame) -> pl.LazyFrame:
    rows = with_bounds(labs.filter(pl.col("analyte").is_in(list(LABS)) & pl.col("value").is_not_null()))
    return rows.select("patient_id", "low", "high", test="analyte", date="collected_on")


def _response() -> pl.Expr:
    """The best level that holds; none holds only where dFLC was raised before."""
    best = pl.coalesce(pl.when(clause_id).then(pl.lit(level)) for level, clause_id in LEVELS.items())
    is_none = pl.col("AL.response") & ~pl.any_horizontal(LEVELS.values())
    return pl.when(is_none).then(pl.lit("NR")).otherwise(best)


def _missing() -> pl.Expr:
    """Tests that keep a better response undecided, or the change of VEGF."""
    better, masks = pl.lit(value=True), []
    for level, clause_id in LEVELS.items():
        masks.append(pl.when(pl.col("is_al") & better).then(missing_column(clause_id)).otherwise(mask(0)))
        better = better & (pl.col("haematologic_response") != level).fill_null(value=True)
    no_change = pl.col("is_poems") & (pl.col("vegf").is_null() | pl.col("vegf_baseline").is_null())
    return reduce(or_, [*masks, mask_where(no_change, "vegf")])


def _exact(column: str) -> pl.Expr:
    return pl.when(pl.col(column) == pl.col(f"{column}_max")).then(column)
