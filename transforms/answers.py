"""What a registry's rows can answer, before visits are derived: of how many, and which tests the others wait for."""

from __future__ import annotations

import polars as pl

from rules.criterion import Edition
from transforms.baselines import baselines
from transforms.derive import complete_tables
from transforms.follow_up import follow_up
from transforms.lines import lines, with_line
from transforms.results import assessment_dates, results
from transforms.staging import staging

ANSWERS = {"answer": pl.String, "part": pl.String, "patients": pl.Int64}
ASKED, KNOWN = "asked", "known"
LINE = ["patient_id", "line"]
FLUIDS = ("serum_immunofixation", "urine_immunofixation")
CHAINS = ("flc_kappa", "flc_lambda")
# What an answer about the remission of a line rests on: the tests that have to be there after it began.
REMISSIONS = {"CR": (*FLUIDS, "marrow"), "sCR": (*FLUIDS, "marrow", *CHAINS, "clonal_plasma_cells")}


def answers(tables: dict[str, pl.DataFrame], edition: Edition) -> pl.DataFrame:
    """One row per answer and part: `asked` (patients that it is asked of, or lines), `known` (of them, those with what
    it needs), and by name the tests that the others wait for. `tables` are the contract's.
    """
    tables = complete_tables(tables)
    patient = pl.Enum(tables["patients"]["patient_id"].sort())
    lazy = {name: frame.lazy().with_columns(pl.col("patient_id").cast(patient)) for name, frame in tables.items()}
    of_lines = lines(lazy["treatments"]).collect().lazy()
    first = of_lines.sort("start_date", "line").unique("patient_id", keep="first").collect().lazy()
    found = [
        *_stages(lazy, of_lines, edition),
        *_measurable(lazy, first, edition),
        *_remissions(lazy, first),
        _counted("MRD", lazy["patients"].join(lazy["mrd"], on="patient_id", how="semi"), lazy["patients"]),
        _assessed(lazy, of_lines),
        _followed(lazy),
    ]
    return pl.concat([pl.DataFrame(schema=ANSWERS), *(rows.select(*ANSWERS).collect() for rows in found)])


def _counted(answer: str, known: pl.LazyFrame, asked: pl.LazyFrame) -> pl.LazyFrame:
    parts = [rows.select(pl.lit(part).alias("part"), pl.len()) for part, rows in ((ASKED, asked), (KNOWN, known))]
    return pl.concat(parts).select(
        pl.lit(answer).alias("answer"), "part", pl.col("len").cast(pl.Int64).alias("patients")
    )


def _lacking(answer: str, names: pl.LazyFrame) -> pl.LazyFrame:
    """How often each `name` stands in the way."""
    counts = names.group_by(part="name").agg(pl.len().cast(pl.Int64).alias("patients"))
    return counts.select(pl.lit(answer).alias("answer"), "part", "patients")


def _stages(lazy: dict[str, pl.LazyFrame], of_lines: pl.LazyFrame, edition: Edition) -> list[pl.LazyFrame]:
    """Stages as they are derived, or recorded, with the tests that the derivation waits for."""
    nothing = pl.lit(None, pl.Boolean)
    diagnosed = lazy["patients"].with_columns(
        recorded=pl.col("diagnosis"),
        derived=pl.lit(None, pl.String),
        **{"DX.pcl": nothing, "extramedullary_disease": nothing},
    )
    staged = staging(lazy, diagnosed, of_lines, edition).collect().lazy()
    found = []
    for answer, column in (("ISS", "iss"), ("R-ISS", "r_iss")):
        found.append(_counted(answer, staged.drop_nulls(column), staged))
        why = pl.col("unknown_because").str.split("; ").explode()
        waits = staged.select(why.alias("why")).filter(pl.col("why").str.starts_with(f"{answer}: "))
        names = pl.col("why").str.strip_prefix(f"{answer}: ").str.split(", ").explode()
        found.append(_lacking(answer, waits.select(names.alias("name"))))
    return found


def _measurable(lazy: dict[str, pl.LazyFrame], first: pl.LazyFrame, edition: Edition) -> list[pl.LazyFrame]:
    """By what the first line of each patient is measurable, as its responses are judged."""
    tests = (lazy["labs"], lazy["marrow"], lazy["imaging"], lazy["patients"])
    measured = baselines(first, results(*tests, lazy["refused_row"]), lazy["patients"], edition)
    by = measured.group_by(part="measurable_by").agg(pl.len().cast(pl.Int64).alias("patients"))
    return [by.select(pl.lit("response").alias("answer"), "part", "patients").sort("part")]


def _remissions(lazy: dict[str, pl.LazyFrame], first: pl.LazyFrame) -> list[pl.LazyFrame]:
    """Patients whose first line was followed by every test that a CR, or an sCR, is confirmed by."""
    labs = lazy["labs"].filter(pl.col("analyte").is_in([*FLUIDS, *CHAINS]))
    marrow = lazy["marrow"].rename({"collected_on": "on"})
    tested = pl.concat(
        [
            labs.select("patient_id", on="collected_on", test="analyte"),
            marrow.drop_nulls("plasma_cell_percent").select("patient_id", "on", test=pl.lit("marrow")),
            marrow.drop_nulls("clonal_plasma_cells").select("patient_id", "on", test=pl.lit("clonal_plasma_cells")),
        ]
    )
    after = tested.join(first.select("patient_id", "start_date"), on="patient_id").filter(
        pl.col("on") > pl.col("start_date")
    )
    found = []
    for answer, tests in REMISSIONS.items():
        needed = first.select("patient_id").join(pl.LazyFrame({"test": list(tests)}), how="cross")
        missing = (
            needed.join(after.unique(["patient_id", "test"]), on=["patient_id", "test"], how="anti").collect().lazy()
        )
        found.append(_counted(answer, first.join(missing, on="patient_id", how="anti"), first))
        found.append(_lacking(answer, missing.select(name="test")))
    return found


def _assessed(lazy: dict[str, pl.LazyFrame], of_lines: pl.LazyFrame) -> pl.LazyFrame:
    """Lines in which anything was assessed, by tests or by the clinic: no others have a PFS."""
    tests = (lazy["labs"], lazy["marrow"], lazy["imaging"], lazy["patients"])
    dates = pl.concat(
        [
            assessment_dates(*tests).select("patient_id", "date"),
            lazy["assessments"].select("patient_id", date="assessed_on"),
        ]
    )
    within = with_line(dates, of_lines, "date").drop_nulls("line").unique(LINE)
    return _counted("PFS", of_lines.join(within, on=LINE, how="semi"), of_lines)


def _followed(lazy: dict[str, pl.LazyFrame]) -> pl.LazyFrame:
    """Patients with a death, or a day after diagnosis on which they were alive; not one who died on an unknown day."""
    followed = follow_up(lazy, None)
    end = pl.coalesce("death_date", "last_contact")
    return _counted(
        "OS",
        followed.filter(end > pl.col("diagnosis_date"), ~pl.col("is_contradictory") & ~pl.col("is_death_lost")),
        followed,
    )
