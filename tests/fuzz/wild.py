"""Extracts that are wild but valid: every code of the contract in every combination, on few days, under odd names.

Nothing here is plausible, and nothing breaks a rule on a single row (but a repeat, now and then): what a run accepts,
it and every command after it have to bear.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random

import polars as pl

from tests.fuzz.harness import write
from transforms.intake.contracts import CONTRACTS, KNOWN_ANALYTES, codes, dtypes, required
from transforms.intake.units import is_accepted, unit_table

Row = dict[str, str]
Extract = dict[str, list[Row]]

FIRST, LAST = date(1850, 1, 1), date(2199, 12, 31)
USUAL = date(2015, 1, 1)
NEVER_ALL_NULL = ("patient_id",)
# What people call things, and what breaks a program that takes them for more than a name.
MARKUP = "<script>alert(1)</script>"
NAMES = [
    *("1", "001", "1.0", "1e5", "-1", "--help", "-x", "NaN", "inf", "true", "None", "N/A", "2020-01-01", "０１"),
    *("O'Brien", 'a"b', "'; drop table patients; --", '"; select 1', "a,b", "a;b", "a+b/c", "a b", "a\tb", "a|b"),
    *("=1+1", "+1", "@sum(a1)", "=cmd|' /C calc'!A0", "%s%d%(x)s", "{0}{patient_id}", "${HOME}", "$1", "$site"),
    *("患者一", "北病院", "é", "e\u0301", "שלום עולם", "مرحبا", "\u202eabc", "👩‍⚕️", "ß", "ẞ", "İstanbul", "ﬁ"),
    *("a\nb", "a\r\nb", "*", "?", "../../x", "/etc/passwd", "C:\\x", "~", "#1", "null", "all", "unknown", "overall"),
    *(
        MARKUP,
        "&amp;",
        "]]>",
        "a" * 300,
        "病" * 200,
        "x." * 100,
        "_",
        "$",
        "\\",
        "`",
        "\u200b\u200c.",
        "\u00a0.\u00a0a",
    ),
]
DRUGS = [
    *("bortezomib", "lenalidomide", "dexamethasone", "daratumumab", "carfilzomib", "pomalidomide", "melphalan"),
    *(
        "thalidomide",
        "ixazomib",
        "isatuximab",
        "elotuzumab",
        "cyclophosphamide",
        "prednisolone",
        "ide-cel",
        "cilta-cel",
    ),
    *("VRd", "KRd", "D-MPB", "Velcade", "Revlimid", "レナリドミド", "ベルケイド 1.3 mg/m2", "teclistamab", "selinexor"),
]
SUPPORTIVE = [
    *("zoledronic acid", "denosumab", "pamidronate", "aciclovir", "valaciclovir", "aspirin", "warfarin", "vitamin D"),
    *("sulfamethoxazole/trimethoprim", "G-CSF", "ゾレドロン酸"),
]
OTHER_ANALYTES = ["base_excess", "HbA1c", "白血球", "=analyte", "albumin/2"]
FIGURES = [
    *(
        "0",
        "0.1",
        "0.2",
        "0.5",
        "0.7",
        "1",
        "1.25",
        "1.65",
        "2",
        "3",
        "3.4",
        "3.5",
        "4.9",
        "5",
        "5.5",
        "9.9",
        "10",
        "11",
    ),
    *("11.5", "20", "30", "60", "99", "100", "200", "500", "1000", "2000", "0.0000001", "123456.789", "1e12", "1e-300"),
]
TEXTS: dict[tuple[str, str], Sequence[str]] = {
    ("treatments", "drugs"): DRUGS,
    ("treatments", "stop_reason"): ["progression", "toxicity", "planned"],
    ("supportive_care", "drug"): SUPPORTIVE,
}
NUMBERS: dict[str, Sequence[str]] = {
    "plasma_cell_percent": ["0", "4.9", "5", "9.9", "10", "30", "60", "100"],
    "percent": ["0", "19.9", "20", "20.1", "100"],
    "sensitivity": ["0.1", "0.001", "0.0001", "0.00001", "0.000001", "1", "1e-300"],
    "lytic_lesions": ["0", "1", "2", "3", "1000000"],
    "focal_lesions": ["0", "1", "2", "3", "1000000"],
    "plasmacytoma_spd_mm2": ["0", "100", "150", "400", "1e9"],
    "level": ["0", "0.0001", "1"],
    "cells_analysed": ["0", "1000000", "3000000"],
    "cycles": ["0", "1", "4", "9", "18", "1000"],
}
GRADES = ["1", "2", "3", "4", "5"]
SIZES = {  # at most so many rows of each table
    "small": 2,
    "usual": 40,
    "many": 250,
}


@dataclass
class Temper:
    """What one extract is like."""

    random: Random
    names: list[str] = field(init=False)
    sites: list[str] = field(init=False)
    dates: list[str] = field(init=False)
    lines: list[str] = field(init=False)
    drugs: list[str] = field(init=False)
    blank: float = field(init=False)  # chance that an optional cell is empty
    is_narrow: bool = field(init=False)  # each column has one or two of its codes only

    def __post_init__(self) -> None:
        """Draw it."""
        rng = self.random
        patients = rng.choice([0, 1, 1, 2, 3, 8, 25, 60]) if rng.random() < 0.6 else rng.randint(5, 40)
        odd = rng.sample(NAMES, min(patients, len(NAMES))) if rng.random() < 0.5 else []
        self.names = [odd[number] if number < len(odd) else f"PATIENT-{number:04}" for number in range(patients)]
        self.sites = rng.choice([[""], ["north"], ["north", "south"], rng.sample(NAMES, 4), [rng.choice(NAMES), ""]])
        self.dates = _dates(rng)
        thousand = [str(number) for number in range(1, 1001)]
        self.lines = rng.choice([["1"], ["1", "2"], ["1", "2", "3"], ["2", "3"], ["1", "5"], ["7", "2147483647"]])
        self.lines = thousand if rng.random() < 0.05 else self.lines
        self.drugs = rng.sample(DRUGS, rng.choice([1, 2, 5, len(DRUGS)]))
        self.blank = rng.choice([0, 0.1, 0.3, 0.6, 0.95, 1])
        self.is_narrow = rng.random() < 0.4


def _dates(rng: Random) -> list[str]:
    """A few days, on which everything happens; or many; or at both ends of the calendar."""
    near = [
        USUAL + timedelta(days=rng.choice([0, 1, 3, 28, 30, 60, 90, 91, 365]) * n) for n in range(rng.randint(1, 6))
    ]
    found = rng.choice(
        [
            [USUAL],
            near,
            near,
            near,
            [USUAL + timedelta(days=rng.randint(0, 3000)) for _ in range(200)],
            [FIRST, USUAL, LAST],
            [FIRST + timedelta(days=rng.randint(0, (LAST - FIRST).days)) for _ in range(12)],
            [date(2020, 2, 28), date(2020, 2, 29), date(2021, 2, 28), date(2021, 3, 1)],
            [LAST],
        ]
    )
    return [day.isoformat() for day in found]


def extract(random: Random) -> Extract:
    """A registry: rows by table, absent tables left out. Now and then it is several in one."""
    return joined(random, random.randint(3, 12)) if random.random() < 0.15 else _of_one_temper(random)


def joined(random: Random, count: int) -> Extract:
    """A registry of patients of so many kinds: what is wrong with one row shows whatever the others are."""
    made: Extract = {"patients": []}
    for number in range(count):
        for table, rows in _of_one_temper(random).items():
            made.setdefault(table, []).extend(row | {"patient_id": f"{number}.{row['patient_id']}"} for row in rows)
    return made


def _of_one_temper(random: Random) -> Extract:
    temper = Temper(random)
    patients = [_row(temper, "patients") | {"patient_id": name} for name in temper.names]
    made: Extract = {"patients": patients}
    is_full = random.random() < 0.6
    for table in CONTRACTS:
        if table != "patients" and (is_full or random.random() < 0.5):
            most = SIZES[random.choice(["small", "usual", "usual", "usual", "many"])] if temper.names else 0
            crowd = temper.names[:1] if random.random() < 0.15 else temper.names
            most = len(temper.lines) if table == "treatments" and len(temper.lines) > most and temper.names else most
            made[table] = [_row(temper, table) | {"patient_id": random.choice(crowd)} for _ in range(most)]
    if "treatments" in made and random.random() < 0.3:  # what one line got on one day, told in several rows
        made["treatments"] += [
            row | {"drugs": ";".join([row["drugs"], random.choice(temper.drugs)])} for row in made["treatments"][:10]
        ]
    return made


def _row(temper: Temper, table: str) -> Row:
    found = {name: _cell(temper, table, name) for name in dtypes(table)}
    if table == "labs":
        found |= _result(temper, found)
    if table == "treatments" and temper.random.random() < 0.5:
        found["end_date"] = max(found["start_date"], found["end_date"])
    return found


def _cell(temper: Temper, table: str, name: str) -> str:
    rng = temper.random
    if name not in required(table) and rng.random() < temper.blank:
        return ""
    if name == "drugs":
        return rng.choice([";", "; ", ",", "+", "/"]).join(rng.choices(temper.drugs, k=rng.choice([1, 1, 2, 3])))
    if known := codes(table, name) or TEXTS.get((table, name)):
        return rng.choice(known[:2] if temper.is_narrow else known)
    of_type: dict[type[pl.DataType], Sequence[str]] = {
        pl.Date: temper.dates,
        pl.Boolean: ["true", "false"],
        pl.Int32: GRADES if name == "grade" else temper.lines,
        pl.Float64: NUMBERS.get(name, FIGURES),
        pl.String: temper.sites if name == "site_id" else NAMES,
    }
    return rng.choice(of_type[dtypes(table)[name]])


@cache
def _units(analyte: str) -> tuple[str, ...]:
    canonical = unit_table().filter(pl.col("analyte") == analyte)["canonical"].unique().sort()
    return tuple(unit for unit in (*canonical, "g/L", "g/dL", "mg/dL", "mg/L", "mmol/L") if is_accepted(analyte, unit))


def _result(temper: Temper, row: Row) -> Row:
    """What a laboratory reports of an analyte: a figure in one of its units, or positive and negative."""
    rng = temper.random
    analyte = rng.choice(KNOWN_ANALYTES[-2:] if rng.random() < 0.2 else [*KNOWN_ANALYTES, *OTHER_ANALYTES])
    if analyte.endswith("_immunofixation"):
        result = rng.choice(["positive", "negative"])
        return {"analyte": analyte, "result": result} | dict.fromkeys(["value", "comparator", "unit", "ref_low"], "")
    units = _units(analyte) or ("", "mmol/L", "=unit")
    return {"analyte": analyte, "unit": rng.choice(units)} | ({"value": rng.choice(FIGURES)} if row["value"] else {})


def another_night(random: Random, before: Extract) -> Extract:
    """The same registry a day later: something came, something went, something was corrected."""
    after = {table: [dict(row) for row in rows] for table, rows in before.items()}
    temper = Temper(random)
    changes: list[Callable[[list[Row], str], None]] = [_lose, _correct, _repeat, _gain]
    for table, rows in after.items():
        for _ in range(random.choice([0, 0, 1, 3])):
            if rows:
                random.choice(changes[1:2] if table == "patients" else changes)(rows, table)
    if random.random() < 0.3 and after["patients"]:
        del after["patients"][random.randrange(len(after["patients"]))]  # his rows elsewhere are refused now
    if random.random() < 0.3:
        after["patients"].append(_row(temper, "patients") | {"patient_id": "NEW-PATIENT"})
    return after


def _lose(rows: list[Row], _table: str) -> None:
    rows.pop()


def _repeat(rows: list[Row], _table: str) -> None:
    rows.append(dict(rows[0]))


def _correct(rows: list[Row], table: str) -> None:
    dates = [name for name, dtype in dtypes(table).items() if dtype == pl.Date]
    rows[-1][dates[0]] = rows[0][dates[-1]] or rows[-1][dates[0]]


def _gain(rows: list[Row], _table: str) -> None:
    rows.append({**rows[0], **{name: rows[-1][name] for name in ("patient_id",)}})


def write_extract(folder: Path, made: Extract) -> Path:
    """The registry as an extract of CSV files; a table without rows has a header."""
    folder.mkdir(parents=True)
    for table, rows in made.items():
        if rows:
            write(folder / f"{table}.csv", rows)
        else:
            (folder / f"{table}.csv").write_text(",".join(dtypes(table)) + "\n", encoding="utf-8")
    return folder
