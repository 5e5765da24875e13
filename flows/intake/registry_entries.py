"""What each key of a table in registry.toml may say, and what of a mapping it makes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import polars as pl

from flows.settings.suggestions import suggestion
from transforms.intake import contracts
from transforms.intake.cells import is_read, unsigned
from transforms.intake.code_systems import code_systems
from transforms.intake.contracts import KNOWN_ANALYTES, dtypes
from transforms.intake.date_forms import DAY_NUMBERS, INTERVALS, PLACES, as_iso
from transforms.intake.result_words import FLUIDS, SIGNS
from transforms.intake.units import is_accepted

# Days that a form has to give back: of two centuries, and with day and month that can't be each other.
_DAYS = [date(1951, 2, 28), date(2024, 12, 1), date(2031, 10, 31)]


class EntryError(ValueError):
    """An entry that can't be used: what is wrong with it, and what to write."""


def file(table: str, value: Any) -> dict[str, Any]:
    """The name of the table's file, or of its folder of files."""
    name = text(value, "the name of a file in the extract such as 'kensa.csv'")
    if "/" in name or "\\" in name or name in (".", ".."):
        raise EntryError(f"must be a name without a folder, found {name!r}")
    return {"file": name}


def decimal(_table: str, value: Any) -> dict[str, Any]:
    """The decimal sign."""
    return {"decimal": one_of(value, [".", ","])}


def thousands(_table: str, value: Any) -> dict[str, Any]:
    """What parts thousands."""
    return {"thousands": one_of(value, [","])}


def date_format(table: str, value: Any) -> dict[str, Any]:
    """The form of every date of the table."""
    form = _form(value)
    return {"date_formats": {name: form for name, dtype in dtypes(table).items() if dtype == pl.Date}}


def date_formats(table: str, value: Any) -> dict[str, Any]:
    """The form of single dates."""
    for name in table_of(value, "date_formats"):
        if dtypes(table)[column_of(table, name)] != pl.Date:
            raise EntryError(f"{name} is no date; omit it")
    return {"date_formats": {name: _form(form) for name, form in value.items()}}


def partial_dates(table: str, value: Any) -> dict[str, Any]:
    """The day that stands for a year or month without one: of every date but that of birth, or of single ones."""
    dates = [name for name, dtype in dtypes(table).items() if dtype == pl.Date]
    if not isinstance(value, Mapping):
        place = one_of(value, list(PLACES))
        return {"partial_dates": {name: place for name in dates if name != "birth_date"}}
    for name in value:
        if column_of(table, name) not in dates:
            raise EntryError(f"{name} is no date; omit it")
    return {"partial_dates": {name: one_of(place, list(PLACES)) for name, place in value.items()}}


def timezone(_table: str, value: Any) -> dict[str, Any]:
    """The time zone that an instant's day is of."""
    name = text(value, "a time zone such as 'Asia/Tokyo'")
    try:
        pl.Series([datetime(2024, 1, 1)]).dt.replace_time_zone("UTC").dt.convert_time_zone(name)
    except pl.exceptions.PolarsError:
        raise EntryError(f"no time zone {name!r}; write one such as 'Asia/Tokyo' or 'Europe/Berlin'") from None
    return {"timezone": name}


def columns(table: str, value: Any) -> dict[str, Any]:
    """The file's names of the contract's columns; of several, the first that is not empty counts."""
    found: dict[str, tuple[str, ...]] = {}
    for column, names in table_of(value, "columns").items():
        column_of(table, column)
        listed = names if isinstance(names, list) and names else [names]
        found[column] = tuple(_name_of_a_column(column, name) for name in listed)
    times = Counter(name for names in found.values() for name in names)
    single = {column: names[0] for column, names in found.items() if len(names) == 1 and times[names[0]] == 1}
    return {"columns": single, "combined": {column: of for column, of in found.items() if column not in single}}


def _name_of_a_column(column: str, name: Any) -> str:
    """As the file has it; a cell of a workbook may have line breaks in it."""
    text(re.sub(r"[\r\n\t]", " ", name) if isinstance(name, str) else name, f"{column}: must be a column of the file")
    return str(name).strip()


def codes(table: str, value: Any) -> dict[str, Any]:
    """By column, the contract's code for each of the site's; "" for one that says nothing.

    Of a result and its figure also by analyte: codes.value.serum_immunofixation.
    """
    of_column: dict[str, dict[str, str]] = {}
    of_analyte: dict[str, dict[str, dict[str, str]]] = {}
    for column, mapping in table_of(value, "codes").items():
        if table == "labs" and column in KNOWN_ANALYTES:
            raise EntryError(f"{column!r} is an analyte; write [tables.labs.codes.value.{column}]")
        column_of(table, column)
        words = table_of(mapping, f"codes.{column}")
        parted = {analyte: of for analyte, of in words.items() if isinstance(of, Mapping)}
        plain = {own: code for own, code in words.items() if own not in parted}
        if table == "labs" and column == "value":
            signs = {own: plain.pop(own) for own in list(plain) if plain[own] in SIGNS}
            # a word for a result is one of immunofixations: 0 may be one of theirs, and is a figure elsewhere
            parted = {name: {**signs, **parted.get(name, {})} for name in FLUIDS} | {
                name: of for name, of in parted.items() if name not in FLUIDS
            }
        of_column[column] = _codes(table, column, plain)
        found = _by_analyte(table, column, parted, value.get("analyte", {}))
        of_analyte |= {column: found} if found else {}
    return {"codes": of_column, "words_by_analyte": of_analyte}


def _by_analyte(
    table: str, column: str, parted: Mapping[str, Mapping[str, Any]], own_names: Mapping[str, Any]
) -> dict[str, dict[str, str]]:
    if parted and (table, column) not in (("labs", "value"), ("labs", "result")):
        raise EntryError(
            f"{column}: only value and result of labs are distinguished by analyte; write a code for each word"
        )
    found: dict[str, dict[str, str]] = {}
    for name, of in parted.items():
        analyte = own_names.get(name, name) if isinstance(own_names, Mapping) else name
        if analyte not in KNOWN_ANALYTES:
            raise EntryError(f"{column}: no analyte {name!r}; {suggestion(name, list(KNOWN_ANALYTES))}")
        if "" in of:
            raise EntryError(f"{column}.{name}: an empty cell is missing, and can't be a result; omit it")
        signs = {own: code for own, code in of.items() if column == "value" and analyte in FLUIDS and code in SIGNS}
        rest = _codes(table, column, {own: code for own, code in of.items() if own not in signs})
        if signs or rest:
            found[analyte] = {**found.get(analyte, {}), **{own.strip(): code for own, code in signs.items()}, **rest}
    return found


def _codes(table: str, column: str, mapping: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for own, target in mapping.items():
        code, name = _value(table, column, target), own.strip()
        if not name and not (code and _known(table, column)):
            raise EntryError(f"{column}: an empty cell is missing, and can stand for a code only; omit it")
        if found.get(name, code) != code:
            raise EntryError(f"{column}: {name!r} has two meanings, {found[name]} and {code}; keep one")
        if name != code and name in _known(table, column):
            raise EntryError(f"{column}: {name!r} is a code of the contract, and would mean {code!r}; omit it")
        found[name] = code
    return found


def code_system(table: str, value: Any) -> dict[str, Any]:
    """What the analytes, units, comparators and results of labs are codes of."""
    if table != "labs":
        raise EntryError(f"{table} has no codes of laboratory tests; write its codes in [tables.{table}.codes]")
    return {"code_system": one_of(value, list(code_systems()))}


def specimen(table: str, value: Any) -> dict[str, Any]:
    """The column of the file with the specimen: codes of analytes are then such as 'CREAT in URINE'."""
    if table != "labs":
        raise EntryError(f"{table} has no codes of laboratory tests; omit it")
    return {"specimen": text(value, "a column of the file such as 'LBSPEC'").strip()}


def units(table: str, value: Any) -> dict[str, Any]:
    """An accepted unit for each of the site's."""
    _only_labs(table)
    for unit in table_of(value, "units").values():
        check_unit(text(unit, "a unit such as 'mg/dL'"), KNOWN_ANALYTES)
    return {"units": {own.strip(): unit for own, unit in value.items()}}


def default_units(table: str, value: Any) -> dict[str, Any]:
    """By analyte, the unit of figures without one."""
    _only_labs(table)
    for analyte, unit in table_of(value, "default_units").items():
        if analyte not in KNOWN_ANALYTES:
            raise EntryError(f"no analyte {analyte!r}; {suggestion(analyte, list(KNOWN_ANALYTES))}")
        check_unit(text(unit, "a unit such as 'mg/dL'"), (analyte,))
    return {"default_units": dict(value)}


def constants(table: str, value: Any) -> dict[str, Any]:
    """The value, in every row, of columns that the file has not."""
    for column in table_of(value, "constants"):
        if column_of(table, column) == "patient_id":
            raise EntryError("patient_id can't be the same in every row; name its column in columns")
    return {"constants": {column: _constant(table, column, target) for column, target in value.items()}}


def _constant(table: str, column: str, target: Any) -> str:
    """As the contract reads it, or a number of days or months from day 0, where the table's dates are given so."""
    is_number = isinstance(target, int | float) and not isinstance(target, bool)
    if isinstance(target, date) and not isinstance(target, datetime):
        target = target.isoformat()
    return str(target) if is_number and dtypes(table)[column] == pl.Date else _value(table, column, target)


def records(table: str, value: Any) -> dict[str, Any]:
    """What the clinic's assessments are: a log of progressions, or (without it) every assessment that there was."""
    if table != "assessments":
        raise EntryError(f"{table} records what its columns say; omit it")
    return {"records": one_of(value, ["progressions"])}


def deaths(table: str, value: Any) -> dict[str, Any]:
    """On which day a patient recorded as dead died, where no date of death is recorded: that of the last contact."""
    if table != "patients":
        raise EntryError(f"{table} has no deaths; write it in [tables.patients]")
    return {"deaths": one_of(value, ["last_contact"])}


def text(value: Any, wanted: str) -> str:
    """A text that can be printed, or an error."""
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise EntryError(f"must be {wanted}, found {value!r}")
    return value


def one_of(value: Any, known: list[str]) -> str:
    """One of the names known, in any letter case, or an error."""
    name = value.lower() if isinstance(value, str) else value
    if name not in known:
        raise EntryError(f"must be one of {', '.join(map(repr, known))}, found {value!r}")
    return str(name)


def table_of(value: Any, key: str) -> Mapping[str, Any]:
    """A table of TOML, or an error."""
    if not isinstance(value, Mapping):
        raise EntryError(f"must be a table of names and values, found {value!r}; write [tables.TABLE.{key}]")
    return value


def column_of(table: str, name: str) -> str:
    """A column of the contract, or an error."""
    if name not in dtypes(table):
        raise EntryError(f"no column {name!r} in {table}; {suggestion(name, list(dtypes(table)))}")
    return name


def _form(value: Any) -> str:
    form = text(value, "a form such as '%d.%m.%Y', or excel, excel1904, days or months")
    if form in DAY_NUMBERS or form in INTERVALS:
        return form
    if any(zone in form for zone in ("%z", "%Z", "%:z", "%#z", "%s", "%+")):
        raise EntryError(f"{form!r} has a zone; omit it, and say timezone for instants such as 2020-04-01T22:30:00Z")
    days = pl.DataFrame({"day": [datetime(day.year, day.month, day.day) for day in _DAYS]})
    try:
        again = days.select(as_iso(pl.col("day").dt.strftime(form), form).str.to_date("%Y-%m-%d"))
    except (pl.exceptions.PolarsError, ValueError):
        again = None
    if again is None or again["day"].to_list() != _DAYS:
        raise EntryError(f"{form!r} does not contain year, month and day; write a form such as '%d.%m.%Y'")
    return form


def _known(table: str, column: str) -> tuple[str, ...]:
    return KNOWN_ANALYTES if column == "analyte" else contracts.codes(table, column)


def _value(table: str, column: str, target: Any) -> str:
    """What the contract reads in the column, as text; "" is nothing."""
    text = (
        str(target).lower() if isinstance(target, bool) else str(target) if isinstance(target, int | float) else target
    )
    if not isinstance(text, str):
        raise EntryError(f"{column}: must be a code or a value of {table}.{column}, found {target!r}")
    known, dtype = _known(table, column), dtypes(table)[column]
    if text and known and text not in known:
        raise EntryError(f"{column}: {text!r} is no code of {table}.{column}; {suggestion(text, list(known))}")
    frame = pl.DataFrame({"text": [text]})
    number = unsigned(pl.col("text")) if column == "value" else pl.col("text")
    if text and not frame.select(is_read(number, dtype)).item():
        kind = dtype.__name__.lower()
        raise EntryError(f"{column}: {text!r} can't be read as the {kind} that {table}.{column} is; write one, or ''")
    return text


def _only_labs(table: str) -> None:
    if table != "labs":
        raise EntryError(f"{table} has no units; omit it")


def check_unit(unit: str, analytes: tuple[str, ...]) -> None:
    """An error where none of the analytes can be in the unit."""
    if not any(is_accepted(analyte, unit) for analyte in analytes):
        of = f" of {analytes[0]}" if len(analytes) == 1 else ""
        raise EntryError(f"{unit!r} is no unit{of}; write one of rules/intake/units.toml")
