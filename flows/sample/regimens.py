"""The regimens of the synthetic registry: drugs, Japan's approval, their patients, depth and duration of effect.

Depth is the mean fall of the clone in powers of ten (1 = a 90 % fall), months the scale of the time to progression in
standard risk. Orders of magnitude from the trials: VISTA (San Miguel 2008), IFM 2009 (Attal 2017), SWOG S0777 (Durie
2017), MAIA (Facon 2019), ALCYONE (Mateos 2018), POLLUX (Dimopoulos 2016), CASTOR (Palumbo 2016), ASPIRE (Stewart 2015),
ELOQUENT-2 (Lonial 2015), TOURMALINE-MM1 (Moreau 2016), ICARIA (Attal 2019), KarMMa (Munshi 2021). Approval months are
approximate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from flows.sample.draws import Array, day

DRUGS = [
    "bortezomib",
    "carfilzomib",
    "ixazomib",
    "thalidomide",
    "lenalidomide",
    "pomalidomide",
    "daratumumab",
    "isatuximab",
    "elotuzumab",
    "melphalan",
    "prednisolone",
    "cyclophosphamide",
    "dexamethasone",
    "elranatamab",
    "idecabtagene_vicleucel",
]
PROTEASOME = ["bortezomib", "carfilzomib", "ixazomib"]
IMMUNOMODULATORY = ["thalidomide", "lenalidomide", "pomalidomide"]
CD38 = ["daratumumab", "isatuximab"]


@dataclass(frozen=True)
class Regimen:
    """One regimen. Weights are relative, per setting; `days` 0 is given until progression."""

    drugs: str
    since: str
    until: str = "2100-01-01"
    transplant: float = 0.0
    elderly: float = 0.0
    relapse: float = 0.0
    late: float = 0.0
    days: int = 0
    depth: float = 1.0
    months: float = 20.0


REGIMENS = [
    Regimen("bortezomib;dexamethasone", "2011-09-01", "2018-01-01", 3, 2, 3, 1, 150, 1.0, 15),
    Regimen("bortezomib;cyclophosphamide;dexamethasone", "2011-09-01", "2021-01-01", 4, 0.6, 1, 1, 130, 1.15, 20),
    Regimen("bortezomib;lenalidomide;dexamethasone", "2015-12-01", "2100-01-01", 12, 3.0, 0.6, 0.2, 130, 1.6, 30),
    Regimen(
        "daratumumab;bortezomib;lenalidomide;dexamethasone", "2021-06-01", "2100-01-01", 5, 0.5, 0, 0, 120, 2.2, 40
    ),
    Regimen("bortezomib;melphalan;prednisolone", "2011-09-01", "2020-01-01", 0, 5, 0.3, 0.2, 378, 1.15, 21),
    Regimen("melphalan;prednisolone", "2005-01-01", "2017-01-01", 0, 1.5, 0.6, 1, 300, 0.6, 15),
    Regimen("lenalidomide;dexamethasone", "2015-12-01", "2100-01-01", 0, 4, 0, 0, 0, 1.05, 25),
    Regimen("daratumumab;bortezomib;melphalan;prednisolone", "2019-08-01", "2100-01-01", 0, 5, 0, 0, 0, 1.7, 37),
    Regimen("daratumumab;lenalidomide;dexamethasone", "2019-12-01", "2100-01-01", 0.4, 14, 0, 0, 0, 2.0, 52),
    # relapse
    Regimen("lenalidomide;dexamethasone", "2010-07-01", "2021-01-01", 0, 0, 8, 3, 0, 0.95, 17),
    Regimen("carfilzomib;lenalidomide;dexamethasone", "2016-08-01", "2100-01-01", 0, 0, 4, 1, 540, 1.6, 26),
    Regimen("elotuzumab;lenalidomide;dexamethasone", "2016-11-01", "2100-01-01", 0, 0, 3, 2, 0, 1.05, 19),
    Regimen("ixazomib;lenalidomide;dexamethasone", "2017-05-01", "2100-01-01", 0, 0, 3, 1.5, 0, 1.1, 20),
    Regimen("daratumumab;lenalidomide;dexamethasone", "2017-11-01", "2100-01-01", 0, 0, 8, 3, 0, 1.9, 42),
    Regimen("daratumumab;bortezomib;dexamethasone", "2017-11-01", "2100-01-01", 0, 0, 4, 3, 0, 1.4, 17),
    Regimen("carfilzomib;dexamethasone", "2017-05-01", "2100-01-01", 0, 0, 2, 2, 0, 1.1, 16),
    Regimen("pomalidomide;dexamethasone", "2015-05-01", "2020-06-01", 0, 0, 1.5, 8, 0, 0.6, 6),
    Regimen("pomalidomide;bortezomib;dexamethasone", "2019-05-01", "2100-01-01", 0, 0, 3, 3, 0, 1.1, 12),
    Regimen("elotuzumab;pomalidomide;dexamethasone", "2019-11-01", "2100-01-01", 0, 0, 1, 4, 0, 0.9, 9),
    Regimen("isatuximab;pomalidomide;dexamethasone", "2020-08-01", "2100-01-01", 0, 0, 3, 4, 0, 1.2, 13),
    Regimen("daratumumab;carfilzomib;dexamethasone", "2020-11-01", "2100-01-01", 0, 0, 4, 2.5, 0, 1.6, 25),
    Regimen("isatuximab;carfilzomib;dexamethasone", "2021-11-01", "2100-01-01", 0, 0, 3, 2, 0, 1.6, 28),
    Regimen("cyclophosphamide;dexamethasone", "2005-01-01", "2100-01-01", 0, 0, 0.4, 2, 150, 0.35, 4),
    Regimen("thalidomide;dexamethasone", "2009-02-01", "2018-01-01", 0, 0, 0.8, 2, 0, 0.6, 9),
    Regimen("idecabtagene_vicleucel", "2022-06-01", "2100-01-01", 0, 0, 0, 1.6, 1, 2.1, 11),
    Regimen("elranatamab", "2024-05-01", "2100-01-01", 0, 0, 0, 6, 0, 1.7, 15),
]
NAMES = np.array([r.drugs for r in REGIMENS], dtype=object)
CONTAINS = np.array([[drug in r.drugs.split(";") for drug in DRUGS] for r in REGIMENS])
SINCE = np.array([day(r.since) for r in REGIMENS])
UNTIL = np.array([day(r.until) for r in REGIMENS])
DAYS = np.array([r.days for r in REGIMENS])
DEPTH = np.array([r.depth for r in REGIMENS])
MONTHS = np.array([r.months for r in REGIMENS])
WEIGHTS = {
    name: np.array([getattr(r, name) for r in REGIMENS]) for name in ["transplant", "elderly", "relapse", "late"]
}
IS_CAR_T = NAMES == "idecabtagene_vicleucel"


def having(drugs: list[str]) -> Array:
    """Which regimens contain one of these drugs."""
    return np.asarray(CONTAINS[:, [DRUGS.index(drug) for drug in drugs]].any(axis=1))


def weights(setting: str, start: Array, resistant: Array) -> Array:
    """Weight of each regimen for each patient: sold at that time, and seldom what the clone already resists.

    `resistant` is patients x DRUGS.
    """
    sold = (start[:, None] >= SINCE) & (start[:, None] < UNTIL)
    # steroids and alkylators are given again; key drugs hardly ever after failing
    key = np.array([drug not in ("dexamethasone", "prednisolone", "melphalan", "cyclophosphamide") for drug in DRUGS])
    clash = (resistant & key).astype(np.float32) @ CONTAINS.T.astype(np.float32) > 0
    return np.asarray(sold * WEIGHTS[setting] * np.where(clash, 0.03, 1.0))
