"""Who gets an answer, and what keeps an answer where it was asked."""

from __future__ import annotations

import pytest

from flows.explore import guard
from flows.explore.guard import MOST_BYTES_ASKED, Keys
from tests.explore.conftest import ADDRESS, PORT, Client

SITE = "https://elsewhere.example"


def _is_nothing(answer: object) -> bool:
    return (answer.status_code, answer.content) == (404, b"")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "path", ["/", "/about", "/look/explore.css", "/{token}x/about", "/{short}/about", "//{token}/about", "/%00/about"]
)
def test_without_the_token_there_is_nothing(client: Client, path: str) -> None:
    assert _is_nothing(client.ask(path.format(token=client.token, short=client.token[:-1])))


@pytest.mark.parametrize(
    "host",
    [
        "elsewhere.example",
        f"elsewhere.example:{PORT}",
        "127.0.0.1",
        "localhost:1",
        f"[::1]:{PORT}",
        "",
        f"0.0.0.0:{PORT}",
    ],
)
def test_another_name_of_this_machine_gets_nothing(client: Client, host: str) -> None:
    assert _is_nothing(client.ask(f"/{client.token}/about", headers={"host": host}))


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": SITE},
        {"origin": "null"},
        {"origin": f"https://127.0.0.1:{PORT}"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_another_origin_gets_nothing(client: Client, headers: dict[str, str]) -> None:
    assert _is_nothing(client.ask(f"/{client.token}/about", headers=headers))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"host": f"localhost:{PORT}"},
        {"origin": ADDRESS, "sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
    ],
)
def test_a_page_of_its_own_or_a_typed_address_is_answered(client: Client, headers: dict[str, str]) -> None:
    assert client.ask(f"/{client.token}/about", headers=headers).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_nothing_can_be_sent(client: Client, method: str) -> None:
    assert client.ask(f"/{client.token}/about", method).status_code == 405
    assert _is_nothing(client.ask("/about", method))


def test_an_address_has_a_greatest_length(client: Client) -> None:
    assert client.page("about", "a.name=" + "x" * MOST_BYTES_ASKED).status_code == 414


def test_a_head_is_a_page_without_its_content(client: Client) -> None:
    answer = client.ask(f"/{client.token}/about", "HEAD")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize("path", ["/{token}/about", "/{token}/nowhere", "/{token}/look/explore.css", "/nowhere"])
def test_every_answer_is_kept_nowhere_and_loads_nothing_of_others(client: Client, path: str) -> None:
    headers = client.ask(path.format(token=client.token)).headers
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert (policy["script-src"], policy["style-src"]) == ("'self'", "'self'")
    assert (policy["frame-ancestors"], policy["form-action"]) == ("'none'", "'self'")
    assert "server" not in headers


def test_the_address_that_opens_a_browser_leads_in_once(client: Client) -> None:
    path = client.explorer.keys.once()
    assert client.ask("/open/").status_code == 404
    assert client.ask(path).headers["location"] == f"/{client.token}/"
    assert _is_nothing(client.ask(path))


def test_the_address_that_opens_a_browser_leads_in_for_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = Keys()
    secret = keys.once().rpartition("/")[2]
    later = guard.time.monotonic() + guard.ONCE_SECONDS + 1
    monkeypatch.setattr(guard.time, "monotonic", lambda: later)
    assert not keys.is_once(secret)


def test_a_token_is_new_each_time_and_is_not_shown() -> None:
    assert Keys().token != Keys().token
    keys = Keys()
    assert keys.token not in repr(keys)
    assert not keys.is_token("")
    assert not keys.is_token("é")
    assert not keys.is_once("")
