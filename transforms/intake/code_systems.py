"""Codes of laboratory tests, units, comparators and results by their system: LOINC, OMOP, CDISC, JLAC10.

The codes are data: ``rules/intake/codes.toml``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import polars as pl

from transforms.intake.contracts import VIOLATIONS

# Between a code and the specimen that another column names.
IN = " in "
MISSING_SPECIMEN, WRONG_CODE = "missing_specimen", "wrong_code"
# What may stand before a code: a name of its system, as FHIR and others write it.
_PREFIX = re.compile(r"^(?:https?://[^|]*\||(?:LOINC|LN|LNC|JC10|JLAC10|CDISC|OMOP)\s*[:|#]\s*)", re.IGNORECASE)
_LOINC = re.compile(r"[0-9]{1,7}-[0-9]$")


@dataclass(frozen=True)
class CodeSystem:
    """A code system. `tests`: by code, its analyte; `refused`: by code, the rule that says what it is instead;
    `fluids`: by word for a specimen, its fluid; `units`, `comparators`, `results`: by code, the contract's word ("" is
    nothing); `fixed_units`: by code, the unit of a figure without one; `form`: what a code looks like.
    """

    name: str
    tests: Mapping[str, str]
    refused: Mapping[str, str] = field(default_factory=dict)
    fluids: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    comparators: Mapping[str, str] = field(default_factory=dict)
    results: Mapping[str, str] = field(default_factory=dict)
    fixed_units: Mapping[str, str] = field(default_factory=dict)
    form: str = ""
    check_digit: bool = False
    prefixes: bool = False

    def meaning(self, text: str) -> tuple[str | None, str | None]:
        """The analyte of a code as it was found, or the rule by which it is refused; neither is a code not known."""
        code, fluid = self._parted(text)
        for name in (f"{code}{IN}{fluid}" if fluid else code, code, *self._shorter(code)):
            if name in self.refused or name in self.tests:
                return self.tests.get(name), self.refused.get(name)
        if fluid is None and any(name.startswith(code + IN) for name in (*self.tests, *self.refused)):
            return None, MISSING_SPECIMEN
        return None, WRONG_CODE if self.check_digit and _is_mistyped(code) else None

    def _parted(self, text: str) -> tuple[str, str | None]:
        code, _, specimen = text.partition(IN) if self.fluids else (text, "", "")
        plain = _plain(code, joined=self.prefixes)
        return plain, self.fluids.get(specimen.strip().upper(), specimen.strip()) if specimen else None

    def _shorter(self, code: str) -> Iterator[str]:
        """Beginnings of a code, the longest first, where the system has such."""
        if self.prefixes:
            yield from (code[:length] for length in range(len(code) - 1, 0, -1))


def _plain(code: str, *, joined: bool) -> str:
    plain = _PREFIX.sub("", code.strip()).upper()
    return re.sub(r"[\s-]", "", plain) if joined else plain


def _is_mistyped(code: str) -> bool:
    """Whether a code's last digit is not the one that the others give (mod 10, every second one doubled)."""
    if not _LOINC.match(code):
        return False
    digits = [int(sign) for sign in reversed(code[:-2])]
    total = sum(digit if at % 2 else sum(divmod(2 * digit, 10)) for at, digit in enumerate(digits))
    return (10 - total % 10) % 10 != int(code[-1])


@cache
def code_system(name: str) -> CodeSystem:
    """A code system by the name that registry.toml has for it. Raises KeyError, and ValueError where a code has two
    meanings."""
    return _system(name, _content())


@cache
def code_systems() -> tuple[str, ...]:
    """The names of the code systems."""
    return tuple(name for name, of in _content().items() if isinstance(of, dict))


@cache
def another_test() -> tuple[str, ...]:
    """Rules by which a refused code is certainly none of the contract's tests."""
    rules: list[str] = _content()["another_test"]
    return tuple(rules)


@cache
def _content() -> dict[str, Any]:
    return tomllib.loads(files("rules").joinpath("intake/codes.toml").read_text(encoding="utf-8"))


def _system(name: str, content: Mapping[str, Any]) -> CodeSystem:
    of = content[name]
    joined = of.get("prefixes", False)
    tests, refused = (_by_code(name, of.get(key, {}), joined=joined) for key in ("analytes", "refused"))
    fixed_units: dict[str, str] = dict(of.get("fixed_units", {}))
    for other, pairs in of.get("same_as", {}).items():
        same = _system(other, content)
        if unknown := set(pairs.values()) - same.tests.keys() - same.refused.keys():
            raise ValueError(f"rules/intake/codes.toml: {name}: same_as {min(unknown)}, which {other} does not have")
        for found, its in ((tests, same.tests), (refused, same.refused), (fixed_units, same.fixed_units)):
            found.update(its)
            found.update({own: its[code] for own, code in pairs.items() if code in its})
    if both := tests.keys() & refused.keys():
        raise ValueError(f"rules/intake/codes.toml: {name}: {min(both)} is an analyte and refused; keep one")
    fluids, units, comparators, results = (
        _by_code(name, of.get(key, {})) for key in ("fluids", "units", "comparators", "results")
    )
    form, check_digit = of.get("form", ""), of.get("check_digit", False)
    return CodeSystem(
        name, tests, refused, fluids, units, comparators, results, fixed_units, form, check_digit, prefixes=joined
    )


def _by_code(system: str, lists: Mapping[str, list[str]], *, joined: bool = False) -> dict[str, str]:
    found: dict[str, str] = {}
    for meaning, codes in lists.items():
        for code in codes:
            plain = re.sub(r"[\s-]", "", code) if joined else code
            if plain in found:
                raise ValueError(f"rules/intake/codes.toml: {system}: {code} has two meanings; keep one")
            found[plain] = meaning
    return found


def coded(text: pl.DataFrame, name: str | None, known: tuple[str, ...]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Text of labs with analytes for codes of the system, and one violation per row whose code is refused.

    An analyte that is `known` is no code. Codes are few, and each is looked up once. A figure without a unit has that
    of its code, where the code leaves only one.
    """
    if name is None:
        return text, pl.DataFrame(schema=VIOLATIONS)
    system = code_system(name)
    found = [code for code in text["analyte"].unique() if code is not None and code not in known]
    meanings = {code: system.meaning(code) for code in found}
    analytes = {code: analyte for code, (analyte, _) in meanings.items() if analyte}
    rules = {code: rule for code, (_, rule) in meanings.items() if rule}
    rule = pl.col("analyte").replace_strict(rules, default=None, return_dtype=pl.String)
    refused = text.select("row_number", pl.lit("analyte").alias("column"), rule.alias("rule")).drop_nulls("rule")
    plain = {code: _plain(code, joined=system.prefixes) for code in found}
    fixed = {code: system.fixed_units[of] for code, of in plain.items() if of in system.fixed_units}
    unit = pl.col("analyte").replace_strict(fixed, default=None, return_dtype=pl.String)
    has_figure = pl.any_horizontal(pl.col(cell).is_not_null() for cell in ("value", "ref_low", "ref_high"))
    put = text.with_columns(pl.coalesce("unit", pl.when(has_figure).then(unit)), pl.col("analyte").replace(analytes))
    return put, refused
