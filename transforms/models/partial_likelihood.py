"""Cox's partial likelihood of rows at risk from an entry on, with Efron's ties, and the test of proportional hazards.

lifelines walks through such rows one event at a time, as does greenwood: minutes where there are many. Here a step
costs a few sums per pair of covariates (tests hold the figures against lifelines' and R's).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from transforms.survival.risk_sets import Array, RiskSets

MOST_STEPS = 60
# A Newton step that gains less than this in the log likelihood is the last: its error is as small, in standard errors.
GAIN = 1e-14


class NoMaximumError(ValueError):
    """The steps lead nowhere: covariates that depend on each other, or a likelihood that never settles."""


@dataclass(frozen=True)
class Maximum:
    """Coefficients, their covariance, and the day by day terms of the score and the information at them."""

    coefficients: Array
    covariance: Array
    score: Array
    information: Array


def fit(sets: RiskSets, covariates: Array) -> Maximum:
    """Newton's steps from zero, halved where the likelihood would fall. Raises NoMaximumError."""
    centred = covariates - covariates.mean(axis=0)
    beta = np.zeros(centred.shape[1])
    likelihood, score, information = _terms(sets, centred, beta)
    for _ in range(MOST_STEPS):
        step = _solve(information.sum(axis=0), score.sum(axis=0))
        gain = float(step @ score.sum(axis=0))
        before = likelihood
        while True:
            likelihood, score, information = _terms(sets, centred, beta + step)
            if likelihood >= before - 1e-9 * abs(before) or abs(step).max() < GAIN:
                break
            step = step / 2
        beta = beta + step
        if gain < GAIN:
            return Maximum(beta, _solve(information.sum(axis=0), np.eye(beta.size)), score, information)
    raise NoMaximumError


def _terms(sets: RiskSets, x: Array, beta: Array) -> tuple[float, Array, Array]:
    """Log likelihood, and of each day with events the score and the information.

    Of d who have the event on a day the first is compared with all at risk, the next with all but 1/d of the d, and so
    on.
    """
    eta = x @ beta
    highest = float(eta.max())
    risk = np.exp(eta - highest)
    day = np.repeat(np.arange(sets.on.size), sets.events)
    starts = np.cumsum(sets.events) - sets.events
    share = (np.arange(day.size) - starts[day]) / sets.events[day]

    def left(values: Array) -> Array:
        return np.asarray(sets.at_risk(values)[day] - share * sets.with_event(values)[day])

    total = left(risk)
    size = beta.size
    mean = np.column_stack([left(risk * column) for column in x.T]) / total[:, None]
    likelihood = float(eta[sets.event].sum() - (np.log(total) + highest).sum())
    score = np.column_stack([sets.with_event(column) for column in x.T]) - np.add.reduceat(mean, starts)
    information = np.empty((sets.on.size, size, size))
    for i in range(size):
        for j in range(i + 1):
            spread = left(risk * x[:, i] * x[:, j]) / total - mean[:, i] * mean[:, j]
            information[:, i, j] = information[:, j, i] = np.add.reduceat(spread, starts)
    return likelihood, score, information


def _solve(matrix: Array, right: Array) -> Array:
    try:
        found = np.linalg.solve(matrix, right)
    except np.linalg.LinAlgError:
        raise NoMaximumError from None
    if not np.isfinite(found).all():
        raise NoMaximumError
    return found


def p_proportional(sets: RiskSets, maximum: Maximum) -> list[float]:
    """Of each coefficient being the same at all times, by the score test against the Kaplan-Meier transform of time
    (R: cox.zph); NaN where nothing could change, as with all events on one day.
    """
    after = np.cumprod(1 - sets.events / sets.at_risk())
    time = 1 - np.concatenate([[1.0], after[:-1]])
    time = time - np.average(time, weights=sets.events)
    turned = time @ maximum.score
    by_time = np.einsum("t,tij->ij", time, maximum.information)
    twice = np.einsum("t,tij->ij", time**2, maximum.information)
    variance = np.diag(twice - by_time @ np.linalg.solve(maximum.information.sum(axis=0), by_time))
    return [math.erfc(abs(u) / math.sqrt(2 * v)) if v > 0 else math.nan for u, v in zip(turned, variance, strict=True)]
