"""The page of quality shows the numbers that the audit stored, and each number opens as many rows."""

from __future__ import annotations

import csv
import html
import io
import re

import duckdb
import pytest

from flows.explore.evidence import LOOKED_FOR, STAGES
from flows.explore.listing import of
from flows.explore.pages.quality import RESULTS
from flows.explore.recorded import RECORDS
from flows.explore.untested import AT_VISIT, BEFORE_LINE_1
from flows.sql_files import SQL
from tests.explore.conftest import Client
from tests.explore.test_patients import hrefs, rows_of

MRD = "Q.mrd_after_cr"


def cells(text: str) -> list[list[str]]:
    """The rows of the tables of a page, as text."""
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", text, re.S)
    return [
        [
            " ".join(html.unescape(re.sub(r"<[^>]+>", " ", cell)).split())
            for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.S)
        ]
        for row in rows
    ]


def test_every_indicator_of_the_store_is_there_with_its_number(
    client: Client, stored: duckdb.DuckDBPyConnection
) -> None:
    text = client.page("quality").text
    found = stored.execute("select id, denominator, unknown from quality_indicator where site is null").fetchall()
    linked = {found for link in hrefs(text, "quality") for found in re.findall(r"indicator=(Q[\w.]+)", link)}
    assert linked == {name for name, *_ in found}
    by_question = {row[0]: row for row in cells(text) if len(row) > 3}
    questions = dict(stored.execute("select id, states from criterion").fetchall())
    assert {name: by_question[questions[name]][2:4] for name, *_ in found} == {
        name: [f"{denominator:,}", f"{unknown:,}"] for name, denominator, unknown in found
    }


@pytest.mark.parametrize("indicator", [MRD, "Q.fish", "Q.monthly"])
def test_a_site_s_numbers_are_the_stored_ones_and_open_as_many_rows(
    client: Client, stored: duckdb.DuckDBPyConnection, indicator: str
) -> None:
    found = {
        site: (met, of_ - met, unknown)
        for site, met, of_, unknown in stored.execute(
            "select coalesce(site, 'All'), numerator, denominator, unknown from quality_indicator where id = ?",
            [indicator],
        ).fetchall()
    }
    shown = {
        row[0]: tuple(int(n.replace(",", "")) for n in row[-3:])
        for row in cells(client.page("quality", indicator=indicator).text)[1:]
    }
    assert {site.split()[0]: counts for site, counts in shown.items()} == found
    whole = [[row["site"] for row in rows_of(client, of=of("indicator", indicator, result))] for result in RESULTS]
    assert {site: tuple(len(s) if site == "All" else s.count(site) for s in whole) for site in found} == found
    site = max(found)
    alone = [rows_of(client, of=of("indicator", indicator, result, site)) for result in RESULTS]
    assert tuple(map(len, alone)) == found[site]


def test_three_clicks_tell_who_fails_the_mrd_indicator_at_a_site_and_why(
    client: Client, stored: duckdb.DuckDBPyConnection
) -> None:
    [(site, patients)] = stored.execute(
        "select site, list(distinct patient_id order by patient_id) from quality_indicator_row"
        " where id = $id and passed = false group by site order by count(*) desc, site limit 1",
        {"id": MRD},
    ).fetchall()
    quality = next(link for link in hrefs(client.page("about").text, "quality"))
    one = next(link for link in hrefs(client.ask(quality).text, "quality") if f"indicator={MRD}" in link)
    failed = of("indicator", MRD, "failed", site).replace(":", "%3A")
    listed = next(link for link in hrefs(client.ask(one).text, "patients") if link.endswith(failed))
    text = client.ask(listed).text
    assert [patient for patient in patients if patient not in text] == []
    whys = [row["why"] for row in rows_of(client, of=of("indicator", MRD, "failed", site))]
    assert all(
        re.match(r"no MRD test recorded|nearest MRD test \d{4}-\d\d-\d\d, [\d,]+ days? (after|before) ", why)
        for why in whys
    )


def test_the_nearest_test_is_the_nearest(client: Client, stored: duckdb.DuckDBPyConnection) -> None:
    found = {
        (patient, str(line)): (str(nearest), days)
        for patient, line, nearest, days in stored.execute(
            "select patient_id, line, arg_min(collected_on, abs(collected_on - dated)), min(abs(collected_on - dated))"
            " from quality_indicator_row join mrd using (patient_id) where id = $id and passed = false group by all",
            {"id": MRD},
        ).fetchall()
    }
    whys = {(row["patient_id"], row["line"]): row["why"] for row in rows_of(client, of=of("indicator", MRD, "failed"))}
    assert len(found) > 0
    for key, (nearest, days) in found.items():
        assert whys[key].startswith(f"nearest MRD test {nearest}, {days:,} day")
    assert {why for key, why in whys.items() if key not in found} <= {
        "no MRD test recorded",
        "no MRD test recorded, a record of it could not be read",
    }


def test_a_stage_that_can_t_be_derived_has_the_tests_that_are_missing(
    client: Client, stored: duckdb.DuckDBPyConnection
) -> None:
    because = dict(stored.execute("select patient_id, unknown_because from staging").fetchall())
    rows = rows_of(client, of=of("indicator", "Q.iss", "failed"))
    named = {"beta2_microglobulin": "β2-microglobulin", "albumin": "albumin"}
    assert len(rows) > 0
    for row in rows:
        tests = re.search(r"(?:^|; )ISS: ([^;]+)", because[row["patient_id"]] or "")
        if not tests:
            assert row["why"] == "recorded by the clinic, and can’t be derived"
            continue
        assert [test for test in named if (test in tests[1]) != (named[test] in row["why"])] == []


def test_of_every_indicator_it_is_known_what_decides() -> None:
    asked = {file.stem for file in (SQL / "indicators").glob("Q.*.sql")}
    explained = [*LOOKED_FOR, *STAGES, *RECORDS, *AT_VISIT, *BEFORE_LINE_1]
    assert set(explained) == asked
    assert len(explained) == len(asked)


def test_every_row_that_fails_or_is_not_known_says_why(client: Client, stored: duckdb.DuckDBPyConnection) -> None:
    """In English of every indicator, in the other language of one of each kind."""
    kinds = (LOOKED_FOR, STAGES, RECORDS, AT_VISIT, BEFORE_LINE_1)
    counted = "select id, passed is null, count(*) from quality_indicator_row where passed is not true group by all"
    counts = [("en", *row) for row in stored.execute(counted).fetchall()]
    there = [row[1] for row in counts]
    of_each_kind = {next(name for name in kind if name in there) for kind in kinds}
    counts += [("ja", *row) for _, *row in counts if row[0] in of_each_kind]
    for lang, indicator, is_unknown, n in counts:
        found = rows_of(client, of=of("indicator", indicator, "unknown" if is_unknown else "failed"), lang=lang)
        whys = [row["why"] for row in found]
        assert len(whys) == n
        if not is_unknown:
            assert all(whys), indicator


def test_a_visit_without_immunofixation_says_in_which_fluid(client: Client, stored: duckdb.DuckDBPyConnection) -> None:
    done = {
        (patient, str(line or ""), str(day)): {"serum": serum, "urine": urine}
        for patient, line, day, serum, urine in stored.execute(
            "select patient_id, line, visit_date, serum_immunofixation_positive is not null,"
            " urine_immunofixation_positive is not null from visit_evidence"
        ).fetchall()
    }
    rows = rows_of(client, of=of("indicator", "Q.immunofixation", "failed"))
    assert len(rows) > 0
    for row in rows:
        there = done[row["patient_id"], row["line"], row["dated"]]
        assert {fluid: f"{fluid} immunofixation" not in row["why"] for fluid in there} == there


def test_a_judgement_that_is_another_is_said_beside_the_derived_one(
    client: Client, stored: duckdb.DuckDBPyConnection
) -> None:
    reviewed = "select patient_id, line, visit_date, derived, recorded, assessed_on from agreement_review"
    judged = {
        (patient, str(line), str(day)): f"derived {derived}, recorded {recorded} on {on}"
        for patient, line, day, derived, recorded, on in stored.execute(reviewed).fetchall()
    }
    rows = rows_of(client, of=of("indicator", "Q.agreement", "failed"))
    assert len(rows) > 0
    assert [row for row in rows if judged[row["patient_id"], row["line"], row["dated"]] not in row["why"]] == []


def test_what_was_given_or_that_nothing_was_is_said(client: Client, stored: duckdb.DuckDBPyConnection) -> None:
    given = stored.execute("select distinct patient_id from given_care where purpose = 'zoster'").fetchall()
    had = {patient for [patient] in given}
    rows = rows_of(client, of=of("indicator", "Q.zoster", "failed"))
    assert {row["patient_id"] in had for row in rows} == {True, False}
    for row in rows:
        assert row["why"].startswith("no ") == (row["patient_id"] not in had)


def test_the_drugs_of_a_line_are_those_recorded_in_it(client: Client, stored: duckdb.DuckDBPyConnection) -> None:
    began = "select drug, start_date from given_drug where patient_id = ? and line = 2 and drug is not null"
    rows = rows_of(client, of=of("indicator", "Q.triplet_at_relapse", "failed"))
    assert len(rows) > 0
    for row in rows:
        for drug, day in stored.execute(began, [row["patient_id"]]).fetchall():
            assert re.search(rf"{day}[^,]* {drug}", row["why"])


def test_the_cohorts_of_an_analysis_do_not_narrow_an_indicator(client: Client) -> None:
    narrowed = {"a.name": "Women", "a.sex": "F"}
    whole, some = (cells(client.page("quality", **fields).text) for fields in ({}, narrowed))
    assert whole == some
    assert "do not narrow" in client.page("quality", **narrowed).text


def test_a_failing_check_opens_as_many_rows_as_it_counts(client: Client, stored: duckdb.DuckDBPyConnection) -> None:
    checks = stored.execute(
        'select id, "table", "column", violated from data_check where site is null and verdict = \'fail\''
    ).fetchall()
    assert len(checks) > 0
    for name, table, column, violated in checks:
        listed = rows_of(client, of=of("check", name, table or "", column or ""))
        assert len(listed) == violated, name
    shown = [row for row in cells(client.page("quality").text) if len(row) == 6]
    assert len([row for row in shown if row[2].replace(",", "").isdigit()]) >= len(checks)


def test_the_funnel_can_be_taken_away_with_its_figures(client: Client, stored: duckdb.DuckDBPyConnection) -> None:
    svg = client.page("quality/figure/funnel.svg", indicator=MRD)
    assert svg.text.startswith("<?xml")
    figures = list(csv.DictReader(io.StringIO(client.page("quality/figure/funnel.csv", indicator=MRD).text)))
    found = stored.execute("select site, numerator from quality_indicator where id = ?", [MRD]).fetchall()
    assert {row["site"]: row["numerator"] for row in figures} == {site or "": str(n) for site, n in found}
    assert client.page("quality", indicator="Q.none").status_code == 400
    assert client.page("quality/figure/funnel.csv").status_code == 400


def test_a_test_of_the_work_up_opens_who_had_it_not(client: Client, stored: duckdb.DuckDBPyConnection) -> None:
    shown = "select test, site, not_done from work_up where not_done > 0 and (site is null or never_recorded = 0)"
    counts = stored.execute(shown).fetchall()
    assert len(counts) > 20
    for test, site, n in counts[::7]:
        assert len(rows_of(client, of=of("work_up", test, "not_done", *([site] if site else [])))) == n
    linked = {link for link in hrefs(client.page("quality").text, "patients") if "of=work_up" in link}
    assert len(linked) == len(counts)
    assert client.page("patients", of=of("work_up", "none", "done")).status_code == 400
    assert client.page("patients", of=of("work_up", "marrow", "lost")).status_code == 400
