"""What the ADaM data sets consist of: each variable's name, label and kind, in order.

Names are ADaM's where it has one, else the registry's own within its limits (8 characters, labels of 40).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

Kind = Literal["text", "number", "date"]
TYPES: dict[str, type[pl.DataType]] = {"text": pl.String, "number": pl.Float64, "date": pl.Date}


@dataclass(frozen=True)
class Variable:
    """A column of a data set. Dates are numbers of days (SAS) in XPT and dates in Parquet."""

    name: str
    label: str
    kind: Kind = "text"


@dataclass(frozen=True)
class DataSet:
    """A data set: its name, its label, the columns that tell its rows apart, and all its columns."""

    name: str
    label: str
    key: tuple[str, ...]
    variables: tuple[Variable, ...]


def _text(name: str, label: str) -> Variable:
    return Variable(name, label)


def _number(name: str, label: str) -> Variable:
    return Variable(name, label, "number")


def _date(name: str, label: str) -> Variable:
    return Variable(name, label, "date")


SUBJECT = (
    _text("STUDYID", "Study Identifier"),
    _text("USUBJID", "Unique Subject Identifier"),
    _text("SUBJID", "Subject Identifier for the Study"),
    _text("SITEID", "Study Site Identifier"),
)
FULL_SET = _text("FASFL", "Full Analysis Set Population Flag")
FIRST_TREATED = _date("TRTSDT", "Date of First Exposure to Treatment")
TREATMENT = _text("TRTA", "Actual Treatment")
LINE = _number("LINE", "Line of Therapy")
PARAMETER = (_text("PARAMCD", "Parameter Code"), _text("PARAM", "Parameter"))
SEQUENCE = _number("ASEQ", "Analysis Sequence Number")
AGE = _number("AGE", "Age")
AGE_GROUP = _text("AGEGR1", "Pooled Age Group 1")
SEX = _text("SEX", "Sex")
ISS = _text("ISSGR1", "ISS Stage at Diagnosis")
R_ISS = _text("RISSGR1", "R-ISS Stage at Diagnosis")
CYTOGENETIC_RISK = _text("CYTORISK", "Cytogenetic Risk at Diagnosis")

ADSL = DataSet(
    "ADSL",
    "Subject-Level Analysis Dataset",
    ("USUBJID",),
    (
        *SUBJECT,
        AGE,
        _text("AGEU", "Age Units"),
        AGE_GROUP,
        _number("AGEGR1N", "Pooled Age Group 1 (N)"),
        SEX,
        _text("RACE", "Race"),
        FULL_SET,
        _text("TRT01P", "Planned Treatment for Period 01"),
        _text("TRT01A", "Actual Treatment for Period 01"),
        FIRST_TREATED,
        _number("NLINES", "Number of Lines of Therapy"),
        _text("DIAG", "Diagnosis"),
        _date("DIAGDT", "Date of Diagnosis"),
        _date("REGDT", "Date of Registration"),
        _text("ISOTYPE", "M-Protein Isotype"),
        _text("LGHTCHN", "Involved Light Chain"),
        ISS,
        _number("ISSGR1N", "ISS Stage at Diagnosis (N)"),
        _text("ISSSRC", "Source of ISS Stage"),
        R_ISS,
        _number("RISSGR1N", "R-ISS Stage at Diagnosis (N)"),
        _text("RISSSRC", "Source of R-ISS Stage"),
        _text("R2ISGR1", "R2-ISS Stage at Diagnosis"),
        _number("R2ISGR1N", "R2-ISS Stage at Diagnosis (N)"),
        _text("MASSGR1", "MASS Group at Diagnosis"),
        _text("RISK2025", "Risk by IMS/IMWG Consensus of 2025"),
        CYTOGENETIC_RISK,
        _number("HRHITS", "Number of High-Risk Abnormalities"),
        _text("LDHHIFL", "LDH Above Upper Limit of Normal Flag"),
        _text("DTHFL", "Subject Death Flag"),
        _date("DTHDT", "Date of Death"),
        _text("DTHCAUS", "Cause of Death"),
        _date("LSTALVDT", "Date Last Known Alive"),
    ),
)
ADRS = DataSet(
    "ADRS",
    "Response Analysis Dataset",
    ("USUBJID", "LINE", "PARAMCD", "ADT"),
    (
        *SUBJECT,
        FULL_SET,
        FIRST_TREATED,
        TREATMENT,
        LINE,
        _date("LINESTDT", "Start Date of Line of Therapy"),
        *PARAMETER,
        _text("PARCAT1", "Parameter Category 1"),
        _text("PARCAT2", "Parameter Category 2"),
        _number("AVAL", "Analysis Value"),
        _text("AVALC", "Analysis Value (C)"),
        _date("ADT", "Analysis Date"),
        _number("ADY", "Analysis Relative Day"),
        _number("LINEADY", "Analysis Relative Day within Line"),
        _text("AVISIT", "Analysis Visit"),
        _number("AVISITN", "Analysis Visit (N)"),
        _text("ANL01FL", "Analysis Flag 01"),
        SEQUENCE,
    ),
)
ADTTE = DataSet(
    "ADTTE",
    "Time-to-Event Analysis Dataset",
    ("USUBJID", "LINE", "PARAMCD"),
    (
        *SUBJECT,
        FULL_SET,
        AGE,
        AGE_GROUP,
        SEX,
        ISS,
        R_ISS,
        CYTOGENETIC_RISK,
        FIRST_TREATED,
        TREATMENT,
        LINE,
        *PARAMETER,
        _number("AVAL", "Analysis Value"),
        _text("AVALU", "Analysis Value Unit"),
        _date("STARTDT", "Time-to-Event Origin Date for Subject"),
        _date("ADT", "Analysis Date"),
        _number("ADY", "Analysis Relative Day"),
        _number("CNSR", "Censor"),
        _text("EVNTDESC", "Event or Censoring Description"),
        _text("CNSDTDSC", "Censor Date Description"),
        _text("PDSRC", "Source of Progression"),
        SEQUENCE,
    ),
)
ADAE = DataSet(
    "ADAE",
    "Adverse Event Analysis Dataset",
    ("USUBJID", "ASEQ"),
    (
        *SUBJECT,
        FULL_SET,
        AGE,
        AGE_GROUP,
        SEX,
        FIRST_TREATED,
        TREATMENT,
        LINE,
        _text("AETERM", "Reported Term for the Adverse Event"),
        _text("AECAT", "Category for Adverse Event"),
        _date("ASTDT", "Analysis Start Date"),
        _number("ASTDY", "Analysis Start Relative Day"),
        _date("AENDT", "Analysis End Date"),
        _number("AENDY", "Analysis End Relative Day"),
        _text("ATOXGR", "Analysis Toxicity Grade"),
        _number("ATOXGRN", "Analysis Toxicity Grade (N)"),
        _text("TRTEMFL", "Treatment Emergent Analysis Flag"),
        SEQUENCE,
    ),
)
DATA_SETS = (ADSL, ADRS, ADTTE, ADAE)
