"""What is taken away of a page: a figure as SVG and PNG, its rows as CSV."""

from __future__ import annotations

from xml.etree import ElementTree

import polars as pl
import pytest
from markupsafe import Markup

from flows.drawing.words import WATERMARK
from flows.explore.lines_asked import GROUPS
from flows.explore.pages import PAGES, Page
from flows.explore.take_away import FORMS
from tests.explore.conftest import Client

DRAWN = Markup(
    '<figure class="wide"><svg viewBox="0 0 460 200" role="img"><title>a</title><desc>b</desc>'
    '<path stroke="var(--stage-i)" d="M0 0h9"/>'
    '<text fill="currentColor" font-family="system-ui, sans-serif">x</text></svg></figure>'
)
FRAME = pl.DataFrame({"regimen": ["=VRd", "Rd"], "n": [1, None]})


@pytest.fixture
def figured(client: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    """A page with a figure."""
    page = Page(lambda _asked: {}, "about.html.j2", {"drawn": lambda _asked: (FRAME, DRAWN)}, ())
    monkeypatch.setitem(PAGES, "about", page)
    return client


def test_rows_are_taken_as_csv_without_formulas(figured: Client) -> None:
    answer = figured.page("about/figure/drawn.csv")
    assert answer.text == "regimen,n\n'=VRd,1\nRd,\n"
    assert answer.headers["content-disposition"] == 'attachment; filename="mspike-about-drawn.csv"'
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"


def test_a_drawing_is_taken_as_a_file_that_stands_alone_and_says_that_it_is_internal(figured: Client) -> None:
    answer = figured.page("about/figure/drawn.svg")
    svg = ElementTree.fromstring(answer.text)
    assert svg.tag == "{http://www.w3.org/2000/svg}svg"
    assert svg.get("width") == "170mm"
    assert WATERMARK in "".join(svg.itertext())
    assert "var(" not in answer.text
    assert "currentColor" not in answer.text
    assert answer.headers["content-type"] == "image/svg+xml"


def test_a_drawing_is_taken_in_dots(figured: Client) -> None:
    answer = figured.page("about/figure/drawn.png")
    assert answer.content.startswith(b"\x89PNG")
    assert int.from_bytes(answer.content[16:20], "big") == pytest.approx(170 / 25.4 * 600, abs=2)


@pytest.mark.parametrize("path", ["about/figure/other.svg", "about/figure/drawn.pdf", "other/figure/drawn.svg"])
def test_what_is_not_there_is_not_found(figured: Client, path: str) -> None:
    assert figured.page(path).status_code == 404


FIELDS = {"quality": {"indicator": "Q.fish"}}  # without which there is no figure


@pytest.mark.parametrize(("page", "name"), [(page, name) for page in PAGES for name in PAGES[page].figures])
def test_every_figure_of_a_page_can_be_taken_or_is_said_not_to_be(client: Client, page: str, name: str) -> None:
    fields = FIELDS.get(page, {}) | {"origin": "line_start", "line": "1"}
    forms = FORMS if name == next(iter(PAGES[page].figures)) else ("csv", "svg")  # dots are of what is drawn as SVG
    statuses = {form: client.page(f"{page}/figure/{name}.{form}", **fields).status_code for form in forms}
    if set(statuses.values()) == {404}:  # of a patient, whose? of a cohort that is not asked for
        assert page == "patient" or name[-2:] in [f"-{letter}" for letter in GROUPS[1:]]
    else:
        assert statuses["csv"] == 200
        assert statuses["svg"] == statuses.get("png", statuses["svg"])
        assert statuses["svg"] in (200, 404)
