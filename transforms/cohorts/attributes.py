"""What is known of each candidate when time starts: at diagnosis, and on the day on which a line starts.

A category's column is null where it is unknown. A list has two: what surely is in it, and in `NAME_open` what may be;
there `any` stands for a drug that the record does not name.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from rules.intake.drugs import CONVENTIONAL, PROCEDURE
from transforms.age import age_years
from transforms.intake.recorded_codes import ABNORMALITIES
from transforms.names import names_where
from transforms.nearest import nearest
from transforms.survival.line_strata import LINE_STRATA, begun_with, line_strata
from transforms.survival.strata import STRATA, strata
from transforms.survival.tables import UNKNOWN
from transforms.wide import wide

ANY = "any"
OPEN = "_open"
_MEMBER = "member"


def attributes(
    frames: Mapping[str, pl.DataFrame], origin: str, line: int | None, staging_window_days: int
) -> pl.DataFrame:
    """One row per patient (origin diagnosis) or per line (line_start; of all lines where `line` is None).

    `patient_id`, `line` (null from diagnosis), `start_date`, `registered_on`, and each attribute known then. Of two
    findings the one nearest the diagnosis counts, within the days that staging looks at and not after line 1 began.
    """
    found = _at_diagnosis(frames, staging_window_days)
    if origin == "diagnosis":
        return found.with_columns(line=pl.lit(None, pl.Int64), start_date="diagnosis_date")
    lines = frames["lines"].with_columns(pl.col("line").cast(pl.Int64))
    wanted = lines if line is None else lines.filter(pl.col("line") == line)
    members = wanted.select("patient_id", "line", "start_date").sort("patient_id", "line").with_row_index(_MEMBER)
    return (
        members.join(found, on="patient_id", maintain_order="left")
        .join(_strata_of_lines(frames), on=["patient_id", "line"], how="left", maintain_order="left")
        .join(_begun_with(members, frames), on=_MEMBER, how="left", maintain_order="left")
        .join(_given_before(members, frames), on=_MEMBER, how="left", maintain_order="left")
        .with_columns(
            _known_age("start_date").alias("age_at_start"),
            *(pl.col(f"{name}{end}").fill_null([]) for name in ("exposed_to", "refractory_to") for end in ("", OPEN)),
            # a line that began with nothing that is named may have begun with any drug
            pl.col("drug").fill_null([]),
            pl.col(f"drug{OPEN}").fill_null([ANY]),
        )
        .drop(_MEMBER)
    )


def _known_age(on: str) -> pl.Expr:
    """Null for who was born after the day: one of the dates is wrong."""
    age = age_years("birth_date", on)
    return pl.when(age >= 0).then(age)


def _at_diagnosis(frames: Mapping[str, pl.DataFrame], window_days: int) -> pl.DataFrame:
    patients, staging = frames["patients"], frames["staging"]
    stages = strata(patients, staging).drop("overall")
    more = staging.select(
        *("patient_id", "r_iss_possible"),
        high_risk=pl.when("high_risk").then(pl.lit("yes")).when(~pl.col("high_risk")).then(pl.lit("no")),
    )
    known = patients.select("patient_id", "registered_on", "birth_date", "diagnosis", "diagnosis_date").with_columns(
        year=pl.col("diagnosis_date").dt.year().cast(pl.Int64), age=_known_age("diagnosis_date")
    )
    return (
        known.join(_nulled(stages, STRATA), on="patient_id", how="left", maintain_order="left")
        .join(more, on="patient_id", how="left", maintain_order="left")
        .join(_abnormalities(frames, window_days), on="patient_id", how="left", maintain_order="left")
        .sort("patient_id")
    )


def _nulled(labelled: pl.DataFrame, columns: tuple[str, ...]) -> pl.DataFrame:
    """Strata with null again where they are `unknown`."""
    names = [name for name in columns if name in labelled.columns]
    return labelled.with_columns(pl.when(pl.col(name) != UNKNOWN).then(name).alias(name) for name in names)


def _abnormalities(frames: Mapping[str, pl.DataFrame], window_days: int) -> pl.DataFrame:
    """Found ones, and those not looked for (which may be there), of every patient."""
    first_line = frames["lines"].group_by("patient_id").agg(first_line_start=pl.col("start_date").min())
    about = frames["patients"].select("patient_id", "diagnosis_date").join(first_line, on="patient_id", how="left")
    looked_for = frames["cytogenetics"].select(
        "patient_id", test="abnormality", date="collected_on", positive=pl.col("result") == "positive"
    )
    found = nearest(about.lazy(), looked_for.lazy(), "diagnosis_date", window_days, until="first_line_start")
    columns = {name: (name, "positive") for name in ABNORMALITIES}
    return (
        about.lazy()
        .join(wide(found, ["patient_id"], columns), on="patient_id", how="left")
        .select(
            "patient_id",
            abnormality=names_where({name: pl.col(name) for name in ABNORMALITIES}),
            abnormality_open=names_where({name: pl.col(name).is_null() for name in ABNORMALITIES}),
        )
        .collect()
    )


def _strata_of_lines(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    return _nulled(line_strata(frames), LINE_STRATA)


def _begun_with(members: pl.DataFrame, frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    begun = begun_with(members.drop(_MEMBER), frames["given_drug"]).join(
        members.select(_MEMBER, "patient_id", "line"), on=["patient_id", "line"]
    )
    return _listed(begun.select(_MEMBER, "drug", "class", holds=pl.lit(value=True)), "drug")


def _given_before(members: pl.DataFrame, frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """To which drugs and classes each was exposed before the day on which the line starts, and refractory by then."""
    given = frames["given_drug"].filter(pl.col("class").ne_missing(PROCEDURE)).rename({"start_date": "begun_on"})
    pairs = members.select(_MEMBER, "patient_id", "start_date", own_line="line").join(
        given.select("patient_id", "line", "drug", "class", "begun_on", "progressed", "progressed_on"), on="patient_id"
    )
    by_line = pl.col("line") < pl.col("own_line")
    is_before = pl.when(pl.col("begun_on").is_null()).then(by_line).otherwise(pl.col("begun_on") < pl.col("start_date"))
    before = pairs.with_columns(is_before=is_before).filter(pl.col("is_before").fill_null(value=True))
    is_by_then = pl.col("progressed_on") <= pl.col("start_date")
    failed = before.with_columns(
        holds=pl.when(pl.col("progressed") & ~is_by_then).then(statement=False).otherwise("progressed"),
        # as classes, conventional drugs are not what refractoriness is defined by
        **{"class": pl.when(~pl.col("class").is_in(CONVENTIONAL)).then("class")},
    )
    exposed = _listed(before.with_columns(holds="is_before"), "exposed_to")
    return exposed.join(_listed(failed, "refractory_to"), on=_MEMBER, how="full", coalesce=True)


def _listed(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    """One row per member: the drugs and classes that surely hold, and those that may."""
    may_hold = rows.filter(pl.col("holds").fill_null(value=True))
    is_named = pl.col("drug").is_not_null()
    drugs = may_hold.select(
        _MEMBER, value=pl.col("drug").fill_null(ANY), is_sure=pl.col("holds").fill_null(value=False) & is_named
    )
    classes = may_hold.filter(is_named & pl.col("class").is_not_null()).select(
        _MEMBER, value="class", is_sure=pl.col("holds").fill_null(value=False)
    )
    sure = pl.concat([drugs, classes]).group_by(_MEMBER, "value").agg(pl.col("is_sure").any()).sort(_MEMBER, "value")
    return sure.group_by(_MEMBER, maintain_order=True).agg(
        pl.col("value").filter("is_sure").alias(name), pl.col("value").filter(~pl.col("is_sure")).alias(f"{name}{OPEN}")
    )
