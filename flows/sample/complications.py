"""Adverse events along the course of treatment, and what the dead died of.

Rates lean on published ones in size, not person by person: second primaries 1 to 1.5 % a year, more under lenalidomide
maintenance (McCarthy 2012, N Engl J Med 366:1770); osteonecrosis of the jaw 1 to 2 % a year of a bone agent (Raje
2018, Lancet Oncol 19:370); thromboembolism 5 to 10 % in the first year of an IMiD, half with prophylaxis (Palumbo 2011,
J Clin Oncol 29:986).
"""

from __future__ import annotations

import numpy as np
import polars as pl

from flows.sample import regimens
from flows.sample.disease import Course
from flows.sample.draws import NEVER, Array, Rng, chance, pick, pick_by_row, text
from flows.sample.patients import Cohort
from flows.sample.treatments import Given

YEAR = 365.25
# a year, from the start of line 1 on
EVERYBODY = {
    "second_primary": 0.008,
    "skeletal_event": 0.02,
    "infection": 0.16,
    "zoster": 0.015,
    "arterial_event": 0.012,
    "cardiac": 0.02,
    "cytopenia": 0.10,
    "other": 0.04,
}
ANTITHROMBOTIC = ["aspirin", "apixaban", "edoxaban", "warfarin"]
BONE_AGENTS = ["denosumab", "zoledronic_acid"]
# of grades 1 to 5
USUAL, OF_TUMOURS, OF_JAWS = [0.15, 0.35, 0.35, 0.13, 0.02], [0, 0, 0.7, 0.3, 0], [0.2, 0.5, 0.3, 0, 0]
CAUSES = ["myeloma", "treatment", "second_primary", "infection", "cardiac", "other", "unknown"]
TUMOURS = ["colorectal cancer", "myelodysplastic syndrome", "gastric cancer", "lung cancer", "breast cancer"]

Stretch = tuple[Array, Array, Array]  # patients, first and last day


def event_rows(rng: Rng, c: Cohort, course: Course, *, given: Given, care: pl.DataFrame) -> pl.DataFrame:
    """One row an event. `resolved` null: it goes on, or it was not recorded."""
    first, end = course.start[:, 1], course.end
    treated = np.flatnonzero(first < NEVER)
    parts = []
    for name, rate in EVERYBODY.items():
        often = np.full(len(treated), rate) * np.where((name == "skeletal_event") & (c.lytic[treated] > 0), 4.0, 1.0)
        parts.append(_along(rng, name, (treated, first[treated], end[treated]), often))
    for name, stretch, rate in _exposures(given, care, end):
        parts.append(_along(rng, name, stretch, np.full(len(stretch[0]), rate)))
    patient, event, onset = (np.concatenate(column) for column in zip(*parts, strict=True))
    keep = (onset <= end[patient]) & (onset < course.death[patient])
    patient, event, onset = patient[keep], event[keep], onset[keep]
    weights = np.where((event == "second_primary")[:, None], OF_TUMOURS, USUAL)
    grades = pick_by_row(rng, np.where((event == "jaw_osteonecrosis")[:, None], OF_JAWS, weights)) + 1
    grades = np.minimum(grades, 4)  # what killed is the cause of death
    resolved = onset + rng.gamma(1.5, 25, len(onset)).astype(np.int64) + 1
    is_over = (resolved <= end[patient]) & chance(rng, 0.8, len(onset)) & ~np.isin(event, ["second_primary"])
    tumour = pick(rng, TUMOURS, [1] * len(TUMOURS), len(onset))
    frame = pl.DataFrame({"patient": patient, "onset": onset, "event": text(event)}).with_columns(
        grade=text(grades, chance(rng, 0.9, len(onset))),
        resolved=pl.when(pl.Series(is_over)).then(pl.Series(resolved)),
        description=text(tumour, event == "second_primary"),
    )
    return frame.unique(["patient", "onset", "event"], keep="first", maintain_order=True).sort(
        "patient", "onset", "event"
    )


def _exposures(given: Given, care: pl.DataFrame, end: Array) -> list[tuple[str, Stretch, float]]:
    """What a drug may do while it is given: event, patients with from and until, rate a year."""
    names, last = text(given.drugs), np.minimum(given.end, end[given.patient])
    is_imid = names.str.contains_any(regimens.IMMUNOMODULATORY).to_numpy()
    is_pi = names.str.contains_any(regimens.PROTEASOME).to_numpy()
    is_kept = (given.phase == "maintenance") & (names == "lenalidomide").to_numpy()
    shielded = np.isin(given.patient, care.filter(pl.col("drug").is_in(ANTITHROMBOTIC))["patient"].to_numpy())
    bone = care.filter(pl.col("drug").is_in(BONE_AGENTS))
    who, begin = bone["patient"].to_numpy(), bone["start"].to_numpy()
    until = np.minimum(bone["end"].fill_null(NEVER).to_numpy(), end[who])

    def of(rows: Array) -> Stretch:
        return given.patient[rows], given.start[rows], last[rows]

    return [
        ("venous_thromboembolism", of(is_imid & shielded), 0.05),
        ("venous_thromboembolism", of(is_imid & ~shielded), 0.11),
        ("neuropathy", of(is_pi), 0.25),
        ("second_primary", of(is_kept), 0.01),
        ("jaw_osteonecrosis", (who, begin, until), 0.018),
        ("hypocalcaemia", (who, begin, until), 0.06),
    ]


def _along(rng: Rng, name: str, stretch: Stretch, rate: Array) -> tuple[Array, Array, Array]:
    """The first such event of each stretch of time, where it comes before the end of it."""
    who, begin, until = stretch
    onset = begin + 1 + (rng.exponential(1, len(who)) / rate * YEAR).astype(np.int64)
    found = onset <= until
    return who[found], np.full(found.sum(), name, dtype=object), onset[found]


def death_causes(rng: Rng, c: Cohort, course: Course) -> pl.Series:
    """Of every patient; null of the living, and where no cause was recorded."""
    n = len(c)
    cause = pick(rng, CAUSES, [0.66, 0.05, 0.05, 0.11, 0.05, 0.06, 0.02], n)
    quiet = pick(rng, ["second_primary", "cardiac", "other", "unknown"], [0.3, 0.3, 0.35, 0.05], n)
    never_treated = course.start[:, 1] >= NEVER
    return text(np.where(c.watched & never_treated, quiet, cause), course.dead & chance(rng, 0.93, n))
