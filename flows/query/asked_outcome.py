"""The outcome of an analysis, worked out once for a run: for the page, the files taken from it, and the command."""

from __future__ import annotations

from flows.query.asked_registry import Registry
from transforms.cohorts import Analysis, checked
from transforms.cohorts.outcomes import Outcome, outcome


def outcome_of(registry: Registry, analysis: Analysis) -> Outcome:
    """What becomes of the cohorts of an analysis. Raises AnalysisError."""
    asked = checked(analysis)
    return registry.made(("outcome", repr(asked)), lambda: _outcome(registry, asked))


def _outcome(registry: Registry, analysis: Analysis) -> Outcome:
    return outcome(registry.members(analysis), registry.steps(analysis), analysis)
