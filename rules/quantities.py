"""Units as names of columns end in them."""

from __future__ import annotations

# how a name ends, and its unit
UNITS = {
    "_g_dl": "g/dL",
    "_mg_24h": "mg/24 h",
    "_mg_l": "mg/L",
    "_mg_dl": "mg/dL",
    "_u_l": "U/L",
    "_per_ul": "/µL",
    "_ml_min": "mL/min",
    "_ml_min_1_73_m2": "mL/min/1.73 m²",
    "_ng_ml": "ng/mL",
    "_mm_hg": "mmHg",
    "_mm2": "mm²",
    "_percent": "%",
    "_points": "points",
    "_days": "days",
    "_months": "months",
    "_years": "years",
}


def unit_ending(name: str) -> str:
    """The ending of a name that is its unit, "" where it has none."""
    return next((ending for ending in UNITS if name.endswith(ending)), "")
