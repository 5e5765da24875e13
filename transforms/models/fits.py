"""Cox models of prepared numbers; a model that can't be had says why."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from transforms.models.partial_likelihood import NoMaximumError, fit, p_proportional
from transforms.survival.risk_sets import FROM_START, NORMAL_QUANTILE, RiskSets, arrays

# Fewer events than this per coefficient and a Cox model's estimates and intervals are not to be trusted (Vittinghoff &
# McCulloch, Am J Epidemiol 2007;165:710).
EVENTS_PER_COEFFICIENT = 5
# A standard error of the log hazard ratio beyond this is a likelihood without a maximum, stopped on its way to
# infinity.
LARGEST_STANDARD_ERROR = 10.0
# Newton steps go on until R's figures are met in the seventh digit; the default stops in the sixth.
PRECISION = {"precision": 1e-15, "r_precision": 1e-16}


@dataclass(frozen=True)
class Estimate:
    """One coefficient of a Cox model as hazard ratio, with 95 % limits."""

    hazard_ratio: float
    ci_low: float
    ci_high: float
    p: float
    p_proportional: float | None


@dataclass(frozen=True)
class Fit:
    """The coefficients by covariate, or the reason why there are none, and the covariates without any one of which
    there would be.
    """

    estimates: dict[str, Estimate]
    reason: str | None = None
    unsettled_by: tuple[str, ...] = ()


def refused(events: int, coefficients: int) -> str | None:
    """Why no model is tried at all."""
    return "too_few_events" if events < EVENTS_PER_COEFFICIENT * coefficients else None


def cox(rows: pl.DataFrame, covariates: list[str], *, delayed: bool) -> Fit:
    """Efron's partial likelihood of `days`, `event` and the covariates; at risk after `entry_days` where `delayed`.

    Fitted by lifelines; with delayed entry, which takes it minutes, and where it doesn't converge though R would, as in
    `partial_likelihood`. Proportional hazards are tested on the scaled Schoenfeld residuals against the Kaplan-Meier
    transform of time (R: cox.zph), one degree of freedom per coefficient.
    """
    why_not = refused(int(rows["event"].sum()), len(covariates))
    if why_not:
        return Fit({}, why_not)
    found = _cox(rows, covariates, delayed=delayed)
    if found.estimates or len(covariates) == 1:
        return replace(found, unsettled_by=() if found.estimates else tuple(covariates))
    others = {name: [other for other in covariates if other != name] for name in covariates}
    to_blame = [name for name, rest in others.items() if _cox(rows, rest, delayed=delayed).estimates]
    return replace(found, unsettled_by=tuple(to_blame))


def _cox(rows: pl.DataFrame, covariates: list[str], *, delayed: bool) -> Fit:
    by_lifelines = None if delayed else _by_lifelines(rows, covariates)
    entry = rows["entry_days"] if delayed else pl.repeat(FROM_START, rows.height, dtype=pl.Int64, eager=True)
    return _fitted(rows["days"], rows["event"], entry, rows.select(covariates), by_lifelines)


def _by_lifelines(rows: pl.DataFrame, covariates: list[str]) -> dict[str, tuple[float, float]] | None:
    """Coefficients and their standard errors; None where it warns, which it also does of likelihoods with a maximum."""
    from lifelines import CoxPHFitter  # takes long to load
    from lifelines.exceptions import ConvergenceError, ConvergenceWarning

    frame = rows.select(pl.col(["days", "event", *covariates]).cast(pl.Float64)).to_pandas()
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        warnings.simplefilter("error", RuntimeWarning)
        try:
            model = CoxPHFitter().fit(frame, "days", "event", fit_options=PRECISION)
        except (ConvergenceWarning, ConvergenceError, RuntimeWarning):
            return None
    return {name: (float(model.params_[name]), float(model.standard_errors_[name])) for name in covariates}


def counting_process_cox(rows: pl.DataFrame, covariate: str) -> Fit:
    """The same of rows from `start` to `stop`, for one covariate that changes with time."""
    why_not = refused(int(rows["event"].sum()), 1)
    if why_not:
        return Fit({}, why_not)
    exposed = rows.filter(pl.col(covariate) == 1)
    if exposed.is_empty():
        return Fit({}, "never_in_state")
    if exposed["event"].sum() in (0, rows["event"].sum()):
        return Fit({}, "separation")
    return _fitted(rows["stop"], rows["event"], rows["start"], rows.select(covariate))


def _fitted(
    days: pl.Series,
    event: pl.Series,
    entry: pl.Series,
    covariates: pl.DataFrame,
    coefficients: dict[str, tuple[float, float]] | None = None,
) -> Fit:
    """The estimates; coefficients with their standard errors that are known already take the place of those found."""
    sets = RiskSets(*arrays(pl.DataFrame({"days": days, "event": event, "entry_days": entry})))
    try:
        maximum = fit(sets, covariates.cast(pl.Float64).to_numpy())
    except NoMaximumError:
        return Fit({}, "no_convergence")
    variance = np.diag(maximum.covariance)  # rounding makes it negative where the likelihood is flat
    errors = np.sqrt(variance, out=np.full(variance.size, np.inf), where=variance > 0)
    found = dict(zip(covariates.columns, zip(maximum.coefficients, errors, strict=True), strict=True))
    return _judged(coefficients or found, dict(zip(found, p_proportional(sets, maximum), strict=True)))


def _judged(coefficients: dict[str, tuple[float, float]], p: dict[str, float]) -> Fit:
    """The estimates, unless the likelihood has no maximum: then some standard error is beyond all bounds."""
    if not all(math.isfinite(error) and error < LARGEST_STANDARD_ERROR for _, error in coefficients.values()):
        return Fit({}, "separation")
    return Fit(
        {
            name: Estimate(
                math.exp(coefficient),
                math.exp(coefficient - NORMAL_QUANTILE * error),
                math.exp(coefficient + NORMAL_QUANTILE * error),
                math.erfc(abs(coefficient / error) / math.sqrt(2)),
                p[name] if math.isfinite(p[name]) else None,
            )
            for name, (coefficient, error) in coefficients.items()
        }
    )


CURVE = {
    **dict.fromkeys(("day", "at_risk", "events", "censored"), pl.Int64),
    **dict.fromkeys(("survival", "ci_low", "ci_high"), pl.Float64),
}
