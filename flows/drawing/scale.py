"""Where an axis has its labels: 1, 2 or 5 times a power of ten apart, and on an axis of days whole months apart."""

from __future__ import annotations

import math
from datetime import date

# Months between two labels of an axis of days; whole years are labelled by the year alone.
MONTHS_APART = (1, 2, 3, 6, 12, 24, 60, 120)


def step_of(span: float, count: int) -> float:
    """1, 2 or 5 times a power of ten: what parts the span into about so many."""
    power = 10 ** math.floor(math.log10(span / count))
    error = span / count / power
    return float(power * (10 if error >= 50**0.5 else 5 if error >= 10**0.5 else 2 if error >= 2**0.5 else 1))


def steps_within(low: float, high: float, count: int) -> list[float]:
    """What to label between two figures: about so many."""
    step = step_of(high - low, count)
    return [step * place for place in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]


def decades(top: float) -> list[float]:
    """0, 10, 100, … as far as a figure reaches."""
    return [0.0, *(10.0**power for power in range(1, math.floor(math.log10(top)) + 1))]


def days_to_label(first: date, last: date, count: int) -> list[tuple[date, str]]:
    """First days of months or years between two days, so many at most, as 2024-03 or 2024."""
    months = 12 * (last.year - first.year) + last.month - first.month
    apart = next((step for step in MONTHS_APART if months / step < count), MONTHS_APART[-1])
    from_year_0 = 12 * first.year + first.month - 1
    labelled = range(-(-from_year_0 // apart) * apart, from_year_0 + months + 1, apart)
    days = [date(month // 12, month % 12 + 1, 1) for month in labelled]
    return [(day, f"{day:%Y}" if apart >= 12 else f"{day:%Y-%m}") for day in days if first <= day <= last]
