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
from .lost import is_unreadable, may_be_by, refused
from .progression import calcium_clause, progression
from .staging import HIGH_RISK
from .story import Story
from .treatment import NO_DRUG

GIVES_NO_DRUG = ("autologous_transplant", "allogeneic_transplant", "car_t", NO_DRUG)
LEVELS: dict[str, dict[str, int]] = {
    "double": {"lenalidomide": 1, "bortezomib": 1},
    "triple_class": {"proteasome_inhibitor": 1, "immunomodulatory_drug": 1, "anti_cd38": 1},
    "penta": {"proteasome_inhibitor": 2, "immunomodulatory_drug": 2, "anti_cd38": 1},
}
AFTER_LAST_DOSE = timedelta(days=60)
FISH_WINDOW = timedelta(days=FISH_DAYS)
BIOCHEMICAL = {"PD.serum", "PD.urine", "PD.flc"}
SIGNS = {"PD.bone": FINDINGS_DAYS, "PD.plasmacytoma": FINDINGS_DAYS, "PD.calcium": LABORATORY_DAYS}
TWO_MONTHS = timedelta(days=61)
DAYS_PER_MONTH = Decimal("30.4375")
ONE_TREATMENT = ("line", "phase", "start_date", "end_date")


@dataclass(frozen=True)
class Given:
    """A drug of one treatment row, and whether it failed. drug None: drugs were given and no one said which.

    is_named: whether it is a known name; what is not may be any drug. line None: a refused row, no line is known.
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
    return given + [one for row in refused(tables, "treatments") for one in _may_have_been_given(row, stories)]


def _may_have_been_given(row: Row, stories: list[Story]) -> list[Given]:
    """Any drug, in the line that a refused treatment names, or in each line begun by its date."""
    starts, on = {story.line.number: story.line.start for story in stories}, row.get("dated_on")
    numbers: list[int | None] = [row["line"]] if row.get("line") is not None else []
    if not numbers:
        numbers += [number for number, start in starts.items() if on is None or start <= max(on, min(starts.values()))]
    return [
        Given(number, None, _failure({"line": number, "start_date": on or starts[number]}, stories)[0], None)
        if number in starts
        else Given(number, None, None, None)
        for number in numbers or [None]
    ]


def may_have_begun(row: Row, stories: list[Story]) -> date:
    """The earliest day on which a refused treatment may have begun."""
    starts = [story.line.start for story in stories if row.get("line") in (None, story.line.number)]
    return row.get("dated_on") or min(starts, default=date.min)


def drugs_of(row: Row) -> list[str | None]:
    """The drugs of a treatment row; a transplant, an infusion or radiotherapy that names none gave none."""
    named: list[str | None] = [*drugs_in(row.get("drugs"))]
    gave_none = row.get("phase") in GIVES_NO_DRUG and not is_unreadable(row, "drugs")
    return named or ([] if gave_none else [None])


def could_be_any_phase(row: Row) -> bool:
    """A row of no phase may be a transplant or CAR-T, unless it names a drug of the classes; or of one not read."""
    names_a_drug = any(drug in CLASS_OF for drug in drugs_of(row))
    return is_unreadable(row, "phase") or (row.get("phase") is None and not names_a_drug)


def could_be_a_transplant(row: Row, given: list[Row]) -> bool:
    """A row of no phase that names no drug that is known but melphalan, or one whose phase was not read.

    A drug may have a row of its own: those of no phase begun and ended together in one line are one treatment.
    """
    together = [other for other in given if all(other.get(name) == row.get(name) for name in ONE_TREATMENT)]
    drugs = [drug for other in together for drug in drugs_of(other)]
    names_another = any(drug and is_known(drug) and drug != "melphalan" for drug in drugs)
    is_unread = is_unreadable(row, "phase") or (row.get("phase") is None and is_unreadable(row, "drugs"))
    return is_unread or (row.get("phase") is None and not names_another)


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
    """One row per line and drug; a row without a drug where no one said which was given, or by a name not known.

    C.drug: of that exposure, class and refractoriness are unknown; that it did not fail is known.
    """
    rows = []
    for line, drug in {(one.line, one.name): None for one in given}:
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
    """Whether enough different drugs were given, and enough of them failed: three rows for patients who had a drug."""
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
        "biochemical": and3(
            clinical is not True,
            found <= BIOCHEMICAL if reasons else None,
            None if any(_lost_near(story, on).values()) else True,
        ),
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
    return or3(*(_strongest(_told_near(story, on, name)) for name in SIGNS))


def _told_near(story: Story, on: date, name: str) -> list[tuple[Truth, bool, bool]]:
    """Of each visit near a date the truth of a sign, and if it can't be told whether it was measured, or lost."""
    told = []
    for index, visit in enumerate(story.visits):
        if abs((visit.on - on).days) <= SIGNS[name]:
            found = visit.found
            is_lost = {
                "PD.bone": found.is_bone_lost,
                "PD.plasmacytoma": (found.is_size_lost and found.plasmacytoma is None)
                or found.is_new_plasmacytoma_lost,
                "PD.calcium": found.is_attribution_lost,
            }[name]
            told.append((_clauses_at(story, index)[name], name == "PD.calcium" and found.calcium is not None, is_lost))
    return told


def _strongest(told: list[tuple[Truth, bool, bool]]) -> Truth:
    """Seen at one visit; else not seen where one looked and none could see it: who did not look takes nothing away."""
    truths = [truth for truth, _, _ in told]
    undecided = any(truth is None and (is_measured or is_lost) for truth, is_measured, is_lost in told)
    return True if True in truths else False if False in truths and not undecided else None


def _lost_near(story: Story, on: date) -> dict[str, bool]:
    """Of each sign near a date whether it can't be told and a record of it could not be read."""
    near = {name: _told_near(story, on, name) for name in SIGNS}
    return {name: _strongest(told) is None and any(lost for *_, lost in told) for name, told in near.items()}


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

    Without an end the last dose was on its start or later: the group is given where that is enough.
    """
    if story is not stories[0]:
        return {"interval_months": None, "interval_group": None}
    own = [row for row in tables["treatments"] if row["line"] == story.line.number and row.get("phase") != NO_DRUG]
    if not own:  # radiotherapy alone has no dose
        return {"interval_months": None, "interval_group": None}
    last_known = max(max(row["start_date"], row.get("end_date") or row["start_date"]) for row in own)
    months = Decimal(max((on - last_known).days, 0)) / DAYS_PER_MONTH
    group = "<9" if months < 9 else "9-12" if months <= 12 else ">12"
    lost = [row for row in refused(tables, "treatments") if row.get("line") in (None, story.line.number)]
    is_end_lost = any(row.get("line") or (row.get("dated_on") or on) >= story.line.start for row in lost)
    is_exact = all(row.get("end_date") for row in own) and not is_end_lost
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
        lost = refused(tables, "treatments", ("autologous_transplant",))
        may_be = any(row.get("dated_on") is None or row["dated_on"] < on for row in lost)
        return None if may_be or any(could_be_a_transplant(row, before) for row in before) else False
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
