"""Treatment rows: the phases of each line, what was given, and why it stopped."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from flows.sample import regimens
from flows.sample.disease import Course
from flows.sample.draws import NEVER, Array, Rng, chance, day, pick, text
from flows.sample.patients import Cohort

IXAZOMIB_MAINTENANCE = day("2020-03-01")
# of AL amyloidosis: ANDROMEDA (Kastritis 2021)
AL_REGIMEN, AL_REGIMEN_SINCE = "daratumumab;bortezomib;cyclophosphamide;dexamethasone", day("2021-08-01")


@dataclass(frozen=True)
class Given:
    """One element a treatment row. `end` NEVER is still given at last contact."""

    patient: Array
    line: Array
    phase: Array
    drugs: Array
    start: Array
    end: Array
    reason: Array

    def frame(self) -> pl.DataFrame:
        """The rows as a frame; days still as numbers, null where the treatment goes on."""
        words = {name: text(getattr(self, name)) for name in ("phase", "drugs", "reason")}
        numbers = {name: getattr(self, name) for name in ("patient", "line", "start", "end")}
        ended = pl.col("end") < NEVER
        return (
            pl.DataFrame({**numbers, **words})
            .with_columns(end=pl.when(ended).then("end"), stop_reason=pl.when(ended).then("reason"))
            .sort("patient", "line", "start", "phase")
        )


def draw_treatments(rng: Rng, c: Cohort, course: Course) -> Given:
    """Every phase of every line that was begun within follow-up."""
    patient, line = np.nonzero(course.given)
    at = (patient, line)
    lines = _Lines(
        rng,
        c,
        patient,
        line,
        course.start[at],
        course.stop[at],
        course.progressed[at],
        course.transplant[at],
        course.regimen[at],
        course.death[patient],
        course.end[patient],
    )
    parts = [lines.first_phase(), lines.transplant_itself(), lines.consolidation(), lines.maintenance()]
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    return Given(*columns)


Part = tuple[Array, Array, Array, Array, Array, Array, Array]


@dataclass(frozen=True)
class _Lines:
    rng: Rng
    c: Cohort
    patient: Array
    line: Array
    start: Array
    stop: Array
    progressed: Array
    transplant: Array
    regimen: Array
    death: Array
    last: Array

    def first_phase(self) -> Part:
        rng, n = self.rng, len(self.patient)
        grafted = self.transplant < NEVER
        fixed_days = regimens.DAYS[self.regimen]
        car_t = regimens.IS_CAR_T[self.regimen]
        length = np.maximum(fixed_days * rng.normal(1, 0.08, n), 1).astype(np.int64)
        planned = np.where(fixed_days > 0, self.start + length, NEVER)
        planned = np.where(grafted, self.transplant - rng.integers(24, 46, n), planned)
        planned = np.where(car_t, self.start, planned)
        phase = np.where(self.line == 1, "induction", "salvage").astype(object)
        phase[car_t] = "car_t"
        toxic = chance(rng, 0.24, n) & ~grafted & ~car_t
        every = np.ones(n, dtype=bool)
        amyloid = (self.c.diagnosis[self.patient] == "AL") & (self.line == 1) & (self.start >= AL_REGIMEN_SINCE)
        drugs = np.where(amyloid, AL_REGIMEN, regimens.NAMES[self.regimen])
        return self._rows(every, phase, drugs, self.start, planned=planned, toxic=toxic)

    def transplant_itself(self) -> Part:
        young = (self.c.age[self.patient] < 52) & (self.line == 2)
        donor = young & chance(self.rng, 0.3, len(young))
        phase = np.where(donor, "allogeneic_transplant", "autologous_transplant").astype(object)
        drugs = np.full(len(phase), "melphalan", dtype=object)
        never = np.zeros(len(phase), dtype=bool)
        return self._rows(self.transplant < NEVER, phase, drugs, self.transplant, planned=self.transplant, toxic=never)

    def consolidation(self) -> Part:
        n = len(self.patient)
        chosen = (self.transplant < NEVER) & (self.line == 1) & chance(self.rng, 0.34, n)
        start = self.transplant + self.rng.integers(70, 100, n)
        phase = np.full(n, "consolidation", dtype=object)
        return self._rows(
            chosen, phase, regimens.NAMES[self.regimen], start, planned=start + 56, toxic=np.zeros(n, dtype=bool)
        )

    def maintenance(self) -> Part:
        rng, n = self.rng, len(self.patient)
        grafted = (self.transplant < NEVER) & chance(rng, 0.74, n)
        # nine cycles of the quadruplet, then daratumumab alone until progression
        quadruplet = regimens.NAMES[self.regimen] == "daratumumab;bortezomib;melphalan;prednisolone"
        start = np.where(quadruplet, self.start + 400, self.transplant + rng.integers(158, 190, n))
        drug = pick(rng, ["lenalidomide", "ixazomib", "bortezomib"], [0.84, 0.1, 0.06], n)
        drug = np.where((drug == "ixazomib") & (start < IXAZOMIB_MAINTENANCE), "lenalidomide", drug)
        drug = np.where(quadruplet, "daratumumab", drug).astype(object)
        planned = np.where(chance(rng, 0.25, n) & ~quadruplet, start + 730, NEVER)
        toxic = chance(rng, 0.22, n) & ~quadruplet
        phase = np.full(n, "maintenance", dtype=object)
        return self._rows(grafted | quadruplet, phase, drug, start, planned=planned, toxic=toxic)

    def _rows(self, chosen: Array, phase: Array, drugs: Array, start: Array, *, planned: Array, toxic: Array) -> Part:
        """Rows of a phase that began before progression and within follow-up, cut where the line's events cut them."""
        rng, n = self.rng, len(self.patient)
        early = start + 40 + rng.exponential(300, n).astype(np.int64)
        stopped = np.where(toxic, early, NEVER)
        found = self.progressed + rng.integers(0, 15, n)
        before_next = np.where(self.stop < self.last, self.stop - 1, NEVER)
        candidates = np.stack([planned, stopped, found, before_next, self.death])
        end = np.maximum(candidates.min(axis=0), start)
        which = candidates.argmin(axis=0)
        names = np.array(["completed", "toxicity", "progression", "progression", "death"], dtype=object)
        reason = names[which]
        reason = np.where((which == 1) & chance(rng, 0.25, n), "patient_choice", reason)
        end = np.where(end > self.last, NEVER, end)
        keep = chosen & (start <= self.stop) & (start <= self.last) & (start < self.death)
        keep &= (start < self.progressed) | (start == self.start)
        columns = (self.patient, self.line, phase, drugs, start, end, reason)
        return tuple(column[keep] for column in columns)  # type: ignore[return-value]
