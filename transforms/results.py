"""One long table of dated test results from the registry's labs, marrow and imaging.

One row is one test of one patient on one date: `low` and `high` bound the figure (equal unless reported as "<x" or
">x"), `nadir` is its lower bound where it serves as a nadir, `positive` is a yes/no result. Several results of one test
on one date are already one: the higher, positive over negative (V.visit).
"""

from __future__ import annotations

import math
from collections.abc import Collection

import polars as pl

from rules.quantities import LABS, MAKES_VISIT, quantities
from rules.verdict import TOLERANCE
from transforms.intake.contracts import UNREADABLE
from transforms.lost import is_lost, lost_on, refused
from transforms.nearest import patient_and_day

KEY = ["patient_id", "test", "date"]
# "<x" of these is 0 for response and x as a nadir (C.comparator); IgA because it can be the serum M-protein.
NONE_BELOW_DETECTION = [q.name for q in quantities(none_below_detection=True)]
FIXATION = ["serum_immunofixation", "urine_immunofixation"]
IGA = "iga"
OF_LABS = [*MAKES_VISIT, IGA, *(q.name for q in quantities(table=LABS, visit="joins"))]
# What could not be read, by the test that it may be.
FIGURES_LOST = ["serum_m_protein_lost", "urine_m_protein_lost"]
SIGNS_OF_IMAGING = ["new_bone_lesion", "bone_lesion_progression", "new_plasmacytoma"]
LOST = [*FIGURES_LOST, "calcium_attribution_lost", "plasmacytoma_lost"]
# What makes no visit and joins one.
JOINING = [*(q.name for q in quantities(visit="joins")), "calcium_attribution_lost"]
TESTS = pl.Enum(
    [
        *(name for name in OF_LABS if name != IGA),
        *("marrow", "clonal_plasma_cells", "plasmacytoma", *SIGNS_OF_IMAGING),
        *(*LOST, *(f"{sign}_lost" for sign in SIGNS_OF_IMAGING)),
    ]
)
STRICTLY = 40 * TOLERANCE  # moves a bound past x, by less than any reported step, also when a tenth of it is compared


def results(
    labs: pl.LazyFrame,
    marrow: pl.LazyFrame,
    imaging: pl.LazyFrame,
    patients: pl.LazyFrame,
    refused_row: pl.LazyFrame | None = None,
) -> pl.LazyFrame:
    """All results that visits and baselines are made of, one row per patient, test and date.

    A test named `…_lost` is positive where one of that kind was recorded on the date and could not be read.
    """
    read = [lab_results(labs, patients), _marrow_results(marrow), _imaging_results(imaging)]
    lost = [] if refused_row is None else [_lost(labs, marrow, imaging, patients, refused_row)]
    rows = pl.concat([*read, *lost])
    # one whole number is sorted and compared at a fraction of the cost of three columns
    key, key_of_one = (
        pl.col("key"),
        patient_and_day(rows, "date") * len(TESTS.categories) + pl.col("test").cast(TESTS).to_physical(),
    )
    found = (
        rows.filter(pl.col("low").is_not_null() | pl.col("positive").is_not_null())
        .with_columns(key=key_of_one)
        .sort("key")
        .with_columns(is_one=(key != key.shift(fill_value=-1)) & (key != key.shift(-1, fill_value=-1)))
        .collect()
        .lazy()
    )
    highest = (
        found.filter(~pl.col("is_one"))
        .sort("key", "low", "high", "nadir", "positive")
        .unique("key", keep="last", maintain_order=True)
    )
    return found.filter("is_one").merge_sorted(highest, key="key").drop("key", "is_one")


def _lost(
    labs: pl.LazyFrame,
    marrow: pl.LazyFrame,
    imaging: pl.LazyFrame,
    patients: pl.LazyFrame,
    refused_row: pl.LazyFrame,
) -> pl.LazyFrame:
    """One row per date and test that could not be read; imaging without a date may be of any date of the patient."""
    unread_labs, unread_imaging = (rows.filter(pl.col(UNREADABLE).list.len() > 0) for rows in (labs, imaging))
    flagged = _with_beta_flag(unread_labs, patients)
    followed = pl.when("m_protein_in_beta").then(pl.lit(IGA)).otherwise(pl.lit("serum_m_protein"))
    of_labs = _with_beta_flag(refused(refused_row, "labs"), patients)
    scans = refused(refused_row, "imaging")

    def figure(analyte: pl.Expr) -> pl.LazyFrame:
        may_be = of_labs.filter((pl.col("kind") == analyte).fill_null(value=True))
        return lost_on(flagged, may_be, "labs", (pl.col("analyte") == analyte) & is_lost("value"))

    attribution = (pl.col("analyte") == "calcium") & is_lost("attributed_to_myeloma")
    found = {
        "serum_m_protein_lost": figure(followed),
        "urine_m_protein_lost": figure(pl.lit("urine_m_protein")),
        "calcium_attribution_lost": lost_on(unread_labs, refused_row.limit(0), "labs", attribution),
        "plasmacytoma_lost": lost_on(unread_imaging, scans, "imaging", is_lost("plasmacytoma_spd_mm2")),
        **{f"{sign}_lost": lost_on(unread_imaging, scans, "imaging", is_lost(sign)) for sign in SIGNS_OF_IMAGING},
    }
    lost = pl.concat(rows.with_columns(test=pl.lit(name)) for name, rows in found.items()).collect().lazy()
    undated = lost.filter(pl.col("date").is_null() & ~pl.col("test").is_in(FIGURES_LOST)).drop("date")
    asked_labs, asked_marrow, asked_imaging = (
        rows.join(undated, on="patient_id", how="semi") for rows in (labs, marrow, imaging)
    )
    dates = assessment_dates(asked_labs, asked_marrow, asked_imaging, patients)
    dated = pl.concat(
        [lost.drop_nulls("date").select("patient_id", "test", "date"), undated.join(dates, on="patient_id")]
    )
    return _yes_or_no(dated, pl.col("test"), pl.lit(value=True))


def assessment_dates(
    labs: pl.LazyFrame, marrow: pl.LazyFrame, imaging: pl.LazyFrame, patients: pl.LazyFrame
) -> pl.LazyFrame:
    """Dates on which a patient was assessed (V.visit), one row per patient and date."""
    makes_visits = pl.col("analyte").is_in(MAKES_VISIT)
    iga_makes_visits = (pl.col("analyte") == IGA) & pl.col("m_protein_in_beta")
    tested = _with_beta_flag(labs, patients).filter(makes_visits | iga_makes_visits)
    dates = pl.concat(
        [
            tested.select("patient_id", date="collected_on"),
            marrow.select("patient_id", date="collected_on"),
            imaging.select("patient_id", date="performed_on"),
        ]
    )
    return dates.with_columns(key=patient_and_day(dates, "date")).unique("key").drop("key")


def with_bounds(labs: pl.LazyFrame, none_below: Collection[str] = NONE_BELOW_DETECTION) -> pl.LazyFrame:
    """Labs with `low`, `high` and `nadir` of each value, by its comparator (C.comparator); below the limit of
    detection the analytes `none_below` count as 0."""
    low, high = bounds(pl.col("value"), pl.col("comparator"))
    counts_as_none = pl.col("comparator").is_in(["<", "<="]) & pl.col("analyte").is_in(list(none_below))
    return labs.with_columns(low=low, high=pl.when(counts_as_none).then(low).otherwise(high), nadir=pl.col("value"))


def bounds(value: pl.Expr, comparator: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """The least and the most that a figure can be by its comparator; of "<x" the least is 0."""
    is_less, is_more = comparator.is_in(["<", "<="]), comparator.is_in([">", ">="])
    strictly = pl.when(comparator.is_in(["<", ">"])).then(STRICTLY).otherwise(0.0)
    low = pl.when(is_less).then(value.clip(0, 0)).when(is_more).then(value + strictly).otherwise(value)
    endless = pl.when(value.is_not_null()).then(math.inf)
    return low, pl.when(is_less).then(value - strictly).when(is_more).then(endless).otherwise(value)


def whole_bounds(value: pl.Expr, comparator: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """The same of a whole number, as counts and scores are: ">0" is at least 1."""
    low, high = bounds(value, comparator)
    return low.ceil(), high.floor()


def lab_results(
    labs: pl.LazyFrame, patients: pl.LazyFrame, none_below: Collection[str] = NONE_BELOW_DETECTION
) -> pl.LazyFrame:
    """Results of the laboratory as reported: of one test on one date there may be several."""
    in_beta, analyte = pl.col("m_protein_in_beta"), pl.col("analyte")
    # V.iga: the two are never mixed, so electrophoresis of a patient followed by IgA gives no figure.
    unused = pl.when(in_beta).then(analyte == "serum_m_protein").otherwise(analyte == IGA)
    is_fixation, is_calcium = analyte.is_in(FIXATION), analyte == "calcium"
    positive = pl.when(is_fixation).then(pl.col("result") == "positive").when(is_calcium).then("attributed_to_myeloma")
    figure = [pl.when(~is_fixation).then(bound).alias(bound) for bound in ("low", "high", "nadir")]
    return (
        with_bounds(_with_beta_flag(labs.filter(analyte.is_in(OF_LABS)), patients), none_below)
        .filter(~unused)
        .select(
            "patient_id",
            pl.when(analyte == IGA).then(pl.lit("serum_m_protein")).otherwise(analyte).alias("test"),
            pl.col("collected_on").alias("date"),
            *figure,
            positive.alias("positive"),
        )
        # A calcium's attribution alone is no result.
        .filter(pl.col("low").is_not_null() | pl.col("test").is_in(FIXATION))
    )


def _with_beta_flag(labs: pl.LazyFrame, patients: pl.LazyFrame) -> pl.LazyFrame:
    # A flag that is not recorded leaves the M-protein to electrophoresis, as for all others.
    flags = patients.select("patient_id", pl.col("m_protein_in_beta").fill_null(value=False))
    return labs.join(flags, on="patient_id", how="left", maintain_order="left")


def _marrow_results(marrow: pl.LazyFrame) -> pl.LazyFrame:
    rows = marrow.rename({"collected_on": "date"})
    return pl.concat(
        [
            _figures(rows, "marrow", "plasma_cell_percent"),
            _yes_or_no(rows, pl.lit("clonal_plasma_cells"), pl.col("clonal_plasma_cells") == "detected"),
        ]
    )


def _imaging_results(imaging: pl.LazyFrame) -> pl.LazyFrame:
    rows = imaging.rename({"performed_on": "date"})
    return pl.concat(
        [
            _figures(rows, "plasmacytoma", "plasmacytoma_spd_mm2"),
            *(_yes_or_no(rows, pl.lit(sign), pl.col(sign)) for sign in SIGNS_OF_IMAGING),
        ]
    )


def _figures(rows: pl.LazyFrame, test: str, column: str) -> pl.LazyFrame:
    low, high = bounds(pl.col(column), pl.col(f"{column}_comparator"))
    figure = {"low": low, "high": high, "nadir": low}
    return rows.select("patient_id", pl.lit(test).alias("test"), "date", **figure, positive=_NO_ANSWER)


def _yes_or_no(rows: pl.LazyFrame, test: pl.Expr, answer: pl.Expr) -> pl.LazyFrame:
    no_figure = (_NO_FIGURE.alias(bound) for bound in ("low", "high", "nadir"))
    return rows.select("patient_id", test.alias("test"), "date", *no_figure, answer.alias("positive"))


_NO_FIGURE = pl.lit(None, pl.Float64)
_NO_ANSWER = pl.lit(None, pl.Boolean)
