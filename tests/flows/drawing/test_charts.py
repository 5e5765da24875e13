"""The charts as the page gets them: what they draw, what they say, and that names are text."""

from __future__ import annotations

import json
import re
from pathlib import Path
from string import ascii_lowercase

import polars as pl
import pytest
from scipy.stats import binomtest

import flows.report
from flows.drawing.calibration_plot import calibration_plot
from flows.drawing.confusion import confusion
from flows.drawing.funnel import beside_limits, funnel, limits
from flows.drawing.interval import interval_bar
from flows.drawing.panel import km_panel
from flows.drawing.swimmer import swimmer
from flows.drawing.words import Words
from tests.flows.report_store import HOSTILE_SITE
from transforms.survival import SURVIVAL

EN, JA = Words("en"), Words("ja")


def _curve(by: str, stratum: str, days: list[int], survival: list[float]) -> pl.DataFrame:
    n = len(days)
    return pl.DataFrame(
        {
            "stratum_by": by,
            "stratum": stratum,
            "day": days,
            "at_risk": list(range(n, 0, -1)),
            "events": [0, *[1] * (n - 1)],
            "censored": [0] * n,
            "survival": survival,
            "ci_low": [None, *[0.1] * (n - 1)],
            "ci_high": [None, *[0.9] * (n - 1)],
        }
    )


def _summaries(*rows: tuple[str, str, float | None]) -> pl.DataFrame:
    made = [
        {"stratum_by": by, "stratum": stratum, "n": 4, "events": 3, "median_months": median, "p_logrank": 0.0004}
        for by, stratum, median in rows
    ]
    return pl.DataFrame(made, schema=SURVIVAL)


CURVES = pl.concat(
    [
        _curve("overall", "all", [0, 300, 700, 1000], [1.0, 0.8125, 0.5, 0.25]),
        _curve("site", HOSTILE_SITE, [0, 300, 700, 1000], [1.0, 0.75, 0.5, 0.25]),
        _curve("site", "all", [0, 300, 700], [1.0, 0.75, 0.5]),
        _curve("age_band", "75+", [0, 300, 700], [1.0, 0.75, 0.5]),
        _curve("age_band", "<65", [0, 300, 700], [1.0, 0.75, 0.5]),
        _curve("age_band", "unknown", [0, 300, 700], [1.0, 0.75, 0.5]),
    ]
)
SUMMARIES = _summaries(
    ("overall", "all", 23.0),
    ("site", HOSTILE_SITE, None),
    ("site", "all", 23.0),
    *(("age_band", band, 23.0) for band in ("75+", "<65", "unknown")),
)


@pytest.fixture(scope="module")
def panel() -> str:
    return str(km_panel(CURVES, SUMMARIES, EN, "os-diagnosis"))


def test_panel_has_a_figure_and_a_choice_for_each_split(panel: str):
    assert re.findall(r'<figure data-by="(\w+)"', panel) == ["overall", "age_band", "site"]
    assert re.findall(r'type="radio" name="os-diagnosis-by" value="([a-z])"[^>]*?( checked)?>', panel) == [
        ("a", " checked"),
        ("b", ""),
        ("c", ""),
    ]


def test_strata_stand_in_their_order_and_the_unknown_last(panel: str):
    assert re.findall(r'<b class="no-count">(&lt;65|75\+|unknown)</b><small>', panel) == ["&lt;65", "75+", "unknown"]


def test_site_is_text_whatever_it_is_called(panel: str):
    assert HOSTILE_SITE not in panel
    assert HOSTILE_SITE.replace("<", "&lt;").replace(">", "&gt;") in panel.replace("&#39;", "'")
    assert ">all</b>" in panel


def test_published_medians_are_marked_by_stage_on_survival_from_diagnosis_alone():
    by_stage = pl.concat([_curve("iss", stage, [0, 300, 1500], [1.0, 0.75, 0.5]) for stage in ("I", "III", "unknown")])
    summaries = _summaries(("iss", "I", 23.0), ("iss", "III", 23.0), ("iss", "unknown", 23.0))
    drawn = str(km_panel(by_stage, summaries, EN, "os-diagnosis"))
    assert drawn.count('d="M0,-5L5,0L0,5L-5,0Z"') == 1, "29 months of stage III; 62 of stage I lie beyond the axis"
    assert "medians that others have published" in drawn
    assert "M0,-5L5,0" not in str(km_panel(by_stage, summaries, EN, "os-line-1"))


def test_script_reads_what_the_page_writes(panel: str):
    data = json.loads(re.findall(r'<script type="application/json">(.*?)</script>', panel)[0])
    survival, low, high, at_risk = data["groups"][0][0]
    # 36 months are 1095.75 days, beyond the last; 30 are 913.125: a half survive. 0.8125 is 81.25 %, a tie.
    assert data["end"] == 36
    assert (survival[0], survival[12], survival[30], survival[36]) == (1000, 812, 500, None)
    assert (low[0], low[12], high[12]) == (None, 100, 900)
    assert (at_risk[0], at_risk[30], at_risk[36]) == (4, 1, 0)
    assert '<span data-read="survival">81.2' in panel


def test_log_rank_is_written_as_journals_do_and_only_where_there_are_several(panel: str):
    assert panel.count("log-rank p &lt; 0.001") == 2


def test_sites_too_many_to_tell_apart_are_left_out():
    many = [_curve("site", f"S{number}", [0, 300], [1.0, 0.5]) for number in range(9)]
    drawn = km_panel(pl.concat([CURVES.filter(stratum_by="overall"), *many]), SUMMARIES, EN, "os-diagnosis")
    assert 'data-by="site"' not in drawn
    assert "<fieldset" not in drawn


def test_hidden_counts_are_said_to_be_hidden_and_no_number_is_made_up():
    shared = CURVES.filter(stratum_by="overall").with_columns(
        events=None, censored=None, survival=pl.col("survival").round(2)
    )
    summaries = SUMMARIES.filter(stratum_by="overall").with_columns(
        n=pl.lit(None, pl.Int64), events=pl.lit(None, pl.Int64), median_months=pl.lit(None, pl.Float64)
    )
    drawn = str(km_panel(shared, summaries, EN, "os-diagnosis"))
    assert "None" not in drawn
    assert EN.t("chart.n_events", patients=EN.count(None), events=EN.count(None)) in drawn
    assert re.search(r'data-read="survival">62\D', drawn)


def test_panel_without_patients_is_empty():
    assert km_panel(CURVES.clear(), SUMMARIES, EN, "os-diagnosis") == ""


def test_panel_speaks_japanese():
    drawn = km_panel(CURVES, SUMMARIES, JA, "os-diagnosis")
    assert "リスク集団の人数" in drawn
    assert "Number at risk" not in drawn


@pytest.mark.parametrize("share", [0.05, 0.5, 0.66, 0.97])
@pytest.mark.parametrize("n", [1, 3, 9, 40, 250])
def test_site_is_beyond_a_limit_where_its_tail_is_that_rare(share: float, n: int):
    points = pl.DataFrame({"site": [f"{k}" for k in range(n + 1)], "numerator": range(n + 1), "denominator": n})
    found = dict(beside_limits(points, share).select("site", "outside").rows())
    for k in range(n + 1):
        tail = min(binomtest(k, n, share, alternative=side).pvalue for side in ("less", "greater"))
        assert found[str(k)] == ("998" if tail <= 0.001 else "95" if tail <= 0.025 else "none"), k


def test_limits_close_in_on_the_registry_s_share():
    width = limits(pl.Series([20, 80, 320]).to_numpy(), 0.6).select(pl.col("high_95") - pl.col("low_95")).to_series()
    assert width.is_sorted(descending=True)
    # A normal approximation: 2 * 1.96 * sqrt(0.6 * 0.4 / 320) = 0.107.
    assert width[2] == pytest.approx(0.107, abs=0.005)


def test_funnel_names_the_sites_outside_and_no_other():
    points = pl.DataFrame(
        {
            "site": [HOSTILE_SITE, "Alpha", "Beta", "Gamma"],
            "numerator": [10, 60, 3, None],
            "denominator": [100, 100, 5, 20],
        }
    )
    drawn = str(funnel(points, 0.6, EN, "PR or better"))
    assert HOSTILE_SITE not in drawn
    assert HOSTILE_SITE.replace("<", "&lt;").replace(">", "&gt;") in drawn
    assert ">Alpha<" not in drawn
    assert "3 sites; registry 60" in drawn


def test_funnel_of_nothing_is_empty():
    points = pl.DataFrame(
        {"site": ["A"], "numerator": [None], "denominator": [None]},
        schema_overrides={"numerator": pl.Int64, "denominator": pl.Int64},
    )
    assert funnel(points, 0.6, EN, "t") == ""


def test_funnel_where_all_or_none_are_counted_is_drawn():
    points = pl.DataFrame({"site": ["A", "B"], "numerator": [9, 30], "denominator": [9, 30]})
    assert "<svg" in funnel(points, 1.0, EN, "t")


COURSES = pl.DataFrame(
    {
        "row": [1, 1, 1, 1, 1],
        "line": [1, 1, 1, 2, None],
        "state": ["PR", "PR", "CR", None, None],
        "mark": [None, None, None, "line", "alive"],
        "first_month": [0.0, 2.0, 4.0, 9.0, 12.0],
        "last_month": [2.0, 4.0, 9.0, 9.0, 12.0],
    }
)


def test_swimmer_joins_stretches_of_one_state():
    drawn = str(swimmer(COURSES, EN))
    assert len(re.findall(r'fill="var\(--response-pr\)"', drawn)) == 2  # the bar and the key
    assert "The course of one patient" in drawn


def test_swimmer_without_patients_is_empty_and_has_its_own_language():
    assert swimmer(COURSES.clear(), EN) == ""
    assert "初回治療開始からの月数" in swimmer(COURSES, JA)


def test_confusion_has_the_categories_that_occur_in_order_and_hides_totals_with_a_hidden_cell():
    rows = pl.DataFrame({"derived": ["PR", "CR", "CR"], "recorded": ["PR", "CR", "PR"], "n": [30, 12, None]})
    table = str(confusion(rows, EN))
    assert re.findall(r'<th scope="row">(\w+)</th>', table) == ["CR", "PR"]
    assert 'class="agrees" style="--share:1.000">30</td>' in table
    assert table.count(f"<td>{EN.probability(None)}</td>") == 2
    assert table.count('class="hid"') == 2, "an empty cell is hidden too where another is"
    whole = str(confusion(rows.with_columns(n=pl.lit(30)), EN))
    assert "<td>30</td>" in whole
    assert 'class="hid"' not in whole


def test_interval_bar_draws_what_is_known():
    assert interval_bar(None, 0.1, 0.2) == ""
    assert "<rect" not in interval_bar(0.5, None, None)
    assert 'x="50.0" y="3.5" width="20.0"' in interval_bar(0.62, 0.5, 0.7)


def test_numbers_at_risk_that_rise_are_explained_under_the_curve():
    # Four are at risk at the start; three registered in the second year join them before two die.
    late = _curve("overall", "all", [0, 500, 700, 1000], [1.0, 0.8, 0.6, 0.4]).with_columns(
        at_risk=pl.Series([4, 7, 6, 5])
    )
    assert "Numbers at risk rise where more patients come" in km_panel(late, SUMMARIES, EN, "os-diagnosis")
    falling = CURVES.filter(stratum_by="overall")
    assert "Numbers at risk rise" not in km_panel(falling, SUMMARIES, EN, "os-diagnosis")
    assert "左側切断" in km_panel(late, SUMMARIES, JA, "os-diagnosis")


@pytest.mark.parametrize(
    ("predicted", "name"), [(0.905, "eMP+eHb+plasma_cells"), (0.638, "eMP"), (0.2, "eMP+eHb+plasma_cells")]
)
def test_a_group_of_a_long_name_is_named_within_the_calibration_plot(predicted: float, name: str):
    groups = pl.DataFrame(
        {
            "risk_group": [name],
            "predicted": [predicted],
            "observed": [0.85],
            "observed_low": [0.6],
            "observed_high": [0.95],
        }
    )
    drawn = calibration_plot(groups, EN, "t")
    [width] = re.findall(r'viewBox="0 0 (\d+)', drawn)
    [(anchor, x)] = re.findall(rf'text-anchor="(\w+)" transform="translate\(([\d.]+),[^<]*>{re.escape(name)}<', drawn)
    takes = 0.56 * 12 * len(name)
    begins = float(x) + 44 - (takes if anchor == "end" else 0)
    assert begins >= 0
    assert begins + takes <= int(width)


def test_a_page_hides_every_split_but_the_one_chosen() -> None:
    style = (Path(flows.report.__file__).with_name("templates") / "charts.css").read_text(encoding="utf-8")
    assert [place for place in ascii_lowercase if f':not([data-place="{place}"])' not in style] == []
