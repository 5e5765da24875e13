"""Colours and dashes by what they stand for: the page's own CSS variables, which follow light, dark and print."""

from rules.categories import BEST_FIRST

STAGES = ("I", "II", "III", "IV", "unknown")
RESPONSES = (*BEST_FIRST, "none")
# Dashes beside colours: a curve can be identified in grey print, and by those who don't see the colours apart.
DASHES = {"all": [1, 0], "I": [1, 0], "II": [7, 3], "III": [3, 2], "IV": [1, 2], "unknown": [8, 3, 2, 3]}


def stage_fill(stage: str) -> str:
    """The colour variable of a stage; `all` where patients are not split."""
    return f"var(--stage-{stage.lower()})"


def response_fill(response: str) -> str:
    """The colour variable of a response category."""
    return f"var(--response-{response.lower()})"
