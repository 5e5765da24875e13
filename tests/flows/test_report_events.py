"""The report on adverse events, causes of death and published figures, of a store with known rows."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from flows.report import write_report
from tests.flows.report_store import SCHEMA, filled_store
from tests.flows.test_report_guideline import cells, section

TABLES = ("event_incidence", "event_incidence_curve", "event_exposure", "precursor_rate")
# 40 of 200 had the event: one more every 50 days; 20 died without it. A second kind is too rare to show.
ROWS = [
    "insert into event_incidence by name select analysis, 'line_start' as origin, 1 as line, cause, 200 as n, events,"
    " 0 as n_entered_late, 0 as n_never_at_risk, 0 as n_before, 0 as n_unknown, 0.035 as at_12, 0.02 as at_12_low,"
    " 0.07 as at_12_high from (values ('skeletal_event', 'skeletal_event', 40), ('skeletal_event', 'death', 20),"
    " ('jaw_osteonecrosis', 'jaw_osteonecrosis', 3), ('jaw_osteonecrosis', 'death', 20)) as r(analysis, cause, events)",
    "insert into event_incidence by name select 'smm_progression' as analysis, 'diagnosis' as origin,"
    " 'progression' as cause, 100 as n, 40 as events,"
    " 0 as n_entered_late, 0 as n_never_at_risk, 0 as n_before, 0 as n_unknown, 0.2 as at_24,"
    " 0.15 as at_24_low, 0.3 as at_24_high",
    "insert into event_incidence_curve select 'skeletal_event', 'line_start', 1, 'skeletal_event', 50 * n, 200 - n,"
    " case when n > 0 then 1 else 0 end, n / 200, n / 250, n / 150 from range(41) as r(n)",
    "insert into event_exposure by name select 'skeletal_event' as event, 'bone_agent' as exposure, is_exposed, n,"
    " events, 0 as n_left_out, years as person_years, 100 * events / years as rate_per_100_years, 1.0 as rate_low,"
    " 9.0 as rate_high, ratio as hazard_ratio, 0.5 as ci_low, 2.5 as ci_high from (values"
    " (true, 120, 34, 542.4, 1.234), (false, 150, 3, 359.7, null)) as r(is_exposed, n, events, years, ratio)",
    "insert into precursor_rate values ('SMM', 0, 5, 80, 30, 301.7, 9.94, 6.7, 14.2),"
    " ('SMM', 5, 10, 20, 2, 55, 3.6, 0.4, 13)",
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = filled_store(tmp_path_factory.mktemp("events") / "registry.duckdb")
    with duckdb.connect(str(path)) as connection:
        for name in TABLES:
            connection.execute((SCHEMA / f"{name}.sql").read_text(encoding="utf-8"))
        for statement in ROWS:
            connection.execute(statement)
    return path


@pytest.fixture(scope="module")
def internal(store: Path) -> Path:
    return write_report(store, store.parent, internal=True, output=store.parent / "internal.html")


@pytest.fixture(scope="module")
def shared(store: Path) -> Path:
    return write_report(store, store.parent)


def test_incidences_stand_by_what_ended_the_time(internal: Path) -> None:
    found = cells(section(internal, "events"), "First adverse events")
    assert found[0] == ["Skeletal event 200 patients"]
    assert found[1][:3] == ["first event", "40", "4 %"]
    assert found[2][:2] == ["death without it", "20"]


def test_a_shared_page_reads_shares_from_the_shared_curve_and_hides_the_few(shared: Path) -> None:
    found = cells(section(shared, "events"), "First adverse events")
    assert found[1][0] == "first event"
    assert found[1][2] == "4 %"
    of_jaw = found[[row[0] for row in found].index("Osteonecrosis of the jaw 200 patients") + 1]
    assert of_jaw == ["first event", "hidden", "–", "–", "–", "–"]


def test_a_rate_of_few_is_hidden_and_years_are_rounded(internal: Path, shared: Path) -> None:
    exact = cells(section(internal, "events"), "First adverse events by exposure")
    assert exact[1][:5] == ["exposed", "120", "34", "540", "6.3"]
    assert exact[2][:5] == ["not exposed", "150", "3", "360", "0.8"]
    rows = cells(section(shared, "events"), "First adverse events by exposure")
    assert rows[1][:5] == ["exposed", "120", "35", "540", "6.3"]
    assert rows[2][2:5] == ["hidden", "–", "–"]


def test_where_nothing_was_recorded_the_page_says_so(internal: Path) -> None:
    assert "No cause of death was recorded." in section(internal, "events")


def test_published_figures_stand_beside_the_registry_s_with_whose_they_are(internal: Path) -> None:
    found = section(internal, "published")
    rows = cells(found, "Observed and published figures")
    assert [row[-1] for row in rows[1:4]] == ["62 months", "44 months", "29 months"]
    assert "1,996 patients with smouldering myeloma" in found
    assert ["at 2 years", "100", "20 %", "15 % to 30 %", "22 %"] in rows
    assert ["years 0 to 5, per 100 patient-years", "80", "9.9", "6.7 to 14.2", "10.0"] in rows
    assert "MGUS" not in found, "the registry has no figure of its own to stand beside it"


def test_a_rate_of_few_stands_hidden_beside_the_published_one(shared: Path) -> None:
    rows = cells(section(shared, "published"), "Observed and published figures")
    [late] = [row for row in rows if row[0].startswith("years 5 to 10")]
    assert late[2:] == ["–", "", "3.0"]
