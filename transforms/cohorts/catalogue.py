"""What a cohort may be chosen by: each attribute's kind, its values in order, and from when on it is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rules.categories import CATEGORIES
from rules.intake.drugs import CONVENTIONAL, PROCEDURE, classes, folded, names
from transforms.intake.recorded_codes import ABNORMALITIES, DIAGNOSES, ISOTYPES
from transforms.models.known import BEFORE
from transforms.survival.line_strata import CLASSES, ORDERED_OF_LINES
from transforms.survival.strata import ORDERED, SHOWN
from transforms.survival.tables import UNKNOWN

Kind = Literal["category", "number", "list"]
Known = Literal["diagnosis", "line", "later"]

DRUGS = tuple(drug for drug, name in classes().items() if name != PROCEDURE)
DRUG_CLASSES = tuple(dict.fromkeys(name for name in classes().values() if name != PROCEDURE))
# By conventional chemotherapy and steroids as classes refractoriness is not defined.
REFRACTORY_CLASSES = tuple(name for name in DRUG_CLASSES if name not in CONVENTIONAL)
_WITH = ("with", "without")


@dataclass(frozen=True)
class Attribute:
    """Something that is known of a member.

    `values` are all that a category or list can have, in the order of ORDERED where `is_ordered`; empty: any text (a
    site). `known`: at diagnosis, at the start of a line, or only later, so that it is asked from a landmark.
    `can_split`: whether curves may be split by it.
    """

    name: str
    kind: Kind = "category"
    known: Known = "diagnosis"
    values: tuple[str, ...] = ()
    is_ordered: bool = False
    can_split: bool = True

    @property
    def unknown(self) -> str:
        """What its stratum without a value is called."""
        return {"transplant": UNKNOWN}.get(self.name, BEFORE.get(self.name, UNKNOWN))


def _ordered(name: str, known: Known = "diagnosis") -> Attribute:
    return Attribute(name, "category", known, (ORDERED | ORDERED_OF_LINES)[name], is_ordered=True)


def _shown(name: str, known: Known = "diagnosis") -> Attribute:
    return Attribute(name, "category", known, SHOWN[name])


def _number(name: str, known: Known = "diagnosis") -> Attribute:
    return Attribute(name, "number", known, can_split=False)


def _list(name: str, values: tuple[str, ...], known: Known = "line") -> Attribute:
    return Attribute(name, "list", known, values, can_split=False)


ATTRIBUTES = {
    attribute.name: attribute
    for attribute in (
        Attribute("diagnosis", values=DIAGNOSES),
        _number("year"),
        Attribute("diagnosis_period"),
        Attribute("site"),
        _number("age"),
        _ordered("age_band"),
        Attribute("sex", values=("F", "M")),
        Attribute("isotype", values=ISOTYPES),
        *map(_ordered, ("iss", "r_iss", "r2_iss", "mass_3")),
        *map(_shown, ("hr_ims2025", "cytogenetic_risk", "high_risk")),
        _ordered("high_risk_hits"),
        _list("abnormality", ABNORMALITIES, "diagnosis"),
        Attribute("line", "number", "line"),
        _number("age_at_start", "line"),
        _ordered("frailty_simplified", "line"),
        _ordered("frailty_imwg", "line"),
        _list("drug", (*DRUGS, *DRUG_CLASSES)),
        Attribute("regimen_class", known="line"),
        *(Attribute(name, known="line", values=_WITH) for name in CLASSES),
        _list("exposed_to", (*DRUGS, *DRUG_CLASSES)),
        _list("refractory_to", (*DRUGS, *REFRACTORY_CLASSES)),
        Attribute("relapse_kind", known="line", values=("clinical", "biochemical", "none")),
        Attribute("relapse_aggressive", known="line", values=("aggressive", "slow", "none")),
        _shown("relapse_interval", "line"),
        Attribute("response", known="later", values=CATEGORIES[1:], is_ordered=True),
        *(_shown(name, "later") for name in ("mrd", "sustained_mrd", "transplant")),
    )
}
LATER = tuple(name for name, attribute in ATTRIBUTES.items() if attribute.known == "later")
SPLITS = tuple(name for name, attribute in ATTRIBUTES.items() if attribute.can_split)
_SHORT = {folded(short): name for name, short in CLASSES.items()}


def vocabulary(attribute: Attribute, value: str) -> str:
    """A value as the attribute has it: a drug by any of its names (LEN, Revlimid), a class by its short one (PI)."""
    if attribute.kind != "list" or value in attribute.values:
        return value
    drugs = names().get(folded(value), ())
    found = _SHORT.get(folded(value)) or (drugs[0] if len(drugs) == 1 else value)
    return found if found in attribute.values else value
