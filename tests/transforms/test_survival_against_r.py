"""Figures that R made, pasted: what `make check-r` compares whole, without R.

R version 4.2.2 Patched (2022-11-10 r83330), survival 3.5.3: tests/r/survival.R on `rows_for_r(mgus2(is_late=True))`,
Mayo Clinic's 1,384 persons with MGUS (as greenwood ships them) with made-up dates of registration, stages and lines.
The figures are `survfit(conf.type="log-log")`, `summary(rmean=)`, `survdiff`, and the score tests of `coxph`
(tests/r/test_survival_in_r.py states the conventions).
"""

from __future__ import annotations

import polars as pl
import pytest

from tests.r.cohorts import mgus2
from transforms.survival import survival

Tables = tuple[pl.DataFrame, pl.DataFrame]

# survfit(Surv(start, stop, event) ~ 1), one column per stratum
DELAYED = """
    stratum                | overall all       | age_band <65      | sex F
    n                      | 1335              | 376               | 612
    events                 | 915               | 167               | 405
    median_months          | 96.9856262833676  | 221.995893223819  | 106.973305954825
    median_ci_low          | 89.9876796714579  | 177.971252566735  | 97.9712525667351
    median_ci_high         | 102.99794661191   | 246.99794661191   | 120.969199178645
    at_12                  | 0.868164572119579 | 0.914926928534601 | 0.896995416382077
    at_12_low              | 0.844602234386449 | 0.871607185228869 | 0.863161869300053
    at_12_high             | 0.888392786245642 | 0.944096231708717 | 0.922837665211444
    at_60                  | 0.656391985405583 | 0.806111203121318 | 0.710435189671613
    rmst_months            | 47.6414300767952  | 52.4900884189791  | 49.4204423316974
    rmst_ci_low            | 46.3861305833623  | 50.3717450587387  | 47.6593571381791
    rmst_ci_high           | 48.8967295702281  | 54.6084317792195  | 51.1815275252157
    followup_median_months | 184.969199178645  | 188.977412731006  | 184.969199178645
"""
# survfit(Surv(stop, event) ~ 1)
FROM_LINES = """
    stratum                | overall all       | line 2
    n                      | 1384              | 115
    events                 | 963               | 103
    median_months          | 97.9712525667351  | 20.0082135523614
    median_ci_low          | 91.9917864476386  | 13.0102669404517
    median_ci_high         | 102.99794661191   | 28.0246406570842
    at_12                  | 0.874920554672753 | 0.621698835475682
    at_12_low              | 0.856319913535259 | 0.525676164385271
    at_12_high             | 0.891267898018933 | 0.703773525470213
    at_60                  | 0.661499971775744 | 0.112583593314719
    rmst_months            | 48.0132704547728  | 24.7336189404798
    rmst_ci_low            | 46.9611379332624  | 20.8729592047543
    rmst_ci_high           | 49.0654029762832  | 28.5942786762053
    followup_median_months | 184.969199178645  | 106.973305954825
"""
# The first months of the delayed curve: day, n.risk, n.event, surv, lower, upper
STEPS = [
    (30, 750, 29, 0.961333333333333, 0.94483270067491, 0.972969112219532),
    (60, 776, 17, 0.940273195876289, 0.921063812143508, 0.954922395517737),
    (91, 815, 10, 0.928736101448359, 0.908388312399825, 0.944702308852613),
    (121, 861, 10, 0.917949387145823, 0.896720579323794, 0.934973422032179),
    (152, 903, 6, 0.911850055669771, 0.890193509320426, 0.929405465216728),
    (182, 949, 7, 0.905124080548919, 0.883054832278993, 0.923210545545924),
    (213, 998, 5, 0.90058939076661, 0.878276772626724, 0.919001646411346),
    (243, 1045, 8, 0.893694926531076, 0.871054831751639, 0.912560744624753),
    (273, 1087, 9, 0.886295428519319, 0.863344004917887, 0.90560452199715),
    (304, 1130, 9, 0.879236438380669, 0.856022825195692, 0.89893019728368),
    (334, 1170, 9, 0.872473081162357, 0.849036182751799, 0.892504048665487),
    (365, 1215, 6, 0.868164572119579, 0.844602234386449, 0.888392786245642),
]
# origin, stratum_by, p of the log-rank test, p of the trend
TESTS = [
    ("diagnosis", "age_band", 1.30204276151287e-68, 1.41149601593506e-67),
    ("diagnosis", "iss", 0.83212769059628, 0.725997973713566),
    ("diagnosis", "sex", 0.00369102084115051, None),
    ("line_start", "age_band", 2.83122286122254e-68, 6.08902041764695e-67),
    ("line_start", "iss", 0.790776346415602, 0.61670961352538),
    ("line_start", "sex", 0.00187763991989189, None),
    ("line_start", "line", 7.88239041159346e-21, 7.88239041159346e-21),
]


@pytest.fixture(scope="module")
def ours() -> Tables:
    tables = mgus2(is_late=True)
    return survival(tables["time_to_event"], tables["staging"], tables["patients"])


def _columns(table: str) -> dict[str, dict[str, float]]:
    (_, *strata), *rows = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
    return {stratum: {name: float(values[i]) for name, *values in rows} for i, stratum in enumerate(strata)}


@pytest.mark.parametrize(("origin", "table"), [("diagnosis", DELAYED), ("line_start", FROM_LINES)])
def test_figures_are_r_s(ours: Tables, origin: str, table: str) -> None:
    for key, figures in _columns(table).items():
        by, stratum = key.split()
        found = ours[0].filter(origin=origin, stratum_by=by, stratum=stratum).row(0, named=True)
        assert {name: found[name] for name in figures} == pytest.approx(figures, abs=1e-8), key


def test_steps_of_a_curve_with_delayed_entry_are_r_s(ours: Tables) -> None:
    curve = ours[1].filter(pl.col("events") > 0, origin="diagnosis", stratum_by="overall").sort("day")
    columns = curve.select("day", "at_risk", "events", "survival", "ci_low", "ci_high").head(len(STEPS))
    assert columns.rows() == [pytest.approx(step, abs=1e-8) for step in STEPS]


@pytest.mark.parametrize(("origin", "by", "p_logrank", "p_trend"), TESTS)
def test_p_values_are_r_s(ours: Tables, origin: str, by: str, p_logrank: float, p_trend: float | None) -> None:
    found = ours[0].filter(pl.col("endpoint") == "OS", origin=origin, stratum_by=by)
    assert found["p_logrank"].to_list() == pytest.approx([p_logrank] * found.height, rel=1e-6)
    assert found["p_trend"][0] == (p_trend if p_trend is None else pytest.approx(p_trend, rel=1e-6))


def test_who_was_gone_before_being_registered_is_left_out(ours: Tables) -> None:
    found = ours[0].filter(origin="diagnosis", stratum_by="overall").row(0, named=True)
    counts = {name: found[name] for name in ("n", "n_entered_late", "n_never_at_risk", "delayed_entry")}
    assert counts == {"n": 1335, "n_entered_late": 640, "n_never_at_risk": 49, "delayed_entry": True}
