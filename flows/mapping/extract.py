"""From the files of an extract to the draft of its registry.toml."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from flows.intake.reading import DEFAULT_LIMITS, ExtractError
from flows.intake.sources.file_readers import ending_of
from flows.mapping import others, patient_columns
from flows.mapping.across import across_labs
from flows.mapping.columns import Column, Columns
from flows.mapping.dates import DateForm, is_of_dates
from flows.mapping.decimal_sign import decimal_entries
from flows.mapping.draft import Asked, Choice, Draft, Entry, Note, Said, Section, key, rows, toml
from flows.mapping.header_words import SURE
from flows.mapping.lab_columns import tests_of, wide_labs
from flows.mapping.lacks import lacks
from flows.mapping.long import analyte_column, band_labs, long_labs
from flows.mapping.notes import once, own_names, passed_over, rest
from flows.mapping.parts import known_layouts, name_first_columns, parts_of
from flows.mapping.sheets import MOST_ROWS, Sheet, sheets
from flows.mapping.wide_columns import wide_others
from flows.settings.file_limits import Limits
from transforms.intake.contracts import CONTRACTS, dated_by

_EPOCH = "2000-01-01"
_FACTS = {
    "treatments": lambda columns: None if others.supportive_care(columns) else others.treatments(columns),
    "assessments": others.assessments,
    "supportive_care": others.supportive_care,
}


@dataclass
class _Found:
    """What the sections drafted so far come to."""

    sections: list[Section] = field(default_factory=list)
    tests: dict[str, bool] = field(default_factory=dict)
    forms: list[DateForm] = field(default_factory=list)
    patients: set[str] = field(default_factory=set)
    real_dates: list[str] = field(default_factory=list)
    index_date: str | None = None
    unplaced: list[Columns] = field(default_factory=list)


def draft_of(extract: Path, limits: Limits = DEFAULT_LIMITS) -> Draft:
    """The draft of an extract's registry.toml; the same files give the same draft. Raises ExtractError."""
    if not extract.is_dir():
        found_ = "a file" if extract.exists() else "nothing"
        raise ExtractError(f"{extract}: an extract is a folder, found {found_}; name the folder that has the files")
    read, unread = sheets(extract, limits)
    if not read:
        why = "; ".join(f"{name}: {reason}" for name, reason in unread.items()) or "none of its files is CSV or Parquet"
        raise ExtractError(f"{extract}: no file that a draft can be made of ({why})")
    parts = [part for sheet in read for part in parts_of(sheet)]
    name_first_columns(parts)
    found = _Found()
    chosen = _patients(parts, found)
    for columns in parts:
        _sections(columns, found, is_patients=columns is chosen)
    title = [
        *known_layouts({sheet.file for sheet in read}),
        "A draft of registry.toml, made from the files and to be looked over. Behind each line: how sure it "
        "is, and why.",
        "A line that begins with #: is one answer to the question above it. Take the #: off the right one; "
        "the rest may go.",
    ]
    title += [f"not read: {name}: {reason}" for name, reason in unread.items()]
    order = {table: at for at, table in enumerate(CONTRACTS)}
    sections = sorted(found.sections, key=lambda section: order[section.table])
    tables = {section.table for section in sections}
    whole = _whole(found, sections)
    missing = [*lacks(tables, found.tests, found.patients)] if tables else []
    title += [passed_over(columns) for columns in found.unplaced]
    return Draft(title, whole, sections, missing)


def _patients(parts: list[Columns], found: _Found) -> Columns | None:
    scored = [(patient_columns.score(columns), -at, columns) for at, columns in enumerate(parts)]
    best = max(scored, key=lambda each: (each[0], each[1]))
    if best[0][0] == 0:
        return None
    chosen = best[2]
    own, lines = patient_columns.narrowed(chosen)
    known = patient_columns.found(own)
    found.patients = set(known)
    if "death_date" not in known or "last_contact_date" not in known:
        lines = [*lines, *_elsewhere(parts, chosen, known)]
    has_intervals = any(_has_intervals(columns) for columns in parts)
    entries = [
        *own.sheet.form,
        *(line for line in lines if line not in own.sheet.form),
        *patient_columns.patient_entries(own, has_intervals),
    ]
    found.sections.append(_section("patients", own, entries))
    for name, one in known.items():
        if name.endswith(("_date", "_on")):
            form = own.form(one, name)
            found.forms.append(form)
            if name in ("diagnosis_date", "registered_on") and form.form is not None and not form.is_interval:
                found.real_dates += [one.name]
    if index := own.first("whole", "index_date", fits=lambda one: is_of_dates(one.look)):
        found.index_date = index.name
        own.read.add(index.name)
    chosen.read |= own.read
    return chosen


def _has_intervals(columns: Columns) -> bool:
    return any(form.is_interval for form in columns.forms.values())


def _elsewhere(parts: list[Columns], chosen: Columns, known: dict[str, Column]) -> list[Entry]:
    notes: list[Entry] = []
    for columns in parts:
        if columns.sheet.file == chosen.sheet.file:
            continue
        there = [
            name
            for name in patient_columns.found(columns)
            if name in ("death_date", "last_contact_date") and name not in known
        ]
        if there and len(columns.all) <= 40:
            notes.append(
                Note(
                    f"{toml(columns.sheet.file)} has {', '.join(there)} of patients; the table patients is "
                    f"read from one file, so join them with sql, or in that file"
                )
            )
    return notes


def _section(table: str, columns: Columns, entries: list[Entry]) -> Section:
    sheet = columns.sheet
    part = f", {sheet.part}" if sheet.part else ""
    more = "" if sheet.is_whole else f"; of its first {MOST_ROWS:,} rows"
    entries = [*own_names(table, columns, entries), *once(entries)]
    file = Said("file", toml(sheet.file), SURE, f"{rows(sheet.rows.height)}{part}{more}")
    return Section(table, f"-- {table}: {sheet.file}{part}", [file, *entries], is_own=_own_table(sheet) == table)


def _own_table(sheet: Sheet) -> str | None:
    stem = sheet.file.lower()
    ending = ending_of(Path(stem))
    stem = stem.removesuffix(ending) if ending else stem
    return stem if stem in CONTRACTS and not sheet.part else None


def _sections(columns: Columns, found: _Found, *, is_patients: bool) -> None:
    own = _own_table(columns.sheet)
    before = len(found.sections)
    for table, entries in _drafts(columns, own, is_patients=is_patients):
        lines = patient_columns.patient_lines(columns, table)
        found.sections.append(_section(table, columns, [*columns.sheet.form, *lines, *entries]))
        date = columns.date(table) if table != "patients" else None
        found.forms += [columns.form(date, dated_by(table))] if date else []
    found.tests |= {test: has or found.tests.get(test, False) for test, has in columns.tests.items()}
    if len(found.sections) > before or is_patients:
        last = next(of for of in reversed(found.sections) if of.title.endswith(f": {columns.sheet.label}"))
        last.entries.extend(rest(columns, last.table))
    elif own != "patients":
        found.unplaced.append(columns)


def _drafts(columns: Columns, own: str | None, *, is_patients: bool) -> Iterator[tuple[str, list[Entry]]]:
    if own == "patients":
        return
    wanted = [own] if own else [table for table in CONTRACTS if table != "patients"]
    analyte = analyte_column(columns) if "labs" in wanted else None
    if analyte and is_patients and analyte.name in columns.read:
        analyte = None
    across = across_labs(columns) if "labs" in wanted else None
    if across:
        yield "labs", across
        return
    if analyte and (date := columns.date("labs")):
        lines, _ = columns.dated("labs", "collected_on", date)
        yield "labs", [*lines, *long_labs(columns, analyte)]
        return
    if "labs" in wanted and not is_patients and (date := columns.date("labs")) and (band := band_labs(columns)):
        yield "labs", [*columns.dated("labs", "collected_on", date)[0], *band]
        return
    for table in wanted:
        if table == "labs" and not analyte:
            yield from _wide(columns, "labs", is_patients=is_patients)
        elif table in _FACTS:
            if (entries := _FACTS[table](columns)) is not None:
                yield table, entries
        elif (table in ("marrow", "imaging") and (entries := others.examinations(columns, table)) is not None) or (
            entries := _long(columns, table, own)
        ) is not None:
            yield table, entries
        else:
            yield from _wide(columns, table, is_patients=is_patients)
    if own is None and not others.treatments(columns):
        yield from (("treatments", entries) for entries in others.numbered_lines(columns))


def _long(columns: Columns, table: str, own: str | None) -> list[Entry] | None:
    """Lines of a table with one row a fact; of marrow and imaging, which any file could be, only of their own."""
    if own is None and table in ("marrow", "imaging"):
        return None
    return others.long_table(columns, table)


def _wide(columns: Columns, table: str, *, is_patients: bool) -> Iterator[tuple[str, list[Entry]]]:
    if not tests_of(columns, table):
        return
    entries = wide_labs(columns) if table == "labs" else wide_others(columns, table)
    if not any(isinstance(entry, Said | Asked) for entry in entries):
        return
    entries += decimal_entries([one.look for one in tests_of(columns, table)])
    date = columns.date(table)
    column = dated_by(table)
    if date:
        lines, _ = columns.dated(table, column, date)
        yield table, [*lines, *entries]
        return
    dates = [columns.first("patients", name) for name in ("diagnosis_date",)]
    choices = [Choice(f"columns.{column} = {toml(one.name)}", "they were measured at that day") for one in dates if one]
    others_ = [
        one for one in columns.all if columns.holds_dates(one) and one not in dates and "patients" not in one.columns
    ]
    choices += [Choice(f"columns.{column} = {toml(one.name)}", "they were measured at that day") for one in others_[:3]]
    if choices:
        question = f"No column looks like the date of these {table}. Which is it? Without a date omit this section."
        yield table, [Asked(question, choices), *entries]


def _whole(found: _Found, sections: list[Section]) -> list[Entry]:
    entries: list[Entry] = []
    in_days = any(
        isinstance(entry, Said) and entry.key.startswith("date_formats.") and entry.value in ('"days"', '"months"')
        for section in sections
        for entry in section.entries
    )
    if in_days and found.index_date:
        entries.append(Said("index_date", toml(found.index_date), SURE, "by its name; dates are given in days from it"))
    elif in_days and found.real_dates:
        names = [name for name in dict.fromkeys(found.real_dates) if name]
        choices = [Choice(f"index_date = {toml(name)}", f"{key(name)} of the patient is day 0") for name in names]
        choices.append(Choice(f"epoch = {_EPOCH}", "day 0 is not recorded: an invented day for everybody"))
        entries.append(Asked("Some dates are given in days or months. From which day?", choices))
    elif in_days:
        why = (
            "dates are given in days or months, and no file has day 0: every date is invented, which run and report say"
        )
        entries.append(Said("epoch", _EPOCH, SURE, why))
    if any(form.is_instant for form in found.forms):
        zones = ("Asia/Tokyo", "Europe/Berlin", "UTC")
        choices = [Choice(f"timezone = {toml(zone)}", "the laboratory's clock; write yours") for zone in zones]
        entries.append(Asked("Some dates are instants with a zone. Whose day are they?", choices))
    return entries
