"""The rest of the work-up before the first line of myeloma (Table 2): infections, clotting, urine, heart, lungs, and
what a marrow is examined for. Sites differ in what they do, and in what they send to a registry at all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from flows.sample.draws import Array, Rng, chance
from flows.sample.labs import SITE_CARE
from flows.sample.patients import Cohort
from flows.sample.visit_days import WORKUP, Visits


@dataclass(frozen=True)
class Tested:
    """A test: the share in whom it is done, the share of these that is positive, or the figure around which it lies,
    and the sites that never send it.
    """

    share: float
    positive: float | None = None
    figure: float = 0.0
    unit: str = ""
    never: tuple[int, ...] = ()


# HBs antigen and HCV antibody in Japan: Tanaka 2011 (Intervirology 54:185)
LABS = {
    "platelets": Tested(0.97, figure=190, unit="10^3/µL", never=(7,)),
    "pt_inr": Tested(0.85, figure=1.04, never=(3,)),
    "aptt": Tested(0.8, figure=29, unit="s", never=(3, 6)),
    "urinalysis": Tested(0.82, positive=0.35, never=(1, 5)),
    "hbs_antigen": Tested(0.95, positive=0.01, never=(6,)),
    "hbc_antibody": Tested(0.8, positive=0.2, never=(3, 6)),
    "hbs_antibody": Tested(0.76, positive=0.22, never=(3, 6)),
    "hcv_antibody": Tested(0.88, positive=0.02, never=(6,)),
    "hiv": Tested(0.45, positive=0.0, never=(1, 3, 5, 6)),
}
FINDINGS = {
    "chest_xray": Tested(0.93, never=(5,)),
    "ecg": Tested(0.9),
    "echocardiography": Tested(0.55, never=(3, 6)),
    "flow_cytometry": Tested(0.8, never=(7,)),
    "g_banding": Tested(0.7, never=(2, 7)),
}
# of those not done, how many have a row that says so
SAID_NOT_DONE = 0.3


def work_up_rows(rng: Rng, c: Cohort, v: Visits) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows of labs and of findings, on the day of the visit at diagnosis."""
    at = np.flatnonzero((v.kind == WORKUP) & (c.diagnosis[v.patient] == "MM"))
    patient, day = v.patient[at], v.day[at]
    site = c.site[patient]
    labs, findings = [], []
    for analyte, test in LABS.items():
        done, _ = _asked(rng, test, site)
        rows = pl.DataFrame({"patient": patient[done], "day": day[done]}).with_columns(analyte=pl.lit(analyte))
        labs.append(rows.hstack(_results(rng, test, rows.height)))
    for finding, test in FINDINGS.items():
        done, said = _asked(rng, test, site)
        frame = pl.DataFrame({"patient": patient[said], "observed_on": day[said], "done": done[said]})
        present = pl.when("done").then(pl.lit("true")).otherwise(pl.lit("false"))
        findings.append(frame.select("patient", "observed_on", finding=pl.lit(finding), present=present))
    return pl.concat(labs, how="diagonal_relaxed"), pl.concat(findings)


def _asked(rng: Rng, test: Tested, site: Array) -> tuple[Array, Array]:
    """Where it was done, and where that, or that it was not, is sent."""
    sends = ~np.isin(site, test.never)
    done = chance(rng, test.share * SITE_CARE[site], len(site)) & sends
    return done, done | (chance(rng, SAID_NOT_DONE, len(site)) & sends)


def _results(rng: Rng, test: Tested, n: int) -> pl.DataFrame:
    """The columns value, unit and result of so many rows."""
    if test.positive is None:
        figures = pl.Series("value", test.figure * np.exp(rng.normal(0, 0.2, n))).round(2).cast(pl.String)
        unit = pl.lit(test.unit or None, pl.String)
        return pl.DataFrame({"value": figures}).with_columns(unit=unit, result=pl.lit(None, pl.String))
    sign = pl.Series("result", np.where(chance(rng, test.positive, n), "positive", "negative"), pl.String)
    none = pl.lit(None, pl.String)
    return pl.DataFrame({"result": sign}).select(value=none, unit=none, result="result")
