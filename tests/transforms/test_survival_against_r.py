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
    stratum                | OS overall all    | OS age_band <65   | OS sex F
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
# The same from the start of a line, in which patients are at risk from registration on too
FROM_LINES = """
    stratum                | OS overall all    | PFS overall all   | OS line 2
    n                      | 1335              | 1333              | 114
    events                 | 915               | 925               | 102
    median_months          | 96.3285420944559  | 92.3203285420945  | 20.0082135523614
    median_ci_low          | 89.3305954825462  | 84.3367556468173  | 13.0102669404517
    median_ci_high         | 102.340862422998  | 98.3326488706365  | 28.0246406570842
    at_12                  | 0.868164572119579 | 0.861381024939132 | 0.625616450765468
    at_12_low              | 0.844602234386449 | 0.837450805578722 | 0.529082057916029
    at_12_high             | 0.888392786245642 | 0.882039254070748 | 0.707834826082713
    at_60                  | 0.656391985405583 | 0.64030185375037  | 0.113293035220318
    rmst_months            | 47.4156506832219  | 46.7950635813122  | 24.8908777921136
    rmst_ci_low            | 46.1452883789499  | 45.5085049259084  | 21.0155429112806
    rmst_ci_high           | 48.6860129874938  | 48.081622236716   | 28.7662126729466
    followup_median_months | 184.312114989733  | 183.326488706365  | 106.973305954825
"""
# The first months of OS from diagnosis and of PFS from line 1: day, n.risk, n.event, surv, lower, upper
STEPS = {
    "diagnosis": [
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
    ],
    "line_start": [
        (10, 750, 29, 0.961333333333333, 0.94483270067491, 0.972969112219532),
        (40, 776, 18, 0.939034364261168, 0.919682376847387, 0.953840742983726),
        (71, 813, 10, 0.927484126078374, 0.907002696100199, 0.943595361892947),
        (101, 859, 11, 0.915607146582609, 0.894167420670978, 0.932867224542885),
        (132, 900, 7, 0.908485757664744, 0.886555737369461, 0.926353356140313),
        (162, 945, 8, 0.900794872943773, 0.878404145028301, 0.919253133059925),
        (193, 993, 5, 0.896259148508004, 0.87363161304712, 0.915033258902337),
        (223, 1040, 9, 0.888503059722838, 0.865518262253274, 0.907770288976254),
        (253, 1081, 10, 0.880283789975171, 0.856965363019211, 0.900024352121691),
        (284, 1123, 11, 0.871661241720739, 0.8480359592334, 0.891850115894453),
        (314, 1161, 7, 0.866405747584611, 0.842614953985502, 0.886844319373998),
        (345, 1207, 7, 0.861381024939132, 0.837450805578722, 0.882039254070748),
    ],
}
# endpoint, origin, stratum_by, p of the log-rank test, p of the trend
TESTS = [
    ("OS", "diagnosis", "age_band", 1.30204276151287e-68, 1.41149601593506e-67),
    ("OS", "diagnosis", "iss", 0.83212769059628, 0.725997973713566),
    ("OS", "diagnosis", "sex", 0.00369102084115051, None),
    ("OS", "line_start", "iss", 0.83212769059628, 0.725997973713566),
    ("OS", "line_start", "line", 1.2290412769714e-20, 1.2290412769714e-20),
    ("PFS", "line_start", "age_band", 1.82409120107386e-63, 1.88029502552449e-62),
    ("PFS", "line_start", "iss", 0.934116151710287, 0.942149025618198),
    ("PFS", "line_start", "sex", 0.00411289020486914, None),
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
        endpoint, by, stratum = key.split()
        found = ours[0].filter(endpoint=endpoint, origin=origin, stratum_by=by, stratum=stratum).row(0, named=True)
        assert {name: found[name] for name in figures} == pytest.approx(figures, abs=1e-8), key


@pytest.mark.parametrize(("endpoint", "origin"), [("OS", "diagnosis"), ("PFS", "line_start")])
def test_steps_of_a_curve_with_delayed_entry_are_r_s(ours: Tables, endpoint: str, origin: str) -> None:
    curve = ours[1].filter(pl.col("events") > 0, endpoint=endpoint, origin=origin, stratum_by="overall").sort("day")
    columns = curve.select("day", "at_risk", "events", "survival", "ci_low", "ci_high").head(len(STEPS[origin]))
    assert columns.rows() == [pytest.approx(step, abs=1e-8) for step in STEPS[origin]]


@pytest.mark.parametrize("test", TESTS, ids=str)
def test_p_values_are_r_s(ours: Tables, test: tuple[str, str, str, float, float | None]) -> None:
    endpoint, origin, by, p_logrank, p_trend = test
    found = ours[0].filter(endpoint=endpoint, origin=origin, stratum_by=by)
    assert found["p_logrank"].to_list() == pytest.approx([p_logrank] * found.height, rel=1e-6)
    assert found["p_trend"][0] == (p_trend if p_trend is None else pytest.approx(p_trend, rel=1e-6))


def test_who_was_gone_before_being_registered_is_left_out(ours: Tables) -> None:
    """Of 1,384 each time; two that were alive when they were registered had progressed by then."""
    found = ours[0].filter(pl.col("line").is_null() | (pl.col("line") == 1), stratum_by="overall")
    found = found.sort("origin", "endpoint")
    counts = found.select("origin", "endpoint", "n", "n_entered_late", "n_never_at_risk", "delayed_entry")
    assert counts.rows() == [
        ("diagnosis", "OS", 1335, 640, 49, True),
        ("line_start", "OS", 1335, 602, 49, True),
        ("line_start", "PFS", 1333, 600, 51, True),
    ]
