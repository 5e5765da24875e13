"""Who may have anti-BCMA CAR-T at each visit (RR.car_t), by what was begun before it and found up to it."""

from __future__ import annotations

import polars as pl

from rules.clauses.car_t import CLASSES, EARLIER, EXCLUDED, EXCLUDING_SIGNS, PARTS
from rules.criterion import Edition
from rules.intake.drugs import CONVENTIONAL, PROCEDURE
from rules.verdict import TESTS, missing_column
from transforms.diagnosis import judged_at
from transforms.judging import decided
from transforms.lost import EARLIEST, is_lost, lost_on, refused
from transforms.names import names_of, names_where
from transforms.nearest import nearest
from transforms.signs import signs_looked_for
from transforms.visits import VISIT

CNS = "cns_involvement"
IN_BLOOD = ["circulating_plasma_cells", "circulating_plasma_cells_percent"]
CAR_T_ELIGIBILITY = [*VISIT, "eligible", "clauses_against", "unknown_because"]


def car_t_eligibility(
    visits: pl.LazyFrame,
    lines: pl.LazyFrame,
    given: pl.LazyFrame,
    tables: dict[str, pl.LazyFrame],
    edition: Edition,
) -> pl.LazyFrame:
    """One row per visit of a line: `eligible`, the parts of RR.car_t known not to hold, and what an unknown one waits
    for. `given` is `given_drugs`; of `tables` those in are read, and `diagnosed`: patients with the diagnosis as
    recorded and as derived.
    """
    rows = (
        visits.select(VISIT)
        .join(_of_lines(lines), on=["patient_id", "line"], how="left")
        .join(_first_given(given), on="patient_id", how="left")
        .join(_first_treated(tables["treatments"], given), on="patient_id", how="left")
        .join(_lost_lines(visits, lines, tables["refused_row"]), on=["patient_id", "visit_date"], how="left")
        .join(tables["diagnosed"].select("patient_id", "recorded", "derived"), on="patient_id", how="left")
    )
    rows = rows.join(_first_excluded(visits, tables, edition), on="patient_id", how="left")
    rows = rows.join(_cns(visits, tables, edition), on=["patient_id", "visit_date"], how="left")
    rows = rows.join(_lost_signs(tables), on="patient_id", how="left")
    by_then = pl.col("progression_date") <= pl.col("visit_date")
    rows = rows.with_columns(
        *(_by_the_visit(name, "unknown").alias(f"had_{name}") for name in CLASSES),
        had_allograft_or_car_t=_by_the_visit("allograft_or_car_t", "without_phase"),
        names_are_known=(pl.col("unread") >= pl.col("visit_date")).fill_null(value=True),
        lines_count_max=pl.col("lines_count") + pl.col("lost_lines").fill_null(0),
        **{f"{name}_lost": _is_by_the_visit(f"{name}_lost_on") for name in EXCLUDING_SIGNS},
        is_found_by_the_visit=_is_by_the_visit("excluded_on"),
        has_progressed=pl.when(by_then).then(True).when(pl.col("progression_source").is_not_null()).then(False),
    )
    return (
        decided(decided(rows, PARTS, edition), ["RR.car_t"], edition)
        .with_columns(
            eligible=pl.col("RR.car_t"),
            clauses_against=names_where({part: ~pl.col(part) for part in PARTS}),
            unknown_because=names_of(pl.col(missing_column("RR.car_t")), TESTS),
        )
        .select(CAR_T_ELIGIBILITY)
    )


def _is_by_the_visit(date: str) -> pl.Expr:
    return (pl.col(date) <= pl.col("visit_date")).fill_null(value=False)


def _lost_lines(visits: pl.LazyFrame, lines: pl.LazyFrame, refused_row: pl.LazyFrame) -> pl.LazyFrame:
    """How many lines beside those known may have begun before each visit, by treatments that were refused."""
    known = lines.select("patient_id", pl.col("line").cast(pl.Int32))
    lost = refused(refused_row, "treatments").join(known, on=["patient_id", "line"], how="anti")
    by_then = (pl.col("dated_on") < pl.col("visit_date")).fill_null(value=True)
    line = pl.col("line")
    return (
        visits.select("patient_id", "visit_date")
        .unique()
        .join(lost, on="patient_id")
        .filter(by_then)
        .group_by("patient_id", "visit_date")
        .agg(lost_lines=line.drop_nulls().n_unique() + line.null_count())
    )


def _cns(visits: pl.LazyFrame, tables: dict[str, pl.LazyFrame], edition: Edition) -> pl.LazyFrame:
    """Central nervous disease by each visit: as found nearest it within the window, or ever before; null: not known, as
    it is where a record of these days could not be read.
    """
    found = signs_looked_for(tables["findings"], CNS)
    dates = visits.select("patient_id", "visit_date").unique()
    window_days = edition["DX"].findings_window_days
    near = nearest(dates, found, "visit_date", window_days)
    first = found.filter("positive").group_by("patient_id").agg(first_on=pl.col("date").min())
    was_found = _is_by_the_visit("first_on")
    until = pl.col("visit_date").dt.offset_by(f"{window_days}d")
    may_have_been = (pl.col(f"{CNS}_lost_on") <= until).fill_null(value=False)
    return (
        dates.join(near.select("patient_id", "visit_date", "positive"), on=["patient_id", "visit_date"], how="left")
        .join(first, on="patient_id", how="left")
        .join(_first_lost(tables, CNS), on="patient_id", how="left")
        .select(
            "patient_id",
            "visit_date",
            cns_involvement=pl.when(was_found).then(True).when(~may_have_been | pl.col("positive")).then("positive"),
        )
    )


def _first_lost(tables: dict[str, pl.LazyFrame], sign: str) -> pl.LazyFrame:
    """One row per patient for whom a record of a sign could not be read, with the earliest day that it may be of."""
    of_sign = (pl.col("finding") == sign) & is_lost("present")
    refused_findings = refused(tables["refused_row"], "findings", [sign])
    return _earliest(lost_on(tables["findings"], refused_findings, "findings", of_sign), sign)


def _lost_signs(tables: dict[str, pl.LazyFrame]) -> pl.LazyFrame:
    """The same of all without which no diagnosis holds that rules CAR-T out."""
    cells = pl.col("analyte").is_in(IN_BLOOD) & is_lost("value")
    in_blood = lost_on(tables["labs"], refused(tables["refused_row"], "labs", IN_BLOOD), "labs", cells)
    of_patient = _earliest(in_blood, IN_BLOOD[0])
    for sign in EXCLUDING_SIGNS[1:]:
        of_patient = of_patient.join(_first_lost(tables, sign), on="patient_id", how="full", coalesce=True)
    return of_patient


def _earliest(lost: pl.LazyFrame, sign: str) -> pl.LazyFrame:
    date = pl.col("date").fill_null(EARLIEST)
    return lost.group_by("patient_id").agg(date.min().alias(f"{sign}_lost_on"))


def _first_excluded(visits: pl.LazyFrame, tables: dict[str, pl.LazyFrame], edition: Edition) -> pl.LazyFrame:
    """The first date at which plasma cell leukaemia, AL amyloidosis or POEMS is found by Table 1.

    What is found once stays. It is asked by what was known on the date, and only on `dates_asked`.
    """
    judged = judged_at(dates_asked(visits, tables, edition), tables, edition)
    is_found = pl.any_horizontal(pl.col(clause).fill_null(value=False) for clause in EXCLUDED)
    return judged.filter(is_found).group_by("patient_id").agg(excluded_on=pl.col("on_date").min())


def dates_asked(visits: pl.LazyFrame, tables: dict[str, pl.LazyFrame], edition: Edition) -> pl.LazyFrame:
    """The dates of plasma cells in the blood, amyloid in tissue or a polyneuropathy, and the visits that they are near
    enough to be known at: without one of them none of the diagnoses holds.
    """
    window = edition["DX"]
    in_blood = pl.col("analyte").is_in(IN_BLOOD) & (pl.col("value") > 0)
    is_sign = pl.col("finding").is_in(EXCLUDING_SIGNS[1:]) & pl.col("present")
    signs = pl.concat(
        [
            tables["labs"]
            .filter(in_blood)
            .select("patient_id", found_on="collected_on", days=pl.lit(window.labs_window_days)),
            tables["findings"]
            .filter(is_sign)
            .select("patient_id", found_on="observed_on", days=pl.lit(window.findings_window_days)),
        ]
    )
    since = (pl.col("visit_date") - pl.col("found_on")).dt.total_days()
    near = visits.join(signs, on="patient_id").filter((since >= 0) & (since <= pl.col("days")))
    dates = [signs.select("patient_id", on_date="found_on"), near.select("patient_id", on_date="visit_date")]
    return pl.concat(dates).unique().with_columns(until="on_date")


def _of_lines(lines: pl.LazyFrame) -> pl.LazyFrame:
    """How many lines were begun with each, and its progression."""
    return lines.sort("patient_id", "start_date", "line").select(
        "patient_id",
        pl.col("line").cast(pl.Int64),
        pl.col("line").cum_count().over("patient_id").cast(pl.Float64).alias("lines_count"),
        "progression_date",
        "progression_source",
    )


def _first_given(given: pl.LazyFrame) -> pl.LazyFrame:
    """When a drug of each class, one not named, and one of a name not known was first begun; null: never."""
    first = {name: pl.col("begun_on").filter(pl.col("class") == name).min() for name in CLASSES}
    return given.group_by("patient_id").agg(
        **first,
        unknown=pl.col("begun_on").filter(pl.col("drug").is_null()).min(),
        unread=pl.col("begun_on").filter("is_unread").min(),
    )


def _first_treated(treatments: pl.LazyFrame, given: pl.LazyFrame) -> pl.LazyFrame:
    """When an allogeneic transplant or anti-BCMA CAR-T was first given, by phase or by name, and a treatment that may
    have been one: of no phase, and naming no drug but such as prepare for it, or of one that could not be read, or
    refused.
    """
    class_, began = pl.col("class"), pl.col("begun_on")
    is_known = class_.is_not_null() & ~class_.is_in([*CONVENTIONAL, PROCEDURE])
    of_row = given.group_by("patient_id", "line", "phase", "start_date", "last_dose_on", "begun_on").agg(
        is_known=is_known.any() & ~pl.col("is_refused").any(), is_other_car_t=(class_ == "other_car_t").any()
    )
    may_be = pl.col("phase").is_null() | pl.col("phase").is_in(EARLIER)
    unread = treatments.filter(is_lost("phase")).select("patient_id", begun_on="start_date")
    without_phase = pl.concat([of_row.filter(may_be & ~pl.col("is_known")).select("patient_id", "begun_on"), unread])
    by_name = given.filter((class_ == "anti_bcma_car_t") | (pl.col("drug") == "allogeneic_transplant"))
    another = of_row.filter("is_other_car_t").select("patient_id", "line", "phase", "start_date")
    by_phase = (
        treatments.filter(pl.col("phase").is_in(EARLIER))
        .with_columns(pl.col("line").cast(pl.Int64))
        .join(another, on=["patient_id", "line", "phase", "start_date"], how="anti")
    )
    certain = pl.concat([frame.select("patient_id", begun_on="start_date") for frame in (by_name, by_phase)])
    return (
        treatments.select("patient_id")
        .unique()
        .join(certain.group_by("patient_id").agg(allograft_or_car_t=began.min()), on="patient_id", how="left")
        .join(without_phase.group_by("patient_id").agg(without_phase=began.min()), on="patient_id", how="left")
    )


def _by_the_visit(first: str, perhaps: str) -> pl.Expr:
    """Whether it was begun before the visit; unknown where something was that may have been it."""
    was, may_have_been = (pl.col(name) < pl.col("visit_date") for name in (first, perhaps))
    return (
        pl.when(was.fill_null(value=False))
        .then(True)
        .when(may_have_been.fill_null(value=False))
        .then(None)
        .otherwise(False)
    )
