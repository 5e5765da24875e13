"""What became of a precursor: progression (SMM., PLASMACYTOMA. or SLIM.progression), death or treatment before it, or
none of them yet.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from rules.criterion import Edition
from rules.quotient import quotient
from rules.verdict import TESTS, mask_where, missing_column
from transforms.diagnosis import judged_at
from transforms.diagnosis.looked_for import ANCHOR, UNTIL, Tables
from transforms.diagnosis.values import LOST
from transforms.judging import decided
from transforms.names import names_of
from transforms.precursors.candidates import COURSE
from transforms.precursors.clones import clones, needed
from transforms.precursors.doubt import in_doubt_of, may_be_treated_on
from transforms.precursors.kinds import KINDS, NEED_A_CLONE, PROGRESSIONS, kinds
from transforms.survival.tables import DAYS_PER_YEAR

RECORDED = "recorded"
TREATED = "treated_before_progression"
DATED = {"labs": "collected_on", "marrow": "collected_on", "imaging": "performed_on", "findings": "observed_on"}
COLUMNS = [
    *(*COURSE, "start_date", "progressed_on", "progressed_by"),
    *("end_date", "event", "years", "unknown_because"),
]


def precursor_course(
    candidates: pl.LazyFrame, tables: Tables, follow_up: pl.LazyFrame, edition: Edition
) -> pl.LazyFrame:
    """One row per patient and precursor, from diagnosis to progression, death, the first treatment or last contact.

    Null event, end and years: the record of the death contradicts itself or could not be read, or, where
    `unknown_because` names something, a record could not be read that may have ended the course earlier. Of a patient
    treated before progression no event is known by then; where `unknown_because` names tests there may have been one,
    which nobody looked for.
    """
    judged = _judged(candidates, tables, edition).collect().lazy()
    start, died, treated = pl.col("on_date"), pl.col("death_date"), pl.col("treated_on")
    last = pl.coalesce(died, "last_contact")
    is_progression = (pl.col("progressed_on") <= pl.coalesce(died, "progressed_on")).fill_null(value=False)
    is_treated_first = treated.is_not_null() & ~(is_progression & (pl.col("progressed_on") <= treated))
    ends_treated = is_treated_first & _treatment_censors(edition) & (treated <= pl.coalesce(last, treated))
    end = pl.when(is_progression).then("progressed_on").when(ends_treated).then(treated).otherwise(last)
    may_be_treated = (pl.col("may_be_treated_on") < end).fill_null(value=False) & _treatment_censors(edition)
    in_doubt = pl.when(~is_progression).then("in_doubt").otherwise(0) | mask_where(may_be_treated, "treatment")
    is_lost = (in_doubt != 0) & (may_be_treated | ~ends_treated)
    is_death_known = ~pl.col("is_contradictory") & ~pl.col("is_death_lost")
    is_known = (is_progression | ends_treated | is_death_known) & ~is_lost
    event = (
        pl.when(is_progression)
        .then(pl.lit("progression"))
        .when(ends_treated)
        .then(pl.lit(TREATED))
        .when(died.is_not_null())
        .then(pl.lit("death"))
    )
    not_looked_for = pl.when(is_treated_first).then("not_looked_for").otherwise(0)
    return (
        candidates.join(_progressions(candidates, judged, tables["assessments"], edition), on=COURSE, how="left")
        .join(_at_treatment(candidates, judged), on=COURSE, how="left")
        .join(in_doubt_of(candidates, judged, tables["refused_row"], edition), on=COURSE, how="left")
        .join(may_be_treated_on(candidates, tables), on="patient_id", how="left")
        .join(follow_up.drop("diagnosis_date"), on="patient_id", how="left")
        .select(
            *COURSE,
            pl.when(is_progression & is_known).then("progressed_on"),
            pl.when(is_progression & is_known).then("progressed_by"),
            start_date=start,
            end_date=pl.when(is_known).then(pl.max_horizontal(start, end)),
            event=pl.when(is_known).then(event.otherwise(pl.lit("censored"))),
            unknown_because=names_of(not_looked_for | in_doubt, TESTS),
        )
        .with_columns(years=quotient((pl.col("end_date") - pl.col("start_date")).dt.total_days(), DAYS_PER_YEAR))
        .select(COLUMNS)
        .sort(COURSE)
    )


def _treatment_censors(edition: Edition) -> bool:
    return bool(edition["SMM.progression"].treatment == "censors")


def _judged(candidates: pl.LazyFrame, tables: Tables, edition: Edition) -> pl.LazyFrame:
    """One row per course and date that is asked about: of each of PROGRESSIONS whether it held, of those that the
    precursor has.

    `had_clone`, `had_clone_in_marrow`: one was proven by that day; null: a record that may have proven one could not be
    read.
    """
    since = clones(tables, edition).collect().lazy()
    table_1 = judged_at(_dates(candidates, since, tables, edition), tables, edition)
    with_clones = table_1.join(since, on="patient_id", how="left").with_columns(
        had_clone=_by_then("clone_on"), had_clone_in_marrow=_by_then("marrow_clone_on")
    )
    judged = decided(with_clones, KINDS, edition).collect().lazy()
    of_kind = []
    for kind in kinds(edition):
        lost = pl.col(LOST) | mask_where(pl.col(kind.clone).is_null(), "marrow") if kind.clone else pl.col(LOST)
        of_kind.append(
            judged.join(
                candidates.filter(pl.col("precursor").is_in(kind.precursors)).select(COURSE), on="patient_id"
            ).select(
                *(*COURSE, "on_date"),
                *(holds.truth.alias(name) for name, holds in kind.progressions.items()),
                not_looked_for=kind.not_looked_for,
                waits_for=pl.col(missing_column(kind.clause_id)),
                lost=lost,
            )
        )
    return pl.concat(of_kind, how="diagonal")


def _by_then(first_day: str) -> pl.Expr:
    by_then, may_be_by_then = (
        (pl.col(name) <= pl.col("on_date")).fill_null(value=False) for name in (first_day, f"may_be_{first_day}")
    )
    return pl.when(by_then).then(True).when(~may_be_by_then).then(False)


def _progressions(
    candidates: pl.LazyFrame, judged: pl.LazyFrame, assessments: pl.LazyFrame, edition: Edition
) -> pl.LazyFrame:
    """One row per course with a progression: the first date, and the clause that held or that it was recorded."""
    found = [judged.filter(pl.col(name)).select(*COURSE, "on_date", by=pl.lit(name)) for name in PROGRESSIONS]
    order = pl.col("by").replace_strict({by: place for place, by in enumerate([*PROGRESSIONS, RECORDED])})
    return (
        pl.concat([*found, *_recorded(candidates, assessments, edition)])
        .sort(*COURSE, "on_date", order)
        .unique(COURSE, keep="first", maintain_order=True)
        .select(*COURSE, progressed_on="on_date", progressed_by="by")
    )


def _recorded(candidates: pl.LazyFrame, assessments: pl.LazyFrame, edition: Edition) -> Iterator[pl.LazyFrame]:
    """A diagnosis that is none of the precursor any more, and what the clinic assessed as progression."""
    by = pl.lit(RECORDED).alias("by")
    for kind in kinds(edition):
        is_progressed = pl.col("precursor").is_in(kind.precursors) & pl.col("recorded").is_in(kind.recorded)
        yield candidates.filter(is_progressed).select(*COURSE, "on_date", by)
    known = assessments.filter(pl.col("response") == "PD").join(_limits(candidates, edition), on="patient_id")
    yield (
        known.filter((pl.col("assessed_on") >= pl.col("start")) & _is_until("assessed_on"))
        .join(candidates.select(COURSE), on="patient_id")
        .select(*COURSE, by, on_date="assessed_on")
        .select(*COURSE, "on_date", "by")
    )


def _at_treatment(candidates: pl.LazyFrame, judged: pl.LazyFrame) -> pl.LazyFrame:
    """What is known of a progression on the day of the first treatment, or of the diagnosis if that came later."""
    began = pl.max_horizontal("on_date", "treated_on")
    treated = candidates.filter(pl.col("treated_on").is_not_null()).select(*COURSE, on_date=began)
    return judged.join(treated, on=[*COURSE, "on_date"]).select(*COURSE, "not_looked_for")


def _limits(candidates: pl.LazyFrame, edition: Edition) -> pl.LazyFrame:
    """One row per patient: the `start`, and the first treatment as `until`, after which an event is no progression."""
    treated = pl.col("treated_on")
    until = treated if _treatment_censors(edition) else pl.lit(None, pl.Date)
    return candidates.select("patient_id", start="on_date", treated=treated, until=until).unique()


def _is_until(date: str) -> pl.Expr:
    return (pl.col(date) <= pl.col(UNTIL)).fill_null(value=True)


def _dates(candidates: pl.LazyFrame, since: pl.LazyFrame, tables: Tables, edition: Edition) -> pl.LazyFrame:
    """The day of diagnosis, that of the first treatment, and each later date on which something was looked at once a
    clone was (or may have been) proven or near what would prove one.

    Of MGUS and smouldering myeloma no clause holds without clonal cells in marrow or blood, a proven plasmacytoma or
    amyloidosis, so that other dates need not be asked about; of the others each is.
    """
    limits = _limits(candidates, edition)
    window = edition["DX"]
    refused_on = tables["refused_row"].filter(pl.col("table").is_in(list(DATED)))
    looked = (
        pl.concat(
            [
                *(tables[name].select("patient_id", on_date=dated) for name, dated in DATED.items()),
                refused_on.select("patient_id", on_date="dated_on").drop_nulls(),
            ]
        )
        .join(limits, on="patient_id")  # few of all patients
        .filter((pl.col("on_date") > pl.col("start")) & _is_until("on_date"))
        .unique()
    )
    near = (pl.col("on_date") - pl.col("needed_on")).dt.total_days().abs()
    is_near = near <= max(window.labs_window_days, window.findings_window_days)
    has_clone = pl.col("on_date") >= pl.min_horizontal("clone_on", "may_be_clone_on")
    asked = [*ANCHOR, UNTIL]
    always = candidates.filter(~pl.col("precursor").is_in(NEED_A_CLONE)).select("patient_id").unique()
    return pl.concat(
        [
            limits.select("patient_id", UNTIL, on_date="start").select(asked),
            limits.filter(pl.col("treated") > pl.col("start"))
            .select("patient_id", UNTIL, on_date="treated")
            .select(asked),
            looked.join(needed(tables), on="patient_id").filter(is_near).select(asked),
            looked.join(since, on="patient_id").filter(has_clone).select(asked),
            looked.join(always, on="patient_id", how="semi").select(asked),
        ]
    ).unique()
