"""The generators make what decides: each situation is counted in the rows themselves, not in how they were drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest

from tests.differential import histories, histories_of_diagnosis
from tests.differential.situations import FIGURE_OF, SITUATIONS, Registry, Row
from tests.differential.smallest import of_patients, smallest

PATIENTS = 1000


@pytest.fixture(scope="module")
def made() -> list[Registry]:
    return list(of_patients(histories.registry(Random(1), PATIENTS)).values())


def _starts(own: Registry) -> list[date]:
    lines = {row["line"] for row in own["treatments"]}
    return [min(row["start_date"] for row in own["treatments"] if row["line"] == line) for line in sorted(lines)]


def _labs(own: Registry, *analytes: str) -> list[Row]:
    return [row for row in own["labs"] if row["analyte"] in analytes]


def _negatives_before(own: Registry, start: date) -> Iterator[tuple[Row, list[int]]]:
    """Negative immunofixations of the 90 days before a line, with the days from each to every figure of its fluid."""
    for row in _labs(own, *FIGURE_OF):
        if row["result"] == "negative" and 0 <= (start - row["collected_on"]).days <= 90:
            figures = _labs(own, FIGURE_OF[row["analyte"]])
            yield row, [(figure["collected_on"] - row["collected_on"]).days for figure in figures]


def _before(own: Registry, lines: slice, is_so: Callable[[list[int]], bool]) -> bool:
    return any(is_so(days) for start in _starts(own)[lines] for _, days in _negatives_before(own, start))


def _has_pd_only(own: Registry) -> bool:
    return {row["response"] for row in own["assessments"]} == {"PD"}


def _lacks_albumin(own: Registry) -> bool:
    days = [row["collected_on"] for row in _labs(own, "albumin")]
    due = [row["collected_on"] for row in _labs(own, "calcium") if row.get("attributed_to_myeloma")]
    return any(all(abs((day - on).days) > 3 for day in days) for on in due)


def _shrinks_in_part(own: Registry) -> bool:
    sizes = [(row["performed_on"], row.get("plasmacytoma_spd_mm2")) for row in own["imaging"]]
    known = sorted((on, size) for on, size in sizes if size is not None)
    pairs = [(a, b) for on, a in known for later, b in known if on in _starts(own) and later > on and a]
    return any(0 < b < a for a, b in pairs)


def _is_on_a_limit(own: Registry, analyte: str, rise: str, off: str) -> bool:
    values = sorted((row["collected_on"], row["value"]) for row in _labs(own, analyte) if row["value"] is not None)
    rises = {later - value for on, value in values for after, later in values if after > on}
    return Decimal(rise) + Decimal(off) in rises


def _all_dates(own: Registry) -> list[date]:
    rows = [row for name in ("labs", "marrow", "imaging", "mrd") for row in own[name]]
    return [value for row in rows for value in row.values() if isinstance(value, date)]


def _is_on_a_start(own: Registry, table: str, dated: str) -> bool:
    return bool({row[dated] for row in own[table]} & set(_starts(own)))


OCCUR: dict[str, tuple[float, Callable[[Registry], bool]]] = {
    "negative immunofixation before line 1, no figure within 3 days": (
        0.05,
        lambda own: _before(own, slice(1), lambda days: all(abs(day) > 3 for day in days)),
    ),
    "negative immunofixation before a later line, no figure within 3 days": (
        0.03,
        lambda own: _before(own, slice(1, None), lambda days: all(abs(day) > 3 for day in days)),
    ),
    "negative immunofixation before a line, a figure of another day within 3 days": (
        0.05,
        lambda own: _before(own, slice(None), lambda days: any(0 < abs(day) <= 3 for day in days)),
    ),
    "negative immunofixation before a line, the last figure earlier": (
        0.03,
        lambda own: _before(own, slice(None), lambda days: bool(days) and -90 < max(days) < -3),
    ),
    "negative immunofixation before a line, a figure later": (
        0.05,
        lambda own: _before(own, slice(None), lambda days: any(3 < day <= 60 for day in days)),
    ),
    "IgA of the β region, with a negative immunofixation": (
        0.04,
        lambda own: (
            own["patients"][0]["m_protein_in_beta"] is True
            and any(row["result"] == "negative" for row in _labs(own, "serum_immunofixation"))
            and len(_labs(own, "iga")) > 1
        ),
    ),
    "calcium due to myeloma without albumin": (0.1, _lacks_albumin),
    "plasmacytoma of the baseline shrinks in part": (0.05, _shrinks_in_part),
    "recorded progressions, and nothing else recorded": (0.08, _has_pd_only),
    "a line that nobody assessed beside one that somebody did": (
        0.03,
        lambda own: any(row["line"] is not None and row["line"] < len(_starts(own)) for row in own["assessments"]),
    ),
    "treatment planned to end in the far future": (
        0.05,
        lambda own: any((row.get("end_date") or date.min).year > 2050 for row in own["treatments"]),
    ),
    "rows after the last contact": (
        0.07,
        lambda own: max(_all_dates(own), default=date.min) > own["patients"][0]["last_contact_date"],
    ),
    "figure with a comparator": (
        0.4,
        lambda own: any(row.get("comparator") for row in _labs(own, "serum_m_protein", "urine_m_protein", "flc_kappa")),
    ),
    "serum M-protein up by exactly 0.5": (0.15, lambda own: _is_on_a_limit(own, "serum_m_protein", "0.5", "0")),
    "serum M-protein up by 0.4, a step less": (0.1, lambda own: _is_on_a_limit(own, "serum_m_protein", "0.5", "-0.1")),
    "urine M-protein up by exactly 200": (0.05, lambda own: _is_on_a_limit(own, "urine_m_protein", "200", "0")),
    "urine M-protein up by 199, a step less": (0.02, lambda own: _is_on_a_limit(own, "urine_m_protein", "200", "-1")),
    "everything on one day": (0.02, lambda own: len(_all_dates(own)) > 4 and len(set(_all_dates(own))) <= 8),
    "marrow on the day a line starts": (0.15, lambda own: _is_on_a_start(own, "marrow", "collected_on")),
    "imaging on the day a line starts": (0.15, lambda own: _is_on_a_start(own, "imaging", "performed_on")),
    "three lines within weeks": (
        0.05,
        lambda own: len(_starts(own)) > 2 and _starts(own)[2] - _starts(own)[0] <= timedelta(days=35),
    ),
    "drugs in common between rows of one line": (
        0.05,
        lambda own: len(own["treatments"]) > len({row["line"] for row in own["treatments"]}),
    ),
}


@pytest.mark.parametrize("situation", OCCUR)
def test_situation_occurs_often_enough_to_be_tried(made: list[Registry], situation: str) -> None:
    least, is_so = OCCUR[situation]
    share = sum(map(is_so, made)) / len(made)
    assert share >= least, f"{situation}: {share:.1%} of {len(made)} histories"


def test_a_history_has_few_situations_so_that_one_can_be_seen_alone() -> None:
    assert 0.5 < sum(SITUATIONS.values()) < 3


@pytest.mark.parametrize("generator", [histories, histories_of_diagnosis])
def test_the_same_seed_makes_the_same_registry(generator) -> None:
    assert generator.registry(Random(3), 40) == generator.registry(Random(3), 40)


def test_the_smallest_registry_that_fails_is_what_the_fault_needs() -> None:
    made = histories.registry(Random(2), 60)

    def fails(fewer: Registry) -> bool:
        starts = {(row["patient_id"], row["start_date"]) for row in fewer["treatments"]}
        return any((row["patient_id"], row["collected_on"]) in starts for row in fewer["marrow"])

    least = smallest(made, fails)
    assert {name: len(rows) for name, rows in least.items() if rows} == {"patients": 1, "treatments": 1, "marrow": 1}


@pytest.fixture(scope="module")
def diagnosed() -> list[Registry]:
    return list(of_patients(histories_of_diagnosis.registry(Random(1), 400)).values())


def _has_event_after_the_marrow(own: Registry) -> bool:
    looked = max((row["collected_on"] for row in own["marrow"]), default=date.max)
    return any(row["collected_on"] > looked for row in _labs(own, "calcium", "creatinine", "hemoglobin"))


def _shares_a_drug(own: Registry) -> bool:
    keys = [(row["line"], row.get("phase"), row["start_date"], row["end_date"]) for row in own["treatments"]]
    return len(keys) > len(set(keys))


OCCUR_AT_DIAGNOSIS: dict[str, tuple[float, Callable[[Registry], bool]]] = {
    "event recorded as not due to myeloma": (
        0.3,
        lambda own: any(row.get("attributed_to_myeloma") is False for row in own["labs"]),
    ),
    "laboratory event after the last marrow": (0.3, _has_event_after_the_marrow),
    "drug by brand, regimen or a name that nobody knows": (
        0.1,
        lambda own: any(row["drugs"] in histories_of_diagnosis.WRITTEN for row in own["treatments"]),
    ),
    "two rows of one line, phase and dates with a drug in common": (0.08, _shares_a_drug),
    "treatment planned to end in the far future": (
        0.05,
        lambda own: any((row["end_date"] or date.min).year > 2050 for row in own["treatments"]),
    ),
    "percent of cells at the cut and beside it": (
        0.2,
        lambda own: any(row.get("percent") in (Decimal(20), Decimal("20.1")) for row in own["cytogenetics"]),
    ),
}


@pytest.mark.parametrize("situation", OCCUR_AT_DIAGNOSIS)
def test_situation_of_diagnosis_occurs_often_enough_to_be_tried(diagnosed: list[Registry], situation: str) -> None:
    least, is_so = OCCUR_AT_DIAGNOSIS[situation]
    share = sum(map(is_so, diagnosed)) / len(diagnosed)
    assert share >= least, f"{situation}: {share:.1%} of {len(diagnosed)} histories"


def test_cells_and_rows_are_lost_where_that_is_asked_for() -> None:
    whole, less = (histories.registry(Random(4), 400, losses=share) for share in (0, 1))
    assert not whole["refused_row"]
    assert not any(row.get("unreadable") for rows in whole.values() for row in rows)
    assert {row["table"] for row in less["refused_row"]} >= {"labs", "marrow", "imaging", "treatments"}
    assert {row["dated_on"] is None for row in less["refused_row"]} == {True, False}
    names = {name for rows in less.values() for row in rows for name in row.get("unreadable") or ()}
    assert names >= {"value", "plasma_cell_percent", "new_bone_lesion", "new_plasmacytoma", "drugs", "light_chain"}
