"""A hospital's workbook: a sheet a table, with a title, the header on its third line, and blank rows."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from flows.sample.forms.clean_tables import Tables, dates
from flows.sample.forms.writing import copy_registry

FILE = "myeloma_registry.xlsx"
HEADER_ROW = 2  # from 0
# Sheet -> table, title, and what its columns are called, in the contract's order.
SHEETS = {
    "Patients": (
        "patients",
        "Myeloma registry: patients",
        "Patient No|Hospital|Sex|Date of birth|Date of diagnosis|Entered on|Diagnosis|M-protein|Light chain"
        "|In beta region|ISS|R-ISS|Status|Date of death|Last seen|Cause of death",
    ),
    "Laboratory": (
        "labs",
        "Laboratory results",
        "Patient No|Sample date|Test|Result|Sign|Unit|Pos/Neg|Normal from|Normal to|Due to myeloma",
    ),
    "Marrow": ("marrow", "Bone marrow", "Patient No|Date|Plasma cells (%)|Clonal|Material"),
    "MRD": ("mrd", "Minimal residual disease", "Patient No|Date|Method|Sensitivity|MRD|Level|Cells"),
    "FISH": ("cytogenetics", "Cytogenetics (interphase FISH)", "Patient No|Date|Abnormality|Result|Nuclei (%)"),
    "Imaging": (
        "imaging",
        "Imaging",
        "Patient No|Date|Modality|Lytic lesions|Focal lesions|New bone lesion|Bone lesions progressive|SPD (mm²)"
        "|New plasmacytoma|FDG uptake",
    ),
    "Treatment": (
        "treatments",
        "Treatment",
        "Patient No|Line|Phase|Drugs|Start|Stop|Reason for stopping|Courses|Dose|Dose unit|CD34+ (10^6/kg)|Dose (Gy)",
    ),
    "Response": ("assessments", "Response as recorded", "Patient No|Date|Response|Line"),
    "Supportive care": ("supportive_care", "Supportive care", "Patient No|Drug|Start|Stop"),
    "Clinical": ("findings", "Clinical findings", "Patient No|Date|Finding|Present|Value"),
    "Events": ("adverse_events", "Adverse events", "Patient No|Onset|Event|Grade|Resolved|Description"),
}
TESTS = {
    "serum_m_protein": "M-protein, serum",
    "urine_m_protein": "M-protein, 24 h urine",
    "serum_immunofixation": "Immunofixation, serum",
    "urine_immunofixation": "Immunofixation, urine",
    "flc_kappa": "FLC kappa",
    "flc_lambda": "FLC lambda",
    "iga": "IgA",
    "igg": "IgG",
    "igm": "IgM",
    "igd": "IgD",
    "beta2_microglobulin": "β2-microglobulin",
    "albumin": "Albumin",
    "ldh": "LDH",
    "calcium": "Calcium",
    "creatinine": "Creatinine",
    "hemoglobin": "Haemoglobin",
    "crp": "CRP",
    "wbc": "White cells",
    "circulating_plasma_cells": "Circulating plasma cells",
    "circulating_plasma_cells_percent": "Circulating plasma cells (%)",
    "troponin_t": "Troponin T",
    "nt_probnp": "NT-proBNP",
    "egfr": "eGFR",
    "vegf": "VEGF",
}
WRITTEN_ON = datetime(2025, 1, 15)


def write_workbook(folder: Path, tables: Tables) -> dict[str, int]:
    """Write the workbook and the registry.toml that reads it; numbers, dates, true and false are cells of that kind."""
    copy_registry("xlsx", folder)
    labs = tables["labs"].with_columns(pl.col("analyte").replace_strict(TESTS))
    filled = {**tables, "labs": labs}
    with xlsxwriter.Workbook(
        folder / FILE, {"default_date_format": "dd/mm/yyyy", "strings_to_formulas": False}
    ) as book:
        book.set_properties({"created": WRITTEN_ON})  # not now: the same patients give the same bytes
        bold = book.add_format({"bold": True})
        for name, (table, title, header) in SHEETS.items():
            sheet = book.add_worksheet(name)
            sheet.write_string(0, 0, title, bold)
            sheet.write_row(HEADER_ROW, 0, header.split("|"), bold)
            for at, cells in enumerate(_cells(table, filled[table])):
                sheet.write_column(HEADER_ROW + 1, at, cells)
    return {f"{FILE}: {name}": tables[table].height for name, (table, _, _) in SHEETS.items()}


def _cells(table: str, rows: pl.DataFrame) -> list[list[Any]]:
    """What stands in each column down the sheet, with a blank row between two patients who have several each."""
    at = rows.with_row_index("at").with_columns(pl.col("at").cast(pl.Float64))
    is_next = pl.col("patient_id") != pl.col("patient_id").shift()
    blank = at.filter(is_next & pl.col("patient_id").is_duplicated().any()).select(pl.col("at") - 0.5)
    spaced = pl.concat([at, blank], how="diagonal").sort("at")
    return [_typed(spaced[name], name in dates(table)) for name in rows.columns]


def _typed(column: pl.Series, is_date: bool) -> list[Any]:
    if is_date:
        return column.str.to_date("%Y-%m-%d").to_list()
    numbers = column.cast(pl.Float64, strict=False)
    signs = {"true": True, "false": False}
    return [
        signs.get(text, text) if number is None else number
        for text, number in zip(column.to_list(), numbers.to_list(), strict=True)
    ]
