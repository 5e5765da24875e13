"""The outcome of an analysis, worked out once for a run: for the page, the files taken from it, and the command."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from flows.query.asked_registry import Registry
from flows.query.cohort_file import registry_of, run_said
from flows.sandbox.limits import Limits
from transforms.cohorts import Analysis, checked
from transforms.cohorts.outcome_numbers import outcome_numbers
from transforms.cohorts.outcomes import Outcome, outcome


def outcome_of(registry: Registry, analysis: Analysis) -> Outcome:
    """What becomes of the cohorts of an analysis. Raises AnalysisError."""
    asked = checked(analysis)
    return registry.made(("outcome", repr(asked)), lambda: _outcome(registry, asked))


def _outcome(registry: Registry, analysis: Analysis) -> Outcome:
    return outcome(registry.members(analysis), registry.steps(analysis), analysis)


def ask_outcome(analysis: Analysis, store: Path, limits: Limits) -> tuple[pl.DataFrame, str]:
    """Ask a store for every number of an outcome, and where they are from. Raises QueryError and QueryFailed."""
    with registry_of(store, limits) as registry:
        return outcome_numbers(outcome_of(registry, analysis)), f"{run_said(registry, store)}; internal: exact numbers"
