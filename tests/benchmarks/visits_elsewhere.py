"""The benchmark's verdicts in pandas: whole columns at once, and patient by patient. As in visits.sql."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

TOLERANCE = 5e-7
LINE = ["patient_id", "line"]


def vectorised(visits: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    """All visits at once, with the lines' windows by groupby."""
    rows = _valued(visits, lines)
    by_line = rows.groupby(LINE, sort=False)
    nadirs = {
        value: by_line[value].cummin().groupby([rows["patient_id"], rows["line"]]).shift() for value in _BASELINES
    }
    rows = _categories(rows, nadirs)
    answered = rows["response"].where(rows["response"] != 0)
    keys = [rows["patient_id"], rows["line"]]
    before = answered.groupby(keys).ffill().groupby(keys).shift()
    after = answered.groupby(keys).bfill().groupby(keys).shift(-1)
    return _confirmed(rows, before, after)


def by_patient(visits: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    """As it is most often written: a function of one patient's line, applied to each."""

    def of_line(rows: pd.DataFrame) -> pd.DataFrame:
        nadirs = {value: rows[value].cummin().shift() for value in _BASELINES}
        rows = _categories(rows, nadirs)
        answered = rows["response"].where(rows["response"] != 0)
        return _confirmed(rows, answered.ffill().shift(), answered.bfill().shift(-1))

    parts = [of_line(rows.copy()) for _, rows in _valued(visits, lines).groupby(LINE, sort=False)]
    return pd.concat(parts)


_BASELINES = {"serum_m_g_dl": "serum_m_baseline_g_dl", "urine_m_mg_24h": "urine_m_baseline_mg_24h", "dflc": "dflc_base"}


def _valued(visits: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    rows = visits.merge(lines, on=LINE, how="left")
    rows["dflc"] = (rows["kappa_mg_l"] - rows["lambda_mg_l"]).clip(lower=0)
    rows["dflc_base"] = (rows["kappa_baseline_mg_l"] - rows["lambda_baseline_mg_l"]).clip(lower=0)
    return rows


def _categories(rows: pd.DataFrame, before: dict[str, Any]) -> pd.DataFrame:
    s, u, kappa, dflc = (rows[name] for name in ("serum_m_g_dl", "urine_m_mg_24h", "kappa_mg_l", "dflc"))
    s0, u0, f0 = rows["serum_m_baseline_g_dl"], rows["urine_m_baseline_mg_24h"], rows["dflc_base"]
    lows = {value: np.fmin(rows[base], before[value]) for value, base in _BASELINES.items()}
    s_low, u_low, f_low = lows["serum_m_g_dl"], lows["urine_m_mg_24h"], lows["dflc"]
    by_s, by_u = s0 >= 1 - TOLERANCE, u0 >= 200 - TOLERANCE
    kappa0, lambda0 = rows["kappa_baseline_mg_l"], rows["lambda_baseline_mg_l"]
    by_f = ~by_s & ~by_u & (kappa0 >= 100 - TOLERANCE) & (kappa0 > 1.65 * lambda0 + TOLERANCE)
    high = (s0 >= 5 - TOLERANCE) & (s - s_low - 1 >= -TOLERANCE)
    rows["pd_serum"] = (_rises(s, s_low) & (s - s_low - 0.5 >= -TOLERANCE)) | high
    rows["pd_urine"] = _rises(u, u_low) & (u - u_low - 200 >= -TOLERANCE)
    rows["pd_flc"] = ~by_s & ~by_u & _rises(dflc, f_low) & (kappa - 100 >= -TOLERANCE)
    little, less = u - 200 < -TOLERANCE, u - 100 < -TOLERANCE
    fluids = by_s | by_u
    second = rows["line"] >= 2
    rows["mr"] = second & fluids & (~by_s | _falls(s, s0, 0.75)) & (~by_u | _falls(u, u0, 0.5) | little)
    of_fluids = fluids & (~by_s | _falls(s, s0, 0.5)) & (~by_u | _falls(u, u0, 1 - 0.9) | little)
    rows["pr"] = of_fluids | (by_f & _falls(dflc, f0, 0.5))
    deep_s = by_s & _falls(s, s0, 1 - 0.9)
    deep_u = by_u & ~by_s & _falls(u, u0, 1 - 0.9) & (s - (1 - 0.9) * s0 < TOLERANCE)
    none = fluids & (s < TOLERANCE) & (u < TOLERANCE)
    rows["vgpr"] = rows["pr"] & (none | ((deep_s | deep_u) & less) | (by_f & _falls(dflc, f0, 1 - 0.9)))
    progresses = rows["pd_serum"] | rows["pd_urine"] | rows["pd_flc"]
    conditions = [progresses, rows["vgpr"], rows["pr"], rows["mr"], fluids | by_f]
    rows["response"] = np.select(conditions, [1, 5, 4, 3, 2], 0)
    return rows


def _falls(value: Any, base: Any, left: float) -> Any:
    return (value - left * base < TOLERANCE) & (base >= TOLERANCE)


def _rises(value: Any, low: Any) -> Any:
    return (value - 1.25 * low >= -TOLERANCE) & (value - low >= TOLERANCE)


def _confirmed(rows: pd.DataFrame, before: Any, after: Any) -> pd.DataFrame:
    response = rows["response"]
    to_death = (rows["death_date"] - rows["visit_date"]).dt.days
    is_over = after.isna() & (rows["next_line_start"].notna() | to_death.between(0, 90))
    holds = (before == 1) | (after == 1) | is_over
    beside = [np.where(other > 1, np.minimum(other, response), 2) for other in (before, after)]
    progression = np.where(holds, 1, 2)
    better = np.maximum(*beside)
    rows["confirmed_response"] = np.where(response == 0, 0, np.where(response == 1, progression, better)).astype(int)
    return rows
