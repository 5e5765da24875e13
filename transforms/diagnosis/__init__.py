"""Diagnosis by Table 1: of any patient on any date, and of every patient at diagnosis."""

from transforms.diagnosis.on_a_date import CLAUSES, judged_at
from transforms.diagnosis.tables import diagnosis

__all__ = ["CLAUSES", "diagnosis", "judged_at"]
