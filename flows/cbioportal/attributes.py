"""What the files of a study consist of: each column's name, and what cBioPortal shows and explains of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["STRING", "NUMBER", "BOOLEAN"]
Level = Literal["PATIENT", "SAMPLE"]


@dataclass(frozen=True)
class Attribute:
    """A column of clinical data. `priority`: the higher, the earlier a chart of it is shown; 0 hides it at first."""

    name: str
    label: str
    description: str
    kind: Kind = "STRING"
    priority: int = 1


@dataclass(frozen=True)
class ClinicalFile:
    """A file of attributes; the query in sql/cbioportal of its name gives its columns."""

    level: Level
    attributes: tuple[Attribute, ...]

    @property
    def query(self) -> str:
        """The name of its query."""
        return self.level.lower()

    @property
    def name(self) -> str:
        """What follows `data_` and `meta_` in the names of its files."""
        return f"clinical_{self.query}"


def _number(name: str, label: str, description: str, priority: int = 1) -> Attribute:
    return Attribute(name, label, description, "NUMBER", priority)


def _boolean(name: str, label: str, description: str) -> Attribute:
    return Attribute(name, label, description, "BOOLEAN")


PATIENT_ID = Attribute("PATIENT_ID", "Patient ID", "Identifier of the patient in the registry")
PATIENTS = ClinicalFile(
    "PATIENT",
    (
        PATIENT_ID,
        Attribute("SEX", "Sex", "Sex", priority=9),
        _number("AGE", "Diagnosis Age", "Age at diagnosis in whole years", 9),
        Attribute("CENTER", "Center", "Site that reports the patient"),
        Attribute("DIAGNOSIS", "Diagnosis", "Diagnosis as recorded", priority=8),
        Attribute("ISOTYPE", "Isotype", "Isotype of the M-protein", priority=7),
        Attribute("LIGHT_CHAIN", "Light Chain", "Involved light chain", priority=7),
        Attribute("ISS", "ISS", "International Staging System at diagnosis", priority=10),
        Attribute("R_ISS", "R-ISS", "Revised International Staging System at diagnosis", priority=10),
        Attribute("R2_ISS", "R2-ISS", "Second revision of the International Staging System at diagnosis"),
        Attribute("MASS", "MASS", "Mayo Additive Staging System at diagnosis: number of high-risk signs"),
        Attribute("RISK_IMS_2025", "Risk (IMS 2025)", "High risk by the IMS/IMWG consensus of 2025", priority=8),
        Attribute("CYTOGENETIC_RISK", "Cytogenetic Risk", "Risk by interphase FISH at diagnosis", priority=8),
        _boolean("LDH_ELEVATED", "LDH Elevated", "LDH at diagnosis above the upper limit of normal"),
        _number("LINES", "Lines of Therapy", "Lines of therapy begun", 5),
        Attribute("FIRST_LINE", "First Line", "Drugs of the first line", priority=6),
        Attribute("FIRST_LINE_RESPONSE", "Best Response to First Line", "Best confirmed response", priority=8),
        _boolean("TRANSPLANTED", "Transplanted", "Autologous transplant, by its phase"),
        Attribute("OS_STATUS", "Overall Survival Status", "Status at the end of follow-up", priority=9),
        _number("OS_MONTHS", "Overall Survival (Months)", "Months of 30.4375 days from diagnosis", 9),
        Attribute("PFS_STATUS", "Progression-Free Status", "Progression or death in the first line", priority=9),
        _number("PFS_MONTHS", "Progression-Free (Months)", "Months from the start of the first line", 9),
    ),
)
SAMPLES = ClinicalFile(
    "SAMPLE",
    (
        PATIENT_ID,
        Attribute("SAMPLE_ID", "Sample ID", "The disease at diagnosis: one for each patient"),
        Attribute("CANCER_TYPE", "Cancer Type", "Cancer type"),
        Attribute("CANCER_TYPE_DETAILED", "Cancer Type Detailed", "Diagnosis as recorded, in words"),
        *(
            Attribute(name, label, f"{label} by interphase FISH nearest to diagnosis")
            for name, label in (
                ("DEL17P", "del(17p)"),
                ("T_4_14", "t(4;14)"),
                ("T_14_16", "t(14;16)"),
                ("T_11_14", "t(11;14)"),
                ("GAIN1Q", "gain(1q)"),
                ("DEL13Q", "del(13q)"),
                ("DEL1P32", "del(1p32)"),
                ("DEL1P32_MONO", "del(1p32) of one allele"),
                ("DEL1P32_BI", "del(1p32) of both alleles"),
                ("T_14_20", "t(14;20)"),
            )
        ),
        Attribute("TP53_MUTATION", "TP53 mutation", "Mutation of TP53, as looked for nearest to diagnosis"),
    ),
)
CLINICAL = (SAMPLES, PATIENTS)
# What timelines have beside PATIENT_ID, START_DATE, STOP_DATE and EVENT_TYPE, which come first in that order.
TIMELINES = ("treatment", "labtest", "status")
EVENT = ("PATIENT_ID", "START_DATE", "STOP_DATE", "EVENT_TYPE")
