"""Section 11: drugs given and failed, relapses by kind, and who may have CAR-T at each visit."""

from __future__ import annotations

import polars as pl

from rules.criterion import Edition
from transforms.relapse.car_t import car_t_eligibility
from transforms.relapse.drugs_given import GIVEN_DRUG, given_drugs
from transforms.relapse.kinds import relapses
from transforms.relapse.refractoriness import REFRACTORINESS, refractoriness, refractory_levels
from transforms.relapse.transplants import transplants

__all__ = ["failed_drugs", "relapse_tables"]


def relapse_tables(
    lines: pl.LazyFrame,
    visits: pl.LazyFrame,
    results: pl.LazyFrame,
    tables: dict[str, pl.LazyFrame],
    edition: Edition,
) -> dict[str, pl.DataFrame]:
    """The tables of section 11. `lines` have their progression and what they are measurable by, `visits` the verdict of
    every clause, `results` is the long table of tests, `tables` are those in.
    """
    given = given_drugs(tables["treatments"], tables["refused_row"], lines, edition).collect().lazy()
    of_drugs = failed_drugs(given, edition)
    grafts = transplants(tables["treatments"], given).collect().lazy()
    relapse = relapses(lines, visits, results, tables, edition, grafts=grafts)
    car_t = car_t_eligibility(visits, lines, given, tables, edition)
    return {
        **of_drugs,
        "transplant": grafts.sort("patient_id", "line", "transplanted_on").collect(),
        "relapse": relapse.sort("patient_id", "line").collect(),
        "car_t_eligibility": car_t.sort("patient_id", "line", "visit_date").collect(),
    }


def failed_drugs(given: pl.LazyFrame, edition: Edition) -> dict[str, pl.DataFrame]:
    """The tables `given_drug`, `refractoriness` and `refractory_level`, of `given_drugs`."""
    failed = refractoriness(given).collect().lazy()
    return {
        "given_drug": given.select(GIVEN_DRUG)
        .sort("patient_id", "line", "start_date", "last_dose_on", "phase", "drug")
        .collect(),
        "refractoriness": failed.select(REFRACTORINESS).sort("patient_id", "line", "drug").collect(),
        "refractory_level": refractory_levels(failed, edition).sort("patient_id", "level").collect(),
    }
