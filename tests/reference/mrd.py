"""Section 7: MRD (MRD.flow, MRD.seq, MRD.imaging, MRD.sustained).

One row per patient, date and category. A flow or sequencing row for every date with such a test; an imaging
row for every such date with a PET/CT result within 60 days; a sustained row only where it holds, or would but for a
result in between that could not be read (null).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from .figures import Row, Tables, is_positive, nearest, span_in
from .logic import Truth, and3, at_most, exact, not3
from .lost import is_unreadable, refused
from .story import Story
from .visits import Line, line_at

COMPLETE = ("CR", "sCR")
METHODS = {"NGF": "flow", "MFC": "flow", "NGS": "sequencing"}
SENSITIVE_ENOUGH = exact("0.00001")
IMAGING_WITHIN_DAYS = 60
CR_UP_TO_DAYS_AFTER = 30


def mrd_status(patient_id: str, tables: Tables, lines: list[Line], stories: Sequence[Story] | None = None) -> list[Row]:
    """The MRD rows of one patient; mrd null is unknown. after_cr, of who has stories: CR was confirmed by then."""
    positives: dict[str, dict[date, Truth]] = {
        "flow": _by_date(tables, "flow"),
        "sequencing": _by_date(tables, "sequencing"),
    }
    positives["imaging"] = _with_imaging(_either(positives["flow"], positives["sequencing"]), tables)
    positives["sustained"] = _sustained(positives, _pet_ct(tables), tables)
    rows = []
    for category, dated in positives.items():
        for on, positive in dated.items():
            line = line_at(lines, on)
            rows.append(
                {
                    "patient_id": patient_id,
                    "line": line.number if line else None,
                    "collected_on": on,
                    "mrd": {True: "positive", False: "negative", None: None}[positive],
                    "category": category,
                }
                | ({} if stories is None else {"after_cr": _is_after_cr(stories, line, on)})
            )
    return sorted(rows, key=lambda row: (row["collected_on"], row["category"]))


def _is_after_cr(stories: Sequence[Story], line: Line | None, on: date) -> bool | None:
    """Whether a CR, confirmed at a visit up to 30 days after the test (as Q.mrd_after_cr has it), stands at the test.

    One that a confirmed progression followed does not. Null before the first line, and where no evaluable visit tells.
    """
    until = on + timedelta(days=CR_UP_TO_DAYS_AFTER)
    told = [one for story in stories if story.line == line for one in story.verdicts if not one.is_skipped]
    told = [verdict for verdict in told if verdict.on <= until]
    if line is None or not told:
        return None
    complete = max((verdict.on for verdict in told if verdict.confirmed in COMPLETE), default=None)
    progressed = [verdict.on for verdict in told if verdict.confirmed == "PD" and verdict.on <= on]
    return complete is not None and all(then < complete for then in progressed)


def _by_date(tables: Tables, category: str) -> dict[date, Truth]:
    """Positive over negative over unknown on one date."""
    found: dict[date, list[Truth]] = {}
    for row in tables["mrd"]:
        if METHODS.get(row["method"]) == category:
            found.setdefault(row["collected_on"], []).append(_is_mrd_positive(row))
    return {on: _strongest(truths) for on, truths in found.items()}


def _is_mrd_positive(row: Row) -> Truth:
    """A negative counts at a sensitivity of 10^-5 or better; at a worse or unknown one it is unknown."""
    if row["result"] == "positive":
        return True
    sensitivity = span_in(row, "sensitivity")
    return False if sensitivity is not None and at_most(sensitivity, SENSITIVE_ENOUGH) else None


def _strongest(truths: list[Truth]) -> Truth:
    if True in truths:
        return True
    return False if False in truths else None


def _either(flow: dict[date, Truth], sequencing: dict[date, Truth]) -> dict[date, Truth]:
    dates = {*flow, *sequencing}
    return {on: _strongest([dated[on] for dated in (flow, sequencing) if on in dated]) for on in dates}


def _pet_ct(tables: Tables) -> list[tuple[date, bool]]:
    """Every PET/CT with a verdict on uptake: whether it is positive."""
    return [
        (row["performed_on"], is_positive(row["fdg_uptake"]) is True)
        for row in tables["imaging"]
        if row.get("modality") == "pet_ct" and row.get("fdg_uptake") is not None
    ]


def _with_imaging(marrow: dict[date, Truth], tables: Tables) -> dict[date, Truth]:
    """MRD.imaging: marrow and the nearest PET/CT within 60 days both negative."""
    status: dict[date, Truth] = {}
    for on, is_marrow_positive in marrow.items():
        near = [scan for scan in _pet_ct(tables) if abs((scan[0] - on).days) <= IMAGING_WITHIN_DAYS]
        uptake = nearest(near, on, lambda positive: positive)
        if uptake is not None:
            status[on] = not3(and3(not3(is_marrow_positive), not3(uptake)))
    return status


def _sustained(
    positives: dict[str, dict[date, Truth]], scans: list[tuple[date, bool]], tables: Tables
) -> dict[date, Truth]:
    """MRD.sustained: negative by both, again a year or more later, no positive of either between."""
    negative = sorted(on for on, positive in positives["imaging"].items() if positive is False)
    any_positive = {on for on, uptake in scans if uptake}
    any_positive |= {on for dated in positives.values() for on, positive in dated.items() if positive}
    status: dict[date, Truth] = {}
    for later in negative:
        starts = [
            first
            for first in negative
            if _a_year_after(first) <= later and not any(first <= on <= later for on in any_positive)
        ]
        if starts:
            status[later] = None if all(_may_be_positive(tables, first, later) for first in starts) else False
    return status


def _may_be_positive(tables: Tables, first: date, later: date) -> bool:
    """Whether a result between two dates could not be read."""
    lost = [row.get("dated_on") for row in refused(tables, "mrd", METHODS)]
    lost += [row.get("dated_on") for row in refused(tables, "imaging")]
    lost += [row["performed_on"] for row in tables["imaging"] if _is_lost_pet_ct(row)]
    return any(on is None or first <= on <= later for on in lost)


def _is_lost_pet_ct(row: Row) -> bool:
    return is_unreadable(row, "fdg_uptake") and row.get("modality") in ("pet_ct", None)


def _a_year_after(on: date) -> date:
    is_leap_day = (on.month, on.day) == (2, 29)
    return date(on.year + 1, 3, 1) if is_leap_day else on.replace(year=on.year + 1)
