"""Whatever an address asks for, a page is the answer or says why not: escaped, without traceback or patient's id."""

from __future__ import annotations

import re
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.explore.pages import PAGES
from tests.examples import few
from tests.explore.conftest import Client
from transforms.cohorts import ATTRIBUTES, LETTERS

HOSTILE = (
    *("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "'; drop table patients; --", "{{ 7*7 }}", "%00"),
    *("../../etc/passwd", "\x00", "\u202e", "\ud7ff", "𝕏" * 200, "..", "NaN", "inf", "-1", "1e309", "9" * 40, "null"),
    *("unknown", "+", "a+b", "2015..2010", "..", "[]", "${jndi}", "\r\nX: y", "javascript:alert(1)", "２０１５"),
)
MARKS = ("<script>alert", "<img src=x", "Traceback", 'File "', "duckdb.", "polars.")
own = sorted({name for page in PAGES.values() for name in page.parameters})
plain = ["origin", "line", "landmark", "endpoint", "censoring", "by", "lang", "run", *own]
known = {"origin": "line_start", "endpoint": "PFS", "line": "1", "landmark": "12", "by": "iss"}

texts = st.sampled_from(HOSTILE) | st.text(max_size=30)
filters = st.builds(
    lambda letter, negated, name: f"{letter}.{negated}{name}",
    st.sampled_from(LETTERS),
    st.sampled_from(["", "not."]),
    st.sampled_from([*ATTRIBUTES, "name", "nothing"]),
)
values = st.sampled_from(sorted({value for attribute in ATTRIBUTES.values() for value in attribute.values})) | texts
fields = st.lists(st.tuples(st.sampled_from(plain) | filters | texts, values), max_size=6)
starts = st.sampled_from([{}, {"origin": "line_start"}, known])


@pytest.fixture(scope="module")
def ids(client: Client) -> list[str]:
    with client.explorer.runs.read(None) as (held, _):
        return held.registry.frame("patients", ["patient_id"])["patient_id"].to_list()


@pytest.mark.parametrize("page", PAGES)
@few(25)
@given(start=starts, asked=fields)
def test_a_hostile_address_is_answered_safely(client: Client, page: str, start: dict[str, str], asked: list) -> None:
    answer = client.page(page, urlencode([*start.items(), *asked], errors="surrogatepass"))
    assert answer.status_code in (200, 400, 404, 410)
    assert answer.headers["content-type"].startswith("text/html")
    for mark in MARKS:
        assert mark not in answer.text


@few(60)
@given(path=texts | st.tuples(st.sampled_from(list(PAGES)), texts).map("/figure/".join), query=st.binary(max_size=60))
def test_a_hostile_path_or_query_is_answered_safely(client: Client, path: str, query: bytes) -> None:
    answer = client.page(quote(path, errors="surrogatepass"), quote(query, safe="=&;%+[]"))
    assert answer.status_code in (200, 303, 400, 404)
    for mark in MARKS:
        assert mark not in answer.text


@pytest.mark.parametrize("page", PAGES)
def test_a_hostile_name_of_a_cohort_is_text(client: Client, page: str) -> None:
    for name in HOSTILE[:4]:
        answer = client.page(page, urlencode([("a.name", name), ("a.sex", "female"), ("b.name", "other")]))
        assert answer.status_code in (200, 400)
        assert not any(mark in answer.text for mark in MARKS)


@pytest.mark.parametrize("page", PAGES)
def test_no_address_of_a_page_has_an_id_of_a_patient(client: Client, page: str, ids: list[str]) -> None:
    text = client.page(page, origin="line_start", line="1").text
    addresses = re.findall(r'(?:href|action|src)="([^"]*)"', text)
    assert addresses
    assert not [id_ for id_ in ids if any(id_ in address for address in addresses)]


@pytest.mark.parametrize(
    "query",
    [
        "lang=de",
        "lang=en&lang=ja",
        "run=x",
        "run=-1",
        "run=１",
        "%ff=1",
        "nothing=1",
        "origin=nowhere",
        "z.iss=I",
        "&".join(["a.iss=I"] * 400),
    ],
)
def test_a_wrong_field_is_said_to_be(client: Client, query: str) -> None:
    answer = client.page("about", query)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text


def test_an_id_in_an_address_stands_for_no_one(client: Client, ids: list[str]) -> None:
    for page in PAGES:
        if "patient" in PAGES[page].parameters:
            answer = client.page(page, patient=ids[0])
            assert answer.status_code in (400, 404)
            assert ids[0] not in answer.text
