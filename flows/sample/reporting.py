"""How laboratories write a value: unit, decimals, limit of detection and style differ from site to site."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from flows.sample.draws import Array


@dataclass(frozen=True)
class Style:
    """One way to report an analyte: value in the canonical unit times `factor`, in `unit`, to `decimals`.

    A value below `limit` (in `unit`) is written in one of three ways: `text` "<0.1" in the value, `column` the limit
    with the comparator beside it, `zero` as 0; `plain` has no limit and writes what was measured.
    """

    unit: str
    factor: float = 1.0
    decimals: int = 1
    limit: float = 0.0
    below: str = "plain"


# Analyte -> the styles in use; SITE_STYLE says which site has which. Canonical units are the criteria's; Japanese
# laboratories give CRP and immunoglobulins in mg/dL, and free light chains in mg/L (a few in mg/dL).
STYLES: dict[str, list[Style]] = {
    "serum_m_protein": [
        Style("g/dL", 1, 1, 0.1, "zero"),
        Style("g/dL", 1, 1, 0.1, "text"),
        Style("g/dL", 1, 2, 0.05, "column"),
        Style("g/L", 10, 0, 1, "text"),
    ],
    "urine_m_protein": [
        Style("mg/24 h", 1, 0, 20, "zero"),
        Style("mg/day", 1, 0, 30, "text"),
        Style("g/24 h", 0.001, 2, 0.03, "zero"),
        Style("mg/24 h", 1, 0, 10, "column"),
    ],
    "flc": [
        Style("mg/L", 1, 1, 0.5, "text"),
        Style("mg/L", 1, 2, 1.0, "column"),
        Style("mg/dL", 0.1, 2, 0.05, "text"),
        Style("mg/L", 1, 1),
    ],
    "immunoglobulin": [
        Style("mg/dL", 1000, 0, 5, "text"),
        Style("mg/dL", 1000, 0, 10, "text"),
        Style("g/L", 10, 2, 0.05, "column"),
        Style("mg/dL", 1000, 0),
    ],
    "albumin": [Style("g/dL"), Style("g/dL"), Style("g/L", 10, 0), Style("g/dL", 1, 2)],
    "beta2_microglobulin": [Style("mg/L"), Style("mg/L", 1, 2), Style("µg/mL"), Style("mg/L")],
    "ldh": [Style("U/L", 1, 0), Style("U/L", 1, 0), Style("IU/L", 1, 0), Style("U/L", 1, 0)],
    "calcium": [Style("mg/dL"), Style("mg/dL"), Style("mmol/L", 1 / 4, 2), Style("mg/dL")],
    "creatinine": [
        Style("mg/dL", 1, 2),
        Style("mg/dL", 1, 2),
        Style("µmol/L", 88.5, 0),
        Style("mg/dL", 1, 2),
    ],
    "hemoglobin": [Style("g/dL"), Style("g/dL"), Style("g/L", 10, 0), Style("g/dL")],
    "crp": [
        Style("mg/dL", 0.1, 2, 0.02, "text"),
        Style("mg/dL", 0.1, 2, 0.1, "column"),
        Style("mg/L", 1, 1, 0.3, "text"),
        Style("mg/dL", 0.1, 2),
    ],
    "circulating_plasma_cells": [Style("/µL", 1, 0), Style("/µL", 1, 0), Style("10^9/L", 0.001, 3), Style("/µL", 1, 0)],
    "wbc": [Style("/µL", 1, 0), Style("/µL", 1, 0), Style("10^9/L", 0.001, 2), Style("/µL", 1, 0)],
    "circulating_plasma_cells_percent": [Style("%", 1, 0)] * 4,
    "troponin_t": [
        Style("ng/mL", 1, 3),
        Style("ng/mL", 1, 3),
        Style("ng/L", 1000, 0),
        Style("ng/mL", 1, 3, 0.01, "text"),
    ],
    "nt_probnp": [Style("pg/mL", 1, 0), Style("pg/mL", 1, 0), Style("ng/L", 1, 0), Style("pg/mL", 1, 0)],
    "egfr": [Style("mL/min/1.73 m²")] * 4,
    "vegf": [Style("pg/mL", 1, 0, 20, "text"), Style("pg/mL", 1, 0), Style("ng/L", 1, 0), Style("pg/mL", 1, 0)],
}
for _one in ("flc_kappa", "flc_lambda"):
    STYLES[_one] = STYLES["flc"]
for _one in ("iga", "igg", "igm", "igd"):
    STYLES[_one] = STYLES["immunoglobulin"]
# eight sites, four styles: the sixth is the one that reports in SI units
SITE_STYLE = np.array([0, 1, 0, 3, 1, 2, 0, 3])
LDH_UPPER = np.array([222, 222, 229, 245, 222, 250, 240, 222])
# usual reference ranges, canonical units; free light chains Katzmann 2002 (Clin Chem 48:1437)
RANGES: dict[str, tuple[float, float]] = {
    "flc_kappa": (3.3, 19.4),
    "flc_lambda": (5.7, 26.3),
    "albumin": (4.1, 5.1),
    "calcium": (8.8, 10.1),
    "creatinine": (0.46, 1.07),
    "hemoglobin": (11.6, 16.8),
    "beta2_microglobulin": (0.9, 2.0),
    "iga": (0.093, 0.393),
    "igg": (0.861, 1.747),
    "igm": (0.033, 0.183),
    "vegf": (0.0, 500.0),
}


def reported(analyte: str, site: Array, value: Array) -> pl.DataFrame:
    """Columns value, comparator, unit, ref_low, ref_high as text, one row a value given in the canonical unit."""
    styles = STYLES[analyte]
    kind = SITE_STYLE[site]
    factor, limit = (np.array([getattr(s, name) for s in styles])[kind] for name in ("factor", "limit"))
    decimals = np.array([s.decimals for s in styles])[kind]
    low, high = _range(analyte, site)
    frame = pl.DataFrame(
        {"number": value * factor, "limit": limit, "decimals": decimals, "low": low * factor, "high": high * factor}
    )
    frame = frame.with_columns(
        unit=pl.Series([s.unit for s in styles]).gather(kind),
        below=pl.Series([s.below for s in styles]).gather(kind),
        is_below=pl.col("number") < pl.col("limit"),
    )
    under = pl.col("is_below") & (pl.col("below") != "plain")
    return frame.select(
        value=pl.when(under & (pl.col("below") == "zero"))
        .then(pl.lit("0"))
        .when(under & (pl.col("below") == "text"))
        .then("<" + fixed(pl.col("limit"), pl.col("decimals")))
        .when(under)
        .then(fixed(pl.col("limit"), pl.col("decimals")))
        .otherwise(fixed(pl.col("number"), pl.col("decimals"))),
        comparator=pl.when(under & (pl.col("below") == "column")).then(pl.lit("<")),
        unit="unit",
        ref_low=fixed(pl.col("low").fill_nan(None), pl.col("decimals")),
        ref_high=fixed(pl.col("high").fill_nan(None), pl.col("decimals")),
    )


def fixed(number: pl.Expr, decimals: pl.Expr) -> pl.Expr:
    """A number written with exactly that many decimals (0 to 3), by integers: no 0.30000000000000004."""
    return pl.coalesce(pl.when(decimals == places).then(_fixed(number, places)) for places in range(4))


def _fixed(number: pl.Expr, places: int) -> pl.Expr:
    scaled = (number * 10**places).round(0).cast(pl.Int64)
    if places == 0:
        return scaled.cast(pl.String)
    # .cast of a concatenation keeps null where the number is null
    return (scaled // 10**places).cast(pl.String) + "." + (scaled % 10**places).cast(pl.String).str.zfill(places)


def _range(analyte: str, site: Array) -> tuple[Array, Array]:
    """Reference range per row in the canonical unit; NaN where the site sends none."""
    nothing = np.full(len(site), np.nan)
    if analyte == "ldh":
        return nothing, LDH_UPPER[site].astype(float)
    if analyte not in RANGES:
        return nothing, nothing
    # the two sites of style 3 send no ranges but LDH's
    sends = SITE_STYLE[site] != 3
    low, high = RANGES[analyte]
    return np.where(sends, low, np.nan), np.where(sends, high, np.nan)
