"""Columns that hold a test each: analyte, unit, words, limits of normal, each said or asked."""

from __future__ import annotations

from collections.abc import Iterator

from flows.mapping.coded_columns import inline
from flows.mapping.columns import Column, Columns
from flows.mapping.draft import Asked, Choice, Entry, Note, Said, key, rows, toml
from flows.mapping.fitting_units import candidates, fitting, how_many_fit
from flows.mapping.fixation_words import counted, sign_readings, sign_words, unknown_words
from flows.mapping.header_words import LIKELY, as_unit, spelled, test_of
from transforms.intake.contracts import KNOWN_ANALYTES
from transforms.intake.result_words import FLUIDS
from transforms.intake.units import in_canonical, measured_analytes

_CHAINS = {"kappa": "flc_kappa", "lambda": "flc_lambda"}
_URINE = "of urine, where the rules read serum"
_TOTAL = "{} are total chains, another quantity, which no rule reads"
_LEFT_ALONE = {
    "total_chain": "total light chains, not free ones: no rule reads them",
    "flc_ratio": "the ratio is worked out from the two chains",
    "corrected_calcium": "corrected or ionised calcium is another quantity: calcium is corrected by the "
    "albumin of the day",
    "urine_total_protein": "total protein of urine is not its M-protein",
    "contradictory": "serum and 24 h contradict each other: ask the laboratory which it is",
}
# A column of figures has at least so many.
FIGURES = 0.6


def tests_of(columns: Columns, table: str) -> list[Column]:
    """The columns that hold a test of the table: one each, without what only stands beside one."""
    found = [one for one in columns.all if one.test and one.test.kind == table and not _is_beside(one)]
    return [one for one in found if one.look.filled and not _is_another(one, table)]


def _is_another(one: Column, table: str) -> bool:
    """Whether a longer name says that it is a column of the contract."""
    assert one.test
    return (
        any(
            meaning.length > one.test.length
            for kind, meaning in one.columns.items()
            if kind in (table, "patients", "assessments", "treatments")
        )
        or one.own(table) is not None
    )


def _is_beside(one: Column) -> bool:
    assert one.test
    return (
        bool(one.test.roles & {"ref_high", "ref_low", "unit", "date", "comparator"}) and "other" not in one.test.roles
    )


def analyte_of(one: Column) -> str:
    """The test that a column of labs holds, by its name and specimen."""
    assert one.test
    name = one.test.name
    if name == "circulating_plasma_cells" and one.unit == "%":
        return "circulating_plasma_cells_percent"
    return test_of(one.test) or "urine"


def wide_labs(columns: Columns) -> list[Entry]:
    """The lines of [tables.labs] for a file with a test a column."""
    entries: list[Entry] = []
    taken: dict[str, str] = {}
    for one in tests_of(columns, "labs"):
        assert one.test
        analyte = analyte_of(one)
        columns.read.add(one.name)
        if "other" in one.test.roles or analyte == "urine":
            columns.read.discard(one.name)
            entries.append(
                Note(
                    f"{toml(one.name)} is not read: "
                    f"{_URINE if analyte == 'urine' else 'its name says that it is another quantity'}"
                )
            )
        elif analyte in _LEFT_ALONE:
            entries.append(Note(f"{toml(one.name)} is not read: {_LEFT_ALONE[analyte]}"))
        elif analyte in taken and analyte in KNOWN_ANALYTES:
            choices = [Choice(line, "it is one more of these") for line in _lines_of(columns, one, analyte)]
            question = f"{toml(one.name)} may be {analyte} as well, which {toml(taken[analyte])} is. Is it?"
            entries.append(Asked(question, [*choices[:1], Choice("", "it is another, and not read")]))
        else:
            found = _entries(columns, one, analyte)
            entries += found
            if any(isinstance(entry, Said | Asked) for entry in found):
                taken[analyte] = one.name
                columns.tests[_CHAINS.get(analyte, analyte)] = "ref_high" in _beside(columns, one)
    return entries


def _lines_of(columns: Columns, one: Column, analyte: str) -> Iterator[str]:
    for entry in _entries(columns, one, analyte):
        if isinstance(entry, Said):
            yield f"{entry.key} = {entry.value}"
        elif isinstance(entry, Asked):
            yield from (choice.line for choice in entry.choices if choice.line)


def _entries(columns: Columns, one: Column, analyte: str) -> list[Entry]:
    if analyte in _CHAINS:
        return _chain(columns, one, _CHAINS[analyte])
    if analyte == "immunofixation":
        return [_fixation_of_a_fluid(columns, one), *_unknown_words(one)]
    if analyte in FLUIDS:
        return [_fixation(columns, one, analyte), *_unknown_words(one)]
    if analyte not in measured_analytes():
        return [Note(f"{toml(one.name)} is not read")]
    if one.look.number_share < FIGURES and one.look.filled:
        return _words_for_figures(columns, one, analyte)
    return _figures(columns, one, analyte)


def _figures(columns: Columns, one: Column, analyte: str) -> list[Entry]:
    assert one.test
    beside = _beside(columns, one)
    said, certainty = {"analyte": analyte}, one.test.certainty
    if "unit" in beside:
        return [_said(one, _value(said, beside), certainty, f"by its name; {figures(one)}; the unit is beside it")]
    fits = fitting(analyte, one.look)
    unit = as_unit(one.unit, analyte) if one.unit else None
    if unit:
        value, why = _value({**said, "unit": unit}, beside), f"name and unit in the header; {figures(one)}"
        if fits and not any(_same(analyte, unit, fit) for fit in fits):
            return [_said(one, value, LIKELY, f"{why}; but its middle figure is not one in {unit}: look at it")]
        return [_said(one, value, certainty, why)]
    if one.unit:
        return [Note(f"{toml(one.name)} is not read: {one.unit} is no unit of {analyte}; another quantity, or a slip?")]
    if len(fits) == 1 and one.look.numbers.height:
        why = f"no unit in the header; of the usual ones only {fits[0]} fits its figures; {figures(one)}"
        return [_said(one, _value({**said, "unit": fits[0]}, beside), LIKELY, why)]
    choices = [
        Choice(_line(one, _value({**said, "unit": each}, beside)), f"in {each}")
        for each in candidates(analyte, one.look)
    ]
    question = f"{toml(one.name)} is {analyte}; its header has no unit, and by its figures {how_many_fit(fits)}. Which?"
    return [Asked(question, choices)]


def _same(analyte: str, unit: str, other: str) -> bool:
    return in_canonical(analyte, unit, 1.0) == in_canonical(analyte, other, 1.0)


def figures(one: Column) -> str:
    """How many figures a column has."""
    return f"{one.look.filled:,} filled"


def _chain(columns: Columns, one: Column, analyte: str) -> list[Entry]:
    beside = _beside(columns, one)
    unit = as_unit(one.unit, analyte) if one.unit else None
    units = [unit] if unit else candidates(analyte, one.look)
    choices = [
        Choice(
            _line(one, _value({"analyte": analyte} | ({} if "unit" in beside else {"unit": each}), beside)),
            f"free chains, in {each}",
        )
        for each in units
    ]
    hint = ""
    if any(other.test and other.test.name == "flc_ratio" and "flc" in spelled(other.name) for other in columns.all):
        hint = " There is an FLC ratio beside it."
    question = (
        f"{toml(one.name)}: free or total light chains? The name does not say, and the two are "
        f"different quantities.{hint}"
    )
    return [Asked(question, [*choices, Choice("", _TOTAL.format("these"))])]


def _unknown_words(one: Column) -> list[Entry]:
    _, unknown, _ = sign_words(one)
    return unknown_words(toml(one.name), "codes.result", unknown)


def _fixation_of_a_fluid(columns: Columns, one: Column) -> Asked:
    choices = [
        Choice(line, f"of {fluid.partition('_')[0]}{', ' + says if says else ''}")
        for fluid in FLUIDS
        for line, says in _fixation_lines(columns, one, fluid)
    ]
    return Asked(f"{toml(one.name)}: immunofixation of serum or of urine? The name does not say.", choices)


def _fixation_lines(columns: Columns, one: Column, fluid: str) -> list[tuple[str, str]]:
    entry = _fixation(columns, one, fluid)
    if isinstance(entry, Said):
        return [(f"{entry.key} = {entry.value}", "")]
    return [(choice.line, choice.says) for choice in entry.choices]


def _fixation(columns: Columns, one: Column, analyte: str) -> Said | Asked:
    assert one.test
    words, _, figures_ = sign_words(one)
    beside = _beside(columns, one)
    said = {"analyte": analyte}
    if not figures_:
        return _said(one, _value(said, beside, words), one.test.certainty, f"by its name; {counted(one)}")
    counts = ", ".join(f"{text} ({rows(n)})" for text, n in figures_)
    choices = [
        Choice(_line(one, _value(said, beside, {**words, **meant})), says)
        for meant, says in sign_readings([text for text, _ in figures_])
    ]
    return Asked(f"{toml(one.name)} has {counts}: which of them is positive?", choices)


def _words_for_figures(columns: Columns, one: Column, analyte: str) -> list[Entry]:
    return [
        Note(
            f"{toml(one.name)} is called {analyte}, but most of its cells are no figures ({one.look.filled:,} "
            f"filled): it is not read"
        )
    ]


def _beside(columns: Columns, one: Column) -> dict[str, str]:
    """By the contract's column, those of the file that say more of the same test."""
    assert one.test
    found: dict[str, str] = {}
    for other in columns.all:
        if other.test and other is not one and other.test.name == one.test.name and other.test.kind == one.test.kind:
            for role in sorted(other.test.roles & {"ref_high", "ref_low", "unit", "comparator"}):
                if ("urine" in other.test.roles) == ("urine" in one.test.roles) and other.look.filled:
                    found.setdefault(role, other.name)
                    columns.read.add(other.name)
    return found


def _said(one: Column, value: str, certainty: str, why: str) -> Said:
    return Said(f"wide.{key(one.name)}", value, certainty, why)


def _line(one: Column, value: str) -> str:
    return f"wide.{key(one.name)} = {value}"


def _value(said: dict[str, str], beside: dict[str, str], words: dict[str, str] | None = None) -> str:
    parts = [f"{name} = {toml(value)}" for name, value in said.items()]
    if beside:
        parts.append("columns = {" + ", ".join(f"{name} = {toml(own)}" for name, own in beside.items()) + "}")
    if words:
        parts.append(f"codes = {inline(words)}")
    return "{" + ", ".join(parts) + "}"
