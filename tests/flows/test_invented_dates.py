"""Dates given in days from a day 0 of everybody are invented: a run says so, and asks nothing of a calendar of them."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from flows.batch import run
from flows.job import Job
from tests.flows.test_forms import COMMPASS, COMMPASS_FILES

CALENDAR = "('timeliness.patient', 'timeliness.site', 'plausibility.after_cutoff')"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of a run on days from the day 0 that the registry sets for everybody; one date is of another age."""
    extract, store = tmp_path_factory.mktemp("extract"), tmp_path_factory.mktemp("out") / "store"
    for name, text in COMMPASS_FILES.items():
        if text:
            (extract / f"{name}.csv").write_text(text.replace('"M1",185,', '"M1",1500,'), encoding="utf-8")
    (extract / "registry.toml").write_text(COMMPASS, encoding="utf-8")
    run(Job(extract, store))
    return store


def test_run_json_and_the_report_say_that_dates_are_invented(store):
    said = json.loads((store / "run.json").read_text(encoding="utf-8"))
    assert (said["dates_invented"], said["cutoff"], said["rows_after_cutoff"]) == (True, None, 0)
    page = (store / "report" / "index.html").read_text(encoding="utf-8")
    assert "Dates are invented" in page
    assert "They were diagnosed from" not in page


def test_no_calendar_period_timeliness_or_cut_off_is_asked_of_invented_dates(store):
    with duckdb.connect(str(store / "registry.duckdb"), read_only=True) as connection:
        strata = {name for (name,) in connection.execute("select distinct stratum_by from survival").fetchall()}
        checks = connection.execute(f"select distinct verdict from data_check where id in {CALENDAR}").fetchall()
        followed = connection.execute("select max(last_contact_date) from patients").fetchall()
        ends = connection.execute("select max(end_date) from time_to_event where endpoint = 'OS'").fetchall()
    assert checks == [("not_applicable",)]
    assert "overall" in strata
    assert "diagnosis_period" not in strata
    assert ends[0][0] > followed[0][0]  # seen later than recorded, which a cut-off would have cut
