"""Table 1: who the patients were at diagnosis, by stage; how many each figure is missing of is said with each."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from flows.drawing.colours import STAGES
from flows.drawing.words import HIDDEN, NOT_KNOWN, count, words
from flows.figures.table_counts import ALL, FOUND, MISSING, PATIENTS, Cells, Groups, counted
from flows.figures.table_files import Row, Table

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
    Codes("mass_3", "MASS, high-risk signs", {"0": "None", "1": "One", "2+": "Two or more"}),
    Codes("hr_ims2025", "Risk (IMS/IMWG 2025)", {"standard": "Standard", "high": "High"}),
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
        "del1p32_monoallelic": "del(1p32) of one allele",
        "del1p32_biallelic": "del(1p32) of both alleles",
        "t(14;20)": "t(14;20)",
        "tp53_mutation": "TP53 mutation",
    }.items()
)
NOTES = [
    "Median [interquartile range], or number (per cent of patients with known value).",
    "Laboratory and cytogenetic results are those nearest the diagnosis within the window that staging follows, and "
    "not after the start of line 1; a result given as “<x” counts as x.",
    "Stages are derived from these results where they suffice, otherwise as recorded by the clinic.",
]


def table_one_name(by: str) -> str:
    """The file name of table 1 by a staging system."""
    return f"table1-{by.replace('_', '-')}"


def table_one(patients: pl.DataFrame, by: str, *, internal: bool) -> Table | None:
    """Table 1 by `iss` or `r_iss`, None for an empty cohort; from the query `table_one`.

    What is not internal has passed the rule of disclosure.
    """
    if patients.is_empty():
        return None
    present = [stage for stage in STAGES if stage in patients[by]]
    groups: Groups = {ALL: patients, **{stage: patients.filter(pl.col(by) == stage) for stage in present}}
    columns = [variable.column for variable in (*VARIABLES, *FINDINGS) if variable.column != by]
    cells = Cells(groups, counted(groups, columns), internal)
    rows = [Row("Patients", [count(n) for n in cells.of(PATIENTS, PATIENTS)], is_heading=True)]
    for variable in VARIABLES:
        if variable.column != by:
            rows += _figure(variable, cells) if isinstance(variable, Figure) else _codes(variable, cells)
    rows += _findings(cells)
    headings = ["", "All", *(_column(SYSTEMS[by], stage) for stage in present)]
    return Table(
        table_one_name(by),
        f"Patients at diagnosis by {SYSTEMS[by]}",
        NOTES,
        headings,
        rows,
        ["variable", "category", *headings[1:]],
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


def _figure(variable: Figure, cells: Cells) -> list[Row]:
    medians = [_median(group[variable.column], variable.decimals, cells) for group in cells.groups.values()]
    return [Row(variable.name, medians, is_heading=True), *_missing(variable.column, cells)]


def _median(values: pl.Series, decimals: int, cells: Cells) -> str:
    known = values.drop_nulls()
    if known.is_empty() or not cells.are_many(known.len()):
        return NOT_KNOWN
    low, middle, high = (known.quantile(share, "linear") for share in (0.25, 0.5, 0.75))
    return f"{middle:,.{decimals}f} [{low:,.{decimals}f}–{high:,.{decimals}f}]"


def _codes(variable: Codes, cells: Cells) -> list[Row]:
    known = cells.known(variable.column)
    found = [code for code in cells.categories(variable.column) if code not in variable.codes]
    names = variable.codes | {code: words(code) for code in found}
    rows = [
        Row(
            name, [_share(*pair) for pair in zip(cells.of(variable.column, code), known, strict=True)], is_indented=True
        )
        for code, name in names.items()
        if code in cells.categories(variable.column)
    ]
    missing = _missing(variable.column, cells)
    heading = Row(variable.name, ["" for _ in cells.groups], is_heading=True)
    return [heading, *rows, *missing] if rows or missing else []


def _findings(cells: Cells) -> list[Row]:
    rows = [
        Row(
            finding.name,
            [_found_of_tested(*pair) for pair in zip(cells.of(finding.column, FOUND), known, strict=True)],
            is_indented=True,
        )
        for finding in FINDINGS
        if (known := cells.known(finding.column))[0]
    ]
    heading = Row("Cytogenetic abnormalities (found/tested)", ["" for _ in cells.groups], is_heading=True)
    return [heading, *rows] if rows else []


def _found_of_tested(found: int | None, tested: int) -> str:
    return HIDDEN if found is None else f"{found:,}/{tested:,}{_per_cent(found, tested)}"


def _missing(column: str, cells: Cells) -> list[Row]:
    if not cells.has(column, MISSING):
        return []
    return [Row("Missing", [count(n) for n in cells.of(column, MISSING)], is_indented=True)]


def _share(part: int | None, whole: int) -> str:
    if part is None:
        return HIDDEN
    return f"{part:,}{_per_cent(part, whole)}" if whole else NOT_KNOWN


def _per_cent(part: int, whole: int) -> str:
    return f" ({100 * part / whole:.0f}%)" if whole else ""
