"""What the time of a line may be split by: what is known on the day on which the line starts.

The regimen is what the line began with on its first day: drugs that come later (consolidation, maintenance) are given
only to those who live, and stay free of progression, until then.
"""

from collections.abc import Mapping

import polars as pl

from rules.intake.drugs import PROCEDURE
from transforms.survival.tables import UNKNOWN, Origin

LINE = ["patient_id", "line"]
# class of drug -> how a regimen that has it is called
CLASSES = {"proteasome_inhibitor": "PI", "immunomodulatory_drug": "IMiD", "anti_cd38": "anti-CD38"}
OTHER = "other_classes"
TRANSPLANTS = ["autologous_transplant", "allogeneic_transplant"]  # the high dose before one is no regimen
FRAILTY = {"FRAIL.simplified": "frailty_simplified", "FRAIL.imwg": "frailty_imwg"}

AT_START = ("regimen_class", *CLASSES, *FRAILTY.values())
AFTER_RELAPSE = ("relapse_kind", "relapse_aggressive", "relapse_interval")
LINE_STRATA = (*AT_START, *AFTER_RELAPSE)
# Their levels where a trend can be asked for, as strata.ORDERED has them.
ORDERED_OF_LINES: dict[str, tuple[str, ...]] = {
    "frailty_simplified": ("non_frail", "frail"),
    "frailty_imwg": ("fit", "intermediate", "frail"),
}
NEEDED = ("lines", "given_drug", "frailty", "relapse")


def strata_of_line(origin: Origin) -> tuple[str, ...]:
    """Those of `LINE_STRATA` that the curves of an endpoint are split by; none from diagnosis, where they lie ahead."""
    if origin.line is None:
        return ()
    return AT_START if origin.line == 1 else AFTER_RELAPSE


def line_strata(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """One row per line of `lines`: the stratum it is in, by each of `LINE_STRATA`; what isn't known is `unknown`.

    A regimen is unknown where a treatment of the first day, or one without a readable date, names no drug or one that
    the vocabulary does not know; it is with a class that it is known to have. Relapse is the progression of the line
    before: `none` where that is known to have had none.
    """
    lines = tables["lines"].sort("patient_id", "start_date", "line").with_columns(pl.col("line").cast(pl.Int64))
    found = lines.select(*LINE, "start_date")
    for other in (_regimens(lines, tables["given_drug"]), _frailty(tables["frailty"]), _relapses(lines, tables)):
        found = found.join(
            other.with_columns(pl.col("line").cast(pl.Int64)), on=LINE, how="left", maintain_order="left"
        )
    return found.select(*LINE, pl.col(LINE_STRATA).fill_null(UNKNOWN))


def begun_with(lines: pl.DataFrame, given: pl.DataFrame) -> pl.DataFrame:
    """The rows of `given_drug` that a line began with: of its first day, or without a readable date; no transplant."""
    is_transplant = pl.col("phase").is_in(TRANSPLANTS).fill_null(value=False)
    is_of_it = ~is_transplant & pl.col("class").ne_missing(PROCEDURE)
    return (
        given.filter(is_of_it)
        .rename({"start_date": "begun_on"})
        .with_columns(pl.col("line").cast(pl.Int64))
        .join(lines.select(*LINE, "start_date"), on=LINE)
        .filter((pl.col("begun_on") == pl.col("start_date")).fill_null(value=True))
    )


def _regimens(lines: pl.DataFrame, given: pl.DataFrame) -> pl.DataFrame:
    begun = (
        begun_with(lines, given)
        .group_by(LINE)
        .agg(
            **{name: (pl.col("class") == name).any() for name in CLASSES},
            is_unnamed=pl.col("drug").is_null().any(),
            is_named=pl.col("drug").is_not_null().any(),
        )
    )
    has_it = {
        name: pl.when(name).then(pl.lit("with")).when(~pl.col("is_unnamed")).then(pl.lit("without")) for name in CLASSES
    }
    names = [pl.when(name).then(pl.lit(short)) for name, short in CLASSES.items()]
    joined = pl.concat_str(names, separator=" + ", ignore_nulls=True)
    is_certain = pl.col("is_named") & (~pl.col("is_unnamed") | pl.all_horizontal(*CLASSES))
    return begun.select(*LINE, regimen_class=pl.when(is_certain).then(joined.replace("", OTHER)), **has_it)


def _frailty(frailty: pl.DataFrame) -> pl.DataFrame:
    of_line = frailty.filter(pl.col("line").is_not_null())
    groups = {name: pl.col("frailty_group").filter(pl.col("model") == model).first() for model, name in FRAILTY.items()}
    return of_line.group_by(LINE, maintain_order=True).agg(**groups)


def _relapses(lines: pl.DataFrame, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    kinds = tables["relapse"].select(
        *LINE,
        is_relapse=pl.lit(value=True),
        kind=pl.when("clinical").then(pl.lit("clinical")).when("biochemical").then(pl.lit("biochemical")),
        aggressive=pl.when("aggressive").then(pl.lit("aggressive")).when(~pl.col("aggressive")).then(pl.lit("slow")),
        interval="interval_group",
    )
    has_none = pl.col("progression_source").is_not_null() & pl.col("is_relapse").is_null()
    known = lines.join(kinds.with_columns(pl.col("line").cast(pl.Int64)), on=LINE, how="left", maintain_order="left")
    before = known.with_columns(
        following=pl.col("line").shift(-1).over("patient_id"),
        **{
            f"relapse_{name}": pl.when(has_none).then(pl.lit("none")).otherwise(name)
            for name in ("kind", "aggressive", "interval")
        },
    )
    return before.drop_nulls("following").select("patient_id", *AFTER_RELAPSE, line="following")
