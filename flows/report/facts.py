"""What the page shows, counted in the store: one frame per query of sql/report/."""

from pathlib import Path

import duckdb
import polars as pl

from flows.database import connect
from flows.drawing.funnel import beside_limits
from flows.privacy.gate import shared
from flows.sql_files import OF_THE_COHORT, SQL, make_cohort, make_macros
from transforms.disclosure import protect_courses
from transforms.survival import DAYS_PER_MONTH

QUERIES = SQL / "report"

# From here on lines of therapy are shown together: few patients reach them.
LAST_LINE = 6

SAMPLE = 20  # courses in the swimmer plot
PARAMETERS = {"last_line": LAST_LINE, "days_per_month": DAYS_PER_MONTH, "patients": SAMPLE, "first_line": 1}
# Made from tables or columns that an older store lacks: then there is no such fact, and the page says so.
MAY_BE_MISSING = {
    "agreement",
    "al_progressions",
    "al_responses",
    "calibration",
    "car_t",
    "car_t_reasons",
    "changes",
    "checks",
    "citations",
    "concordance",
    "cost",
    "diagnosis_agreement",
    "event_exposure",
    "event_incidence",
    "event_incidence_curve",
    "frailty_groups",
    "kappa",
    "landmark",
    "landmark_curve",
    "moved",
    "precursor_rate",
    "precursors",
    "quality",
    "readings",
    "refractory_levels",
    "relapses",
    "relaxed",
    "risk_missing",
    "risk_of_2025",
    "risk_signs",
    "swimmer",
    "ways",
    "work_up",
}


def read_facts(database: Path, *, internal: bool = False) -> dict[str, pl.DataFrame]:
    """The result of each query by its name; no row of a patient, empty where its table is not stored.

    What is not internal has passed the rule of disclosure: counts of few are null. Raises FileNotFoundError where there
    is no store.
    """
    if not database.is_file():
        raise FileNotFoundError(f"no store at {database}: make one with `mspike run --input … --output …`")
    with connect(database, read_only=True) as connection:
        make_cohort(connection)
        queries = {query.stem: query for query in sorted(QUERIES.glob("*.sql"))}
        facts = {name: answer_if_stored(connection, query) for name, query in queries.items()}
        courses = answer_if_stored(connection, SQL / "figures" / "swimmer.sql")
    cohort = facts["flow"]["cohort"][0]
    if facts["quality"].width:
        facts["quality"] = _with_outside(facts["quality"])
    released = facts if internal else released_facts(facts, queries)
    return {**released, "swimmer": courses if internal or not courses.width else protect_courses(courses, cohort)}


def released_facts(facts: dict[str, pl.DataFrame], queries: dict[str, Path]) -> dict[str, pl.DataFrame]:
    """The facts as they may be shared; what is not stored stays empty."""
    stored = {name: fact for name, fact in facts.items() if fact.width}
    return {**facts, **shared(stored, queries)}


def _with_outside(found: pl.DataFrame) -> pl.DataFrame:
    """The indicators with `outside`, the limits of the funnel that a site's exact counts lie beyond, and `is_low`.

    To be found before counts are rounded, so that every page names the same sites. Null where it is not known.
    """
    shares = dict(found.filter(pl.col("site").is_null()).select("id", "share").rows())
    sites = found.drop_nulls(["site", "numerator", "denominator"]).filter(pl.col("denominator") > 0)
    known = [
        beside_limits(of_one, shares[str(id_)]).select(
            "id", "site", "outside", is_low=pl.col("share") < shares[str(id_)]
        )
        for (id_,), of_one in sites.group_by("id", maintain_order=True)
        if shares.get(str(id_)) is not None
    ]
    empty = pl.DataFrame(schema={"id": pl.String, "site": pl.String, "outside": pl.String, "is_low": pl.Boolean})
    return found.join(pl.concat([empty, *known]), on=["id", "site"], how="left", maintain_order="left")


def answer_if_stored(connection: duckdb.DuckDBPyConnection, query: Path) -> pl.DataFrame:
    """The result of a query; a frame without columns where a store of another version lacks what it asks of."""
    try:
        return _answer(connection, query)
    except (duckdb.CatalogException, duckdb.BinderException):
        if query.stem not in MAY_BE_MISSING:
            raise
        return pl.DataFrame()


def _answer(connection: duckdb.DuckDBPyConnection, query: Path) -> pl.DataFrame:
    text = query.read_text(encoding="utf-8")
    make_macros(connection, text, there=OF_THE_COHORT)
    used = {name: value for name, value in PARAMETERS.items() if f"${name}" in text}
    return connection.sql(text, params=used).pl()
