"""A small extract to run the whole job on: three patients, one of each kind of surprise."""

from __future__ import annotations

import os
import time
from pathlib import Path

FILES = {
    "patients": """
        patient_id,site_id,diagnosis_date,diagnosis,vital_status,death_date,last_contact_date
        PATIENT-A,north,2020-01-01,MM,alive,,2022-01-01
        PATIENT-B,north,2020-02-01,MM,dead,2021-01-10,2021-01-10
        PATIENT-C,south,2020-03-01,MM,alive,,2021-06-01
    """,
    "treatments": """
        patient_id,line,drugs,start_date
        PATIENT-A,1,bortezomib;lenalidomide,2020-01-10
        PATIENT-A,2,daratumumab,2021-03-01
        PATIENT-B,1,melphalan,2020-02-10
    """,
    "labs": """
        patient_id,collected_on,analyte,value,unit,result
        PATIENT-A,2020-01-02,serum_m_protein,32,g/L,
        PATIENT-A,2020-01-02,beta2_microglobulin,3.0,mg/L,
        PATIENT-A,2020-01-02,albumin,38,g/L,
        PATIENT-A,2020-02-10,serum_m_protein,1.6,g/dL,
        PATIENT-A,2020-03-10,serum_m_protein,1.2,g/dL,
        PATIENT-A,2021-01-10,serum_m_protein,1.7,g/dL,
        PATIENT-A,2021-02-10,serum_m_protein,2.0,g/dL,
        PATIENT-B,2020-02-05,serum_m_protein,2.5,g/dL,
        PATIENT-B,2020-02-05,beta2_microglobulin,6.0,mg/L,
        PATIENT-B,2020-06-05,serum_m_protein,2.4,g/dL,
        PATIENT-B,2020-12-05,serum_m_protein,3.4,g/dL,
        PATIENT-B,2020-12-32,serum_m_protein,3.4,furlongs,
        PATIENT-C,2020-03-02,serum_immunofixation,,,positive
    """,
}


def write_extract(folder: Path, **changes: str | None) -> Path:
    """Write the files, some replaced or (None) left out."""
    folder.mkdir(parents=True)
    for name, text in {**FILES, **changes}.items():
        if text is not None:
            lines = [line.strip() for line in text.strip().splitlines()]
            (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def aged(extract: Path, seconds: float) -> Path:
    """The extract, whose files were last modified so long ago."""
    for path in extract.iterdir():
        os.utime(path, (time.time() - seconds, time.time() - seconds))
    return extract
