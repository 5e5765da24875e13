"""The list behind a number has the number's rows; no id is in an address; a course is as `mspike explain` shows it."""

from __future__ import annotations

import csv
import html
import io
import re
import shutil
from pathlib import Path

import duckdb
import pytest

from flows.explain.course import course_in
from flows.explain.patient_page import sections
from flows.explore.explorer import Explorer
from flows.explore.listing import of
from flows.explore.pages.patients import PAGE
from tests.explore.conftest import PORT, Client
from transforms.cohorts import Analysis, Cohort, at_step
from transforms.survival import DAYS_PER_MONTH

ISS = {"a.name": "High", "a.iss": "III"}


def hrefs(text: str, page: str) -> list[str]:
    """The links of a page to another one, in order."""
    return [html.unescape(found) for found in re.findall(rf'href="(/[^"]+/{page}(?:\?[^"]*)?)"', text)]


def rows_of(client: Client, **fields: str) -> list[dict[str, str]]:
    """The rows of a list, as the file has them."""
    answer = client.page("patients/figure/list.csv", **fields)
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_all_members_are_listed_and_a_page_has_some_of_them(client: Client) -> None:
    explorer = client.explorer
    with explorer.runs.read(None) as (held, _):
        members = held.registry.members(Analysis())["patient_id"].to_list()
    listed = [row["Patient" if "Patient" in row else "patient_id"] for row in rows_of(client)]
    assert sorted(listed) == sorted(members)
    first = client.page("patients")
    assert len(hrefs(first.text, "patient")) == min(PAGE, len(members))
    last = hrefs(first.text, "patients")[-1]
    assert len(hrefs(client.ask(last).text, "patient")) == (len(members) - 1) % PAGE + 1


def test_no_address_of_a_page_has_a_patient_s_id(client: Client) -> None:
    text = client.page("patients").text
    ids = {row["patient_id"] for row in rows_of(client)}
    addresses = re.findall(r'(?:href|src|action)="([^"]*)"', text)
    assert not [one for one in addresses for patient in ids if patient in one]
    course = client.ask(hrefs(text, "patient")[0]).text
    assert not [one for one in re.findall(r'(?:href|src|action)="([^"]*)"', course) if any(p in one for p in ids)]
    assert not any(patient in found for found in re.findall(r"<head>.*?</head>", course, re.S) for patient in ids)


@pytest.mark.parametrize("part", ["kept", "left_out", "unknown"])
def test_a_step_s_number_is_the_length_of_its_list(client: Client, part: str) -> None:
    analysis = Analysis(cohorts=(Cohort("High", {"iss": ("III",)}),))
    with client.explorer.runs.read(None) as (held, _):
        steps = held.registry.steps(analysis)
        found = at_step(held.registry.candidates(analysis), analysis, "a", "iss", part)
    assert found.height == steps.filter(attribute="iss")[part].item()
    listed = rows_of(client, of=of("step", "a", "iss", part), **ISS)
    assert sorted(row["patient_id"] for row in listed) == sorted(found["patient_id"].to_list())
    assert len(listed) > 0


@pytest.mark.parametrize("column", ["patient_id", "site", "diagnosis_date", "lines", "last_seen"])
def test_a_heading_sorts_and_sorts_the_other_way(client: Client, column: str) -> None:
    up = [row[column] for row in rows_of(client, sort=column)]
    down = [row[column] for row in rows_of(client, sort=f"-{column}")]
    key = int if column == "lines" else str
    assert up == sorted(up, key=key)
    assert down == sorted(down, key=key, reverse=True)
    assert len(set(up)) > 1


def test_responses_are_sorted_by_how_good_they_are_and_missing_ones_come_last(client: Client) -> None:
    found = [row["best_response"] for row in rows_of(client, sort="best_response")]
    order = ["sCR", "CR", "VGPR", "PR", "MR", "SD", "PD", "NE", ""]
    assert [order.index(response) for response in found] == sorted(order.index(response) for response in found)


def test_lines_are_listed_with_their_own_regimen(client: Client, stored: duckdb.DuckDBPyConnection) -> None:
    listed = rows_of(client, origin="line_start", line="2")
    assert {row["line"] for row in listed} == {"2"}
    drugs = dict(stored.execute("select patient_id, drugs from lines where line = 2").fetchall())
    assert {row["patient_id"]: row["drugs"] or None for row in listed} == {
        row["patient_id"]: drugs[row["patient_id"]] for row in listed
    }


def test_several_cohorts_stand_under_their_names(client: Client) -> None:
    fields = {**ISS, "b.name": "Low & <b>first</b>", "b.iss": "I"}
    text = client.page("patients", **fields).text
    assert "Low &amp; &lt;b&gt;first&lt;/b&gt;" in text
    assert "<b>first</b>" not in text
    listed = rows_of(client, **fields)
    assert {row["cohort"]: row["iss"] for row in listed} == {"a": "III", "b": "I"}


@pytest.mark.parametrize(
    "fields",
    [
        {"of": "nothing"},
        {"of": "members:e"},
        {"of": "members:a:b:c"},
        {"of": "step:a:iss:kept"},
        {"of": "indicator:Q.none:failed"},
        {"of": "indicator:Q.iss:<script>"},
        {"of": "check:none:x:y"},
        {"of": ":::%zz"},
        {"sort": "birth_date"},
        {"sort": "--site"},
        {"at": "0"},
        {"at": "-1"},
        {"at": "9999999"},
        {"at": "²"},
    ],
)
def test_what_is_not_there_is_said_and_nothing_breaks(client: Client, fields: dict[str, str]) -> None:
    answer = client.page("patients", **fields)
    assert answer.status_code == 400
    assert "<script>" not in answer.text


def test_a_course_is_what_explain_shows(client: Client, stored: duckdb.DuckDBPyConnection) -> None:
    link = hrefs(client.page("patients", sort="-lines").text, "patient")[0]
    text = client.ask(link).text
    patient = rows_of(client, sort="-lines")[0]["patient_id"]
    expected = sections(course_in(stored, patient, client.explorer.store))
    assert expected["about"] in html.unescape(text)
    assert str(expected["figure"]) in text
    rows = [row for line in expected["lines"] for row in line["rows"]]
    assert len(rows) > 0
    assert [str(row["day"]) for row in rows] == re.findall(r'<tr id="visit-([\d-]+)"', text)
    said = [sentence for line in expected["lines"] for remark in line["remarks"] for sentence in remark.sentences]
    assert [sentence for sentence in said if sentence not in html.unescape(text)] == []


def test_the_picture_and_the_visits_can_be_taken_away(client: Client) -> None:
    link = hrefs(client.page("patients", sort="-lines").text, "patient")[0]
    away = {form: hrefs(client.ask(link).text, rf"patient/figure/course\.{form}")[0] for form in ("svg", "csv")}
    assert client.ask(away["svg"]).text.startswith("<?xml")
    visits = list(csv.DictReader(io.StringIO(client.ask(away["csv"]).text)))
    assert {"visit_date", "response", "decided_by"} <= set(visits[0])


def test_a_name_of_another_session_is_no_patient(client: Client, synthetic: Path) -> None:
    other = Client(Explorer(synthetic, PORT))
    link = hrefs(other.page("patients").text, "patient")[0].replace(other.token, client.token)
    answer = client.ask(link)
    other.explorer.close()
    assert answer.status_code == 404
    assert "not of this session" in answer.text
    assert client.page("patient").status_code == 200


def test_a_group_is_its_members_and_is_called_by_its_name(client: Client) -> None:
    listed = rows_of(client, of=of("members", "a", "III"), by="iss")
    assert {row["iss"] for row in listed} == {"III"}
    assert len(listed) == len([row for row in rows_of(client, by="iss") if row["stratum"] == "III"])
    assert "All patients: III" in client.page("patients", of=of("members", "a", "III"), by="iss").text
    assert "left out at the step ISS" in client.page("patients", of=of("step", "a", "iss", "left_out"), **ISS).text
    assert "kept at the step all candidates" in client.page("patients", of=of("step", "a", "all", "kept")).text


def test_every_teaching_patient_has_a_course_and_a_store_without_audit_no_indicator(
    teaching: Path, tmp_path: Path
) -> None:
    client = Client(Explorer(shutil.copytree(teaching, tmp_path / "store"), PORT))
    text = client.page("patients", **{"a.name": "Everybody", "a.not.diagnosis": "unknown"}).text
    links = hrefs(text, "patient")
    assert len(links) > 20
    assert {client.ask(link).status_code for link in links} == {200}
    quality = client.page("quality")
    assert quality.status_code == 200
    assert "No indicator applies here" in quality.text
    client.explorer.close()


def test_members_have_their_time_to_the_endpoint(client: Client, stored: duckdb.DuckDBPyConnection) -> None:
    listed = rows_of(client, origin="line_start", line="1", endpoint="PFS")
    found = {
        patient: (
            f"{days / DAYS_PER_MONTH:.1f}" if days is not None else "",
            "" if event is None else str(event).lower(),
        )
        for patient, days, event in stored.execute(
            "select patient_id, days, event from time_to_event"
            " where endpoint = 'PFS' and origin = 'line_start' and line = 1"
        ).fetchall()
    }
    assert len(listed) > 50
    assert {row["patient_id"]: (row["months"], row["event"]) for row in listed} == {
        row["patient_id"]: found.get(row["patient_id"], ("", "")) for row in listed
    }
