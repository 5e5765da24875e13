"""The page as a reader and a browser would meet it: what it says, what it must not hold."""

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from flows.report import write_report
from tests.flows.report_page import LOADS, Page
from tests.flows.report_store import HOSTILE_SITE, empty_store, filled_store


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("report")
    store = filled_store(folder / "registry.duckdb")
    return write_report(store, folder / "page", internal=True).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(written: str) -> Page:
    return Page(written)


def test_page_loads_nothing_and_runs_what_it_holds(written: str, page: Page):
    kinds = {script.get("type") for script in page.all("script")}
    assert kinds == {"application/json", None}
    assert len([script for script in page.all("script") if script.get("type") is None]) == 1
    assert not page.all("link")
    assert not re.search(r"https?:|@import|url\(|javascript:", written)
    for _, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on")]
        assert all((attributes.get(name) or "#").startswith("#") for name in LOADS)


def test_what_a_registry_calls_its_sites_is_text(written: str, page: Page):
    assert HOSTILE_SITE not in written
    assert HOSTILE_SITE in page.text("th")


def test_no_patient_no_value_and_no_date_of_a_patient_is_in_the_page(written: str):
    assert "SECRET" not in written
    assert not re.search(r"\b\d{4}-\d\d-\d\d\b", written)


def test_cohort_flow_counts_every_row_and_reason(page: Page):
    text = page.text()
    assert "13,519 rows read in 3 files; 13,501 accepted, 18" in text
    assert "61 patients accepted of 63 rows read, 2 put aside" in text
    assert "60 in the cohort MM 56, PCL 2, diagnosis not recorded 2" in text
    assert "MGUS 1" in text
    for reason in ("unreadable number", "unknown unit", "impossible value", "duplicate"):
        assert reason in text


def test_cells_set_aside_are_counted_apart_from_rows_refused(page: Page):
    text = page.text()
    assert "Why cells were set aside" in text
    assert re.search(r"Reason Cells Where What to do unreadable number 12 ", text)


def test_stages_show_derived_recorded_and_why_unknown(page: Page):
    assert page.text().count("Recorded") >= 2
    assert "R-ISS unknown FISH t(4;14)" in page.text()
    assert "albumin" in page.text("th")


def test_responses_show_ne_and_none_and_gather_late_lines(page: Page):
    headers = [text for tag, text in page.texts if tag == "th"]
    assert {"sCR", "CR", "VGPR", "PR", "MR", "SD", "PD", "NE", "none"} <= set(headers)
    assert "Line 6+" in headers
    assert "Line 8" not in headers


def test_missing_test_is_named_with_its_visits(page: Page):
    assert re.search(r"[\d,]+ visits could be better if urine immunofixation had been done", page.text())
    assert "24 h urine M-protein before the line" in page.text()


def test_figures_are_images_that_say_what_they_show(page: Page):
    images = [svg for svg in page.all("svg") if svg.get("role") == "img"]
    splits = Counter(figure.get("data-by") for figure in page.all("figure") if figure.get("data-by"))
    assert len(images) == 2 + splits.total()
    assert [splits[by] for by in ("overall", "iss", "r_iss")] == [3, 3, 3]
    assert all(svg.get("viewbox") for svg in images)
    titles = [text for tag, text in page.texts if tag == "title"]
    assert "Progression-free survival of line 1: R-ISS" in titles
    assert re.search(r"I: \d+ patients, \d+ events, median", page.text("desc"))


def test_numbers_at_risk_and_medians_stand_in_the_page(page: Page):
    curves = [figure for figure in page.all("figure") if figure.get("data-by")]
    assert page.text().count("Number at risk") == len(curves) >= 9
    assert "60" in [text for tag, text in page.texts if tag == "text"]
    assert "log-rank p" in page.text()


def test_tables_have_captions_and_scopes_and_headings_do_not_skip(page: Page):
    assert len(page.all("table")) == len(page.all("caption")) >= 10
    assert all(cell.get("scope") in {"col", "row", "rowgroup", "colgroup"} for cell in page.all("th"))
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_link_of_the_page_has_its_target(page: Page):
    names = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
    assert {link["href"].removeprefix("#") for link in page.all("a")} <= names


def test_method_names_edition_settings_and_versions(page: Page):
    text = page.text()
    for said in ("jsh2023", "PFS.censoring imwg", "V.visit.days 3", "polars 2.1.0", "mspike 0.1.0"):
        assert said in text


@pytest.mark.parametrize(("source", "says"), [("derived", False), ("reported", True), ("mixed", True)])
def test_recorded_progression_is_said_plainly(tmp_path: Path, source: str, says: bool):
    store = filled_store(tmp_path / "registry.duckdb", source=source)
    text = Page(write_report(store, tmp_path, internal=True).read_text(encoding="utf-8")).text()
    assert ("Progression as the clinics recorded it" in text) is says
    assert ("29 of 58 lines" in text) is (source == "mixed")


def test_empty_store_gives_a_page(tmp_path: Path):
    text = Page(write_report(empty_store(tmp_path / "registry.duckdb"), tmp_path).read_text(encoding="utf-8")).text()
    assert "No line 1 has an evaluable visit or a recorded assessment" in text
    assert "None" not in text.replace("None of", "")
    assert "nan" not in text.split()


def test_same_store_same_page(written: str, tmp_path: Path):
    store = filled_store(tmp_path / "registry.duckdb")
    assert write_report(store, tmp_path / "again", internal=True).read_text(encoding="utf-8") == written
    assert [path.name for path in (tmp_path / "again").iterdir()] == ["index.html"]


def test_missing_store_says_what_to_do(tmp_path: Path):
    with pytest.raises(FileNotFoundError, match="mspike run"):
        write_report(tmp_path / "registry.duckdb", tmp_path)
