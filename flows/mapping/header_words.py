"""What a header or a code means, by the names of rules/intake/headers.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import polars as pl

from rules.intake.drugs import plain
from transforms.intake.contracts import CONTRACTS, codes, dtypes
from transforms.intake.unit_spelling import spelling
from transforms.intake.units import unit_table

SURE, LIKELY = "sure", "likely"
# More words besides its name, and a header is of something else.
_MOST_LEFT = 2
_LONGEST_UNIT = 30
_GREEK = {
    "α": "alpha",
    "β": "beta",
    "ß": "beta",
    "γ": "gamma",
    "κ": "kappa",
    "λ": "lambda",
    "Κ": "kappa",
    "Λ": "lambda",
}
_PARTICLES = frozenset(("of", "the", "de", "di", "du", "des", "la", "le", "el"))
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])|(?<=[a-z]{2})(?=[A-Z]{2,}$)")
_TOKEN = re.compile(r"[a-z0-9]+|%|[^\W_a-z0-9]+")
_BRACKETED = re.compile(r"[(\[{（［]\s*([^()\[\]{}（）［］]+?)\s*[)\]}）］]")
_BEHIND = re.compile(
    r"(?:^|[\s_.,;:/-])((?:10[\^*]?[0-9]+|x?10\^?[0-9]+|g|mg|ug|µg|μg|mcg|ng|pg|mmol|umol|µmol|μmol|nmol|pmol|u|iu|k|ku|ml|µkat|ukat|meq)"
    r"[\s_]?[/_\s][\s_]?(?:dl|l|ml|ul|µl|μl|24\s?h(?:rs?)?|day|d|tag|日|min|min/1\.73\s?m2|mm3|nl))\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Meaning:
    """What a header may be. `name`: the contract's column, or the test's; `left`: words that are not of the name;
    `length`: of the name that was found, by which two meanings are compared; `roles`: what words beside it make of it.
    """

    kind: str
    name: str
    found: str
    left: tuple[str, ...] = ()
    roles: frozenset[str] = field(default_factory=frozenset)

    @property
    def length(self) -> int:
        """Of what was found."""
        return len(self.found)

    @property
    def certainty(self) -> str:
        """Sure where nothing else stands in the header."""
        return LIKELY if self.left else SURE


@cache
def names() -> dict[str, Any]:
    """The vocabulary of headers."""
    text = files("rules").joinpath("intake/headers.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def spelled(text: str) -> str:
    """A header or a name as words of plain lower-case letters, parted by single blanks."""
    for sign, word in _GREEK.items():
        text = text.replace(sign, f"{word}")
    words = _TOKEN.findall(plain(_HUMP.sub(" ", text)))
    return " ".join(word for word in words if word not in _PARTICLES or len(words) == 1)


@dataclass(frozen=True)
class _Name:
    kind: str
    name: str
    text: str
    is_whole: bool
    pattern: re.Pattern[str]


def _named(kind: str, name: str, text: str) -> _Name:
    words = spelled(text.removeprefix("="))
    pattern = re.compile(rf"(?<![a-z0-9]){re.escape(words)}(?![a-z0-9])")
    return _Name(kind, name, words, text.startswith("="), pattern)


@cache
def _all_names(group: str) -> tuple[_Name, ...]:
    """The names of a group ("columns" or "tests"), the longest first."""
    found = [_named(kind, name, f"={name}") for kind in CONTRACTS if group == "columns" for name in dtypes(kind)]
    found += [_named("findings", name, name) for name in codes("findings", "finding") if group == "tests"]
    for kind, meanings in names()[group].items():
        for name, written in meanings.items():
            found += [_named(kind, name, text) for text in written]
    return tuple(sorted(found, key=lambda one: -len(one.text)))


@cache
def _plain_words(group: str) -> frozenset[str]:
    plain_ = names()["plain"]
    return frozenset(spelled(word) for word in (*plain_["words"], *plain_.get(group, ())))


@cache
def _role_words() -> tuple[tuple[str, str], ...]:
    words = [(role, spelled(word)) for role, of in names()["roles"].items() for word in of]
    return tuple(sorted(words, key=lambda pair: -len(pair[1])))


def meanings(header: str, group: str) -> list[Meaning]:
    """What a header may be: the best of each kind ("labs", "patients", …), the longest name first."""
    text = spelled(without_unit(header))
    best: dict[str, Meaning] = {}
    for one in _all_names(group):
        if one.kind in best or one.text not in text:
            continue
        place = one.pattern.search(text)
        if not place:
            continue
        rest = f"{text[: place.start()]} {text[place.end() :]}"
        roles, left = _roles(rest, one.text, group)
        if one.is_whole and (left or (roles and group == "columns")):
            continue
        if len(left) <= _MOST_LEFT or len(one.text) > 12:
            best[one.kind] = Meaning(one.kind, one.name, one.text, left, roles)
    return sorted(best.values(), key=lambda meaning: (-meaning.length, len(meaning.left)))


def _roles(rest: str, name: str, group: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """What the words besides a name make of a column, and those that say nothing known."""
    rest = f" {rest.strip()} "
    roles = set()
    for role, word in _role_words():
        bounded = f" {word} "
        is_there = bounded in rest if word.isascii() else word in rest
        if is_there and word not in name.split():
            roles.add(role)
            rest = rest.replace(bounded if word.isascii() else word, " ")
    left = tuple(word for word in rest.split() if word not in _plain_words(group))
    return frozenset(roles), left


def test_of(found: Meaning) -> str | None:
    """The test that a meaning is of, with the specimen that its header names; null where that is another quantity."""
    if "urine" in found.roles:
        return {"serum_m_protein": "urine_m_protein", "immunofixation": "urine_immunofixation"}.get(found.name)
    if found.name == "immunofixation" and "serum" in found.roles:
        return "serum_immunofixation"
    return found.name


@cache
def unit_in(header: str) -> str | None:
    """The unit that a header says, as it is written there; null where it says none."""
    found = [*_BRACKETED.findall(header), *(match.group(1) for match in [_BEHIND.search(header)] if match)]
    return next((unit for unit in found if is_a_unit(unit)), None)


def without_unit(header: str) -> str:
    """A header without its unit, and without the brackets of what else it says."""
    unit = unit_in(header)
    if unit is None:
        return header
    start = header.rfind(unit)
    return f"{header[:start]} {header[start + len(unit) :]}"


@cache
def _spelled_units() -> Mapping[str, frozenset[str]]:
    """The analytes of each accepted spelling of a unit."""
    found: dict[str, set[str]] = {}
    for analyte, unit in unit_table().select("analyte", "spelling").iter_rows():
        found.setdefault(unit, set()).add(analyte)
    return {unit: frozenset(analytes) for unit, analytes in found.items()}


@cache
def _analytes_by_way(written: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """The ways to write a unit as units.toml knows it, the first as it is, and the analytes that can be in it."""
    ways = list(dict.fromkeys((written, written.replace("_", "/"), re.sub(r"[\s_]+", "/", written), f"{written} h")))
    spellings = pl.DataFrame({"unit": ways}).select(spelling(pl.col("unit")))["unit"]
    return tuple((way, _spelled_units().get(of, frozenset())) for way, of in zip(ways, spellings, strict=True))


def as_unit(written: str, analyte: str) -> str | None:
    """A unit that an analyte can be in, in the words of units.toml's spelling; null where it can't be."""
    return next((way for way, analytes in _analytes_by_way(written) if analyte in analytes), None)


def is_a_unit(written: str) -> bool:
    """Whether any analyte can be in the unit."""
    return (
        0 < len(written) <= _LONGEST_UNIT and not written.isdigit() and any(of for _, of in _analytes_by_way(written))
    )


@cache
def _codes_of(kind: str) -> Mapping[str, str]:
    return {spelled(word): code for code, words in names()["words"][kind].items() for word in words}


@cache
def code(kind: str, text: str) -> str | None:
    """The contract's code that a word stands for ("" for one that says nothing); null where it is not known."""
    known = _codes_of(kind)
    words = spelled(text)
    if words in known:
        return known[words]
    if kind == "response" and words.split() and words.split()[-1] in known:  # "Partial Response (PR)"
        return known[words.split()[-1]]
    if re.match(r"^[0-9]+ ", words):  # "1, Alive", "2=Female"
        return known.get(words.split(" ", 1)[1])
    return None
