"""The pages by their addresses: what is answered, in which language, of which run, and to a wrong address."""

from __future__ import annotations

import pytest

from flows.explore.pages import PAGES
from flows.settings.languages import LANGUAGES
from tests.explore.conftest import Client


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
