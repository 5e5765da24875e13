"""Section 11: drugs that failed (RR.refractory and the levels) and what a relapse is like (RR.*)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from .clinic import FINDINGS_DAYS, FISH_DAYS, LABORATORY_DAYS, Around, age_years, figure_of, fluid_spans
from .diagnosis import Truths, clauses
from .drugs import CLASS_OF, drugs_in, is_known
from .figures import Reading, Row, Tables, by_span, is_positive
from .logic import Span, Truth, above, and3, at_least, not3, or3
from .lost import may_be_by, refused
from .progression import calcium_clause, progression
from .staging import HIGH_RISK
from .story import Story

GIVES_NO_DRUG = ("autologous_transplant", "allogeneic_transplant", "car_t")
LEVELS: dict[str, dict[str, int]] = {
    "double": {"lenalidomide": 1, "bortezomib": 1},
    "triple_class": {"proteasome_inhibitor": 1, "immunomodulatory_drug": 1, "anti_cd38": 1},
    "penta": {"proteasome_inhibitor": 2, "immunomodulatory_drug": 2, "anti_cd38": 1},
}
AFTER_LAST_DOSE = timedelta(days=60)
FISH_WINDOW = timedelta(days=FISH_DAYS)
BIOCHEMICAL = {"PD.serum", "PD.urine", "PD.flc"}
TWO_MONTHS = timedelta(days=61)
DAYS_PER_MONTH = Decimal("30.4375")


@dataclass(frozen=True)
class Given:
    """A drug of one treatment row, and whether it failed. drug None: drugs were given and nobody said which.

    is_named: whether it is a known name; what is not may be any drug. line None: the row was refused.
    """

    line: int | None
    drug: str | None
    failed: Truth
    since: date | None

    @property
    def is_named(self) -> bool:
        return self.drug is not None and is_known(self.drug)

    @property
    def name(self) -> str | None:
        """As it counts for classes: None for what may be any drug."""
        return self.drug if self.is_named else None


def given_drugs(tables: Tables, stories: list[Story]) -> list[Given]:
    """Each drug of each treatment row, with the first progression under it or within 60 days of its last dose."""
    given = [
        Given(row["line"], drug, *_failure(row, stories)) for row in tables["treatments"] for drug in drugs_of(row)
    ]
    return given + [Given(None, None, None, None) for _ in lost_drugs(tables)]


def drugs_of(row: Row) -> list[str | None]:
    """The drugs of a treatment row; a transplant or an infusion that names none gave none."""
    named: list[str | None] = [*drugs_in(row.get("drugs"))]
    return named or ([] if row.get("phase") in GIVES_NO_DRUG else [None])


def lost_drugs(tables: Tables) -> list[Row]:
    """Refused treatments, of which nobody can tell the drugs."""
    return [row for row in refused(tables, "treatments") if row.get("kind") not in GIVES_NO_DRUG]


def could_be_any_phase(row: Row) -> bool:
    """A row of no phase may be a transplant or CAR-T, unless it names a drug of the classes."""
    return row.get("phase") is None and not any(drug in CLASS_OF for drug in drugs_of(row))


def _failure(row: Row, stories: list[Story]) -> tuple[Truth, date | None]:
    began, last_dose = row["start_date"], row.get("end_date")
    progressions = sorted(story.progressed_on for story in stories if story.progressed_on)
    until = max(began, last_dose or began) + AFTER_LAST_DOSE
    under_it = [on for on in progressions if began < on <= until]
    if under_it:
        return True, under_it[0]
    own = next(story for story in stories if story.line.number == row["line"])
    if not own.is_told:
        return None, None
    ends = own.line.next_start
    could_be = [on for on in progressions if began < on and (ends is None or on <= ends + AFTER_LAST_DOSE)]
    return (None if last_dose is None and could_be else False), None


def refractoriness(patient_id: str, given: list[Given]) -> list[Row]:
    """One row per line and drug; a row without a drug where nobody said which was given, or by a name not known.

    C.drug: of that exposure, class and refractoriness are unknown; that it did not fail is known.
    """
    rows = []
    for line, drug in {(one.line, one.name): None for one in given if one.line is not None}:
        own = [one for one in given if (one.line, one.name) == (line, drug)]
        failed, is_named = or3(*(one.failed for one in own)), drug is not None
        rows.append(
            {
                "patient_id": patient_id,
                "line": line,
                "drug": drug,
                "class": CLASS_OF.get(drug or ""),
                "exposed": is_named or None,
                "refractory": failed if is_named or failed is False else None,
                "since": min((one.since for one in own if one.since and is_named), default=None),
            }
        )
    return rows


def refractory_levels(patient_id: str, given: list[Given]) -> list[Row]:
    """Whether enough different drugs were given, and whether enough of them failed: three rows of who had a drug."""
    return (
        []
        if not given
        else [
            {
                "patient_id": patient_id,
                "level": level,
                "exposed": _reaches(needs, {one.name: True for one in given}),
                "refractory": _reaches(needs, _failed(given)),
                "since": _since(needs, given),
            }
            for level, needs in LEVELS.items()
        ]
    )


def _failed(given: list[Given]) -> dict[str | None, Truth]:
    return {name: or3(*(one.failed for one in given if one.name == name)) for name in {one.name for one in given}}


def _reaches(needs: dict[str, int], drugs: dict[str | None, Truth]) -> Truth:
    """Whether there are enough drugs of each kind; what is not named could be any of them."""
    unnamed = drugs.get(None, False) is not False
    truths: list[Truth] = []
    for kind, number in needs.items():
        own = [truth for drug, truth in drugs.items() if drug is not None and kind in (drug, CLASS_OF.get(drug))]
        surely, perhaps = own.count(True), own.count(True) + own.count(None)
        truths.append(True if surely >= number else None if unnamed or perhaps >= number else False)
    return and3(*truths)


def _since(needs: dict[str, int], given: list[Given]) -> date | None:
    """The date on which the last of the drugs that are needed had failed."""
    first: dict[str, date] = {}
    for one in given:
        if one.name is not None and one.since is not None:
            first[one.name] = min(one.since, first.get(one.name, one.since))
    reached = []
    for kind, number in needs.items():
        dates = sorted(on for drug, on in first.items() if kind in (drug, CLASS_OF.get(drug)))
        if len(dates) < number:
            return None
        reached.append(dates[number - 1])
    return max(reached)


def relapses(patient: Row, tables: Tables, stories: list[Story]) -> list[Row]:
    """One row per line that ended in progression."""
    return [_relapse(patient, tables, stories, story, story.progressed_on) for story in stories if story.progressed_on]


def _relapse(patient: Row, tables: Tables, stories: list[Story], story: Story, on: date) -> Row:
    near = Around(tables, on)
    reasons = _reasons(story, on)
    clinical = or3(_clinical_clause(story, on), _new_event(patient, tables, story, near))
    found = {name for name, truth in reasons.items() if truth}
    high_risk = or3(*(_ever_found(tables, name, on) for name in HIGH_RISK))
    row = {
        "patient_id": patient["patient_id"],
        "line": story.line.number,
        "progression_date": on,
        "biochemical": False if clinical is True else found <= BIOCHEMICAL if reasons else None,
        "clinical": clinical,
        "aggressive": or3(clinical, ldh_is_high(near), high_risk, _doubled(patient, tables, story, on)),
        "transplant_again": _transplant_again(patient, tables, stories, on, high_risk),
    }
    return row | _interval(tables, stories, story, on)


def _reasons(story: Story, on: date) -> Truths:
    """The clauses of progression at its visit; none where only the clinic recorded it."""
    for index, visit in enumerate(story.visits):
        if visit.on == on and story.verdicts[index].confirmed == "PD":
            return _clauses_at(story, index)
    return {}


def _clauses_at(story: Story, index: int) -> Truths:
    """The clauses of a visit; calcium in either edition, of imwg2016 it is clinical relapse."""
    earlier, now = [visit.found for visit in story.visits[:index]], story.visits[index].found
    return progression(story.start, earlier, now) | {"PD.calcium": calcium_clause(story.start, earlier, now)}


def _clinical_clause(story: Story, on: date) -> Truth:
    """Bone or plasmacytoma at a visit of the line within 60 days, calcium within 30: a test may come a little later."""
    near = [(index, visit) for index, visit in enumerate(story.visits) if abs((visit.on - on).days) <= FINDINGS_DAYS]
    truths = [_clauses_at(story, index) for index, _ in near]
    calcium = [(index, visit) for index, visit in near if abs((visit.on - on).days) <= LABORATORY_DAYS]
    appears = [_clauses_at(story, index)["PD.calcium"] for index, _ in calcium]
    undecided = any(visit.found.calcium and truth is None for (_, visit), truth in zip(calcium, appears, strict=True))
    return or3(
        *(_strongest([of_visit[name] for of_visit in truths]) for name in ("PD.bone", "PD.plasmacytoma")),
        None if undecided and True not in appears else _strongest(appears),
    )


def _strongest(truths: list[Truth]) -> Truth:
    """Seen at one visit; else not seen where one looked: a visit that did not look takes nothing away."""
    return True if True in truths else False if False in truths else None


def _new_event(patient: Row, tables: Tables, story: Story, near: Around) -> Truth:
    now, before = (clauses(patient, at) for at in (near, Around(tables, story.line.start)))
    return or3(*(and3(now[name], not3(before[name])) for name in now if name.startswith("MDE.")))


def ldh_is_high(near: Around) -> Truth:
    row = near.lab("ldh")
    if row is None or row.get("ref_high") is None:
        return None
    limit = row["ref_high"]
    return not3(at_least(Span((limit, 0), (limit, 0)), figure_of(row)))


def _ever_found(tables: Tables, abnormality: str, until: date) -> Truth:
    found = [
        is_positive(row["result"])
        for row in tables["cytogenetics"]
        if row["abnormality"] == abnormality and row["collected_on"] <= until + FISH_WINDOW
    ]
    may_be = any(may_be_by(row, until + FISH_WINDOW) for row in refused(tables, "cytogenetics", (abnormality,)))
    return or3(*found, None if may_be else False) if found else None


def _doubled(patient: Row, tables: Tables, story: Story, on: date) -> Truth:
    """Whether the M-protein is twice what it was in the two months before; urine's where the line is measured by it."""
    found = next((visit.found for visit in story.visits if visit.on == on), None)
    if found is None:
        return None
    in_serum = _twice(fluid_spans(tables, "serum", bool(patient.get("m_protein_in_beta"))), found.serum, on)
    return or3(in_serum, _twice(fluid_spans(tables, "urine", False), found.urine, on)) if story.start.is_u else in_serum


def _twice(dated: list[tuple[date, Span]], now: Reading | None, on: date) -> Truth:
    """Of several figures of one date the higher counts. C.zero: from 0 any rise will do."""
    before = {at for at, _ in dated if on - TWO_MONTHS <= at < on}
    if now is None or not before:
        return None
    highest = [max((span for then, span in dated if then == at), key=by_span) for at in before]
    return or3(*(and3(above(now.response, then), at_least(now.response, then.times("2"))) for then in highest))


def _interval(tables: Tables, stories: list[Story], story: Story, on: date) -> Row:
    """RR.interval, of the first line: months from the last dose, none where it was given until then.

    Without an end the last dose was on its start or later: the group is told where that is enough.
    """
    if story is not stories[0]:
        return {"interval_months": None, "interval_group": None}
    own = [row for row in tables["treatments"] if row["line"] == story.line.number]
    last_known = max(max(row["start_date"], row.get("end_date") or row["start_date"]) for row in own)
    months = Decimal(max((on - last_known).days, 0)) / DAYS_PER_MONTH
    group = "<9" if months < 9 else "9-12" if months <= 12 else ">12"
    is_exact = all(row.get("end_date") for row in own)
    return {
        "interval_months": months if is_exact else None,
        "interval_group": group if is_exact or group == "<9" else None,
    }


def _transplant_again(patient: Row, tables: Tables, stories: list[Story], on: date, high_risk: Truth) -> Truth:
    age = age_years(patient.get("birth_date"), on)
    return and3(None if age is None else age < 65, _lasted(tables, stories, on), not3(high_risk))


def _lasted(tables: Tables, stories: list[Story], on: date) -> Truth:
    """Whether the response to the first transplant, if there was one by then, lasted 18 months."""
    before = [row for row in tables["treatments"] if row["start_date"] < on]
    transplants = [row["start_date"] for row in before if row.get("phase") == "autologous_transplant"]
    if not transplants:
        return None if any(could_be_any_phase(row) for row in before) else False
    first = min(transplants)
    after = [story.progressed_on for story in stories if story.progressed_on and story.progressed_on > first]
    return months_after(first, 18) <= min(after)


def months_after(on: date, months: int) -> date:
    """The same day of a later month; of a month without it the first of the next."""
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    try:
        return date(year, month + 1, on.day)
    except ValueError:
        return date(year + (month == 11), (month + 1) % 12 + 1, 1)
