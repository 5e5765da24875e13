"""Response and progression at every visit (sections 4 and 5): the rules applied, and what their verdicts amount to."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import or_

import polars as pl

from rules.categories import LEVELS
from rules.clauses.progression import hypercalcaemia_is_new
from rules.criterion import Edition
from rules.quotient import quotient
from rules.verdict import TESTS, bit, mask, mask_where, missing_column
from transforms.confirmation import FINDINGS, ONE_FLUID_MISSING, Response
from transforms.fixation import none_detectable
from transforms.history import with_history
from transforms.judging import decided
from transforms.light_chains import with_light_chains
from transforms.names import names_of, names_where
from transforms.results import SIGNS_OF_IMAGING
from transforms.routine import as_found, relaxations, with_relaxations, with_serum_alone, with_urine_put_in

PARTS_OF_PR = {  # and where each is asked for
    "PR.serum": "MEAS.serum",
    "PR.urine": "MEAS.urine",
    "PR.flc": "followed_by_flc",
    "PR.marrow": "followed_by_marrow",
    "PR.plasmacytoma": "has_baseline_plasmacytoma",
}
PROGRESSIONS = [
    "PD.serum",
    "PD.urine",
    "PD.flc",
    "PD.marrow",
    "PD.bone",
    "PD.plasmacytoma",
    "PD.cells",
    "PD.calcium",
]
# A progression that can't be ruled out, where what was recorded of it could not be read.
IN_DOUBT = {
    "PD.bone": ("bone_lost", "bone_imaging"),
    "PD.plasmacytoma": ("plasmacytoma_is_lost", "plasmacytoma"),
    "PD.calcium": ("calcium_attribution_lost", "calcium_attribution"),
}


def judged(values: pl.LazyFrame, edition: Edition) -> pl.LazyFrame:
    """Visits with the verdict of every clause (null: can't be determined), and the response.

    `values` are `visits`, or others sorted by line and date, with their values and those of their line's baseline.
    """
    lost = {fluid: pl.col(f"{fluid}_m_protein_lost") for fluid in ("serum", "urine")}
    detected = values.with_columns(none_detectable(lost)).with_columns(_unread_findings())
    known = with_history(with_light_chains(detected), edition)
    if not relaxations(edition):
        return with_response(with_verdicts(known, edition), edition)
    return as_found(with_response(with_verdicts(with_relaxations(known, edition), edition), edition), edition)


def _unread_findings() -> list[pl.Expr]:
    """What is recorded as absent is not known to be, where a record of that date of the visit, or of a later one, could
    not be read. Of a fluid's figures, one that could be read decides: `any_urine_m_protein_lost` says of urine, beside
    it, whether another could not.
    """

    def is_lost(sign: str) -> pl.Expr:
        lost_on = pl.col(f"{sign}_lost_on")
        counts = (lost_on >= pl.col(f"{sign}_on")).fill_null(lost_on.is_not_null())
        return counts & ~pl.col(sign).fill_null(value=False)

    size_lost = (pl.col("plasmacytoma_lost") & pl.col("plasmacytoma_mm2").is_null()).fill_null(value=False)
    figures = {"serum_m_protein_lost": "serum_m_g_dl", "urine_m_protein_lost": "urine_m_mg_24h"}
    return [
        pl.col("urine_m_protein_lost").alias("any_urine_m_protein_lost"),
        *(pl.col(lost) & pl.col(figure).is_null() for lost, figure in figures.items()),
        *(pl.when(~is_lost(sign)).then(sign).alias(sign) for sign in SIGNS_OF_IMAGING),
        (is_lost("new_bone_lesion") | is_lost("bone_lesion_progression")).alias("bone_lost"),
        is_lost("new_plasmacytoma").alias("new_plasmacytoma_lost"),
        (size_lost | is_lost("new_plasmacytoma")).alias("plasmacytoma_is_lost"),
    ]


def with_verdicts(rows: pl.LazyFrame, edition: Edition) -> pl.LazyFrame:
    """Add a three-valued column per clause, the mask of tests that an unknown one waits for, and its limits."""
    for step in [[*PARTS_OF_PR, *applicable(PROGRESSIONS, edition)], ["MR", "PR"]]:
        rows = decided(rows, step, edition)
    if not relaxations(edition):
        return decided(rows, ["VGPR", "CR", "sCR"], edition)
    very_good = decided(with_urine_put_in(rows), ["VGPR"], edition)
    return decided(with_serum_alone(very_good), ["CR", "sCR"], edition)


def applicable(clause_ids: Iterable[str], edition: Edition) -> list[str]:
    """The clauses of a list that this edition knows."""
    return [clause_id for clause_id in clause_ids if edition[clause_id].applies]


def with_response(rows: pl.LazyFrame, edition: Edition) -> pl.LazyFrame:
    """Add `response`, `progression_reasons`, `clauses`, `limited_by`, the visit's flags and `is_evaluable`."""
    return rows.with_columns(response=_response(edition)).with_columns(
        is_evaluable=(pl.col("response") != "NE") & ~_lacks_one_fluid(),
        possible_response=_possible_response(),
        progression_reasons=names_where({name: pl.col(name) for name in applicable(PROGRESSIONS, edition)}),
        clauses=names_where(_deciding(edition)),
        limited_by=names_of(_limiting(edition), TESTS),
        flags=names_where(_flags(edition)),
        needs_no_confirmation=_progresses(set(FINDINGS) & set(applicable(PROGRESSIONS, edition))),
        serum_change_from_baseline=_change("serum_m_baseline_g_dl"),
        serum_change_from_nadir=_change("serum_m_nadir_g_dl"),
    )


def _is_stable_at_least() -> pl.Expr:
    """Whether all that the line is measured by was measured, or what was already rules a response out.

    The latter is the decision of section 4 for serum and urine with one of them missing.
    """
    some_done, some_missing = _measured()
    rules_response_out = (~pl.col("PR") & ~pl.col("MR")).fill_null(value=False)
    return some_done & (~some_missing | rules_response_out)


def _lacks_one_fluid() -> pl.Expr:
    """Whether a visit is SD by one of the two fluids that the line is measured by: it proves nothing in section 6."""
    _, some_missing = _measured()
    return (pl.col("response") == "SD") & some_missing


def _measured() -> tuple[pl.Expr, pl.Expr]:
    """Whether any of what the line is measured by was measured at the visit, and whether any of it is missing."""
    followed = {
        "MEAS.serum": "serum_m_g_dl",
        "MEAS.urine": "urine_m_mg_24h",
        "followed_by_flc": "dflc_mg_l",
        "followed_by_marrow": "marrow_percent",
    }
    used = {name: pl.col(name).fill_null(value=False) for name in followed}
    some_done = pl.any_horizontal(used[name] & pl.col(value).is_not_null() for name, value in followed.items())
    some_missing = pl.any_horizontal(used[name] & pl.col(value).is_null() for name, value in followed.items())
    return some_done, some_missing


def _response(edition: Edition) -> pl.Expr:
    # categories from the start: text that is cast at the end takes three times as long
    response = pl.when(_is_stable_at_least()).then(pl.lit("SD", Response)).otherwise(pl.lit("NE", Response))
    for level in LEVELS:
        response = pl.when(level).then(pl.lit(level, Response)).otherwise(response)
    progresses = _progresses(applicable(PROGRESSIONS, edition))
    return pl.when(progresses).then(pl.lit("PD", Response)).otherwise(response)


def _progresses(clause_ids: Iterable[str]) -> pl.Expr:
    return pl.any_horizontal(pl.col(clause_id).fill_null(value=False) for clause_id in sorted(clause_ids))


def _possible_response() -> pl.Expr:
    """Highest category that the missing tests could still have allowed."""
    is_measurable = ~pl.col("measurable_by").is_in(["none", "unknown"])
    is_stable_at_least = is_measurable & (pl.col("response") == "NE")
    possible = pl.when(is_stable_at_least).then(pl.lit("SD")).otherwise("response")
    for level in LEVELS:
        is_possible = pl.col(level).is_null() & (pl.col("response") < level)
        possible = pl.when(is_possible).then(pl.lit(level)).otherwise(possible)
    return pl.when(pl.col("response") == "PD").then("response").otherwise(possible)


def _limiting(edition: Edition) -> pl.Expr:
    """Mask of the tests that keep undecided any category better than the one given, and of those that something
    recorded waits for to be progression or not; a progression is not limited.
    """
    masks = [pl.when(pl.col("response") < level).then(missing_column(level)).otherwise(0) for level in LEVELS]
    if edition["PD.calcium"].applies:
        # without attribution it would be no progression, whatever albumin is
        lacks_albumin = pl.col(missing_column("PD.calcium")) & mask(bit("albumin"))
        masks.append(pl.when("calcium_attributed").then(lacks_albumin).otherwise(0))
    for clause_id in applicable(IN_DOUBT, edition):
        lost, test = IN_DOUBT[clause_id]
        masks.append(mask_where(pl.col(lost) & pl.col(clause_id).is_null(), test))
    return pl.when(pl.col("response") == "PD").then(0).otherwise(reduce(or_, masks))


def _deciding(edition: Edition) -> dict[str, pl.Expr]:
    """When each clause is one of those that decided: progressions, the category's own, what a PR or VGPR rests on."""
    response = pl.col("response")
    progressions = {name: pl.col(name) for name in applicable(PROGRESSIONS, edition)}
    own = {level: response == level for level in LEVELS if level != "PR"}
    rests_on_parts = response.is_in(["PR", "VGPR"])
    parts = {part: pl.col(part) & pl.col(where) & rests_on_parts for part, where in PARTS_OF_PR.items()}
    return progressions | own | parts


def _flags(edition: Edition) -> dict[str, pl.Expr]:
    def contradictory(fluid: str, figure: str) -> pl.Expr:
        return ~pl.col(f"{fluid}_immunofixation_positive") & (pl.col(figure) > 0)

    contradicted = contradictory("serum", "serum_m_g_dl") | contradictory("urine", "urine_m_mg_24h")
    flags = {"contradictory_immunofixation": contradicted, ONE_FLUID_MISSING: _lacks_one_fluid()}
    if edition["PD.calcium"].applies:
        is_new = hypercalcaemia_is_new(edition["PD.calcium"]).truth
        flags["calcium_unattributed"] = is_new & pl.col("calcium_attributed").is_null()
    return flags


def _change(reference: str) -> pl.Expr:
    value, base = pl.col("serum_m_g_dl"), pl.col(reference)
    return pl.when(base > 0).then(quotient(value - base, base))
