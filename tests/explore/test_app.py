"""The pages by their addresses: what is answered, in which language, of which run, and to a wrong address."""

from __future__ import annotations

import re
from html import unescape

import pytest

from flows.drawing.words import Words
from flows.explore.pages import PAGES
from flows.settings.languages import LANGUAGES
from tests.explore.conftest import Client
from transforms.cohorts.analysis import MESSAGES


def test_the_token_alone_leads_to_the_first_page(client: Client) -> None:
    answer = client.page("")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"/{client.explorer.keys.token}/{next(iter(PAGES))}?")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_every_page_answers_in_both_languages(client: Client, name: str, lang: str) -> None:
    answer = client.page(name, lang=lang)
    assert answer.status_code == 200
    assert f'<html lang="{lang}">' in answer.text


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("code", [*MESSAGES, "unreadable", "own_twice", "lang", "run"])
def test_whatever_is_wrong_with_an_address_has_words(code: str, lang: str) -> None:
    assert Words(lang).has(f"explore_wrong.{code}")


def test_what_is_wrong_is_said_in_the_readers_language(client: Client) -> None:
    assert "治療ラインは1以上の番号です。" in client.page("about", origin="line_start", line="0", lang="ja").text
    assert "A line is a number from 1 on" in client.page("about", origin="line_start", line="0").text


def test_what_is_known_only_later_is_offered_from_a_landmark(client: Client) -> None:
    answer = client.page("about", "origin=line_start&endpoint=PFS&a.mrd=negative")
    assert answer.status_code == 400
    assert "immortal time" in answer.text
    [link] = re.findall(r'<p><a href="([^"]+)">', answer.text)
    assert client.ask(unescape(link)).status_code == 200
