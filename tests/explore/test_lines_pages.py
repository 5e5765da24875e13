"""The pages of responses and of courses: the report's numbers, names as text, and what can be taken away."""

from __future__ import annotations

import csv
import io
import re
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import duckdb
import polars as pl
import pytest

from flows.explore.pages import PAGES
from flows.report.facts import read_facts
from flows.sql_files import OF_THE_COHORT, SQL, make_cohort, make_macros
from tests.explore.conftest import Client

HOSTILE = "<script>alert('x')</script>"
QUERIES = SQL / "queries"


def asked_of(synthetic: Path, name: str, **parameters: Any) -> pl.DataFrame:
    """The answer to one of sql/queries, of the whole cohort."""
    text = (QUERIES / f"{name}.sql").read_text(encoding="utf-8")
    with duckdb.connect(str(synthetic / "registry.duckdb"), read_only=True) as connection:
        make_cohort(connection)
        make_macros(connection, text, there=OF_THE_COHORT)
        return connection.sql(text, params=parameters).pl()


def taken(client: Client, page: str, figure: str, **fields: str) -> pl.DataFrame:
    answer = client.page(f"{page}/figure/{figure}.csv", **fields)
    assert answer.status_code == 200
    return pl.read_csv(answer.content, infer_schema_length=None)


def percent(name: str) -> pl.Expr:
    return (100 * pl.col(name)).round(1).alias(name)


def near(found: list[tuple[Any, ...]], expected: list[tuple[Any, ...]]) -> bool:
    """Equal but for a tenth of a per cent, by which a share on a half is rounded up or down."""
    flat, wanted = [x for row in found for x in row], [x for row in expected for x in row]
    return len(flat) == len(wanted) and all(
        x == y or (isinstance(x, float) and isinstance(y, float) and abs(x - y) < 0.101)
        for x, y in zip(flat, wanted, strict=True)
    )


# -- the same numbers ----------------------------------------------------------------------------------------------


def test_the_rates_of_everyone_are_those_of_the_query(client: Client, synthetic: Path) -> None:
    expected = asked_of(
        synthetic, "response_rates_by_line_and_regimen", begun_within_days=30, lines_together_from=4
    ).sort("line", "regimen")
    found = taken(client, "response", "rates").filter(pl.col("regimen") != "all").sort("line", "regimen")
    counts = ("line", "regimen", "lines", "evaluable", "ne", "none", "scr", "cr", "vgpr", "pr", "mr", "sd", "pd")
    assert found.select(counts).rows() == expected.select(counts).rows()
    shares = {
        "response_share": "response_percent",
        "response_share_low": "response_low",
        "response_share_high": "response_high",
        "vgpr_share": "vgpr_percent",
        "cr_share": "cr_percent",
    }
    assert near(found.select(percent(name) for name in shares).rows(), expected.select(shares.values()).rows())


def test_the_rates_of_everyone_are_those_of_the_report(client: Client, synthetic: Path) -> None:
    reported = read_facts(synthetic / "registry.duckdb", internal=True)["response_rates"]
    # the report shows lines together from the sixth on, the page from the fourth
    reported = reported.filter(pl.col("line") < 4)
    found = taken(client, "response", "rates").filter(pl.col("regimen") == "all", pl.col("line") < 4)
    pairs = {
        "lines": "lines",
        "evaluable": "evaluable",
        "response_n": "responded",
        "vgpr_n": "vgpr_or_better",
        "cr_n": "cr_or_better",
    }
    assert found.select(pairs.keys()).rows() == reported.sort("line").select(pairs.values()).rows()


@pytest.mark.parametrize("method", ["marrow", "flow", "sequencing", "imaging"])
def test_mrd_of_everyone_is_that_of_the_query(client: Client, synthetic: Path, method: str) -> None:
    expected = asked_of(synthetic, "mrd_negativity_by_month", line=1, category=method, every_months=3, last_month=36)
    answer = client.page("response/figure/mrd-a.csv", method=method)
    if not expected.select(pl.sum_horizontal("negative", "positive").sum()).item():
        assert answer.status_code == 404
        return
    found = pl.read_csv(answer.content, infer_schema_length=None)
    counts = ("from_month", "to_month", "in_line", "tested", "negative", "positive", "unknown", "negative_after_cr")
    assert found.select(counts).rows() == expected.select(counts).rows()
    assert near(found.select(percent("negative_share")).rows(), expected.select("negative_percent").rows())


def test_depth_comes_to_what_lines_came_to(client: Client, synthetic: Path) -> None:
    reached = asked_of(synthetic, "depth_and_time_of_response", lines_together_from=4).filter(pl.col("line") == 1)
    curve = taken(client, "response", "depth-a")
    shares = dict(curve.group_by("stratum").agg(pl.col("value").max()).rows())
    for depth, percent_reached in reached.select("depth", "reached_percent").rows():
        # who is followed no longer is taken to fare as those who are
        assert percent_reached - 0.1 <= 100 * shares[depth] <= percent_reached + 12


def test_attrition_of_everyone_is_that_of_the_query(client: Client, synthetic: Path) -> None:
    expected = asked_of(synthetic, "attrition_between_lines")
    found = taken(client, "course", "attrition")
    same = ("line", "started", "next_line", "died", "progressed")
    assert found.select(same).rows() == expected.select(same).rows()
    # the page tells the lost from those still in line, and from those of whom nothing is known
    rest = pl.col("on") + pl.col("lost") + pl.col("unknown")
    query_rest = pl.col("on_without_progression") + pl.col("progression_unknown")
    assert found.select(rest).to_series().to_list() == expected.select(query_rest).to_series().to_list()
    assert found["months_median"].round(1).to_list() == expected["months_median"].to_list()


def test_the_swimmers_of_everyone_are_the_reports(client: Client, synthetic: Path) -> None:
    reported = read_facts(synthetic / "registry.duckdb", internal=True)["swimmer"]
    found = taken(client, "course", "swims-a")
    assert found["row"].to_list() == reported["row"].to_list()
    assert found["state"].to_list() == reported["state"].to_list()
    assert found["last_month"].round(6).to_list() == reported["last_month"].round(6).to_list()


def test_refractoriness_of_everyone_is_that_of_the_table(client: Client, synthetic: Path) -> None:
    with duckdb.connect(str(synthetic / "registry.duckdb"), read_only=True) as connection:
        make_cohort(connection)
        [[refractory]] = connection.sql(
            "select count(distinct patient_id) from refractoriness semi join cohort using (patient_id)"
            " where drug = 'lenalidomide' and refractory"
        ).fetchall()
        [[came]] = connection.sql(
            "with since as ("
            " select patient_id, min(since) as day from refractoriness semi join cohort using (patient_id)"
            " where drug = 'lenalidomide' and refractory group by all)"
            " select count(distinct patient_id) from since join lines using (patient_id) where start_date >= day"
        ).fetchall()
    text = unescape(re.sub(r"<[^>]+>", "", client.page("course", after="lenalidomide").text))
    assert f" {refractory} are refractory to lenalidomide" in text
    assert f"Of the refractory {came} came to a next line" in text
    whole = taken(client, "course", "after-a", after="lenalidomide").filter(pl.col("regimen") == "all")
    assert whole["lines"].to_list() == [came]
    assert whole["TTNT_n"].item() <= came


def test_two_clicks_answer_what_followed_lenalidomide(client: Client) -> None:
    """From the navigation to the page of courses, and there to the drug."""
    first = client.page("about").text
    [course] = re.findall(r'<li><a href="(/[^"]+/course\?[^"]*)"', first)
    page = client.ask(unescape(course))
    [drug] = re.findall(r'<a href="([^"]+after=lenalidomide[^"]*)"', page.text)
    answer = client.ask(unescape(drug).split("#")[0])
    assert answer.status_code == 200
    assert re.search(r'<a href="[^"]+after=lenalidomide[^"]*" aria-current="true">lenalidomide</a>', answer.text)
    table = answer.text[answer.text.index('id="after"') : answer.text.index('id="ways"')]
    assert all(name in table for name in ("TTD, months", "TTNT, months", "PFS, months", "All regimens"))


# -- cohorts -------------------------------------------------------------------------------------------------------


def test_cohorts_stand_side_by_side_and_add_up(client: Client) -> None:
    fields = {"a.sex": "F", "a.name": "Women", "b.sex": "M", "b.name": "Men"}
    whole = taken(client, "course", "attrition")
    parts = taken(client, "course", "attrition", **fields).group_by("line").agg(pl.col("started").sum()).sort("line")
    assert parts["started"].to_list() == whole["started"].to_list()
    page = client.page("course", **fields).text
    assert page.count("<h3>Women</h3>") == page.count("<h3>Men</h3>") == 4


def test_a_line_is_asked_for_by_the_analysis_or_by_the_page(client: Client) -> None:
    by_page = taken(client, "response", "regimens-a", of_line="2")
    by_analysis = taken(client, "response", "regimens-a", origin="line_start", line="2")
    assert by_page.rows() == by_analysis.rows()
    assert by_page["line"].unique().to_list() == [2]
    assert "of_line=3" not in client.page("response", origin="line_start", line="2").text


@pytest.mark.parametrize("page", ["response", "course"])
def test_a_cohort_of_no_one_is_said_to_be_empty(client: Client, page: str) -> None:
    answer = client.page(page, **{"a.year": "1900..1901"})
    assert answer.status_code == 200
    assert "there is nothing to show" in answer.text


@pytest.mark.parametrize("page", ["response", "course"])
def test_a_line_that_no_one_began_gives_a_page_all_the_same(client: Client, page: str) -> None:
    assert client.page(page, of_line="99").status_code == 200


@pytest.mark.parametrize("page", ["response", "course"])
@pytest.mark.parametrize("regimens", ["three_classes", "classes", "drugs"])
def test_hostile_names_are_text(client: Client, page: str, regimens: str) -> None:
    answer = client.page(page, regimens=regimens, **{"a.name": HOSTILE, "b.name": HOSTILE, "b.sex": "M"})
    assert answer.status_code == 200
    assert HOSTILE not in answer.text
    assert unescape(answer.text).count(HOSTILE) > 3


@pytest.mark.parametrize(
    ("page", "field", "value"),
    [
        *(("response", "of_line", value) for value in ("0", "100", "-1", "1.5", "x", "１", "1 or 1=1")),
        ("response", "regimens", "everything"),
        ("response", "method", "<b>"),
        ("course", "after", "dexamethasone"),
        ("course", "after", "'; drop table lines"),
        ("course", "regimens", "PI"),
    ],
)
def test_what_there_is_not_is_refused_and_named(client: Client, page: str, field: str, value: str) -> None:
    answer = client.page(page, **{field: value})
    assert answer.status_code == 400
    assert "<b>" not in answer.text


# -- what can be taken away ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["response", "course"])
def test_every_link_to_take_away_gives_what_it_says(client: Client, page: str) -> None:
    links = [unescape(link) for link in re.findall(r'<a href="([^"]+)" download', client.page(page).text)]
    kinds = {"svg": b"<?xml", "png": b"\x89PNG", "csv": b""}
    seen = set()
    for link in links:
        name, form = re.findall(r"/figure/([\w-]+)\.(\w+)\?", link)[0]
        seen.add(name)
        if form == "png":
            continue  # drawn of the same SVG; once is enough, below
        answer = client.ask(link)
        assert answer.status_code == 200, link
        assert answer.content.startswith(kinds[form])
        assert "var(--" not in answer.text
    assert client.ask(next(link for link in links if ".png" in link)).content.startswith(kinds["png"])
    assert seen == {name for name in PAGES[page].figures if "-" not in name or name.endswith("-a")}


@pytest.mark.parametrize("figure", ["waterfall-b", "depth-e", "nothing"])
def test_a_figure_of_no_cohort_is_not_there(client: Client, figure: str) -> None:
    assert client.page(f"response/figure/{figure}.svg").status_code == 404


def test_no_patient_stands_in_what_is_taken_away(client: Client, synthetic: Path) -> None:
    with duckdb.connect(str(synthetic / "registry.duckdb"), read_only=True) as connection:
        ids = {row[0] for row in connection.execute("select patient_id from patients").fetchall()}
    for page in ("response", "course"):
        for name in PAGES[page].figures:
            if name.endswith(("-b", "-c", "-d", "-e")):
                continue
            rows = csv.reader(io.StringIO(client.page(f"{page}/figure/{name}.csv").text))
            assert not ids & {cell for row in rows for cell in row}, name
        text = client.page(page).text
        assert not [id_ for id_ in ids if id_ in text]


def test_links_keep_the_analysis(client: Client) -> None:
    fields = {"a.sex": "F", "a.name": "Women", "of_line": "2", "regimens": "drugs"}
    page = client.page("course", **fields).text
    links = [unescape(link) for link in re.findall(r'<a href="([^"]+)"[^>]*>bortezomib</a>', page)]
    assert links
    kept = urlencode({"a.sex": "F"})
    assert all(kept in link and "of_line=2" in link and "regimens=drugs" in link for link in links)


# -- the list behind a number --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "fields"),
    [
        ("response", {"of_line": "2", "regimens": "drugs", "a.name": "Women & <men>", "a.sex": "F", "b.sex": "M"}),
        ("course", {"a.name": "Women & <men>", "a.sex": "F", "b.sex": "M"}),
        ("course", {"after": "immunomodulatory_drug", "regimens": "drugs"}),
    ],
)
def test_a_list_is_as_long_as_its_number(client: Client, page: str, fields: dict[str, str]) -> None:
    found = re.findall(r'<a href="([^"]+/patients\?[^"]+)">([\d,]+)</a>', client.page(page, **fields).text)
    assert len(found) > 20
    for link, number in found[:: max(1, len(found) // 25)]:
        rows = client.ask(unescape(link).replace("/patients?", "/patients/figure/list.csv?"))
        assert rows.status_code == 200, link
        assert pl.read_csv(rows.content, infer_schema=False).height == int(number.replace(",", "")), link


def test_the_answers_about_refractoriness_are_lists_that_add_up_to_everyone(client: Client) -> None:
    page = client.page("course", after="bortezomib").text
    links = [unescape(link) for link in re.findall(r'href="([^"]+of=refractory[^"]+)"', page)]
    assert len(links) == 4
    csvs = [client.ask(link.replace("/patients?", "/patients/figure/list.csv?")).content for link in links]
    everyone = client.page("patients/figure/list.csv").content
    counts = [pl.read_csv(rows, infer_schema=False).height if rows.strip() else 0 for rows in csvs]
    assert sum(counts) == pl.read_csv(everyone, infer_schema=False).height


@pytest.mark.parametrize(
    "of",
    [
        *("ended:e:1:died", "ended:a:x:died", "ended:a:1:x", "ended:a:999:died", "refractory:a:x:refractory"),
        *("refractory:a:lenalidomide:x", "followed:a:lenalidomide:x:all", "followed:b:lenalidomide:classes:all"),
    ],
)
def test_a_list_that_there_is_not_is_refused(client: Client, of: str) -> None:
    assert client.page("patients", of=of).status_code == 400
