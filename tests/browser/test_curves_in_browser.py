"""Curves read off by mouse, keyboard and finger: what the panel says is what the survival table says."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import Locator

from flows.report.facts import read_facts
from tests.browser.conftest import LANGUAGES, STORES, Visit
from transforms.survival import CURVES

pytestmark = pytest.mark.browser

CURVE = ("endpoint", "origin", "line", "stratum_by", "stratum")
PANEL = "[data-chart=km]"
in_language = pytest.mark.parametrize("lang", LANGUAGES)


def _panels(visit: Visit) -> Locator:
    panels = visit.page.locator(PANEL)
    assert panels.count() >= len(CURVES)
    return panels


def _shown(panel: Locator) -> Locator:
    """The figure that is seen, and its place among the choices."""
    seen = panel.locator("figure:visible")
    assert seen.count() == 1
    return seen


def _readings(panel: Locator) -> list[tuple[str, str]]:
    """At risk and survival of each stratum, as the table that is seen has them."""
    rows = panel.locator(".km-read:visible tbody tr")
    return [
        (row.locator("[data-read=survival]").inner_text(), row.locator("[data-read=at-risk]").inner_text())
        for row in rows.all()
    ]


@pytest.mark.parametrize("width", [390, 1280])
@in_language
def test_choice_by_mouse_or_finger_shows_that_figure_alone_and_fits(visit: Visit, width: int, lang: str):
    panel = _panels(visit).first
    for place, label in enumerate(panel.locator("fieldset label").all()):
        label.tap() if width < 500 else label.click()
        assert panel.get_by_role("radio").nth(place).is_checked()
        assert _shown(panel).get_attribute("data-place") == "abcdefghijklmno"[place]
        assert panel.locator(".km-read:visible").count() == 1
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width


@in_language
def test_choice_by_keyboard_moves_on_and_round(visit: Visit, lang: str):
    panel = _panels(visit).first
    choices = panel.get_by_role("radio").count()
    panel.get_by_role("radio").first.focus()
    seen = []
    for _ in range(choices):
        visit.page.keyboard.press("ArrowRight")
        seen.append(_shown(panel).get_attribute("data-place"))
    assert seen == [*"abcdefghijklmno"[1:choices], "a"]


@pytest.mark.parametrize("scripts", [False])
@in_language
def test_without_script_every_figure_can_be_reached_and_has_its_values(visit: Visit, scripts: bool, lang: str):
    panel = visit.page.locator(PANEL).first
    assert not panel.locator("input[type=range]").is_visible()
    for label in panel.locator("fieldset label").all():
        label.click()
        assert _shown(panel).is_visible()
        assert all(survival for survival, _ in _readings(panel))


@in_language
def test_slider_by_keyboard_moves_the_rule_and_says_so(visit: Visit, lang: str):
    panel = _panels(visit).first
    slider, rule = panel.get_by_role("slider"), panel.locator("figure:visible [stroke='var(--rule)']")
    before, at = slider.input_value(), rule.bounding_box()
    slider.focus()
    visit.page.keyboard.press("ArrowRight")
    assert int(slider.input_value()) == int(before) + 1
    moved = rule.bounding_box()
    assert at is not None
    assert moved is not None
    assert moved["x"] > at["x"]
    said = panel.locator("output").inner_text()
    assert said.startswith(slider.get_attribute("aria-valuetext") or "?")
    for survival, _ in _readings(panel):
        assert survival in said


@pytest.mark.parametrize("width", [390, 1280])
def test_pointer_or_finger_on_the_plot_reads_off_the_month_under_it(visit: Visit, width: int):
    panel = _panels(visit).first
    slider, rule = panel.get_by_role("slider"), panel.locator("figure:visible [stroke='var(--rule)']")
    panel.scroll_into_view_if_needed()
    end = int(slider.get_attribute("max") or 0)
    start, start_month = rule.bounding_box(), int(slider.input_value())
    assert start is not None
    plot = _shown(panel).bounding_box()
    assert plot is not None
    x, y = start["x"] + (plot["x"] + plot["width"] - start["x"]) / 2, start["y"] + start["height"] / 2
    visit.page.touchscreen.tap(x, y) if width < 500 else visit.page.mouse.move(x, y)
    now = rule.bounding_box()
    assert now is not None
    month = int(slider.input_value())
    assert start_month < month <= end
    # The rule stands under the pointer, to half a month and the width of a line.
    assert abs(now["x"] + now["width"] / 2 - x) <= (now["x"] - start["x"]) / (month - start_month) / 2 + 1.5


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_reading_is_the_survival_table_s(visit: Visit, databases: dict[str, Path], store: str, lang: str):
    facts = read_facts(databases[store])
    # A stratum too small to show has a row, whose numbers are hidden, and no curve.
    drawn = facts["survival_curve"].select(*CURVE).unique(maintain_order=True)
    table = facts["survival"].join(drawn, on=CURVE, how="semi", nulls_equal=True, maintain_order="left")
    checked = 0
    for panel, origin in zip(_panels(visit).all(), CURVES, strict=False):
        of_origin = table.filter(
            pl.col("endpoint") == origin.endpoint,
            pl.col("origin") == origin.origin,
            pl.col("line").eq_missing(pl.lit(origin.line)),
        )
        checked += _compare(panel, of_origin)
    assert checked >= 4 * len(CURVES) * 2


def _compare(panel: Locator, table: pl.DataFrame) -> int:
    checked = 0
    for label in panel.locator("fieldset label").all():
        label.click()
        by = _shown(panel).get_attribute("data-by")
        told = sorted(table.filter(stratum_by=by).to_dicts(), key=lambda row: row["n"] or 0)
        for month in (12, 24, 36, 60):
            panel.get_by_role("slider").fill(str(month))
            read = sorted(_number(survival) for survival, _ in _readings(panel))
            expected = sorted(_rounded(row[f"at_{month}"]) for row in told)
            assert read == pytest.approx(expected, abs=0.05001), (by, month)
            checked += len(read)
    return checked


def _number(text: str) -> float:
    """The number in a text of per cent; a dash counts as less than none."""
    found = re.search(r"[\d.]+", text)
    return float(found.group()) if found else -1.0


def _rounded(share: float | None) -> float:
    return -1.0 if share is None else 100 * share
