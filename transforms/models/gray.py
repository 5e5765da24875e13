"""Gray's k-sample test (Ann Stat 1988;16:1141), rho = 0: do all groups have one cumulative incidence of a cause?

Those at risk of the subdistribution are Y (1 - F) / S: as many as would be there if none had left by the other cause.
Nothing in that asks that all of Y were there from the start, so who enters late counts in Y from entry on. Without
delayed entry these are the figures of R's cmprsk (`cuminc`), its corrections for shared days included.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from transforms.models.aalen_johansen import before, ends_by_cause
from transforms.survival.risk_sets import Array, at_risk


@dataclass(frozen=True)
class Gray:
    """The chi-square with its degrees of freedom; `surplus` is each group's events less those expected."""

    statistic: float
    df: int
    surplus: Array


def grays_test(days: Array, state: Array, entry: Array, group: Array) -> Gray:
    """Cause 1 of `state` (0 censored, 2 what competes) between groups 0, 1, ...; raises LinAlgError where singular."""
    on = np.unique(days[state > 0])
    of = [group == k for k in range(group.max() + 1)]
    risk = np.column_stack([at_risk(on, days[k], entry[k]) for k in of]).astype(float)
    ends = np.stack([_ends(on, days[k], state[k]) for k in of], axis=1)
    first, other = ends[..., 0], ends[..., 1]
    alive_after = np.cumprod(1 - _ratio(first + other, risk), axis=0)
    alive = before(alive_after, 1)
    incidence = before(np.cumsum(alive * _ratio(first, risk), axis=0), 0)

    # Y / S of each group; the subdistribution's hazard, were all groups one, is the events over what those come to.
    unworn = _ratio(risk, alive)
    sub_risk = unworn * (1 - incidence)
    d = first.sum(axis=1)
    surplus = (first - sub_risk * _ratio(d, sub_risk.sum(axis=1))[:, None]).sum(axis=0)
    step = _ratio(d, unworn.sum(axis=1))
    pooled_after = np.cumsum(step)
    pooled = before(pooled_after, 0)

    # How a group's (second index) events move the surplus of each (first): at once, and by all that comes after.
    groups = len(of)
    share = _ratio(unworn, unworn.sum(axis=1, keepdims=True))
    now = unworn[:, :, None] * (np.eye(groups) - share[:, None, :])
    later = np.cumsum(now * _ratio(step, 1 - pooled)[:, None, None], axis=0)
    later = later[-1] - later
    worn = _ratio(1 - pooled_after[:, None], alive_after)
    by_first = now + (1 - worn)[:, None, :] * later
    by_other = worn[:, None, :] * later
    in_first = (
        _ratio(alive, risk) * step[:, None] * (1 - _ratio((d - 1)[:, None], unworn.sum(axis=1)[:, None] * alive - 1))
    )
    in_other = _ratio(alive, risk) ** 2 * other * (1 - _ratio(other - 1, risk - 1))
    variance = np.einsum("tik,tjk,tk->ij", by_first, by_first, np.where(d[:, None] > 0, in_first, 0))
    variance += np.einsum("tik,tjk,tk->ij", by_other, by_other, in_other)
    df = groups - 1
    statistic = surplus[:df] @ np.linalg.solve(variance[:df, :df], surplus[:df])
    return Gray(float(statistic), df, surplus)


def _ends(on: Array, days: Array, state: Array) -> Array:
    ended = state > 0
    return ends_by_cause(on, days[ended], state[ended], 2)


def _ratio(above: Array, below: Array) -> Array:
    """0 where no patient is at risk."""
    return np.divide(above, below, out=np.zeros(np.broadcast(above, below).shape), where=np.asarray(below) > 0)
