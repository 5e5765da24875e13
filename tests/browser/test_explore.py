"""`mspike explore` as people use it: by mouse, keyboard and finger, in both languages, on a wide screen and a phone."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route

from flows.drawing.words import Words
from flows.explore.pages import PAGES
from tests.browser.conftest import ROOT, SCREENSHOTS, VIOLATIONS
from tests.torture.stores import copy

pytestmark = pytest.mark.browser

PHONE, DESKTOP = 390, 1280
OFFERED = [name for name, page in PAGES.items() if page.is_offered]
LINE_1 = "origin=line_start&line=1"
# Each language, width and light with each other at least once.
SEEN = [("en", DESKTOP, "light"), ("ja", PHONE, "dark"), ("en", PHONE, "light"), ("ja", DESKTOP, "dark")]


@dataclass
class Reader:
    """A browser at an address, and what its pages said and asked for elsewhere."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    def open(self, path: str) -> int:
        """Go to a path behind the token; the status of the answer."""
        answer = self.page.goto(self.address + path)
        assert answer
        return answer.status

    def at(self) -> tuple[str, dict[str, list[str]]]:
        """The page that is open, and the fields of its address."""
        parts = urlsplit(self.page.url)
        return parts.path.split("/")[2], parse_qs(parts.query)


@pytest.fixture(scope="session")
def address(databases: dict[str, Path]) -> Iterator[str]:
    """The program on the large store."""
    with _serving(databases["large"].parent) as address:
        yield address


@contextmanager
def _serving(store: Path) -> Iterator[str]:
    """The program on a store: its address."""
    command = [sys.executable, "-m", "flows.cli", "explore", "--no-open", "--store", str(store)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().split()[1]
        finally:
            process.terminate()


@contextmanager
def _reading(
    browser: Browser, address: str, width: int = DESKTOP, scheme: str = "light", **how: bool
) -> Iterator[Reader]:
    context = browser.new_context(
        viewport={"width": width, "height": 844 if width < 500 else 900},
        color_scheme=scheme,  # type: ignore[arg-type]
        has_touch=width < 500,
        reduced_motion="reduce",
        **how,  # type: ignore[arg-type]
    )
    with closing(context):
        reader = Reader(context.new_page(), address)

        def only_its_own(route: Route) -> None:
            if route.request.url.startswith((address, "data:")):
                route.continue_()
            else:
                reader.elsewhere.append(route.request.url)
                route.abort()

        context.route("**/*", only_its_own)
        reader.page.on("console", lambda message: reader.complaints.append(f"{message.type}: {message.text}"))
        reader.page.on("pageerror", lambda error: reader.complaints.append(f"error: {error}"))
        yield reader


@pytest.fixture
def reader(browser: Browser, address: str) -> Iterator[Reader]:
    with _reading(browser, address) as one:
        yield one


def _obstacles(page: Page) -> list[str]:
    """What axe takes for more than a slight obstacle, and where."""
    return [
        f"{violation['id']}: {violation['help']}: {[node['target'] for node in violation['nodes'][:5]]}"
        for violation in Axe().run(page, options=VIOLATIONS).response["violations"]
        if violation["impact"] in ("moderate", "serious", "critical")
    ]


@pytest.mark.parametrize(("lang", "width", "scheme"), SEEN)
@pytest.mark.parametrize("name", OFFERED)
def test_page_is_quiet_alone_fits_and_accessible(
    browser: Browser, address: str, *, name: str, lang: str, width: int, scheme: str
):
    with _reading(browser, address, width, scheme) as reader:
        assert reader.open(f"{name}?{LINE_1}&lang={lang}") == 200
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        reader.page.screenshot(path=SCREENSHOTS / f"explore-{name}-{lang}-{width}-{scheme}.png", full_page=True)
        assert reader.page.evaluate("document.documentElement.lang") == lang
        assert reader.page.evaluate("document.documentElement.scrollWidth") <= width
        assert (reader.complaints, reader.elsewhere) == ([], [])
        assert _obstacles(reader.page) == []


@pytest.mark.parametrize("name", OFFERED)
def test_page_is_whole_without_a_script(browser: Browser, address: str, name: str):
    texts = []
    for scripts in (True, False):
        with _reading(browser, address, java_script_enabled=scripts) as reader:
            assert reader.open(f"{name}?{LINE_1}") == 200
            texts.append({heading.inner_text() for heading in reader.page.locator("h1, h2, h3, caption b").all()})
    assert texts[0] == texts[1]


def test_pages_are_reached_by_keyboard_and_their_text_at_once(reader: Reader):
    reader.open("about")
    keyboard = reader.page.keyboard
    keyboard.press("Tab")
    assert reader.page.evaluate("document.activeElement.className") == "skip"
    keyboard.press("Enter")
    assert reader.page.evaluate("document.activeElement.id") == "main"
    reader.open("about")
    names = [Words("en").t(f"explore.page.{name}") for name in OFFERED]
    keyboard.press("Tab")
    for name in names:
        keyboard.press("Tab")
        assert reader.page.evaluate("document.activeElement.textContent") == name
    keyboard.press("Shift+Tab")
    keyboard.press("Enter")
    reader.page.wait_for_url("**/quality?*")
    assert reader.page.get_by_role("navigation").first.locator("[aria-current=page]").inner_text() == "Quality"


def test_the_other_language_says_the_same_analysis(reader: Reader):
    reader.open(f"patients?{LINE_1}&a.name=Since+2015&a.year=2015..")
    reader.page.get_by_role("link", name="日本語").click()
    page, fields = reader.at()
    assert (page, fields["a.year"], fields["line"], fields["lang"]) == ("patients", ["2015.."], ["1"], ["ja"])
    assert reader.page.evaluate("document.documentElement.lang") == "ja"
    reader.page.get_by_role("link", name="English").click()
    assert reader.at()[1] == {**fields, "lang": ["en"]}


def test_a_wrong_question_is_answered_with_how_to_ask_it(reader: Reader):
    assert reader.open("about?origin=line_start&endpoint=PFS&a.mrd=negative") == 400
    assert "immortal time" in reader.page.get_by_role("alert").inner_text()
    assert _obstacles(reader.page) == []
    reader.page.get_by_role("link", name="from a landmark").click()
    assert reader.at()[1]["landmark"] == ["12"]
    assert not reader.page.get_by_role("alert").count()


OF_PAGE = {"quality": "indicator=Q.fish"}
FIGURED = [name for name in OFFERED if PAGES[name].figures]


@pytest.mark.parametrize("name", FIGURED)
def test_what_is_shown_is_taken_away_by_a_click(reader: Reader, name: str):
    reader.open(f"{name}?{LINE_1}&{OF_PAGE.get(name, '')}")
    links = reader.page.locator("main a[download]")
    assert links.count() > 0
    for form, begins in (("svg", b"<?xml"), ("png", b"\x89PNG"), ("csv", b"")):
        of_form = reader.page.locator(f'main a[download][href*=".{form}"]')
        if not of_form.count():
            continue
        with reader.page.expect_download() as waited:
            of_form.first.click()
        content = Path(waited.value.path()).read_bytes()
        assert content.startswith(begins)
        assert len(content) > 20


def test_pfs_of_line_1_by_high_risk_among_the_transplanted_since_2015_from_a_landmark_and_by_mrd(reader: Reader):
    reader.open("cohort")
    page = reader.page
    page.get_by_role("link", name="Start of line 1").click()
    time = page.locator("form.time")
    time.get_by_label("Endpoint").select_option("PFS")
    time.get_by_label("Landmark").fill("12")
    page.keyboard.press("Enter")
    page.wait_for_url("**landmark=12**")
    filters = page.locator("form.filters")
    filters.locator("[name='a.year']").fill("2015..")
    filters.locator("[name='a.transplant'][value=yes]").check()
    filters.get_by_role("button").last.click()
    page.wait_for_url("**a.transplant=yes**")
    fields = reader.at()[1]
    assert (fields["a.year"], fields["a.transplant"], fields["line"]) == (["2015.."], ["yes"], ["1"])
    members = page.locator(".cohort .size b").first.inner_text()
    assert int(members.replace(",", "")) > 50
    page.get_by_role("link", name="Outcome", exact=True).click()
    for split, levels in (("hr_ims2025", ("high", "standard")), ("mrd", ("negative", "positive"))):
        page.get_by_label("Split by").select_option(split)
        page.locator("form", has=page.get_by_label("Split by")).get_by_role("button").click()
        page.wait_for_url(f"**/outcome?**by={split}**")
        rows = " ".join(page.locator("table.outcomes tbody th").all_inner_texts()).lower()
        assert all(level in rows for level in levels)
        page.screenshot(path=SCREENSHOTS / f"explore-question-{split}.png", full_page=True)
    assert (reader.complaints, reader.elsewhere) == ([], [])


def test_which_regimens_followed_lenalidomide_refractoriness_and_how_long_they_lasted(reader: Reader):
    reader.open("about")
    reader.page.get_by_role("link", name=Words("en").t("explore.page.course")).click()
    section = reader.page.locator("section", has_text="after").filter(has=reader.page.locator("table")).first
    reader.page.get_by_role("link", name="lenalidomide", exact=True).first.click()
    assert "lenalidomide" in str(reader.at()[1])
    table = section.locator("table").first
    assert table.locator("tbody tr").count() > 2
    assert {"TTD, months", "TTNT, months", "PFS, months"} <= set(table.locator("thead th").all_inner_texts())
    first = table.locator("tbody tr").first
    assert first.locator("td.number").first.inner_text()[0].isdigit()
    lines = first.get_by_role("link").first
    number = lines.inner_text()
    lines.click()
    assert f"{number} rows" in reader.page.locator("main").inner_text()


def test_which_patients_of_a_site_fail_the_mrd_indicator_and_why(reader: Reader):
    reader.open("about")
    reader.page.get_by_role("link", name="Quality").click()
    reader.page.get_by_role("link", name="Was MRD tested around a confirmed CR?").click()
    assert reader.at()[1]["indicator"]
    table = reader.page.locator("table.by-site")
    row = table.locator("tr", has=reader.page.get_by_role("rowheader", name="S03"))
    headings = table.locator("thead").locator("th, td").all_inner_texts()
    failed = row.locator("th, td").nth(headings.index("Failed")).get_by_role("link")
    number = int(failed.inner_text().replace(",", ""))
    reader.page.screenshot(path=SCREENSHOTS / "explore-indicator.png", full_page=True)
    failed.click()
    assert reader.at()[0] == "patients"
    assert "Failed, S03" in reader.page.locator("main").inner_text()
    people = reader.page.locator("table.listing tbody tr")
    assert people.count() == min(number, 50)
    why = reader.page.locator("table.listing thead th").all_inner_texts().index("Why")
    assert all("MRD" in row.locator("th, td").nth(why).inner_text() for row in people.all())
    assert "S03" in people.first.inner_text()
    reader.page.screenshot(path=SCREENSHOTS / "explore-failed.png", full_page=True)
    name = people.first.get_by_role("link").first.inner_text()
    people.first.get_by_role("link").first.click()
    assert reader.at()[0] == "patient"
    assert name not in reader.page.url
    assert name in reader.page.locator("main").inner_text()
    assert _obstacles(reader.page) == []
    assert (reader.complaints, reader.elsewhere) == ([], [])
    reader.page.screenshot(path=SCREENSHOTS / "explore-patient.png", full_page=True)


def test_a_run_that_is_published_meanwhile_is_offered_and_the_page_stays_until_it_is_taken(
    browser: Browser, databases: dict[str, Path], tmp_path: Path
):
    store = copy(databases["sample"].parent, tmp_path / "store")
    with _serving(store) as address, _reading(browser, address) as reader:
        reader.open(f"outcome?{LINE_1}&endpoint=PFS")
        page, offer = reader.page, reader.page.locator("p.newer")
        before = page.locator("footer p").first.inner_text()
        held = page.get_by_role("link", name="Cohort", exact=True).get_attribute("href")
        assert offer.count() == 0
        _publish_the_next(store)
        page.goto(f"{address.rpartition('/')[0].rpartition('/')[0]}{held}")
        assert page.locator("footer p").first.inner_text() == before
        assert offer.count() == 1
        page.screenshot(path=SCREENSHOTS / "explore-newer.png", full_page=True)
        assert _obstacles(page) == []
        offer.get_by_role("link").click()
        at, fields = reader.at()
        assert (at, fields["run"], fields["line"], fields["endpoint"]) == ("cohort", ["2"], ["1"], ["PFS"])
        assert "Run 2 of" in page.locator("footer p").first.inner_text()
        assert offer.count() == 0
        assert (reader.complaints, reader.elsewhere) == ([], [])


def _publish_the_next(store: Path) -> None:
    command = [sys.executable, "-m", "flows.cli", "run", "--input", "data_samples/registry", "--output", str(store)]
    subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True, capture_output=True)


class Quiet(SimpleHTTPRequestHandler):
    """Another program's server, without its log."""

    def log_message(self, *_: object) -> None:
        pass


OTHER = """<!DOCTYPE html><title>another site</title><a href="{address}about">a link</a>
<iframe src="{address}about"></iframe><script src="{address}look/explore.js"></script>"""


def test_a_page_of_another_origin_reads_nothing(browser: Browser, address: str, tmp_path: Path):
    """Another program on this machine, which was even given the address."""
    (tmp_path / "index.html").write_text(OTHER.format(address=address), encoding="utf-8")
    handler = partial(Quiet, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server, closing(browser.new_context()) as context:
        Thread(target=server.serve_forever, daemon=True).start()
        page = context.new_page()
        statuses = {}
        page.on("response", lambda answer: statuses.setdefault(answer.url.removeprefix(address), answer.status))
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        page.wait_for_load_state("networkidle")
        fetched = page.evaluate(f"fetch('{address}about').then(answer => answer.text(), () => 'refused')")
        assert fetched == "refused"
        assert statuses["about"] == 404
        assert statuses.get("look/explore.js") in (None, 404)  # the browser itself refuses it
        page.get_by_role("link", name="a link").click()
        assert "HTTP ERROR 404" in page.locator("body").inner_text()  # the browser's own words for an empty answer
        server.shutdown()
