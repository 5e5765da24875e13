"""Every figure of `transforms.survival` against R's package survival, on real cohorts and the sample, to 1e-6.

Conventions, all of them R's but these:
- median: R gives the middle of the stretch on which a curve is exactly one half, mspike the day it comes there;
- `start`: R refuses a time from 0 to 0, so here who is not truncated starts on day -1, as mspike means it;
- where no patient is left at risk before the last patients enter, R goes on at survival 0; mspike gives no figure;
- the limits of a median are those R prints with a fit; its quantile() sorts the limits of the curve first, and gives
  another day where a lower limit rises again, as it may with delayed entry;
- before the first event there is no interval; R's fit says so too, its summary() has 1 to 1 up to the fit's first row;
- a restricted mean's interval (R gives the standard error) ends at 0 and at the horizon.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.r.cohorts import EXTRACTS, HERE, Tables, mgus2, myeloma, of_extract
from tests.r.rows import named, rows_for_r
from transforms.survival import survival

RSCRIPT = shutil.which("Rscript") or ""
pytestmark = [pytest.mark.r, pytest.mark.skipif(not RSCRIPT, reason="Rscript is not installed")]

TOLERANCE = 1e-6
FIGURES = [
    "n",
    "events",
    "median_months",
    "median_ci_low",
    "median_ci_high",
    *(f"at_{m}{limit}" for m in (12, 24, 36, 60) for limit in ("", "_low", "_high")),
    "rmst_months",
    "rmst_ci_low",
    "rmst_ci_high",
    "rmst_to_months",
    "followup_median_months",
]
HALVES = ("median_months", "median_ci_low", "median_ci_high", "followup_median_months")


class Both:
    """One cohort's figures by mspike and by R."""

    def __init__(self, tables: Tables, folder: Path) -> None:
        rows_for_r(tables).write_csv(folder / "rows.csv")
        script = [RSCRIPT, str(HERE / "survival.R"), str(folder / "rows.csv"), str(folder)]
        subprocess.run(script, check=True, capture_output=True)
        self.r = {name: _read(folder / f"{name}.csv") for name in ("steps", "figures", "tests")}
        known = [tables[name] for name in ("time_to_event", "staging", "patients")]
        summaries, steps = survival(*known, of_each_line=tables.get("line_strata"))
        self.summaries, self.steps = named(summaries), named(steps)


def _read(path: Path) -> pl.DataFrame:
    if not path.exists():
        return pl.DataFrame(schema={"analysis": pl.String, "p_logrank": pl.Float64, "p_trend": pl.Float64})
    text = {"stratum": pl.String, "value": pl.Float64, "p_logrank": pl.Float64, "p_trend": pl.Float64}
    return pl.read_csv(path, schema_overrides=text, null_values=["", "NaN"], infer_schema_length=None)


@pytest.fixture(scope="module", params=["sample", "uams", "commpass", "mgus2", "mgus2 late", "myeloma"])
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Both:
    name = request.param
    folder = tmp_path_factory.mktemp(name)
    if name == "myeloma":
        return Both(myeloma(folder, RSCRIPT), folder)
    if name.startswith("mgus2"):
        return Both(mgus2(is_late="late" in name), folder)
    if not EXTRACTS[name].is_dir():
        pytest.skip(f"the cohort {name} is not on this machine")
    return Both(of_extract(EXTRACTS[name], folder / "store"), folder)


def test_the_same_curves_are_drawn(both: Both) -> None:
    key = ["analysis", "stratum"]
    is_split = (pl.col("stratum") != "unknown").any().over("analysis")
    ours = both.summaries.filter((pl.col("n") > 0) & is_split).select(key).sort(key)
    assert ours.rows() == both.r["figures"].select(key).unique().sort(key).rows()


def test_every_step_of_every_curve_is_r_s(both: Both) -> None:
    key = ["analysis", "stratum", "day"]
    # R has no row for a day on which a patient only enters, nor for day 0.
    ours = both.steps.filter(pl.col("events") + pl.col("censored") > 0).join(both.r["steps"], on="analysis", how="semi")
    drawn = both.steps.select("analysis", "stratum").unique()
    r = both.r["steps"].join(drawn, on=["analysis", "stratum"], how="semi")
    together = ours.join(r, on=key, how="full", suffix="_r", coalesce=True)
    assert together.height == ours.height == r.height
    for name in ("at_risk", "events", "censored", "survival"):
        assert _furthest(together, name, f"{name}_r") < TOLERANCE, name
    for name in ("ci_low", "ci_high"):
        assert together.select(pl.col(name).is_null() == pl.col(f"{name}_r").is_null()).to_series().all(), name
        assert _furthest(together, name, f"{name}_r") < TOLERANCE, name


def _furthest(frame: pl.DataFrame, one: str, other: str) -> float:
    found = frame.select((pl.col(one) - pl.col(other)).abs().max()).item()
    return 0.0 if found is None else float(found)


def test_every_figure_is_r_s(both: Both) -> None:
    compared = 0
    for row, figures in _estimated(both):
        for name in FIGURES:
            ours, r = row[name], figures.get(name)
            if name.startswith("at_") and name.endswith(("_low", "_high")) and row[name.rpartition("_")[0]] == 1:
                assert ours is None
                continue
            if name.startswith("at_") and ours == 0 and r is None:
                continue  # nobody survives: so it stays, while R says nothing beyond the last day of anybody
            if name in HALVES and ours is not None and ours != pytest.approx(r, abs=TOLERANCE):
                assert name in ("median_months", "followup_median_months"), (row["analysis"], row["stratum"], name)
                ours = _middle_of_the_half(both, row, name, ours)
            assert ours == (None if r is None else pytest.approx(r, abs=TOLERANCE)), (
                row["analysis"],
                row["stratum"],
                name,
            )
            compared += 1
    assert compared > 100


def _estimated(both: Both) -> Iterator[tuple[dict[str, Any], dict[str, float]]]:
    key = ["analysis", "stratum"]
    by_curve = {group: dict(of.select("figure", "value").rows()) for group, of in both.r["figures"].group_by(key)}
    estimated = both.summaries.filter((pl.col("n") > 0) & pl.col("unestimable_because").is_null())
    for row in estimated.join(both.r["figures"], on="analysis", how="semi").to_dicts():
        yield row, by_curve[row["analysis"], row["stratum"]]


def _middle_of_the_half(both: Both, row: dict[str, Any], name: str, ours: float) -> float:
    """R's median of a curve that lies on one half from our median to its next step."""
    counted = "events" if name == "median_months" else "censored"
    steps = both.steps.filter(analysis=row["analysis"], stratum=row["stratum"])
    day = round(ours * 30.4375)
    if name == "median_months":
        assert steps.filter(day=day)["survival"].item() == pytest.approx(0.5, abs=1e-9)
    following = steps.filter((pl.col("day") > day) & (pl.col(counted) > 0))["day"].min()
    assert isinstance(following, int)
    return (day + following) / 2 / 30.4375


def test_every_p_is_r_s(both: Both) -> None:
    ours = (
        both.summaries.filter(pl.col("stratum") != "unknown")
        .group_by("analysis")
        .agg(pl.col("p_logrank").max(), pl.col("p_trend").max())
    )
    together = both.r["tests"].join(ours, on="analysis", suffix="_ours", validate="1:1")
    assert together.height
    for row in together.to_dicts():
        for name in ("p_logrank", "p_trend"):
            r = row[name]
            assert row[f"{name}_ours"] == (r if r is None else pytest.approx(r, rel=TOLERANCE, abs=1e-12)), (
                row["analysis"],
                name,
            )
