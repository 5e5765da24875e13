"""Table 1 is asked on few dates, of many patients at once: the answers are those of each date asked for itself."""

from __future__ import annotations

from random import Random
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from rules.criterion import Edition, load_edition
from tests.differential.agreement import frames
from tests.differential.histories_of_diagnosis import registry
from transforms import relapse
from transforms.derive import derive
from transforms.diagnosis import judged_at
from transforms.relapse import car_t

PATIENTS = 100
Tables = dict[str, pl.LazyFrame]
few = car_t.dates_asked


def every_date(visits: pl.LazyFrame, tables: Tables, edition: Edition) -> pl.LazyFrame:
    """Beside those that are asked every visit of every patient."""
    all_visits = visits.select("patient_id", on_date="visit_date")
    asked = few(visits, tables, edition).select("patient_id", "on_date")
    return pl.concat([asked, all_visits]).unique().with_columns(until="on_date")


def later(rows: pl.DataFrame, dated: str, days: int) -> pl.DataFrame:
    """The rows dated up to so many days later, each patient's by as many, and row by row by some days more."""
    moved = pl.col("patient_id").hash(days) % days + pl.int_range(pl.len()) % 5
    return rows.with_columns(pl.col(dated) + pl.duration(days=moved))


def derived(seed: int, *, losses: float = 0) -> pl.DataFrame:
    """CAR-T of made-up patients whose signs come at some time of their course."""
    made = frames(registry(Random(seed), PATIENTS, losses=losses))
    of_signs = pl.col("analyte").is_in([*car_t.IN_BLOOD, "wbc", "vegf"])
    signs = later(made["labs"].filter(of_signs), "collected_on", 700)
    findings = later(made["findings"], "observed_on", 700)
    labs = pl.concat([made["labs"].filter(~of_signs), signs])
    return derive(made | {"labs": labs, "findings": findings}, load_edition())["car_t_eligibility"]


@pytest.mark.parametrize(("losses", "seed"), [(0, 2), (0.1, 3)])
def test_car_t_asked_on_few_dates_is_what_every_visit_says(losses: float, seed: int) -> None:
    expected: list[pl.DataFrame] = []
    answered = car_t.car_t_eligibility

    def answered_twice(*of: Any) -> pl.LazyFrame:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(car_t, "dates_asked", every_date)
            expected.append(answered(*of).sort("patient_id", "line", "visit_date").collect())
        return answered(*of)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(relapse, "car_t_eligibility", answered_twice)
        found = derived(seed, losses=losses)
    [of_every_visit] = expected
    assert_frame_equal(found, of_every_visit.with_columns(pl.col("patient_id").cast(pl.String)))


def test_few_dates_are_asked_of_histories_in_which_car_t_is_ruled_out_later(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int]] = []

    def counted(visits: pl.LazyFrame, tables: Tables, edition: Edition) -> pl.LazyFrame:
        dates = few(visits, tables, edition)
        asked.append((dates.collect().height, every_date(visits, tables, edition).collect().height))
        return dates

    monkeypatch.setattr(car_t, "dates_asked", counted)
    found = derived(1)
    [(some, all_)] = asked
    assert 0 < some < all_
    is_ruled_out = pl.col("clauses_against").list.contains("RR.car_t_disease")
    by_patient = found.group_by("patient_id").agg(is_ruled_out.any() & ~is_ruled_out.all())
    assert by_patient["clauses_against"].any()


def test_dates_judged_together_are_judged_as_each_is_alone() -> None:
    tables = {name: frame.lazy() for name, frame in frames(registry(Random(4), PATIENTS)).items()}
    dated = tables["labs"].select("patient_id", on_date="collected_on").unique()
    nth = pl.col("on_date").rank("ordinal").over("patient_id")
    days = pl.duration(days=pl.col("patient_id").hash(1) % 41)  # each patient's own
    about = dated.with_columns(nth=nth, until=pl.col("on_date") + days).filter(nth <= 4).collect()
    together = judged_at(about.drop("nth").lazy(), tables, load_edition()).collect()
    apart = [
        judged_at(alone.drop("nth").lazy(), tables, load_edition()).collect() for _, alone in about.group_by("nth")
    ]
    assert len(apart) > 1
    assert_frame_equal(together, pl.concat(apart), check_row_order=False)
