"""Table 1: who the patients were at diagnosis, by stage; how many each figure is missing of is said with each."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from flows.figures.tables import Row, Table
from flows.report.charts.colours import STAGES
from flows.report.words import NOT_KNOWN, words

ALL = "all"
SYSTEMS = {"iss": "ISS", "r_iss": "R-ISS"}


@dataclass(frozen=True)
class Figure:
    """A quantity: its column, its name with its unit, and the decimals that its median is given with."""

    column: str
    name: str
    decimals: int


@dataclass(frozen=True)
class Codes:
    """Categories: their column, its name, and the names of the codes in order."""

    column: str
    name: str
    codes: dict[str, str]


@dataclass(frozen=True)
class Finding:
    """Something looked for: its column (true: found) and its name."""

    column: str
    name: str


_STAGES = {stage: stage for stage in STAGES if stage != "unknown"}
_ISOTYPES = {name: name for name in ("IgG", "IgA", "IgD", "IgM", "IgE")}
VARIABLES: tuple[Figure | Codes, ...] = (
    Figure("age", "Age at diagnosis, years", 0),
    Codes("sex", "Sex", {"F": "Female", "M": "Male"}),
    Codes("isotype", "Isotype", {**_ISOTYPES, "light_chain": "Light chain only", "non_secretory": "Non-secretory"}),
    Codes("light_chain", "Light chain", {"kappa": "κ", "lambda": "λ"}),
    Codes("iss", "ISS", {name: name for name in ("I", "II", "III")}),
    Codes("r_iss", "R-ISS", {name: name for name in ("I", "II", "III")}),
    Codes("r2_iss", "R2-ISS", _STAGES),
    Figure("hemoglobin", "Haemoglobin, g/dL", 1),
    Figure("creatinine", "Creatinine, mg/dL", 2),
    Figure("calcium", "Calcium, mg/dL", 1),
    Figure("albumin", "Albumin, g/dL", 1),
    Figure("beta2_microglobulin", "β2-microglobulin, mg/L", 1),
    Figure("ldh", "LDH, U/L", 0),
    Figure("serum_m_protein", "Serum M-protein, g/dL", 1),
    Figure("urine_m_protein", "Urine M-protein, mg/24 h", 0),
    Figure("marrow", "Marrow plasma cells, %", 0),
    Codes("cytogenetic_risk", "Cytogenetic risk", {"standard": "Standard", "high": "High"}),
)
FINDINGS = tuple(
    Finding(column, name)
    for column, name in {
        "del17p": "del(17p)",
        "t(4;14)": "t(4;14)",
        "t(14;16)": "t(14;16)",
        "gain1q": "1q gain or amplification",
        "t(11;14)": "t(11;14)",
        "del13q": "del(13q)",
        "del1p32": "del(1p32)",
    }.items()
)
NOTES = [
    "Median [interquartile range], or number (per cent of those in whom it is known).",
    "Laboratory and cytogenetic results are those nearest the diagnosis within the window that staging follows, and "
    "not after the start of line 1; a result given as “<x” counts as x.",
    "Stages are derived from these results where they suffice, else as the clinic recorded them.",
]
Groups = dict[str, pl.DataFrame]


def table_one_name(by: str) -> str:
    """The file name of table 1 by a staging system."""
    return f"table1-{by.replace('_', '-')}"


def table_one(patients: pl.DataFrame, by: str) -> Table | None:
    """Table 1 by `iss` or `r_iss`, None where nobody is in the cohort; from the query `table_one`."""
    if patients.is_empty():
        return None
    present = [stage for stage in STAGES if stage in patients[by]]
    groups: Groups = {ALL: patients, **{stage: patients.filter(pl.col(by) == stage) for stage in present}}
    rows = [Row("Patients", [f"{group.height:,}" for group in groups.values()], is_heading=True)]
    for variable in VARIABLES:
        if variable.column != by:
            rows += _figure(variable, groups) if isinstance(variable, Figure) else _codes(variable, groups)
    rows += _findings(groups)
    columns = ["", "All", *(_column(SYSTEMS[by], stage) for stage in present)]
    return Table(
        table_one_name(by),
        f"Patients at diagnosis by {SYSTEMS[by]}",
        NOTES,
        columns,
        rows,
        ["variable", "category", *columns[1:]],
        _records(rows),
    )


def _column(system: str, stage: str) -> str:
    return f"{system} unknown" if stage == "unknown" else f"{system} {stage}"


def _records(rows: list[Row]) -> list[list[str]]:
    """Rows with the heading that they stand under; a heading without cells is no record of its own."""
    records, heading = [], ""
    for row in rows:
        heading = row.name if row.is_heading else heading
        if any(row.cells):
            records.append([heading, "" if row.is_heading else row.name, *row.cells])
    return records


def _figure(variable: Figure, groups: Groups) -> list[Row]:
    cells = [_median(group[variable.column], variable.decimals) for group in groups.values()]
    return [Row(variable.name, cells, is_heading=True), *_missing(variable.column, groups)]


def _median(values: pl.Series, decimals: int) -> str:
    known = values.drop_nulls()
    if known.is_empty():
        return NOT_KNOWN
    low, middle, high = (known.quantile(share, "linear") for share in (0.25, 0.5, 0.75))
    return f"{middle:,.{decimals}f} [{low:,.{decimals}f}–{high:,.{decimals}f}]"


def _codes(variable: Codes, groups: Groups) -> list[Row]:
    known = {
        name: group.filter(pl.col(variable.column).is_not_null() & (pl.col(variable.column) != "unknown"))[
            variable.column
        ]
        for name, group in groups.items()
    }
    found = [code for code in known[ALL].unique().sort().to_list() if code not in variable.codes]
    codes = variable.codes | {code: words(code) for code in found}
    rows = [
        Row(name, [_share(int((values == code).sum()), values.len()) for values in known.values()], is_indented=True)
        for code, name in codes.items()
        if (known[ALL] == code).any()
    ]
    missing = [group.height - known[name].len() for name, group in groups.items()]
    heading = Row(variable.name, ["" for _ in groups], is_heading=True)
    return [heading, *rows, *_missing_row(missing)] if rows or any(missing) else []


def _findings(groups: Groups) -> list[Row]:
    rows = []
    for finding in FINDINGS:
        tested = [group[finding.column].drop_nulls() for group in groups.values()]
        if tested[0].len():
            cells = [
                f"{int(found.sum()):,}/{found.len():,}{_per_cent(int(found.sum()), found.len())}" for found in tested
            ]
            rows.append(Row(finding.name, cells, is_indented=True))
    heading = Row("Cytogenetic abnormalities (found/tested)", ["" for _ in groups], is_heading=True)
    return [heading, *rows] if rows else []


def _found_of_tested(found: pl.Series) -> str:
    number = int(found.sum())
    return f"{number:,}/{found.len():,}{_per_cent(number, found.len())}"


def _missing(column: str, groups: Groups) -> list[Row]:
    return _missing_row([group[column].null_count() for group in groups.values()])


def _missing_row(counts: list[int]) -> list[Row]:
    return [Row("Missing", [f"{count:,}" for count in counts], is_indented=True)] if any(counts) else []


def _share(part: int, whole: int) -> str:
    return f"{part:,}{_per_cent(part, whole)}" if whole else NOT_KNOWN


def _per_cent(part: int, whole: int) -> str:
    return f" ({100 * part / whole:.0f}%)" if whole else ""
