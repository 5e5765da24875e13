"""Every number of the pages of outcomes, responses and courses that is a link opens a list that is as long."""

from __future__ import annotations

import html
import re

import pytest

from tests.explore.conftest import Client
from tests.explore.test_patients import rows_of

LINE_1 = {"origin": "line_start", "line": "1"}
BOTH = {"a.name": "High", "a.iss": "III", "b.name": "Low", "b.iss": "I"}


def numbers(text: str) -> list[tuple[str, int]]:
    """The links to lists, with the number that each stands on."""
    found = re.findall(r'<a href="(/[^"]+/patients\?[^"]+)">−?([\d,]+)</a>', text)
    return [(html.unescape(link), int(number.replace(",", ""))) for link, number in found]


@pytest.mark.parametrize(
    ("page", "fields", "least"),
    [
        ("outcome", {}, 2),
        ("outcome", {"by": "iss"}, 6),
        ("outcome", {**LINE_1, "endpoint": "PFS", **BOTH}, 4),
        ("outcome", {**LINE_1, "endpoint": "PFS", "by": "sex", **BOTH}, 8),
        ("outcome", {"landmark": "12", "by": "transplant"}, 4),
        ("outcome", {**LINE_1, "endpoint": "TTNT"}, 1),
        ("response", {}, 20),
        ("response", {"of_line": "2", "regimens": "drugs", **BOTH}, 10),
        ("response", LINE_1, 10),
        ("response", {**LINE_1, "by": "iss"}, 30),
        (
            "outcome",
            {**LINE_1, "endpoint": "PFS", "landmark": "12", "by": "mrd", "a.name": "New", "a.year": "2012.."},
            10,
        ),
        ("course", {}, 100),
        ("course", {"by": "sex", "regimens": "drugs", **BOTH}, 100),
        ("course", {**LINE_1, "landmark": "12", "by": "transplant"}, 50),
    ],
)
def test_a_number_opens_as_many_rows(client: Client, page: str, fields: dict[str, str], least: int) -> None:
    answer = client.page(page, **fields)
    assert answer.status_code == 200
    found = numbers(answer.text)
    assert len(found) >= least
    for link, number in found[:: max(1, len(found) // 12)]:
        query = link.partition("?")[2]
        listed = client.page("patients/figure/list.csv", query)
        assert len(listed.text.strip().splitlines()) - 1 == number, link
        assert client.page("patients", query).status_code == 200


def test_a_list_of_a_response_has_that_response(client: Client) -> None:
    listed = rows_of(client, of="response:a:1:vgpr")
    assert {(row["line"], row["best_response"]) for row in listed} == {("1", "VGPR")}


@pytest.mark.parametrize(
    "of",
    [
        *("outcome:none:n", "outcome:all:x", "response:a:x:lines", "response:e:1:lines", "response:a:1:x"),
        *("regimen:a:1:lines:none=all", "regimen:a:1:lines", "outcome:all", "outcome_without:a:x", "outcome_within:b"),
        *("followed:a:lenalidomide:classes=all:x", "then:a:lenalidomide:x", "treated:a:1:classes=all:x", "swims:b:1"),
        *("way:a:1:classes:0:regimen:x:end:died", "way:a:x:classes:0:regimen:x:end:died", "step:a:all:n_unknown"),
    ],
)
def test_what_no_number_stands_for_is_no_list(client: Client, of: str) -> None:
    assert client.page("patients", of=of).status_code == 400
