"""The κ/λ ratio of free light chains, compared without dividing."""

from __future__ import annotations

import polars as pl

from rules.criterion import Criterion
from rules.verdict import Quantity, Verdict, above, bit, under

BOTH_CHAINS = {
    "": bit("flc_kappa") | bit("flc_lambda"),
    "baseline_": bit("baseline_flc_kappa") | bit("baseline_flc_lambda"),
}


def ratio_is_abnormal(kappa: Quantity, lambda_: Quantity, c: Criterion, when: str = "") -> Verdict:
    """κ/λ below `ratio_low` or above `ratio_high`; the ratio of two undetectable chains (0/0) is unknown.

    `when` is "baseline_" where the chains are the baseline's, so that the right tests are named.
    """
    abnormal = kappa_is_low(kappa, lambda_, c) | kappa_is_high(kappa, lambda_, c)
    return unless_undetectable(abnormal, kappa, lambda_, when)


def unless_undetectable(verdict: Verdict, kappa: Quantity, lambda_: Quantity, when: str = "") -> Verdict:
    """The verdict about the two chains; unknown where neither can be detected."""
    undetectable = (kappa.high == 0) & (lambda_.high == 0)
    return Verdict(
        pl.when(undetectable).then(None).otherwise(verdict.truth),
        pl.when(undetectable).then(BOTH_CHAINS[when]).otherwise(verdict.missing),
    )


def kappa_is_high(kappa: Quantity, lambda_: Quantity, c: Criterion) -> Verdict:
    """κ/λ above the upper limit; κ with no λ at all counts as above."""
    return above(kappa, c.ratio_high * lambda_)


def kappa_is_low(kappa: Quantity, lambda_: Quantity, c: Criterion) -> Verdict:
    """κ/λ below the lower limit."""
    return under(kappa, c.ratio_low * lambda_)
