"""What survival may be split by: only what is known when time starts, so that no patient must survive to be counted.

Transplant, best response and MRD are known only later. Split from the start by one of them, the patients who have it
would be those who lived until they got it (immortal time); they are analysed from a landmark instead.
"""

from collections.abc import Mapping, Sequence

import polars as pl

from rules.clauses.amyloidosis import STAGES
from transforms.survival.tables import ALL, UNKNOWN

AGE_BANDS = {"<65": 65, "65-74": 75}  # completed years at diagnosis, below; older is the last band
OLDEST = "75+"
PERIOD_YEARS = 5
MOST_HITS = 3  # triple-hit, or more
LAST_LINE = 6  # this one or a later

# Stratification -> its levels from best to worst (or first to last) where a trend can be asked for, else none.
ORDERED: dict[str, tuple[str, ...]] = {
    "iss": ("I", "II", "III"),
    "r_iss": ("I", "II", "III"),
    "r2_iss": ("I", "II", "III", "IV"),
    "mass_3": ("0", "1", "2+"),
    "al_stage": tuple(STAGES),
    "high_risk_hits": ("0", "1", "2", "3+"),
    "age_band": (*AGE_BANDS, OLDEST),
    "line": ("1", "2", "3", "4", "5", "6+"),
}
# The levels of others in the order in which they are shown; no trend is asked of them.
SHOWN: dict[str, tuple[str, ...]] = {
    "hr_ims2025": ("standard", "high"),
    "cytogenetic_risk": ("standard", "high"),
    "high_risk": ("no", "yes"),
    "relapse_interval": ("<9", "9-12", ">12", "none"),
    "mrd": ("negative", "positive"),
    "sustained_mrd": ("sustained", "not_sustained"),
    "transplant": ("no", "yes"),
}
PERIOD = "diagnosis_period"
STRATA = (
    "overall",
    "iss",
    "r_iss",
    "r2_iss",
    "mass_3",
    "hr_ims2025",
    "cytogenetic_risk",
    "high_risk_hits",
    "age_band",
    "sex",
    "isotype",
    "site",
    PERIOD,
)

_STAGING = {
    "iss": pl.String,
    "r_iss": pl.String,
    "r2_iss": pl.String,
    "mass_3": pl.String,
    "hr_ims2025": pl.Boolean,
    "cytogenetic_risk": pl.String,
    "high_risk_hits": pl.Int64,
    "high_risk_hits_at_most": pl.Int64,
}
_PATIENTS = {
    "birth_date": pl.Date,
    "diagnosis_date": pl.Date,
    "sex": pl.String,
    "isotype": pl.String,
    "site_id": pl.String,
}


def strata(patients: pl.DataFrame, staging: pl.DataFrame) -> pl.DataFrame:
    """One row per patient of `patients`: the stratum it is in, by each of `STRATA`; what isn't known is `unknown`.

    A column that a frame doesn't have counts as unknown for all. Periods are of calendar years (2015-2019), so a
    patient's never changes with what else is in the extract.
    """
    known = with_columns(patients, _PATIENTS).join(with_columns(staging, _STAGING), on="patient_id", how="left")
    labelled = known.select(
        "patient_id",
        pl.lit(ALL).alias("overall"),
        pl.col("iss", "r_iss", "r2_iss", "mass_3", "cytogenetic_risk").cast(pl.String),
        risk_of_2025().alias("hr_ims2025"),
        hits_found().alias("high_risk_hits"),
        _age_band().alias("age_band"),
        pl.col("sex", "isotype").cast(pl.String),
        pl.col("site_id").cast(pl.String).alias("site"),
        _period().alias(PERIOD),
    )
    return labelled.with_columns(pl.col(*STRATA).fill_null(UNKNOWN))


def line_stratum() -> pl.Expr:
    """The line as a stratum: its number, from the sixth on `6+`."""
    is_late = pl.col("line") >= LAST_LINE
    return pl.when(is_late).then(pl.lit(f"{LAST_LINE}+")).otherwise(pl.col("line").cast(pl.String))


def with_columns(frame: pl.DataFrame, columns: Mapping[str, pl.DataType | type[pl.DataType]]) -> pl.DataFrame:
    """`patient_id` and these columns, null where the frame has none of that name."""
    missing = [pl.lit(None, dtype).alias(name) for name, dtype in columns.items() if name not in frame.columns]
    present: Sequence[str] = [name for name in columns if name in frame.columns]
    return frame.select("patient_id", *present, *missing)


def hits_found() -> pl.Expr:
    """The number of high-risk abnormalities as a stratum, from the third on `3+`; null where only a bound is known."""
    hits, at_most = pl.col("high_risk_hits").cast(pl.Int64), pl.col("high_risk_hits_at_most")
    is_known = hits == pl.coalesce(at_most, hits)
    return pl.when(hits >= MOST_HITS).then(pl.lit(f"{MOST_HITS}+")).when(is_known).then(hits.cast(pl.String))


def risk_of_2025() -> pl.Expr:
    """HR.ims2025 as a stratum: standard or high; null where it is not known."""
    return pl.when("hr_ims2025").then(pl.lit("high")).when(~pl.col("hr_ims2025")).then(pl.lit("standard"))


def _age_band() -> pl.Expr:
    born, diagnosed = pl.col("birth_date").cast(pl.Date), pl.col("diagnosis_date").cast(pl.Date)
    before_birthday = _day_of_year(diagnosed) < _day_of_year(born)
    age = diagnosed.dt.year() - born.dt.year() - before_birthday.cast(pl.Int32)
    known = pl.when(age >= 0).then(age)  # born after diagnosis: one of the dates is wrong
    bands = [pl.when(known < below).then(pl.lit(name)) for name, below in AGE_BANDS.items()]
    return pl.coalesce(*bands, pl.when(known.is_not_null()).then(pl.lit(OLDEST)))


def _day_of_year(date: pl.Expr) -> pl.Expr:
    return date.dt.month().cast(pl.Int32) * 100 + date.dt.day().cast(pl.Int32)


def _period() -> pl.Expr:
    first = pl.col("diagnosis_date").cast(pl.Date).dt.year() // PERIOD_YEARS * PERIOD_YEARS
    return pl.format("{}-{}", first, first + (PERIOD_YEARS - 1))
