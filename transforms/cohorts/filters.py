"""Filters with three answers: who is kept, who is left out, and for whom it is not known.

Those for whom it is not known are in no cohort, and counted; `unknown` asks for just those.
"""

from __future__ import annotations

from functools import reduce
from operator import and_, or_

import polars as pl

from transforms.cohorts.analysis import LETTERS, NOT, Analysis, Cohort, bounds
from transforms.cohorts.attributes import ANY, OPEN
from transforms.cohorts.catalogue import ATTRIBUTES, Attribute
from transforms.models.landmark import NOT_AT_RISK
from transforms.survival.strata import line_stratum
from transforms.survival.tables import COHORT, UNKNOWN

# Without a diagnosis recorded a patient is in a registry of myeloma, so counts too, as for the report's curves.
USUAL = (*COHORT, UNKNOWN)
ALL, LANDMARK = "all", "landmark"
PLACES = (*NOT_AT_RISK, "no_time")
STEPS = {
    "cohort": pl.String,
    "attribute": pl.String,
    **dict.fromkeys(("kept", "left_out", "unknown", "patients"), pl.Int64),
    **{f"n_{name}": pl.Int64 for name in PLACES},
}
_POSSIBLE = {"r_iss": "r_iss_possible"}  # the values that are left where one is unknown


def truth(key: str, values: tuple[str, ...]) -> pl.Expr:
    """Whether a candidate has one of the values of an attribute (`not.NAME`: none of them); null where it is not
    known. The values are those of a checked analysis.
    """
    attribute = ATTRIBUTES[key.removeprefix(NOT)]
    of_kind = {"category": _is_one_of, "number": _is_within, "list": _has}
    holds = of_kind[attribute.kind](attribute, tuple(value for value in values if value != UNKNOWN))
    if UNKNOWN in values:
        holds = _is_unknown(attribute) | holds
    return ~holds if key.startswith(NOT) else holds


def _is_unknown(attribute: Attribute) -> pl.Expr:
    if attribute.kind == "list":
        return pl.col(f"{attribute.name}{OPEN}").list.len() > 0
    return pl.col(attribute.name).is_null()


def _is_one_of(attribute: Attribute, values: tuple[str, ...]) -> pl.Expr:
    column = pl.col(attribute.name)
    holds = column.is_in(values)
    if attribute.name not in _POSSIBLE:
        return holds
    possible, wanted = pl.col(_POSSIBLE[attribute.name]), pl.lit(list(values), pl.List(pl.String))
    is_left = possible.list.set_intersection(wanted).list.len()
    is_decided = pl.when(is_left == 0).then(statement=False).when(is_left == possible.list.len()).then(statement=True)
    return pl.when(column.is_not_null()).then(holds).when(possible.list.len() > 0).then(is_decided)


def _is_within(attribute: Attribute, values: tuple[str, ...]) -> pl.Expr:
    column = pl.col(attribute.name)
    nothing = pl.when(column.is_not_null()).then(statement=False)
    ranges = [bounds(attribute, value) for value in values]
    return reduce(
        or_,
        (
            (pl.lit(value=True) if low is None else column >= low)
            & (pl.lit(value=True) if high is None else column <= high)
            for low, high in ranges
        ),
        nothing,
    )


def _has(attribute: Attribute, values: tuple[str, ...]) -> pl.Expr:
    """Whether all that one of the values names are in the list."""
    column, open_ = pl.col(attribute.name), pl.col(f"{attribute.name}{OPEN}")

    def has(name: str) -> pl.Expr:
        may_have = open_.list.contains(name) | open_.list.contains(ANY)
        return pl.when(column.list.contains(name)).then(statement=True).when(~may_have).then(statement=False)

    return reduce(or_, (reduce(and_, map(has, value.split("+"))) for value in values), pl.lit(value=False))


def members(found: pl.DataFrame, analysis: Analysis) -> pl.DataFrame:
    """One row per cohort and member, of `candidates`: `cohort` (a, b, …), their columns, and `stratum`: the value of
    the attribute that the analysis splits by (unknown where it is), else null.
    """
    kept = [
        _kept(found, analysis, cohort).select(pl.lit(letter).alias("cohort"), pl.all())
        for letter, cohort in zip(LETTERS, analysis.cohorts, strict=False)
    ]
    return pl.concat(kept).with_columns(stratum=_stratum(analysis.by))


def _stratum(by: str | None) -> pl.Expr:
    if by is None:
        return pl.lit(None, pl.String)
    value = line_stratum() if by == "line" else pl.col(by)
    return value.fill_null(ATTRIBUTES[by].unknown)


def _asked(analysis: Analysis, cohort: Cohort) -> dict[str, pl.Expr]:
    """What is asked of a candidate, one thing after the other."""
    where = dict(cohort.where)
    diagnoses = {name: where.pop(name) for name in ("diagnosis", f"{NOT}diagnosis") if name in where}
    asked = {name: truth(name, values) for name, values in (diagnoses or {"diagnosis": USUAL}).items()}
    if analysis.landmark_months is not None:
        is_known = ~pl.col("place").is_in([UNKNOWN, "no_time"])
        asked[LANDMARK] = pl.when(is_known).then(pl.col("place") == "at_risk")
    return asked | {name: truth(name, values) for name, values in where.items()}


def _kept(found: pl.DataFrame, analysis: Analysis, cohort: Cohort) -> pl.DataFrame:
    return found.filter(*_asked(analysis, cohort).values())


def steps(found: pl.DataFrame, analysis: Analysis) -> pl.DataFrame:
    """How each filter divided those that the one before it kept: one row per cohort and filter, in order; the first,
    `all`, are all candidates.

    `kept`, `left_out` and `unknown` (not known) add up to those kept before; `patients` of the kept: fewer where a
    patient counts with each line. `n_…` are given of the landmark: who had the event or was censored by then, whose
    time was over before registration, is unknown, or is not there at all (the last two are not known).
    """
    parts = [_steps(found, analysis, cohort, letter) for letter, cohort in zip(LETTERS, analysis.cohorts, strict=False)]
    return pl.concat(parts)


def _steps(found: pl.DataFrame, analysis: Analysis, cohort: Cohort, letter: str) -> pl.DataFrame:
    asked = _asked(analysis, cohort)
    answers = {name: f"is_{place}" for place, name in enumerate(asked)}
    more = ["place"] if LANDMARK in asked else []
    candidates = found.select("patient_id", *more, **{answers[name]: holds for name, holds in asked.items()})
    rows = [_row(letter, ALL, candidates, candidates)]
    for name, answer in answers.items():
        kept = candidates.filter(answer)
        row = _row(letter, name, kept, candidates, candidates[answer].null_count())
        if name == LANDMARK:
            row |= {f"n_{place}": candidates.filter(place=place).height for place in PLACES}
        rows.append(row)
        candidates = kept
    return pl.DataFrame(rows, schema=STEPS)


def at_step(found: pl.DataFrame, analysis: Analysis, letter: str, attribute: str, part: str) -> pl.DataFrame:
    """The candidates that a number of `steps` counts: of a cohort and filter those `kept`, `left_out` or `unknown`; of
    the landmark also those of a place, as `n_event_before`.

    Raises KeyError where there is no such cohort, filter or part.
    """
    cohort = dict(zip(LETTERS, analysis.cohorts, strict=False))[letter]
    asked = {ALL: pl.lit(value=True), **_asked(analysis, cohort)}
    parts = {"kept": asked[attribute], "left_out": ~asked[attribute], "unknown": asked[attribute].is_null()}
    if attribute == LANDMARK:
        parts |= {f"n_{place}": pl.col("place") == place for place in PLACES}
    wanted = parts[part]
    before = list(asked)[: list(asked).index(attribute)]
    return found.filter(*(asked[name] for name in before)).filter(wanted)


def _row(letter: str, name: str, kept: pl.DataFrame, before: pl.DataFrame, unknown: int = 0) -> dict[str, object]:
    return {
        "cohort": letter,
        "attribute": name,
        "kept": kept.height,
        "left_out": before.height - kept.height - unknown,
        "unknown": unknown,
        "patients": kept["patient_id"].n_unique(),
    }
