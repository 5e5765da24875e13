"""The report opened in a browser: it loads nothing, says nothing on the console, fits, and is accessible."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import LANGUAGES, SCREENSHOTS, STORES, VIOLATIONS, Reports, Visit

pytestmark = pytest.mark.browser

MOST_BYTES = 5_000_000
PHONE, DESKTOP = 390, 1280

of_store = pytest.mark.parametrize("store", STORES)
in_language = pytest.mark.parametrize("lang", LANGUAGES)
of_width = pytest.mark.parametrize("width", [PHONE, DESKTOP])
by_light = pytest.mark.parametrize("scheme", ["light", "dark"])


@of_store
@in_language
@of_width
@by_light
def test_page_is_quiet_alone_and_fits(visit: Visit, store: str, lang: str, width: int, scheme: str):
    page = visit.page
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{store}-{lang}-{width}-{scheme}.png", full_page=True)
    assert page.evaluate("document.documentElement.lang") == lang
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert visit.complaints == []
    assert visit.requests == []


@of_store
@in_language
@of_width
@by_light
def test_axe_finds_nothing_serious(visit: Visit, store: str, lang: str, width: int, scheme: str):
    assert _serious(visit) == []


def _serious(visit: Visit) -> list[str]:
    """What axe takes for a serious obstacle, and where."""
    return [
        f"{violation['id']}: {violation['help']}: {[node['target'] for node in violation['nodes'][:5]]}"
        for violation in Axe().run(visit.page, options=VIOLATIONS).response["violations"]
        if violation["impact"] in ("serious", "critical")
    ]


@of_store
@in_language
def test_every_chart_is_drawn(visit: Visit, store: str, lang: str):
    images = visit.page.locator("svg[role=img]")
    assert images.count() > 0
    # What draws: a path, rule or text with some extent, whether seen now or behind another choice.
    blank = images.evaluate_all(
        "all => all.filter(svg => ![...svg.querySelectorAll('path, line, text, rect')]"
        ".some(mark => (mark.getAttribute('d') ?? mark.textContent ?? '').length > 0)).length"
    )
    assert blank == 0
    assert images.evaluate_all("all => all.every(svg => svg.querySelector('title').textContent.trim().length > 0)")


@of_store
@in_language
def test_page_is_small_enough_to_send(reports: Reports, store: str, lang: str):
    assert reports["registry", store, lang].stat().st_size < MOST_BYTES


@pytest.mark.parametrize("store", ["large"])
@pytest.mark.parametrize(
    ("page", "lang", "width"),
    [
        ("site", "en", PHONE),
        ("site", "ja", DESKTOP),
        ("site-internal", "en", DESKTOP),
        ("site-internal", "ja", PHONE),
    ],
)
def test_site_s_page_is_quiet_self_contained_fits_and_accessible(
    visit: Visit, page: str, store: str, lang: str, width: int
):
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    visit.page.screenshot(path=SCREENSHOTS / f"{page}-{lang}-{width}.png", full_page=True)
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
    assert _serious(visit) == []
    assert visit.complaints == []
    assert visit.requests == []


@in_language
def test_page_prints_on_a4(visit: Visit, lang: str):
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    printed = visit.page.pdf(path=SCREENSHOTS / f"sample-{lang}-a4.pdf", format="A4", prefer_css_page_size=True)
    assert printed.startswith(b"%PDF")
    assert b"/MediaBox [0 0 594" in printed or b"/MediaBox [0 0 595" in printed
