"""The rows R is given: who is in which curve, from which day to which, written without `transforms.survival.cohort`."""

from __future__ import annotations

import polars as pl

from tests.r.cohorts import Tables
from transforms.survival import LINE_STRATA, STRATA
from transforms.survival.strata import strata

SCORES = {
    "iss": ["I", "II", "III"],
    "r_iss": ["I", "II", "III"],
    "r2_iss": ["I", "II", "III", "IV"],
    "mass_3": ["0", "1", "2+"],
    "high_risk_hits": ["0", "1", "2", "3+"],
    "age_band": ["<65", "65-74", "75+"],
    "line": ["1", "2", "3", "4", "5", "6+"],
    "frailty_simplified": ["non_frail", "frail"],
    "frailty_imwg": ["fit", "intermediate", "frail"],
    "al_stage": ["I", "II", "IIIa", "IIIb"],
}
COLUMNS = ["analysis", "stratum", "tested", "score", "id", "start", "stop", "event"]
CURVES = [
    ("OS", "diagnosis", None),
    ("OS", "line_start", 1),
    ("PFS", "line_start", 1),
    ("PFS2", "line_start", 1),
    ("TTD", "line_start", 1),
    ("OS", "line_start", 2),
    ("PFS", "line_start", 2),
]
OF_RELAPSE = tuple(name for name in LINE_STRATA if name.startswith("relapse"))
OF_START = tuple(name for name in LINE_STRATA if name not in OF_RELAPSE)
KEY = ["endpoint", "origin", "line", "stratum_by"]


def rows_for_r(tables: Tables) -> pl.DataFrame:
    """One row per patient (between lines: per patient and line) and analysis, `endpoint origin line stratum_by`."""
    patients = tables["patients"].filter(pl.col("diagnosis").is_null() | pl.col("diagnosis").is_in(["MM", "PCL"]))
    if "registered_on" not in patients.columns:
        patients = patients.with_columns(registered_on=pl.lit(None, pl.Date))
    labels = strata(patients, tables["staging"])
    told = (
        tables["time_to_event"]
        .drop_nulls(["days", "event"])
        .join(patients.select("patient_id", "registered_on"), on="patient_id")
        .join(labels, on="patient_id")
    )
    has_lines = "line_strata" in tables
    if has_lines:
        of_lines = tables["line_strata"]
        told = told.join(of_lines, on=["patient_id", "line"], how="left").with_columns(
            pl.col(LINE_STRATA).fill_null("unknown")
        )
    told = told.rename({"patient_id": "id"})
    frames = [_of_curve(told, *curve, has_lines=has_lines) for curve in CURVES]
    frames += [_of_lines(told, endpoint) for endpoint in ("OS", "PFS", "TTD")]
    if "al_stage" in tables["staging"].columns:
        frames.append(_of_amyloidosis(tables))
    scores = [{"by": by, "stratum": name, "score": i} for by, names in SCORES.items() for i, name in enumerate(names)]
    return (
        pl.concat(frames)
        .with_columns(by=pl.col("analysis").str.split(" ").list.last())
        .join(pl.DataFrame(scores), on=["by", "stratum"], how="left", maintain_order="left")
        .with_columns(tested=(pl.col("stratum") != "unknown").cast(pl.Int8), event=pl.col("event").cast(pl.Int8))
        # Where nothing is known of any patient R need not draw the one curve again.
        .filter(pl.col("tested").max().over("analysis") == 1)
        .select(COLUMNS)
        .sort("analysis", "stratum", "id", "stop")
    )


def _of_curve(told: pl.DataFrame, endpoint: str, origin: str, line: int | None, *, has_lines: bool) -> pl.DataFrame:
    by = STRATA if line != 2 and endpoint != "TTD" else ("overall",)
    if has_lines and line:
        by += OF_START if line == 1 else OF_RELAPSE
    return (
        told.filter(pl.col("line").eq_missing(pl.lit(line)), endpoint=endpoint, origin=origin)
        .select("id", "event", *by, start=_start(), stop="days")
        .filter(pl.col("start") < pl.col("stop"))
        .unpivot(by, index=["id", "start", "stop", "event"], variable_name="by", value_name="stratum")
        .select(
            "id", "start", "stop", "event", "stratum", analysis=pl.format("{} {} {} {}", *_key(endpoint, origin, line))
        )
    )


def _of_amyloidosis(tables: Tables) -> pl.DataFrame:
    """Of those of whom a cardiac stage was asked, from diagnosis."""
    asked = tables["staging"].drop_nulls("al_stage_unknown_because").select("patient_id", "al_stage")
    return (
        tables["time_to_event"]
        .filter(endpoint="OS", origin="diagnosis")
        .drop_nulls(["days", "event"])
        .join(asked, on="patient_id")
        .join(tables["patients"].select("patient_id", "registered_on"), on="patient_id")
        .select(
            "event",
            id="patient_id",
            start=_start(),
            stop="days",
            overall=pl.lit("all"),
            al_stage=pl.col("al_stage").fill_null("unknown"),
        )
        .filter(pl.col("start") < pl.col("stop"))
        .unpivot(
            ["overall", "al_stage"], index=["id", "start", "stop", "event"], variable_name="by", value_name="stratum"
        )
        .select("id", "start", "stop", "event", "stratum", analysis=pl.format("OS al_diagnosis - {}", "by"))
    )


def _start() -> pl.Expr:
    days_late = (pl.col("registered_on") - pl.col("start_date")).dt.total_days().fill_null(0)
    return pl.when(days_late > 0).then(days_late).otherwise(-1)


def _of_lines(told: pl.DataFrame, endpoint: str) -> pl.DataFrame:
    first_of_late = pl.when(pl.col("line") > 5).then(1).otherwise(0).cum_sum().over("id", order_by="line")
    return (
        told.filter(endpoint=endpoint, origin="line_start")
        .filter(first_of_late <= 1, _start() < pl.col("days"))
        .select(
            "id",
            start=_start(),
            stop="days",
            event="event",
            stratum=pl.when(pl.col("line") > 5).then(pl.lit("6+")).otherwise(pl.col("line").cast(pl.String)),
            analysis=pl.lit(f"{endpoint} line_start - line"),
        )
    )


def _key(endpoint: str, origin: str, line: int | None) -> list[pl.Expr]:
    return [pl.lit(endpoint), pl.lit(origin), pl.lit("-" if line is None else str(line)), pl.col("by")]


def named(frame: pl.DataFrame) -> pl.DataFrame:
    """Our rows with the analysis' name as R has it."""
    line = pl.col("line").cast(pl.String).fill_null("-")
    return frame.with_columns(analysis=pl.format("{} {} {} {}", "endpoint", "origin", line, "stratum_by"))
