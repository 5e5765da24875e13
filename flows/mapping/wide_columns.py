"""Columns that hold a test of the marrow, an abnormality, lesions or a finding each."""

from __future__ import annotations

from flows.mapping.coded_columns import inline
from flows.mapping.columns import Column, Columns
from flows.mapping.draft import Asked, Choice, Entry, Note, Said, key, rows, toml
from flows.mapping.fixation_words import counted, sign_readings, sign_words, unknown_words
from flows.mapping.header_words import LIKELY, SURE, code, spelled
from flows.mapping.lab_columns import FIGURES, figures, tests_of
from transforms.intake.contracts import dtypes

# Findings with a figure; the others are there or not.
_MEASURED = ("ecog", "charlson", "adl", "iadl", "weight_kg", "systolic_bp")
_BIOPSY, _ASPIRATE = (
    ("biopsy", "trephine", "bb", "生検", "biopsie", "stanze"),
    ("aspirate", "aspiration", "穿刺", "bone", "smear", "aspirat"),
)


def wide_others(columns: Columns, table: str) -> list[Entry]:
    """The lines of marrow, cytogenetics, imaging and findings for a file with a test a column."""
    entries: list[Entry] = []
    taken: set[str] = set()
    for one in tests_of(columns, table):
        assert one.test
        name = one.test.name
        if name in taken and table == "cytogenetics" and one.look.number_share >= FIGURES:
            continue  # the share of nuclei, which stands beside its result
        if name in taken or "other" in one.test.roles:
            entries.append(Note(f"{toml(one.name)} may be {name} as well; it is not read"))
            continue
        found = _other(columns, one, table, name)
        columns.read.add(one.name)
        taken.add(name)
        columns.tests[name] = False
        entries += found
    return entries


def _other(columns: Columns, one: Column, table: str, name: str) -> list[Entry]:
    assert one.test
    certainty = one.test.certainty
    if table == "cytogenetics":
        return _abnormality(columns, one, name)
    if table == "findings":
        return _finding(one, name)
    kind = dtypes(table)[name].__name__
    if kind == "Float64":
        if one.look.number_share < FIGURES:
            return [Note(f"{toml(one.name)} is called {name}, but most of its cells are no figures: it is not read")]
        extra = _specimen(one) if table == "marrow" else ""
        missing = ', codes = {-1 = ""}' if "-1" in one.look.texts else ""
        into = "" if table == "marrow" and name == "plasma_cell_percent" and extra else f"into = {toml(name)}"
        value = "{" + ", ".join(part for part in (into, extra) if part) + missing + "}"
        return [Said(f"wide.{key(one.name)}", value, certainty, f"by its name; {figures(one)}")]
    if kind == "Boolean":
        words = {text: meant for text, _ in one.look.codes if (meant := code("boolean", text))}
        if len(words) == len(one.look.codes):
            value = "{into = " + toml(name) + f", codes = {inline(words)}" + "}"
            return [Said(f"wide.{key(one.name)}", value, certainty, counted(one))]
    return [Note(f"{toml(one.name)} may be {name}; say it in wide, with its codes")]


def _specimen(one: Column) -> str:
    words = spelled(one.name).split()
    if any(word in words or (not word.isascii() and word in one.name) for word in _BIOPSY):
        return 'specimen = "biopsy"'
    if any(word in words or (not word.isascii() and word in one.name) for word in _ASPIRATE):
        return 'specimen = "aspirate"'
    return ""


def _shares(columns: Columns, one: Column, name: str) -> str:
    """The column with the per cents of nuclei of the same abnormality."""
    others = [other for other in tests_of(columns, "cytogenetics") if other.test and other.test.name == name]
    beside = [other for other in others if other is not one and len(other.look.texts) > 2 and other.look.number_share]
    if not beside:
        return ""
    columns.read.add(beside[0].name)
    return f", columns = {{percent = {toml(beside[0].name)}}}"


def _abnormality(columns: Columns, one: Column, name: str) -> list[Entry]:
    words, unknown, figures_ = sign_words(one)
    said = f"abnormality = {toml(name)}{_shares(columns, one, name)}"
    if one.look.number_share >= FIGURES and len(one.look.texts) > 3:
        return [
            Note(
                f"{toml(one.name)} has per cents of nuclei for {name}, and no result: from which share a "
                f"result is positive is the laboratory's to say"
            )
        ]
    notes = unknown_words(toml(one.name), "codes.result", unknown)
    if not figures_:
        codes = f", codes = {inline(words)}" if words else ""
        return [
            Said(
                f"wide.{key(one.name)}",
                "{" + said + codes + "}",
                one.test.certainty if one.test else LIKELY,
                counted(one),
            ),
            *notes,
        ]
    readings = sign_readings([text for text, _ in figures_])
    unsure = {text: "" if sign == "negative" else sign for text, sign in readings[0][0].items()}
    if unsure not in [meant for meant, _ in readings]:
        silent = ", ".join(text for text, sign in unsure.items() if not sign) or "the other"
        readings.append((unsure, f"{silent}: not found, or not looked for"))
    choices = [
        Choice(f"wide.{key(one.name)} = {{{said}, codes = {inline({**words, **meant})}}}", says)
        for meant, says in readings
    ]
    counts = ", ".join(f"{text} ({rows(n)})" for text, n in figures_)
    return [
        Asked(f"{toml(one.name)} has {counts}: which of them is positive, and what does the other say?", choices),
        *notes,
    ]


def _finding(one: Column, name: str) -> list[Entry]:
    figures_ = one.look.number_share >= FIGURES
    is_sign = name not in _MEASURED
    if figures_ and not is_sign:
        return [
            Said(
                f"wide.{key(one.name)}",
                f'{{finding = {toml(name)}, into = "value"}}',
                one.test.certainty if one.test else SURE,
                figures(one),
            )
        ]
    words = {text: meant for text, _ in one.look.codes if (meant := code("boolean", text))}
    if is_sign and words and len(words) == len(one.look.codes):
        return [
            Said(
                f"wide.{key(one.name)}",
                f'{{finding = {toml(name)}, into = "present", codes = {inline(words)}}}',
                LIKELY,
                counted(one),
            )
        ]
    if is_sign and figures_:
        pairs = (
            ({"0": "false", "1": "true"}, "0 is absent, 1 present"),
            ({"0": "true", "1": "false"}, "0 is present, 1 absent"),
        )
        choices = [
            Choice(
                f'wide.{key(one.name)} = {{finding = {toml(name)}, into = "present", codes = {inline(words_)}}}', says
            )
            for words_, says in pairs
        ]
        return [Asked(f"{toml(one.name)} has {counted(one)}: which is which?", choices)]
    return [Note(f"{toml(one.name)} may be {name}; its words are not known")]
