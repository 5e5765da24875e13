"""MGUS and smouldering myeloma (section 10): risk at diagnosis, course, and how the one foretells the other."""

from transforms.precursors.calibration import calibration
from transforms.precursors.course import precursor_course
from transforms.precursors.risk import precursor_risk
from transforms.precursors.whom import precursors

__all__ = ["calibration", "precursor_course", "precursor_risk", "precursors"]
