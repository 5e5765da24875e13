"""Cohorts: who is asked about, from when on, and by what: filters that are kept, left out or can't tell.

An `Analysis` says what is asked. `candidates` are all that it may be asked of, with every attribute known at the start
of their time (and, at a landmark, by then); `members` those of each cohort, `steps` how each filter divided them.
"""

from transforms.cohorts.analysis import LETTERS, Analysis, AnalysisError, Cohort, checked
from transforms.cohorts.attributes import attributes
from transforms.cohorts.candidates import NEEDED, NEEDED_LATER, TIMES, candidates, times_of
from transforms.cohorts.catalogue import ATTRIBUTES, LATER, SPLITS, Attribute
from transforms.cohorts.filters import STEPS, at_step, members, steps, truth

__all__ = [
    "ATTRIBUTES",
    "LATER",
    "LETTERS",
    "NEEDED",
    "NEEDED_LATER",
    "SPLITS",
    "STEPS",
    "TIMES",
    "Analysis",
    "AnalysisError",
    "Attribute",
    "Cohort",
    "at_step",
    "attributes",
    "candidates",
    "checked",
    "members",
    "steps",
    "times_of",
    "truth",
]
