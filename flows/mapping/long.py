"""Laboratory results with one row each: which test each name is, its unit, and words among its results."""

from __future__ import annotations

import polars as pl

from flows.mapping.coded_columns import code_entries
from flows.mapping.columns import Column, Columns
from flows.mapping.decimal_sign import decimal_entries
from flows.mapping.draft import Asked, Choice, Entry, Note, Said, key, rows, toml
from flows.mapping.fixation_words import is_fixation
from flows.mapping.header_words import SURE, code, meanings, test_of, unit_in
from flows.mapping.isotypes import band_question, is_isotype, is_of_isotypes, isotype_column, isotype_question
from flows.mapping.lab_columns import FIGURES, tests_of
from flows.mapping.looks import as_read, may_be_shown
from flows.mapping.result_columns import Results, result_entries
from transforms.intake.code_systems import IN, CodeSystem, code_system, code_systems
from transforms.intake.contracts import KNOWN_ANALYTES
from transforms.intake.result_words import FLUIDS

# A column names tests where at least this share of its rows, or so many of its names, are of known ones.
_SHARE, _LEAST = 0.3, 2
_MOST_TESTS = 3_000
_SHOWN = 25
NO_RESULTS = Note("no column of results was found: say columns.value")
_CHAINS = {"kappa": "flc_kappa", "lambda": "flc_lambda"}
# What isotypes and light chains are called as well.
_OF_ISOTYPES = {"igg", "iga", "igm", "igd", "ige", "kappa", "lambda", "total_chain"}
_NO_TEST = ("total_chain", "flc_ratio", "corrected_calcium", "urine_total_protein", "contradictory")


def analyte_column(columns: Columns) -> Column | None:
    """The column whose cells name tests; null where there is none. Two codes of one test: that with the more known."""
    found = [one for one in columns.all if _names_tests(one)]
    return (
        max(found, key=lambda one: (one.own("labs") == "analyte", _known_rows(one), -one.position)) if found else None
    )


def _names_tests(one: Column) -> bool:
    if (
        not one.look.filled
        or len(one.look.texts) > _MOST_TESTS
        or (one.look.number_share > 0.9 and not _system_of(one.look.texts))
    ):
        return False
    known = {
        test for text in one.look.texts if (test := _test(text)) or (test := text if _in_any_system(text) else None)
    }
    if one.own("labs") == "analyte" or _is_called_so(one):
        return bool(known)
    if known <= _OF_ISOTYPES or is_fixation(one):
        return False
    if {"patients", "assessments", "treatments"} & one.columns.keys():
        return False
    responses = sum(n for text, n in one.look.codes if code("response", text))
    return len(known) >= _LEAST and _known_rows(one) >= max(_SHARE * one.look.filled, responses + 1)


def _is_called_so(one: Column) -> bool:
    meaning = one.columns.get("labs")
    return meaning is not None and meaning.name == "analyte"


def _known_rows(one: Column) -> int:
    return sum(n for text, n in one.look.codes if _test(text) or _in_any_system(text))


def _test(text: str) -> str | None:
    """The test that a name is; null where it is none of ours."""
    if text in KNOWN_ANALYTES:
        return text
    if is_isotype(text):
        return None
    found = [meaning for meaning in meanings(text, "tests") if meaning.kind == "labs"]
    if not found or found[0].roles - {"urine", "serum"} or len(found[0].left) > 1:
        return None
    if found[0].name == "circulating_plasma_cells" and unit_in(text) == "%":
        return "circulating_plasma_cells_percent"
    return test_of(found[0])


def _in_any_system(text: str) -> bool:
    return any(code_system(name).meaning(text) != (None, None) for name in code_systems() if name != "cdisc") or any(
        text in (known.partition(IN)[0] for known in code_system("cdisc").tests) for _ in (0,)
    )


def _system_of(texts: list[str]) -> str | None:
    """The code system that knows most of the texts as codes of tests; null where none knows one."""
    counts = {name: sum(1 for text in texts if _knows(code_system(name), text)) for name in code_systems()}
    best = max(sorted(counts), key=lambda name: counts[name])
    return best if counts[best] and counts[best] >= sum(1 for text in texts if _test(text)) else None


def _system_beside(columns: Columns) -> str | None:
    """The code system of units and comparators, where the tests have names; null where these have too."""
    texts = {text for name in ("unit", "comparator") if (one := columns.first("labs", name)) for text in one.look.texts}
    systems = [name for name in code_systems() if texts & {*code_system(name).units, *code_system(name).comparators}]
    return systems[0] if systems else None


def _knows(system: CodeSystem, text: str) -> bool:
    found = system.meaning(text)
    return found[0] is not None or (found[1] is not None and found[1] != "wrong_code")


def _value_and_result(columns: Columns) -> tuple[Column | None, Column | None]:
    """The columns of figures and of signs."""
    value, result = (columns.first("labs", column) for column in ("value", "result"))
    if value is None and result and result.look.number_share > 0:  # figures, under the contract's name of signs
        value, result = result, columns.named("labs", "result")
    return value, None if result is value else result


def band_labs(columns: Columns) -> list[Entry] | None:
    """The lines of [tables.labs] for figures beside isotypes (band, result, unit); null where it is no such file."""
    value, _ = _value_and_result(columns)
    if value is None or value.look.number_share < FIGURES:
        return None
    band = isotype_column(columns, value)
    if band is None or any(one is not band for one in tests_of(columns, "labs")):
        return None
    return long_labs(columns, band, is_band=True)


def long_labs(columns: Columns, analyte: Column, *, is_band: bool = False) -> list[Entry]:
    """The lines of [tables.labs] for a file with one row a result, but for patient and date; `is_band`: with isotypes
    in the place of tests.
    """
    entries = [] if is_band else columns.line("labs", "analyte", analyte)
    columns.read.add(analyte.name)
    (value, result), unit = _value_and_result(columns), columns.first("labs", "unit")
    for column, one in (("value", value), ("unit", unit), ("result", result)):
        entries += columns.line("labs", column, one) if one else []
    for column in ("comparator", "ref_low", "ref_high", "attributed_to_myeloma"):
        one = columns.first("labs", column)
        entries += columns.line("labs", column, one) if one else []
    if value is None and result is None:
        entries.append(NO_RESULTS)
    system = _system_of(analyte.look.texts) or _system_beside(columns)
    specimen = columns.first("marrow", "specimen")
    if system:
        entries += _system_entries(columns, system, analyte, specimen)
    if is_band and value:
        meant = {text: "serum_m_protein" for text in analyte.look.texts if is_of_isotypes(text)}
        entries.append(band_question(analyte, value))
    else:
        meant, names_ = _tests(analyte, system)
        entries += names_
    columns.tests |= _with_limits(columns, analyte, meant)
    comparator = columns.first("labs", "comparator")
    if comparator and not system:
        entries += code_entries("labs", "comparator", comparator)
    if value:
        entries += decimal_entries([value.look])
        entries += result_entries(Results(columns.sheet, analyte, value, unit, result, meant, system))
    if result and not system:
        entries += code_entries("labs", "result", result)
    return entries


def _system_entries(columns: Columns, system: str, analyte: Column, specimen: Column | None) -> list[Entry]:
    known = sum(1 for text in analyte.look.texts if _knows(code_system(system), text))
    why = (
        f"{known} of {len(analyte.look.texts)} codes of tests are known there"
        if known
        else "the units or comparators are its codes"
    )
    said: list[Entry] = [Said("code_system", toml(system), SURE, why)]
    if system == "cdisc" and specimen:
        columns.read.add(specimen.name)
        said.append(Said("specimen", toml(specimen.name), SURE, "a code of CDISC means a test only with its specimen"))
    return said


def _tests(analyte: Column, system: str | None) -> tuple[dict[str, str], list[Entry]]:
    """The test of each name, and the lines and questions about them."""
    meant: dict[str, str] = {}
    entries: list[Entry] = []
    rest: list[tuple[str, int]] = []
    isotypes = [(text, n) for text, n in analyte.look.codes if is_isotype(text)]
    read = dict(zip(analyte.look.texts, as_read("labs", "analyte", analyte.look.texts), strict=True))
    for text, n in analyte.look.codes:
        by_code = _by_code(system, text) if system else None
        test = _test(text)
        if is_isotype(text):
            continue
        if by_code is not None:
            meant[text] = by_code
        elif read[text] in KNOWN_ANALYTES:
            meant[text] = str(read[text])
        elif test in KNOWN_ANALYTES:
            meant[text] = str(test)
            found = meanings(text, "tests")[0]
            entries.append(Said(f"codes.analyte.{key(text)}", toml(str(test)), found.certainty, rows(n)))
        elif test in _CHAINS or test == "immunofixation":
            entries += _asked(text, n, str(test), meant)
        elif test in _NO_TEST:
            entries.append(Note(f"{toml(text)} ({rows(n)}) is another quantity and is left alone"))
        else:
            rest.append((text, n))
    return meant, [*entries, *isotype_question(isotypes), *_others(rest)]


def _with_limits(columns: Columns, analyte: Column, meant: dict[str, str]) -> dict[str, bool]:
    """The tests that are there, and whether any row of them has an upper limit of normal."""
    high = columns.first("labs", "ref_high")
    found: dict[str, bool] = {}
    for text, test in meant.items():
        of_test = columns.sheet.rows.filter(pl.col(str(analyte.position)) == text)
        has = high is not None and of_test[str(high.position)].drop_nulls().len() > 0
        found[test] = found.get(test, False) or has
    return found


def _by_code(system: str, text: str) -> str | None:
    of = code_system(system)
    analyte, _ = of.meaning(text)
    if analyte is None and system == "cdisc":  # for units: the first specimen that it is known in
        return next((known for code, known in of.tests.items() if code.partition(IN)[0] == text), None)
    return analyte


def _asked(text: str, n: int, test: str, meant: dict[str, str]) -> list[Entry]:
    name = f"codes.analyte.{key(text)}"
    if test == "immunofixation":
        choices = [Choice(f"{name} = {toml(fluid)}", f"of {fluid.partition('_')[0]}") for fluid in FLUIDS]
        return [Asked(f"{toml(text)} ({rows(n)}): immunofixation of serum or of urine?", choices)]
    meant[text] = _CHAINS[test]
    question = (
        f"{toml(text)} ({rows(n)}): free or total light chains? The name does not say, and they are "
        f"different quantities."
    )
    choices = [
        Choice(f"{name} = {toml(_CHAINS[test])}", "free chains"),
        Choice("", "total chains: they are left alone"),
    ]
    return [Asked(question, choices)]


def _others(rest: list[tuple[str, int]]) -> list[Entry]:
    if not rest:
        return []
    shown = [f"{text} ({n:,})" for text, n in rest[:_SHOWN] if may_be_shown(text, n)]
    more = len(rest) - len(shown)
    said = ", ".join(shown) + (f"; and {more:,} more" if more else "")
    return [Note(f"names of tests that no rule reads, or that are not known (rows): {said}")]
