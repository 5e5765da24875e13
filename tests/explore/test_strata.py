"""What `mspike explore --shared` shows: one page of fixed strata, and no way to a count that it hides."""

from __future__ import annotations

import asyncio
import hashlib
import re
from base64 import b64encode
from pathlib import Path

import httpx
import pytest

from flows.explore.guard import Keys
from flows.explore.pages import PAGES
from flows.explore.strata import Strata, shared_app
from flows.report import report_text
from flows.report.facts import read_facts
from flows.settings.languages import LANGUAGES
from tests.explore.conftest import ADDRESS, PORT
from transforms.cohorts.catalogue import ATTRIBUTES
from transforms.survival.tables import UNKNOWN


class Reader:
    """Somebody who was given the address of what is shared."""

    def __init__(self, store: Path) -> None:
        self.keys = Keys()
        self.app = shared_app(Strata(store), self.keys, PORT)

    def ask(self, path: str = "") -> httpx.Response:
        async def asked() -> httpx.Response:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=ADDRESS) as client:
                return await client.get(f"/{self.keys.token}/{path}")

        return asyncio.run(asked())


@pytest.fixture(scope="module")
def reader(synthetic: Path) -> Reader:
    return Reader(synthetic)


def test_the_page_is_the_report_as_it_may_be_shared_in_the_language_asked_for(reader: Reader, synthetic: Path) -> None:
    """That the internal report is another one, the hidden counts below show."""
    assert reader.ask("?lang=ja").text == report_text(synthetic / "registry.duckdb", lang="ja")
    assert reader.ask().text == reader.ask("?lang=en").text
    assert '<html lang="en"' in reader.ask().text


def test_a_browser_may_use_the_style_and_script_of_the_page_and_no_other(reader: Reader) -> None:
    answer = reader.ask()
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    for kind in ("style", "script"):
        [content] = re.findall(rf"<{kind}>(.*?)</{kind}>", answer.text, re.DOTALL)
        assert policy[f"{kind}-src"] == f"'sha256-{b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


def test_no_address_of_the_internal_pages_is_there(reader: Reader) -> None:
    paths = [*PAGES, *(f"{page}/figure/{name}.csv" for page in PAGES for name in PAGES[page].figures)]
    assert {reader.ask(path).status_code for path in [*paths, "look/explore.css", "index.html"]} == {404}


ATTEMPTS = (
    "a.iss=III",
    "a.name=x",
    "by=site",
    "origin=line_start&line=1",
    "run=1",
    "lang=en&a.year=2015..",
    "internal=1",
)
MORE_ATTEMPTS = ("lang=en&lang=ja", "lang=de", "lang=", "internal", "%ff=1", "lang=%ff")


@pytest.mark.parametrize("query", [*ATTEMPTS, *MORE_ATTEMPTS])
def test_nothing_can_be_asked_but_a_language(reader: Reader, query: str) -> None:
    answer = reader.ask(f"?{query}")
    assert (answer.status_code, answer.content) == (400, b"")


def test_a_hidden_count_is_not_given_back_by_the_difference_of_two_answers(reader: Reader, synthetic: Path) -> None:
    exact, shown = (
        read_facts(synthetic / "registry.duckdb", internal=internal)["stages"] for internal in (True, False)
    )
    hidden = [row for row, other in zip(exact.rows(), shown.rows(), strict=False) if row != other]
    assert hidden  # there is something to find
    filters = [f"a.{name}={next(iter(attribute.values), UNKNOWN)}" for name, attribute in ATTRIBUTES.items()]
    assert len(filters) > 30
    answers = {reader.ask(f"{page}?{asked}").text for asked in filters for page in ("", "cohort")}
    # Whoever asks of all, and of all but some, has one page twice, or nothing: there is no difference.
    assert answers | {reader.ask(f"?lang={LANGUAGES[0]}").text} == {reader.ask().text, ""}
