"""How many examples a property is tried on: in `make test` few, the same every time; in `make prove` many, and new."""

from __future__ import annotations

import os

import hypothesis

USUAL, MANY = "few, the same", "many, new"
# A slow machine is no failure.
# A smaller seed is no simpler a registry: a failure is shown as it was found, without minutes of shrinking.
PHASES = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
ALIKE = hypothesis.settings(database=None, deadline=None, phases=PHASES)
hypothesis.settings.register_profile(USUAL, ALIKE, derandomize=True, max_examples=100)
hypothesis.settings.register_profile(MANY, ALIKE, max_examples=1000)


def few(examples: int) -> hypothesis.settings:
    """So many examples of a property that is slow to try, but where many were asked for."""
    default = hypothesis.settings.default or hypothesis.settings()
    return hypothesis.settings(max_examples=examples if default.derandomize else default.max_examples)


def patients(usual: int, of_mutants: int) -> int:
    """So many made-up patients; more in mutation testing, which has no other histories to tell a mutant by."""
    return of_mutants if os.environ.get("MUTANT_UNDER_TEST") else usual
