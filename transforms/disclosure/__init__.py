"""What may leave the house: no count of few, nothing that gives one back by subtraction, nothing of one patient.

The one rule that every shared page, figure and table passes. `Release` says what a frame releases; `protect` hides what
must not be seen in a frame of counts, `protect_curve` in curves, `protect_courses` in drawings of single courses; and
`landmarks_of_curve` reads a curve's values from what is left of it.

What is promised. A count under `THRESHOLD` is never shown, zero included. Even to those who know all totals that are
declared (each shown somewhere, by this rule), and every shown count exactly, a hidden one may be anything in a range as
wide as `THRESHOLD` or wider, where counts add up in one direction or in two; a test computes the range. And as counts
are shown rounded to `ROUNDED_TO`, a difference between two tables, or two nights, is no count.
"""

from transforms.disclosure.counts import protect
from transforms.disclosure.courses import protect_courses
from transforms.disclosure.protected_curves import landmarks_of_curve, protect_curve
from transforms.disclosure.release import (
    ROUNDED_TO,
    THRESHOLD,
    CurveRelease,
    DisclosureError,
    Part,
    Release,
    Sum,
    Total,
)

__all__ = [
    "ROUNDED_TO",
    "THRESHOLD",
    "CurveRelease",
    "DisclosureError",
    "Part",
    "Release",
    "Sum",
    "Total",
    "landmarks_of_curve",
    "protect",
    "protect_courses",
    "protect_curve",
]
