"""Do the strata differ? p of the log-rank test and of its trend, from times (`followed`, as in `curves`) and a stratum.

Both are the score test of the hazard's regression on the strata at no effect: on whether a patient is in each of them
(log-rank), or on the place of the patient's stratum in its order (1, 2, ...; trend). In R's words (package survival):
`coxph(Surv(start, stop, event) ~ factor or score, ties = "exact")$score`, which without delayed entry is `survdiff`:
the variance is hypergeometric (with "efron" or "breslow" it would differ where days are shared).

Between lines a patient is in several strata, which both tests would take for several patients. There it is the robust
score test by patient (Lin & Wei): `coxph(... ~ factor or score, ties = "breslow", cluster = id)$rscore`.
"""

import math

import numpy as np
import polars as pl

from transforms.survival.risk_sets import Array, RiskSets, arrays
from transforms.survival.tables import TELLS_NOTHING

LEAST_VARIANCE = 1e-12  # less is rounding: nothing is compared


def p_logrank(followed: pl.DataFrame, stratum: str, *, by_patient: bool = False) -> float | None:
    """Of the hypothesis that all known strata have one curve; null where the data hold no comparison."""
    known = comparable(followed, stratum)
    if known.is_empty():
        return None
    others = known[stratum].unique().sort()[1:].to_list()
    return _p(known, known.select((pl.col(stratum) == level).alias(level) for level in others), by_patient=by_patient)


def p_trend(followed: pl.DataFrame, stratum: str, levels: tuple[str, ...], *, by_patient: bool = False) -> float | None:
    """Of no trend in the hazard from level to level; null where the data hold no comparison."""
    known = comparable(followed.filter(pl.col(stratum).is_in(levels)), stratum)
    if known.is_empty():
        return None
    places = {level: place for place, level in enumerate(levels, 1)}
    return _p(known, known.select(pl.col(stratum).replace_strict(places)), by_patient=by_patient)


def comparable(followed: pl.DataFrame, stratum: str) -> pl.DataFrame:
    """Those in a known stratum that is at risk on a day of some event; empty if no day compares two strata.

    An event that only one stratum is still there to have compares nothing, and nor does one that removes all.
    """
    known = followed.filter(~pl.col(stratum).is_in(TELLS_NOTHING))
    levels = known[stratum].unique().sort()
    sets = RiskSets(*arrays(known))
    if sets.on.size == 0 or levels.len() < 2:
        return known.clear()
    of = known[stratum].cast(pl.Enum(levels)).to_physical().to_numpy()
    risk = np.array([sets.at_risk(of == place) for place in range(levels.len())])
    compares = ((risk > 0).sum(axis=0) > 1) & (sets.events < risk.sum(axis=0))
    there = levels.filter(pl.Series(risk.any(axis=1))).implode()
    return known.filter(pl.col(stratum).is_in(there)) if compares.any() else known.clear()


def _p(known: pl.DataFrame, covariates: pl.DataFrame, *, by_patient: bool) -> float | None:
    """Of the score being zero: the chi-square of what the events have of each covariate beyond those at risk."""
    from scipy.special import chdtrc  # takes long to load

    sets, x = RiskSets(*arrays(known)), covariates.cast(pl.Float64).to_numpy()
    if by_patient:
        surplus, variance = _robust_score(sets, x, known["patient_id"].rank("dense").to_numpy() - 1)
    else:
        surplus, variance = _score(sets, x)
    if np.linalg.matrix_rank(variance, tol=LEAST_VARIANCE, hermitian=True) < surplus.size:
        return None  # strata that are never at risk on one day
    p = float(chdtrc(surplus.size, surplus @ np.linalg.solve(variance, surplus)))
    return p if math.isfinite(p) else None


def _score(sets: RiskSets, x: Array) -> tuple[Array, Array]:
    """The score at no effect, and its hypergeometric variance."""
    n, d = sets.at_risk(), sets.events
    mean = _sums_at_risk(sets, x) / n[:, None]
    weight = d * (n - d) / np.maximum(n - 1, 1)
    # The sum over days of the sum over those at risk, patient by patient: for as long as each is there.
    during = np.concatenate([[0.0], np.cumsum(weight / n)])
    squares = x.T @ (x * (during[sets.last] - during[sets.first])[:, None])
    return x[sets.event].sum(axis=0) - d @ mean, squares - mean.T @ (mean * weight[:, None])


def _robust_score(sets: RiskSets, x: Array, patient: Array) -> tuple[Array, Array]:
    """The score, with the variance from patients' own sums of score residuals, whatever they share."""
    residuals = _score_residuals(sets, x)
    of_patient = np.zeros((patient.max() + 1, x.shape[1]))
    np.add.at(of_patient, patient, residuals)
    return of_patient.sum(axis=0), of_patient.T @ of_patient


def _score_residuals(sets: RiskSets, x: Array) -> Array:
    """Each row's share of the score at no effect (Breslow's ties): event less expected, about the mean at risk."""
    n, d = sets.at_risk(), sets.events
    mean = _sums_at_risk(sets, x) / n[:, None]
    hazard = np.concatenate([[0.0], np.cumsum(d / n)])
    weighted = np.vstack([np.zeros(x.shape[1]), np.cumsum(mean * (d / n)[:, None], axis=0)])
    last, first = sets.last, sets.first
    expected = x * (hazard[last] - hazard[first])[:, None] - (weighted[last] - weighted[first])
    own = np.where(sets.event[:, None], x - mean[np.maximum(last - 1, 0)], 0.0)
    return np.asarray(own - expected)


def _sums_at_risk(sets: RiskSets, x: Array) -> Array:
    """The sums of the columns over those at risk on each day with an event."""
    return np.column_stack([sets.at_risk(column) for column in x.T])
