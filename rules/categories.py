"""Categories of response and their order: the one place where it is written (in SQL: the type response_category)."""

from __future__ import annotations

CATEGORIES = ("NE", "PD", "SD", "MR", "PR", "VGPR", "CR", "sCR")  # worst first
BEST_FIRST = CATEGORIES[::-1]
LEVELS = CATEGORIES[CATEGORIES.index("MR") :]  # those with a clause of their name
