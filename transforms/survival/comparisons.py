"""Do the strata differ? p of the log-rank test and of its trend, from times (`told`, as in `curves`) and a stratum.

Which figure is whose, in R's words (package survival): without delayed entry `survdiff`; with it, which `survdiff`
doesn't take, the score test of `coxph(Surv(start, stop, event) ~ factor, ties = "exact")`, the same test. The trend is
the score test of `coxph(... ~ score, ties = "exact")`, score the place of the stratum in its order (1, 2, ...): the
variance is hypergeometric, as the log-rank test's is (with "efron" or "breslow" it would differ where days are shared).

Between lines a patient is in several strata, which both tests would take for several patients. There it is the robust
score test by patient (Lin & Wei): `coxph(... ~ factor or score, ties = "breslow", cluster = id)$rscore`.
"""

import math

import numpy as np
import polars as pl

from transforms.survival.curves import Array, arrays, at_risk
from transforms.survival.tables import UNKNOWN


def p_logrank(followed: pl.DataFrame, stratum: str, *, by_patient: bool = False) -> float | None:
    """Of the hypothesis that all known strata have one curve; null where the data hold no comparison."""
    known = comparable(followed, stratum)
    if known.is_empty():
        return None
    if by_patient:
        levels = known[stratum].unique().sort()[1:].to_list()
        indicators = known.select((pl.col(stratum) == level).cast(pl.Float64).alias(level) for level in levels)
        return _robust_score(known, indicators.to_numpy())
    if known["entry_days"].is_null().all():
        return _by_lifelines(known, stratum)
    return _by_greenwood(known, stratum)


def p_trend(followed: pl.DataFrame, stratum: str, levels: tuple[str, ...], *, by_patient: bool = False) -> float | None:
    """Of no trend in the hazard from level to level; null where the data hold no comparison."""
    known = comparable(followed.filter(pl.col(stratum).is_in(levels)), stratum)
    if known.is_empty():
        return None
    score = known[stratum].replace_strict({level: i for i, level in enumerate(levels, 1)}, return_dtype=pl.Float64)
    if by_patient:
        return _robust_score(known, score.to_numpy()[:, None])
    return _trend(*arrays(known), score.to_numpy())


def comparable(followed: pl.DataFrame, stratum: str) -> pl.DataFrame:
    """Those in a known stratum that is at risk on a day of some event; empty if no day compares two strata.

    An event that only one stratum is still there to have compares nothing, and nor does one that removes all.
    """
    known = followed.filter(pl.col(stratum) != UNKNOWN)
    days, event, entry = arrays(known)
    on = np.unique(days[event])
    of = known[stratum].to_numpy()
    levels = np.unique(of)
    if on.size == 0 or levels.size < 2:
        return known.clear()
    risk = np.array([at_risk(on, days[of == level], entry[of == level]) for level in levels])
    events = np.bincount(np.searchsorted(on, days[event]), minlength=on.size)
    compares = ((risk > 0).sum(axis=0) > 1) & (events < risk.sum(axis=0))
    return known.filter(pl.col(stratum).is_in(levels[risk.any(axis=1)].tolist())) if compares.any() else known.clear()


def _by_lifelines(known: pl.DataFrame, stratum: str) -> float | None:
    from lifelines.statistics import multivariate_logrank_test  # as all that is imported here: takes long to load

    days, event, _ = arrays(known)
    return _finite(float(multivariate_logrank_test(days, known[stratum].to_numpy(), event.astype(int)).p_value))


def _by_greenwood(known: pl.DataFrame, stratum: str) -> float | None:
    """With delayed entry, for which lifelines has no log-rank test."""
    import greenwood

    days, event, entry = arrays(known)
    times = greenwood.Surv(entry.astype(float), days.astype(float), event=event)
    try:
        return _finite(float(greenwood.logrank_test(times, known[stratum].to_list()).p_value))
    except np.linalg.LinAlgError:  # two strata that never are at risk on one day
        return None


def _trend(days: Array, event: Array, entry: Array, score: Array) -> float | None:
    """Chi-square of the scores' surplus over what those at risk would have had.

    Not greenwood's `trend_test`: it leaves the covariances out, so its p hangs on where the scores start, and is not
    R's.
    """
    on = np.unique(days[event])
    n = at_risk(on, days, entry)
    d = np.bincount(np.searchsorted(on, days[event]), minlength=on.size)
    mean = _sum_at_risk(score, on, days, entry) / n
    spread = _sum_at_risk(score**2, on, days, entry) / n - mean**2
    surplus = score[event].sum() - (d * mean).sum()
    variance = (d * (n - d) / np.maximum(n - 1, 1) * spread).sum()
    if variance <= 1e-12:
        return None
    return math.erfc(math.sqrt(surplus**2 / variance / 2))  # chi-square, one degree of freedom


def _sum_at_risk(values: Array, on: Array, days: Array, entry: Array) -> Array:
    """The sum of the values of those at risk on each of these days."""
    return _sum_before(values, entry, on) - _sum_before(values, days, on)


def _sum_before(values: Array, at: Array, on: Array) -> Array:
    order = np.argsort(at, kind="stable")
    sums = np.concatenate([[0.0], np.cumsum(values[order])])
    return np.asarray(sums[np.searchsorted(at[order], on, side="left")])


def _robust_score(known: pl.DataFrame, covariates: Array) -> float | None:
    """The score test with the variance from patients' own sums of score residuals, whatever they share."""
    from scipy.special import chdtrc

    residuals = _score_residuals(*arrays(known), covariates)
    patients = known["patient_id"].rank("dense").to_numpy() - 1
    of_patient = np.zeros((patients.max() + 1, covariates.shape[1]))
    np.add.at(of_patient, patients, residuals)
    surplus, variance = of_patient.sum(axis=0), of_patient.T @ of_patient
    if np.linalg.matrix_rank(variance) < covariates.shape[1]:
        return None
    return _finite(float(chdtrc(covariates.shape[1], surplus @ np.linalg.solve(variance, surplus))))


def _score_residuals(days: Array, event: Array, entry: Array, covariates: Array) -> Array:
    """Each row's share of the score at no effect (Breslow's ties): event less expected, about the mean at risk."""
    on = np.unique(days[event])
    n = at_risk(on, days, entry)
    d = np.bincount(np.searchsorted(on, days[event]), minlength=on.size)
    mean = np.column_stack([_sum_at_risk(column, on, days, entry) for column in covariates.T]) / n[:, None]
    hazard = np.concatenate([[0.0], np.cumsum(d / n)])
    weighted = np.vstack([np.zeros(covariates.shape[1]), np.cumsum(mean * (d / n)[:, None], axis=0)])
    last, first = (np.searchsorted(on, at, side="right") for at in (days, entry))
    expected = covariates * (hazard[last] - hazard[first])[:, None] - (weighted[last] - weighted[first])
    own = np.where(event[:, None], covariates - mean[np.maximum(last - 1, 0)], 0.0)
    return np.asarray(own - expected)


def _finite(p: float) -> float | None:
    return p if math.isfinite(p) else None
