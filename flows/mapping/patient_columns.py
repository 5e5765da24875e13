"""The table of patients: which file it is, and what has to be asked where a required column is missing."""

from __future__ import annotations

import polars as pl

from flows.mapping.coded_columns import code_entries
from flows.mapping.columns import Column, Columns
from flows.mapping.dates import is_of_dates
from flows.mapping.draft import Asked, Choice, Entry, Note, Said, key, rows, toml
from flows.mapping.fixation_words import is_fixation
from flows.mapping.header_words import SURE, Meaning, code
from flows.mapping.isotypes import components, has_isotypes
from flows.mapping.looks import as_read, names_somebody
from flows.mapping.vital_status_column import is_twice, status_entries
from transforms.intake.contracts import dtypes

_DATES = ("birth_date", "diagnosis_date", "registered_on", "death_date", "last_contact_date")
_CODED = (
    "sex",
    "diagnosis",
    "isotype",
    "light_chain",
    "m_protein_in_beta",
    "reported_iss",
    "reported_r_iss",
    "death_cause",
)
_TELLS = ("diagnosis_date", "vital_status", "last_contact_date", "death_date", "birth_date", "sex", *_CODED[1:-1])
_REQUIRED = ("diagnosis_date", "vital_status", "last_contact_date")
# A file is of patients, though no column looks like their id, with so many of the required ones.
_LEAST_WITHOUT_ID = 2
_MOST_CANDIDATES = 8
_SURVIVAL = ("os months", "os days", "os")
_NO_MEANING = Meaning("", "", "")
_SAMPLE_DAY = "2024-03-31"


def found(columns: Columns) -> dict[str, Column]:
    """The columns of patients that a sheet has."""
    known = {}
    for name in dtypes("patients"):
        fits = (lambda one: is_of_dates(one.look)) if name in _DATES else (lambda _one: True)
        one = columns.first("patients", name, fits=fits)
        if one and (one.look.filled or one.own("patients") == name):
            known[name] = one
    if "vital_status" not in known:
        by_cells = [one for one in columns.all if one not in known.values() and _names_status(one)]
        known |= {"vital_status": by_cells[0]} if by_cells and known else {}
    if "isotype" not in known:
        by_cells = [one for one in columns.all if one not in known.values() and _names_isotypes(one)]
        known |= {"isotype": by_cells[0]} if by_cells and len(known) > 1 else {}
    return known


def _names_status(one: Column) -> bool:
    """Whether all its cells say in words that a patient is alive or dead."""
    if not one.look.is_coded or any(text.isdigit() for text in one.look.texts):
        return False
    return all(code("vital_status", text) for text in one.look.texts)


def _names_isotypes(one: Column) -> bool:
    """Whether most cells are isotypes, and the column is not an immunofixation's by its name."""
    return has_isotypes(one) and not is_fixation(one)


def score(columns: Columns) -> tuple[int, int, int]:
    """How probable it is that a sheet is the table of patients; (0, …) where it can't be."""
    known = found(columns)
    tells = [name for name in _TELLS if name in known]
    if len(tells) < 2 and not any(name in known for name in _REQUIRED):
        return (0, 0, 0)
    required = sum(name in known for name in _REQUIRED)
    patient = known.get("patient_id")
    if patient is None and required < _LEAST_WITHOUT_ID:
        return (0, 0, 0)
    is_own = columns.sheet.file.split(".")[0].lower() == "patients"
    return (
        1 + 4 * required + len(tells) + 20 * is_own - (patient is None),
        int(patient is not None and one_row_each(columns, patient)),
        len(columns.all),
    )


def patient_lines(columns: Columns, table: str) -> list[Entry]:
    """The line of the patient's column, or the question which it is."""
    one = columns.first("patients", "patient_id")
    if one:
        return columns.line(table, "patient_id", one)
    unlike = [other for other in columns.all if other.look.filled and not names_somebody(other.name)]
    unlike = [other for other in unlike if not other.test and other.name not in columns.forms]
    unlike.sort(key=lambda other: (bool(other.columns), -other.look.filled, other.position))
    choices = [
        Choice(
            f"columns.patient_id = {toml(other.name)}",
            f"{rows(other.look.filled)}, {len(other.look.texts):,} different",
        )
        for other in unlike[:_MOST_CANDIDATES]
    ]
    choices.append(Choice("", "none of them: omit this section"))
    return [Asked(f"No column of {columns.sheet.label} looks like the patient's. Which is it?", choices)]


def one_row_each(columns: Columns, patient: Column) -> bool:
    """Whether every patient has one row."""
    ids = columns.sheet.rows[str(patient.position)].drop_nulls()
    return ids.len() == ids.n_unique()


def narrowed(columns: Columns) -> tuple[Columns, list[Entry]]:
    """The rows that are the patients' own, where a file has more than one a patient, and how registry.toml says so."""
    known = found(columns)
    patient = known.get("patient_id")
    if patient is None or one_row_each(columns, patient):
        return columns, []
    sheet = columns.sheet
    ids = pl.col(str(patient.position))
    all_ids = sheet.rows[str(patient.position)].n_unique()
    for name in ("diagnosis_date", "vital_status", "last_contact_date", "birth_date", "sex"):
        if name not in known:
            continue
        is_there = pl.col(str(known[name].position)).is_not_null()
        own = sheet.rows.filter(is_there & ids.is_not_null())[str(patient.position)]
        if own.len() and own.len() == own.n_unique():
            line = Said(
                f"where_not.{key(known[name].name)}",
                toml(""),
                SURE,
                f"of {rows(sheet.rows.height)} those with it are one a patient",
            )
            return Columns.of(sheet.where(is_there, line)), [line]
    for one in columns.all:
        if not one.look.is_coded or one is patient:
            continue
        for text, _ in one.look.codes:
            is_it = pl.col(str(one.position)) == text
            own = sheet.rows.filter(is_it & ids.is_not_null())[str(patient.position)]
            if own.len() == own.n_unique() == all_ids:
                line = Said(f"where.{key(one.name)}", toml(text), SURE, "of the rows with it every patient has one")
                return Columns.of(sheet.where(is_it, line)), [line]
    note = (
        "patients have more than one row here, and no column tells which is theirs: only a patient's "
        "first row is taken, the others are refused; write the section with sql, or a file with a row per patient"
    )
    return columns, [Note(note)]


def patient_entries(columns: Columns, intervals: bool) -> list[Entry]:
    """The lines of [tables.patients]."""
    known = found(columns)
    entries: list[Entry] = patient_lines(columns, "patients")
    dated = {}
    for name in ("site_id", *_CODED):
        if name in known and name != "light_chain":
            entries += columns.line("patients", name, known[name])
            entries += code_entries("patients", name, known[name]) if name != "site_id" else []
    entries += _light_chain(columns, known)
    for name in _DATES:
        if name in known and name != "last_contact_date":
            lines, dated[name] = columns.dated("patients", name, known[name])
            entries += lines
    entries += _last_contact(columns, known)
    has_intervals = intervals or any(form.is_interval for form in dated.values()) or _is_counted(columns, known)
    entries += status_entries(columns, known)
    if "diagnosis_date" not in known and not is_twice(columns, "diagnosis_date"):
        entries.append(_no_diagnosis_date(columns, known, has_intervals))
    return entries


def _is_counted(columns: Columns, known: dict[str, Column]) -> bool:
    one = known.get("last_contact_date")
    return one is not None and columns.form(one, "last_contact_date").is_interval


def _light_chain(columns: Columns, known: dict[str, Column]) -> list[Entry]:
    """From a column of its own, or from that of the isotype, which may name both (IgG kappa)."""
    if "light_chain" in known and known["light_chain"] is not known.get("isotype"):
        one = known["light_chain"]
        return [*columns.line("patients", "light_chain", one), *code_entries("patients", "light_chain", one)]
    isotype = known.get("isotype")
    if isotype is None:
        return []
    chains = {text: chain for text, _ in isotype.look.codes if (chain := components(text)[1])}
    if not chains:
        return []
    counts = dict(isotype.look.codes)
    read = as_read("patients", "light_chain", list(chains))
    lines: list[Entry] = [
        Said("columns.light_chain", toml(isotype.name), SURE, "the isotype's column names the light chain too")
    ]
    if isotype.own("patients") == "isotype":
        lines.append(Said("columns.isotype", toml(isotype.name), SURE, "one column with two meanings is said for both"))
    for text, seen in zip(chains, read, strict=True):
        if seen not in ("kappa", "lambda"):
            lines.append(Said(f"codes.light_chain.{key(text)}", toml(chains[text]), SURE, rows(counts[text])))
    for text, n in isotype.look.codes:  # an isotype without a chain says nothing of it
        if text not in chains:
            lines.append(Said(f"codes.light_chain.{key(text)}", toml(""), SURE, f"names no light chain; {rows(n)}"))
    return lines


def _last_contact(columns: Columns, known: dict[str, Column]) -> list[Entry]:
    last, death = known.get("last_contact_date"), known.get("death_date")
    if is_twice(columns, "last_contact_date"):
        return []
    if last is None:
        choices = [
            Choice(f"columns.last_contact_date = {toml(one.name)}", f"{rows(one.look.filled)} have it")
            for one in _other_dates(columns, known)
        ]
        day = f'constants.last_contact_date = "{_SAMPLE_DAY}"'
        choices.append(Choice(day, "the day up to which everybody is known to be alive, or to have died: write yours"))
        return [
            Asked(
                "No column looks like the date of last contact, without which there is no follow-up. Which is it?",
                choices,
            )
        ]
    if death is None or last is death:
        lines, _ = columns.dated("patients", "last_contact_date", last)
        return [*lines, *(_survival(last, known.get("vital_status")) if death is None else [])]
    frame = columns.sheet.rows
    is_open = pl.col(str(last.position)).is_null() & pl.col(str(death.position)).is_not_null()
    without = frame.filter(is_open).height
    if not without or columns.form(last, "x").form != columns.form(death, "x").form:
        lines, _ = columns.dated("patients", "last_contact_date", last)
        return lines
    columns.read.update((last.name, death.name))
    both = f"[{toml(last.name)}, {toml(death.name)}]"
    line = Said(
        "columns.last_contact_date", both, SURE, f"{rows(without)} without it have a date of death, which is one"
    )
    form = columns.form(last, "last_contact_date")
    again = (
        []
        if death.own("patients") != "death_date"
        else [Said("columns.death_date", toml(death.name), SURE, "one column with two meanings is said for both")]
    )
    return [line, *again, *form.entries]


def _survival(last: Column, status: Column | None) -> list[Entry]:
    """A note on months of survival, which are the time of death of the dead."""
    meaning = last.columns.get("patients", _NO_MEANING)
    if status is None or meaning.found not in _SURVIVAL:
        return []
    return [
        Note(
            f"{toml(last.name)} ends with death for the dead, and with the last contact for the others. Here it is "
            f"the last contact of all, and no date of death. Write the section twice, as [[tables.patients]]: one with "
            f"where.{key(status.name)} = the code of the dead and columns.death_date = {toml(last.name)} beside "
            f"columns.last_contact_date, one with where_not; or use --profile cbioportal, which reads it as both."
        )
    ]


def _other_dates(columns: Columns, known: dict[str, Column]) -> list[Column]:
    """The columns of dates that may be what is asked for, those that nothing else is said of first."""
    taken = {one.name for name, one in known.items() if name != "death_date"}
    found_ = [one for one in columns.all if columns.holds_dates(one) and one.name not in taken]
    found_ = [one for one in found_ if one.columns.get("patients", _NO_MEANING).name != "birth_date"]
    return sorted(found_, key=lambda one: (bool(one.columns), one.position))[:_MOST_CANDIDATES]


def _no_diagnosis_date(columns: Columns, known: dict[str, Column], has_intervals: bool) -> Asked:
    choices = []
    if has_intervals:
        choices.append(
            Choice(
                'constants.diagnosis_date = 0\ndate_formats.diagnosis_date = "days"', "day 0 is the day of diagnosis"
            )
        )
    choices += [
        Choice(f"columns.diagnosis_date = {toml(one.name)}", f"{rows(one.look.filled)} have it")
        for one in _other_dates(columns, known)
        if one is not known.get("death_date")
    ]
    if not has_intervals:
        choices.append(
            Choice(
                'constants.diagnosis_date = "2000-01-01"',
                "one day for everybody: stages are then of what is near it; write yours",
            )
        )
    return Asked(
        "No column looks like the date of diagnosis, without which there is no stage and no survival. Which is it?",
        choices,
    )
