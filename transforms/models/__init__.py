"""Models, competing risks, and what is only known after the start: summaries of line 1, never a row per patient.

Whatever becomes known later than the time's origin (MRD, response, transplant) is looked at from a landmark or as a
time-varying covariate; nothing here compares patients by it from the start (criteria, section 8).
"""

from __future__ import annotations

import polars as pl

from transforms.models.adverse import adverse_incidence
from transforms.models.competing import competing_risks
from transforms.models.concordance import concordances
from transforms.models.cox import hazard_ratios
from transforms.models.exposures import adverse_by_exposure
from transforms.models.inputs import Tables
from transforms.models.landmark import landmark_analysis
from transforms.models.mortality import mortality
from transforms.models.precursor_outcomes import precursor_outcomes
from transforms.models.time_varying import time_varying_analysis

__all__ = [
    "competing_risks",
    "concordances",
    "hazard_ratios",
    "landmark_analysis",
    "models",
    "time_varying_analysis",
]


def models(tables: Tables) -> dict[str, pl.DataFrame]:
    """Every summary of this package by the name of its table in sql/schema.

    Needs `time_to_event`, `staging`, `patients`, `lines`, `visits`, `mrd_status` and `transplant`;
    raises ValueError naming what is missing, and on times that aren't whole days or events that aren't true or false.
    Where `adverse_events` is among them, so are `refused_row`, `given_drug` and `given_care`; of precursors
    it tells where `precursor_course` is.
    """
    events, event_curves = adverse_incidence(tables)
    deaths, death_curves = mortality(tables)
    progressions, progression_curves, rates = precursor_outcomes(tables)
    incidence, tests = competing_risks(tables)
    landmark, landmark_curve = landmark_analysis(tables)
    time_varying, time_varying_curve = time_varying_analysis(tables)
    return {
        "hazard_ratio": hazard_ratios(tables),
        "concordance": concordances(tables),
        "cumulative_incidence": incidence,
        "competing_risk_test": tests,
        "landmark": landmark,
        "landmark_curve": landmark_curve,
        "time_varying": time_varying,
        "time_varying_curve": time_varying_curve,
        "event_incidence": pl.concat([events, deaths, progressions]),
        "event_incidence_curve": pl.concat([event_curves, death_curves, progression_curves]),
        "event_exposure": adverse_by_exposure(tables),
        "precursor_rate": rates,
    }
