"""What becomes known only after the start of a line, as histories: from which day on is which state known.

A state holds from the day it became known, never from the start: a response from the visit that confirms it, not from
the one it confirms.
"""

from __future__ import annotations

import polars as pl

from rules.categories import CATEGORIES
from transforms.confirmation import ONE_FLUID_MISSING
from transforms.models.inputs import Tables, table

# Factor -> the state before anything is known. Such a patient contributes nothing about MRD or response, but has no
# transplant.
BEFORE = {"mrd": "not_tested", "sustained_mrd": "not_tested", "response": "not_evaluable", "transplant": "no"}
IN_MARROW = ("flow", "sequencing")


def history(tables: Tables, factor: str, line: int = 1) -> pl.DataFrame:
    """One row per patient and day on which the factor's state changes: `patient_id`, `known_on`, `state`; sorted.

    Of line 1, if no other is asked for: response and transplant in it, MRD since it began.
    """
    histories = {"mrd": _mrd, "sustained_mrd": _sustained_mrd, "response": _response, "transplant": _transplant}
    found = histories[factor](tables, line).select("patient_id", "known_on", "state").sort("patient_id", "known_on")
    changes = pl.any_horizontal(pl.col("patient_id", "state") != pl.col("patient_id", "state").shift())
    return found.filter(changes.fill_null(value=True))


def state_on(histories: pl.DataFrame, people: pl.DataFrame, factor: str) -> pl.DataFrame:
    """The people with `state`, the last one known up to and including their `day_of_look`.

    `histories` are as `history` has them: in the order of days of each patient, as the join needs them.
    """
    return (
        people.join_asof(
            histories,
            left_on="day_of_look",
            right_on="known_on",
            by="patient_id",
            strategy="backward",
            check_sortedness=False,
        )
        .with_columns(pl.col("state").fill_null(BEFORE[factor]))
        .sort("patient_id")
    )


def _results(tables: Tables, line: int) -> pl.DataFrame:
    """MRD results since the line began that say negative or positive; one row per date and category."""
    return table(tables, "mrd_status").filter(pl.col("line") >= line, pl.col("mrd").is_not_null())


def _mrd(tables: Tables, line: int) -> pl.DataFrame:
    """Each date's result in the marrow, by flow or sequencing; where the two differ, positive."""
    in_marrow = _results(tables, line).filter(pl.col("category").is_in(IN_MARROW))
    state = pl.col("mrd").max().alias("state")  # of the two words, positive is the later
    return in_marrow.group_by("patient_id", pl.col("collected_on").alias("known_on")).agg(state)


def _sustained_mrd(tables: Tables, line: int) -> pl.DataFrame:
    """Sustained from the day that makes it so until a positive result of any kind; before, and after that, not."""
    results = _results(tables, line).with_columns(
        turns=pl.when(pl.col("category") == "sustained").then(pl.lit(1)).when(pl.col("mrd") == "positive").then(-1)
    )
    by_date = results.group_by("patient_id", pl.col("collected_on").alias("known_on")).agg(
        turns=pl.col("turns").min()  # a positive counts over a negative of its date
    )
    turned = pl.col("turns").forward_fill().over("patient_id", order_by="known_on")
    state = pl.when(turned == 1).then(pl.lit("sustained")).otherwise(pl.lit("not_sustained"))
    return by_date.with_columns(state=state)


def _response(tables: Tables, line: int) -> pl.DataFrame:
    """Best response of the line so far, as far as two consecutive visits up to that day confirm it (CONF.response).

    `confirmed_response` of a visit may rest on the next one: who has it has lived to that next one. A visit of SD that
    lacks one fluid says SD, and stands between no two others.
    """
    progression = table(tables, "lines").filter(pl.col("line") == line).select("patient_id", "progression_date")
    rank = pl.col("response").cast(pl.String).replace_strict({c: i for i, c in enumerate(CATEGORIES)}, default=None)
    is_evaluable = ~pl.col("flags").list.contains(ONE_FLUID_MISSING)
    answered = (
        table(tables, "visits")
        .filter(pl.col("line") == line, pl.col("response") != "NE")
        .join(progression, on="patient_id", how="left")
        .filter((pl.col("visit_date") < pl.col("progression_date")).fill_null(value=True))
        .sort("patient_id", "visit_date")
        .with_columns(rank=rank)
        .with_columns(before=pl.when(is_evaluable).then("rank").shift().forward_fill().over("patient_id"))
    )
    progressive, stable = CATEGORIES.index("PD"), CATEGORIES.index("SD")
    confirmed = pl.when(pl.col("before") != progressive).then(pl.min_horizontal("rank", "before"))
    known = pl.when(pl.col("rank") == progressive).then(progressive).otherwise(confirmed.fill_null(stable))
    best = known.cum_max().over("patient_id")
    words = pl.col("best").replace_strict(dict(enumerate(CATEGORIES)), return_dtype=pl.String)
    return answered.with_columns(best=best).select("patient_id", known_on="visit_date", state=words)


def _transplant(tables: Tables, line: int) -> pl.DataFrame:
    """Yes from the first autologous transplant in the line on."""
    of_line = (pl.col("line") == line) & pl.col("is_certain")
    first = (
        table(tables, "transplant").filter(of_line).group_by("patient_id").agg(known_on=pl.col("transplanted_on").min())
    )
    return first.with_columns(state=pl.lit("yes"))
