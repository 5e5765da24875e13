"""Strata at their boundaries, and delayed entry by hand."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from transforms.survival import NEEDED, STRATA, SURVIVAL, SURVIVAL_CURVE, line_strata, survival
from transforms.survival.curves import NO_ONE_AT_RISK
from transforms.survival.strata import strata

DIAGNOSED = date(2015, 6, 15)


def _stratum(by: str, patient: dict[str, Any] | None = None, staging: dict[str, Any] | None = None) -> str:
    patients = pl.DataFrame({"patient_id": ["p"], "diagnosis_date": [DIAGNOSED], **(patient or {})})
    return str(strata(patients, pl.DataFrame({"patient_id": ["p"], **(staging or {})}))[by].item())


@pytest.mark.parametrize(
    ("born", "band"),
    [
        (date(1950, 6, 16), "<65"),  # 65 tomorrow
        (date(1950, 6, 15), "65-74"),  # 65 today
        (date(1940, 6, 16), "65-74"),  # 75 tomorrow
        (date(1940, 6, 15), "75+"),
        (date(2015, 6, 15), "<65"),
        (date(2015, 6, 16), "unknown"),  # born after diagnosis
        (None, "unknown"),
    ],
)
def test_age_is_in_completed_years_at_diagnosis(born: date | None, band: str) -> None:
    assert _stratum("age_band", {"birth_date": pl.Series([born], dtype=pl.Date)}) == band


@pytest.mark.parametrize(("hits", "stratum"), [(0, "0"), (2, "2"), (3, "3+"), (4, "3+"), (None, "unknown")])
def test_triple_hit_is_three_or_more(hits: int | None, stratum: str) -> None:
    assert _stratum("high_risk_hits", staging={"high_risk_hits": pl.Series([hits], dtype=pl.Int64)}) == stratum


@pytest.mark.parametrize(
    ("diagnosed", "period"),
    [(date(2014, 12, 31), "2010-2014"), (date(2015, 1, 1), "2015-2019"), (date(2019, 12, 31), "2015-2019")],
)
def test_periods_are_five_calendar_years(diagnosed: date, period: str) -> None:
    assert _stratum("diagnosis_period", {"diagnosis_date": [diagnosed]}) == period


def test_nothing_known_only_later_is_offered() -> None:
    assert not [by for by in STRATA if "mrd" in by or "response" in by or "transplant" in by]


def test_a_patient_without_columns_is_unknown_by_all() -> None:
    alone = pl.DataFrame({"patient_id": ["p"]})
    assert set(strata(alone, alone).drop("patient_id", "overall").row(0)) == {"unknown"}


def registry(text: str, **columns: object) -> tuple[pl.DataFrame, pl.DataFrame]:
    """`30<50+`: registered on day 30, censored on day 50. `5`: an event, registered at diagnosis. `?5`: no date."""
    words = text.split()
    ids = [f"p{i}" for i in range(len(words))]
    entries = [word.partition("<")[0] if "<" in word else None if "?" in word else "0" for word in words]
    ends = [word.partition("<")[2] or word.lstrip("?") for word in words]
    days = [int(end.rstrip("+")) for end in ends]
    times = pl.DataFrame(
        {
            "patient_id": ids,
            "endpoint": "OS",
            "origin": "diagnosis",
            "line": pl.Series([None] * len(ids), dtype=pl.Int64),
            "start_date": DIAGNOSED,
            "days": days,
            "event": [not end.endswith("+") for end in ends],
            "progression_source": pl.Series([None] * len(ids), dtype=pl.String),
            **columns,
        }
    )
    registered = [None if entry is None else DIAGNOSED + timedelta(days=int(entry)) for entry in entries]
    patients = pl.DataFrame(
        {
            "patient_id": ids,
            "diagnosis": "MM",
            "diagnosis_date": DIAGNOSED,
            "registered_on": pl.Series(registered, dtype=pl.Date),
        }
    )
    return survival(times, pl.DataFrame({"patient_id": ids}), patients)


def _overall(tables: tuple[pl.DataFrame, pl.DataFrame]) -> tuple[dict[str, Any], list[tuple[Any, ...]]]:
    summary, curve = (table.filter(pl.col("stratum_by") == "overall") for table in tables)
    return summary.row(0, named=True), curve.select("day", "at_risk", "events", "entered", "survival").rows()


def test_a_late_patient_is_at_risk_from_the_day_after_registration() -> None:
    # Day 10: of the 2 there from the start one dies, 1/2. On day 20 a third enters; on day 30 one of 2 dies, 1/4.
    summary, curve = _overall(registry("10 30 20<40+"))
    assert curve == [
        (0, 2, 0, 0, 1.0),
        (10, 2, 1, 0, 0.5),
        (20, 1, 0, 1, 0.5),
        (30, 2, 1, 0, 0.25),
        (40, 1, 0, 0, 0.25),
    ]
    assert (summary["n"], summary["n_entered_late"], summary["delayed_entry"]) == (3, 1, True)


def test_an_event_on_the_day_of_another_s_registration_is_not_shared() -> None:
    _, curve = _overall(registry("10 30+ 10<40+"))
    assert curve[1] == (10, 2, 1, 1, 0.5)


def test_ignoring_registration_would_be_too_hopeful() -> None:
    """Those registered late lived to be; counted from diagnosis they'd dilute the early deaths."""
    late = _overall(registry("10 20 60+ 50<70+ 50<80+ 50<90+"))[1]
    naive = _overall(registry("10 20 60+ ?70+ ?80+ ?90+"))[1]
    assert [row[-1] for row in late if row[0] == 20] == [pytest.approx(1 / 3)]
    assert [row[-1] for row in naive if row[0] == 20] == [pytest.approx(4 / 6)]


def test_who_is_gone_at_registration_is_left_out_and_counted() -> None:
    summary, _ = _overall(registry("10 30+ 20<20 20<15+ 20<21"))
    assert (summary["n"], summary["n_never_at_risk"], summary["n_entered_late"], summary["events"]) == (3, 2, 1, 2)


def test_who_dies_on_the_day_of_diagnosis_registered_that_day_counts() -> None:
    summary, curve = _overall(registry("0 30+ 10<40+ 40+"))
    assert curve[0] == (0, 3, 1, 0, pytest.approx(2 / 3))
    assert summary["n_never_at_risk"] == 0


def test_no_date_of_registration_counts_from_diagnosis_and_is_counted() -> None:
    summary, curve = _overall(registry("10 ?30+ 20<40+"))
    assert (summary["n_entry_unknown"], curve[0][1]) == (1, 2)
    summary, _ = _overall(registry("?10 ?30+"))
    assert (summary["delayed_entry"], summary["n_entry_unknown"]) == (False, 0)


def test_a_curve_that_starts_later_says_from_when() -> None:
    summary, curve = _overall(registry("20<40 30<50+"))
    assert summary["at_risk_from_day"] == 20
    assert curve[:2] == [(0, 0, 0, 0, 1.0), (20, 0, 0, 1, 1.0)]


@pytest.mark.parametrize("text", ["10 20<40", "10 10<40", "10+ 20<40", "5 10 20<40 25<60+"])
def test_no_curve_if_no_patient_is_at_risk_before_the_last_enter(text: str) -> None:
    summary, curve = _overall(registry(text))
    assert curve == []
    assert (summary["unestimable_because"], summary["median_months"], summary["rmst_months"]) == (
        NO_ONE_AT_RISK,
        None,
        None,
    )
    assert summary["n"] == len(text.split())


def test_one_who_enters_as_the_last_is_censored_carries_the_curve_on() -> None:
    summary, curve = _overall(registry("10 20+ 20<40"))
    assert summary["unestimable_because"] is None
    assert [row[-1] for row in curve] == [1.0, 0.5, 0.5, 0.0]


@pytest.mark.parametrize("endpoint", ["OS", "PFS"])
def test_registration_truncates_time_from_a_line_too(endpoint: str) -> None:
    """Between lines as in line 1: of line 1 (30 to 70 days) one is not seen, of line 2 none enters late."""
    text = "10 30 20<40+ 50<50"
    summary, curve = _overall(registry(text, endpoint=endpoint, origin="line_start", line=1))
    assert curve == _overall(registry("10 30 20<40+"))[1]
    assert (summary["n"], summary["n_entered_late"], summary["n_never_at_risk"]) == (3, 1, 1)
    between = registry(text, endpoint=endpoint, origin="line_start", line=1)[0].filter(stratum_by="line")
    counts = between.select("n", "n_entered_late", "n_never_at_risk", "delayed_entry", "median_months")
    assert counts.rows() == [(3, 1, 1, True, summary["median_months"])]


def test_lines_are_compared_up_to_five_and_the_first_of_the_rest() -> None:
    lines = [(str(line), "p", line, 10 * line) for line in (1, 2, 5, 6, 7)]
    times = pl.DataFrame(
        [
            {"patient_id": who, "line": line, "endpoint": "PFS", "origin": "line_start", "start_date": DIAGNOSED}
            | {"days": days, "event": True, "progression_source": "derived"}
            for _, who, line, days in [*lines, ("1", "q", 1, 7), ("7", "q", 7, 9)]
        ]
    )
    alone = pl.DataFrame({"patient_id": ["p", "q"], "diagnosis": "MM"})
    found = survival(times, alone, alone)[0].filter(stratum_by="line").sort("stratum")
    assert found.select("line", "stratum", "n").rows() == [
        (None, "1", 2),
        (None, "2", 1),
        (None, "5", 1),
        (None, "6+", 2),
    ]


def test_however_many_times_are_split_at_once_curves_are_the_same(
    synthetic: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with duckdb.connect(synthetic / "registry.duckdb", read_only=True) as connection:
        given = {table: connection.table(table).pl() for table in ("time_to_event", "staging", "patients", *NEEDED)}
    asked = (given["time_to_event"], given["staging"], given["patients"], line_strata(given))
    at_once = survival(*asked)
    monkeypatch.setattr("transforms.survival.ROWS_AT_ONCE", 1)
    for whole, apart in zip(at_once, survival(*asked), strict=True):
        assert_frame_equal(whole, apart, check_exact=True)


def test_columns_are_those_of_the_schema() -> None:
    summaries, curves = registry("10 30 20<40+")
    assert (summaries.schema, curves.schema) == (pl.Schema(SURVIVAL), pl.Schema(SURVIVAL_CURVE))


@pytest.mark.parametrize(("hits", "at_most", "stratum"), [(2, 2, "2"), (2, 3, "unknown"), (3, 4, "3+")])
def test_two_hits_of_perhaps_three_are_in_no_stratum(hits: int, at_most: int, stratum: str) -> None:
    staging = {"high_risk_hits": [hits], "high_risk_hits_at_most": [at_most]}
    found = {name: pl.Series(values, dtype=pl.Int64) for name, values in staging.items()}
    assert _stratum("high_risk_hits", staging=found) == stratum
