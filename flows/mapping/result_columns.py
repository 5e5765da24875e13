"""Results with one row each: their units, and words and figures that are results of immunofixations."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import polars as pl

from flows.mapping.columns import Column
from flows.mapping.draft import Asked, Choice, Entry, Note, Said, dotted, key, rows, toml
from flows.mapping.fitting_units import candidates, fitting, how_many_fit
from flows.mapping.fixation_words import sign_readings, signs_of, unknown_words
from flows.mapping.header_words import LIKELY, SURE, as_unit, unit_in
from flows.mapping.looks import Look, as_read, may_be_shown
from flows.mapping.sheets import Sheet
from transforms.intake.code_systems import code_system
from transforms.intake.result_words import FLUIDS
from transforms.intake.units import measured_analytes


@dataclass(frozen=True)
class Results:
    """The columns of a file of results, the contract's test of each name there (`tests`), and its code system."""

    sheet: Sheet
    analyte: Column
    value: Column
    unit: Column | None
    result: Column | None
    tests: dict[str, str]
    system: str | None

    def of(self, texts: list[str]) -> pl.DataFrame:
        """The rows of these tests."""
        return self.sheet.rows.filter(pl.col(str(self.analyte.position)).is_in(texts))

    def named(self, test: str) -> list[str]:
        """What a test is called here."""
        return [text for text, meant in self.tests.items() if meant == test]

    def figures(self, frame: pl.DataFrame) -> Look:
        """The results of some rows."""
        return Look.of(self.value.name, self.value.position, frame[str(self.value.position)])


def result_entries(results: Results) -> list[Entry]:
    """Lines and questions about the results and their units."""
    entries = [entry for fluid in FLUIDS for entry in _fixations(results, fluid)]
    return [*entries, *_units(results)]


def _fixations(results: Results, fluid: str) -> list[Entry]:
    """Words and figures among the results of an immunofixation."""
    frame = results.of(results.named(fluid))
    look = results.figures(frame)
    read = as_read("labs", "value", look.texts, analyte=fluid)
    # a word that is moved to `result` by itself leaves no value
    unread = [pair for pair, found in zip(look.codes, read, strict=True) if found is not None]
    words, unknown, figures = signs_of(unread)
    entries: list[Entry] = []
    if figures and not (results.result and frame[str(results.result.position)].null_count() == 0):
        counts = ", ".join(f"{text} ({rows(n)})" for text, n in figures)
        choices = [
            Choice(dotted(f"codes.value.{fluid}", {text: sign for text, sign in found.items() if sign}), says)
            for found, says in sign_readings([text for text, _ in figures])
        ]
        entries.append(Asked(f"Results of {fluid} are {counts}: which of them is positive?", choices))
    counted = dict(unread)
    entries += [
        Said(f"codes.value.{fluid}.{key(text)}", toml(sign), SURE, rows(counted[text]))
        for text, sign in words.items()
        if sign
    ]
    if not results.system:
        entries += unknown_words(f"{fluid}, in {toml(results.value.name)},", f"codes.value.{fluid}", unknown)
    return entries


def _units(results: Results) -> list[Entry]:
    """Units that are missing, or that are none of the analyte's."""
    of_test: dict[str, list[str]] = defaultdict(list)
    for text, test in results.tests.items():
        if test in measured_analytes():
            of_test[test].append(text)
    entries: list[Entry] = []
    asked: set[str] = set()
    for test, texts in of_test.items():
        frame = results.of(texts)
        is_bare = pl.lit(value=True) if results.unit is None else pl.col(str(results.unit.position)).is_null()
        look = results.figures(frame.filter(is_bare))
        if look.numbers.height:
            entries += _default(test, look, texts)
        if results.unit is not None:
            entries += _odd_units(results, test, frame, asked)
    return entries


def _default(test: str, look: Look, names: list[str]) -> list[Entry]:
    said = [unit for name in names if (written := unit_in(name)) and (unit := as_unit(written, test))]
    name = f"default_units.{test}"
    if said:
        return [Said(name, toml(said[0]), SURE, f"the test's name says it; {rows(look.filled)} without a unit")]
    fits = fitting(test, look)
    if len(fits) == 1:
        why = f"{rows(look.filled)} without a unit; of the usual ones only {fits[0]} fits their figures"
        return [Said(name, toml(fits[0]), LIKELY, why)]
    choices = [Choice(f"{name} = {toml(unit)}", f"in {unit}") for unit in candidates(test, look)]
    question = f"{rows(look.filled)} of {test} have no unit, and by their figures {how_many_fit(fits)}. Which is it?"
    return [Asked(question, choices)] if choices else []


def _odd_units(results: Results, test: str, frame: pl.DataFrame, asked: set[str]) -> list[Entry]:
    assert results.unit
    place = str(results.unit.position)
    known = code_system(results.system).units if results.system else {}
    entries: list[Entry] = []
    for text, n in Look.of(results.unit.name, results.unit.position, frame[place]).codes:
        if as_unit(text, test) == text or text in known or text in asked or not may_be_shown(text, n):
            continue
        asked.add(text)
        fits = candidates(test, results.figures(frame.filter(pl.col(place) == text)))
        choices = [Choice(f"units.{key(text)} = {toml(each)}", f"it is {each}") for each in fits]
        if not fits:
            entries.append(Note(f"the unit {toml(text)} ({rows(n)}) is none of {test}: such rows are refused"))
            continue
        choices.append(Choice("", "it is none of these: such rows are refused"))
        entries.append(Asked(f"The unit {toml(text)} ({rows(n)} of {test}) is not known. Is it one of these?", choices))
    return entries
