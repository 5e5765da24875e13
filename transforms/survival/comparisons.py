"""Do the strata differ? p of the log-rank test and of its trend, from times (`followed`, as in `curves`) and a stratum.

Both are the score test of the hazard's regression on the strata at no effect: on whether a patient is in each of them
(log-rank), or on the place of the patient's stratum in its order (1, 2, ...; trend). In R's words (package survival):
`coxph(Surv(start, stop, event) ~ factor or score, ties = "exact")$score`, which without delayed entry is `survdiff`:
the variance is hypergeometric (with "efron" or "breslow" it would differ where days are shared).

Between lines a patient is in several strata, which both tests would take for several patients. There it is the robust
score test by patient (Lin & Wei): `coxph(... ~ factor or score, ties = "breslow", cluster = id)$rscore`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from transforms.survival.risk_sets import Array, RiskSets, arrays
from transforms.survival.tables import TELLS_NOTHING

LEAST_VARIANCE = 1e-12  # less is rounding: nothing is compared


def p_logrank(followed: pl.DataFrame, stratum: str, *, by_patient: bool = False) -> float | None:
    """Of the hypothesis that all known strata have one curve; null where the data hold no comparison."""
    return p_values(followed, stratum, by_patient=by_patient)[0]


def p_values(
    followed: pl.DataFrame, stratum: str, levels: Sequence[str] = (), *, by_patient: bool = False
) -> tuple[float | None, float | None]:
    """The log-rank test's p, and that of no trend in the hazard from level to level, which is null without `levels`."""
    names = sorted(set(followed[stratum].unique().drop_nulls()) - set(TELLS_NOTHING))
    place = followed[stratum].cast(pl.Enum(names), strict=False).to_physical().cast(pl.Int64).fill_null(-1).to_numpy()
    patient = followed["patient_id"].rank("dense").to_numpy() if by_patient else None
    rows = Compared(*arrays(followed), place, patient)
    known = _comparable(rows, len(names))
    logrank = _p(known, known.place[:, None] == np.unique(known.place)[1:]) if known else None
    if not levels:
        return logrank, None
    scores = np.array([levels.index(name) + 1 if name in levels else 0 for name in names], dtype=float)
    ordered = known if scores.all() else _comparable(rows.where((place >= 0) & (scores[place] > 0)), len(names))
    return logrank, _p(ordered, scores[ordered.place][:, None]) if ordered else None


@dataclass(frozen=True)
class Compared(RiskSets):
    """Times in strata, each by its `place` in their order (-1: it is not known), of patients by number."""

    place: Array
    patient: Array | None

    def where(self, kept: Array) -> Compared:
        """Some of the rows."""
        if kept.all():
            return self
        columns = (self.days, self.event, self.entry, self.place, self.patient)
        return Compared(*(None if column is None else column[kept] for column in columns))  # type: ignore[arg-type]


def _comparable(rows: Compared, strata: int) -> Compared | None:
    """Those in a known stratum that is at risk on a day of some event; none if no day compares two strata.

    An event that only one stratum is still there to have compares nothing, and nor does one that removes all.
    """
    known = rows.where(rows.place >= 0)
    if known.on.size == 0:
        return None
    risk = known.at_risk_by(known.place, strata)
    is_there = np.asarray(risk.any(axis=1))
    compares = ((risk > 0).sum(axis=0) > 1) & (known.events < risk.sum(axis=0))
    return known.where(is_there[known.place]) if compares.any() else None


def _p(sets: Compared, covariates: Array) -> float | None:
    """Of the score being zero: the chi-square of what the events have of each covariate beyond those at risk."""
    from scipy.special import chdtrc  # takes long to load

    x = np.asfortranarray(covariates, dtype=float)
    surplus, variance = _score(sets, x) if sets.patient is None else _robust_score(sets, x, sets.patient)
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
    numbers, number = np.unique(patient, return_inverse=True)
    of_patient = np.zeros((numbers.size, x.shape[1]))
    np.add.at(of_patient, number, _score_residuals(sets, x))
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
