"""What each key of a section in registry.toml may say of a file whose rows are not the table's as they stand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flows.intake import registry_entries as entries
from flows.intake.registry_entries import EntryError
from flows.settings.suggestions import suggestion
from transforms.intake.contracts import dtypes
from transforms.intake.mapping import Across, Limit, WideColumn
from transforms.intake.result_words import FLUIDS
from transforms.intake.units import in_canonical, measured_analytes

# Where a test's cells go, unless it is said.
_INTO = {"labs": "value", "marrow": "plasma_cell_percent", "cytogenetics": "result", "assessments": "response"}
_OF_A_TEST = ("into", "codes", "columns")


def where(_table: str, value: Any) -> dict[str, Any]:
    """By column of the file, the cell or cells that the table's rows have there."""
    return {"where": _conditions("where", value)}


def where_not(_table: str, value: Any) -> dict[str, Any]:
    """By column of the file, the cell or cells that the table's rows do not have there."""
    return {"where_not": _conditions("where_not", value)}


def _conditions(key: str, value: Any) -> dict[str, tuple[str, ...]]:
    found = {}
    for name, cells in entries.table_of(value, key).items():
        listed = cells if isinstance(cells, list) else [cells]
        if not listed:
            raise EntryError(f"{name}: an empty list has no rows; name a cell, or omit it")
        found[name.strip()] = tuple(_cell(name, cell) for cell in listed)
    return found


def _cell(name: str, cell: Any) -> str:
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, int | float | date) and not isinstance(cell, datetime):
        return str(cell)
    if not isinstance(cell, str):
        raise EntryError(f"{name}: must be a cell such as 'labs', or a list of them, found {cell!r}")
    return cell.strip()


def wide(table: str, value: Any) -> dict[str, Any]:
    """By column of the file, the test that it holds."""
    if table == "patients":
        raise EntryError(
            "patients has one row per patient, and no tests; write its columns in [tables.patients.columns]"
        )
    found = {name.strip(): _test(table, name, of) for name, of in entries.table_of(value, "wide").items()}
    if not found:
        raise EntryError("has no column; write one such as kappa = {analyte = 'flc_kappa', unit = 'mg/L'}")
    return {"wide": found}


def _test(table: str, name: str, value: Any) -> WideColumn:
    if not isinstance(value, Mapping):
        example = "{analyte = 'flc_kappa', unit = 'mg/L'}" if table == "labs" else "{into = '…'}"
        raise EntryError(f"{name}: must be what the column holds, such as {example}, found {value!r}")
    for key in value:
        if key not in _OF_A_TEST and key not in dtypes(table):
            raise EntryError(f"{name}: unknown key {key!r}; {suggestion(key, [*dtypes(table), *_OF_A_TEST])}")
    try:
        said = {key: target for key, target in value.items() if key not in _OF_A_TEST}
        constants = entries.constants(table, said)["constants"]
        if table == "labs":
            _check_analyte(constants)
        into = _into(table, value.get("into"), constants)
        taken = entries.columns(table, value.get("columns", {}))
        codes = entries.codes(table, {into: value["codes"]} if "codes" in value else {})
    except EntryError as error:
        raise EntryError(f"{name}: {error}") from None
    twice = [column for column in (into, *taken["columns"]) if column in constants]
    if taken["combined"] or twice or into in taken["columns"]:
        raise EntryError(f"{name}: {(twice or [into])[0]} has more than one place; keep one")
    return WideColumn(into, constants, taken["columns"], _words(codes, into, constants))


def _check_analyte(constants: Mapping[str, str]) -> None:
    analyte, unit = constants.get("analyte"), constants.get("unit")
    if analyte and unit:
        entries.check_unit(unit, (analyte,))


def _into(table: str, value: Any, constants: Mapping[str, str]) -> str:
    default = "result" if constants.get("analyte") in FLUIDS else _INTO.get(table)
    into = default if value is None else value
    if into is None:
        names = ", ".join(name for name in dtypes(table) if name != "patient_id")
        raise EntryError(f"say into which of the columns of {table} its cells go: into = one of {names}")
    if not isinstance(into, str):
        raise EntryError(f"into: must be a column of {table}, found {into!r}; write its name")
    return entries.column_of(table, into)


def _words(codes: Mapping[str, Any], into: str, constants: Mapping[str, str]) -> dict[str, str]:
    of_analyte = codes["words_by_analyte"].get(into, {})
    return {**codes["codes"].get(into, {}), **of_analyte.get(constants.get("analyte", ""), {})}


def across(table: str, value: Any) -> dict[str, Any]:
    """Dates in the header: the column that names the tests, and where the cells go."""
    if table in ("patients", "treatments", "supportive_care"):
        raise EntryError(f"{table} has no results by date; omit it")
    said = entries.table_of(value, "across")
    for key in said:
        if key not in ("tests", "into"):
            raise EntryError(f"unknown key {key!r}; {suggestion(key, ['tests', 'into'])}")
    into = _into(table, said.get("into"), {})
    tests = said.get("tests")
    if tests is not None:
        tests = entries.text(tests, "the column of the file that names the tests").strip()
    elif table in ("labs", "findings", "cytogenetics"):
        raise EntryError("say which column of the file names the tests: tests = 'test'")
    return {"across": Across(into, tests)}


def default_limits(table: str, value: Any) -> dict[str, Any]:
    """By analyte, and by site within it, the limits of normal of figures without one."""
    if table != "labs":
        raise EntryError(f"{table} has no limits of normal; omit it")
    found: list[Limit] = []
    for analyte, of in entries.table_of(value, "default_limits").items():
        if analyte not in measured_analytes():
            raise EntryError(f"no analyte {analyte!r} with figures; {suggestion(analyte, list(measured_analytes()))}")
        said = entries.table_of(of, f"default_limits.{analyte}")
        sites = entries.table_of(said.get("sites", {}), f"default_limits.{analyte}.sites")
        unit = said.get("unit")
        general = {key: limit for key, limit in said.items() if key != "sites"}
        if set(general) - {"unit"} or not sites:
            found.append(_limit(analyte, None, general, unit))
        for site, its in sites.items():
            where = entries.table_of(its, f"default_limits.{analyte}.sites.{site}")
            found.append(_limit(analyte, site.strip(), where, where.get("unit", unit)))
    return {"default_limits": tuple(found)}


def _limit(analyte: str, site: str | None, said: Mapping[str, Any], unit: Any) -> Limit:
    of = f"{analyte} of {site}" if site else analyte
    for key in said:
        if key not in ("ref_low", "ref_high", "unit"):
            raise EntryError(f"{of}: unknown key {key!r}; {suggestion(key, ['ref_low', 'ref_high', 'unit', 'sites'])}")
    if unit is None:
        raise EntryError(f"{of}: say the unit of the limits: unit = 'U/L', or another of rules/intake/units.toml")
    entries.check_unit(entries.text(unit, "a unit such as 'U/L'"), (analyte,))
    numbers = [said.get(key) for key in ("ref_low", "ref_high")]
    for number in numbers:
        if number is not None and (
            isinstance(number, bool) or not isinstance(number, int | float) or not 0 <= number < 1e9
        ):
            raise EntryError(f"{of}: a limit must be a number such as 245, found {number!r}")
    if numbers == [None, None]:
        raise EntryError(f"{of}: has no limit; write ref_high = 245, or ref_low")
    low, high = (None if number is None else in_canonical(analyte, unit, number) for number in numbers)
    return Limit(analyte, site, low, high)


KEYS = {
    "where": where,
    "where_not": where_not,
    "wide": wide,
    "across": across,
    "default_limits": default_limits,
}
