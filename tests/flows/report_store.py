"""A small store of made-up results, as the batch job leaves one, for the report to read."""

from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl

from transforms.survival import CURVES, Origin, survival

HOSTILE_SITE = "<script>alert('site')</script>"
DAY_ZERO = date(2015, 3, 1)

PATIENTS_OUT = """
    create table patients (patient_id varchar, site_id varchar, sex varchar, birth_date date, diagnosis_date date,
                           diagnosis varchar, vital_status varchar, death_date date, last_contact_date date);
    create table quarantine (source_file varchar, row_number bigint, "table" varchar, "column" varchar, value varchar,
                             rule varchar, reason varchar, row_kept boolean);
    create table source_file (source_file varchar, "table" varchar, rows_read bigint, rows_accepted bigint,
                              rows_quarantined bigint);
    create table staging (patient_id varchar, iss varchar, r_iss varchar, r2_iss varchar, iss_source varchar,
                          r_iss_source varchar, unknown_because varchar);
    create table lines (patient_id varchar, line bigint, start_date date, measurable_by varchar, best_response varchar,
                        progression_date date, progression_confirmed_by varchar);
    create table visits (patient_id varchar, line bigint, visit_date date, response varchar, limited_by varchar[],
                         flags varchar[]);
    create table time_to_event (patient_id varchar, line bigint, endpoint varchar, origin varchar, start_date date,
                                end_date date, days bigint, event boolean, reason varchar, progression_source varchar);
    create table run (criteria varchar, version varchar, settings varchar, versions varchar,
                      number bigint);
"""
SCHEMA = Path(__file__).parents[2] / "sql" / "schema"


def empty_store(path: Path) -> Path:
    """All tables, no rows."""
    with duckdb.connect(str(path)) as connection:
        connection.execute(PATIENTS_OUT)
        for name in ("survival", "survival_curve", "pfs_by_censoring"):
            connection.execute((SCHEMA / f"{name}.sql").read_text(encoding="utf-8"))
    return path


def filled_store(path: Path, patients: int = 60, source: str = "derived") -> Path:
    """A cohort of that many patients (and one of MGUS), whose progression comes from `source`."""
    empty_store(path)
    with duckdb.connect(str(path)) as connection:
        for name, frame in _filled(patients, source).items():
            connection.register("made", frame)
            connection.execute(f"insert into {name} by name select * from made")
            connection.unregister("made")
    return path


@cache
def _filled(patients: int, source: str) -> dict[str, pl.DataFrame]:
    tables = _tables(patients, source)
    summaries, curves = survival(tables["time_to_event"], tables["staging"], tables["patients"])
    return {**tables, "survival": summaries, "survival_curve": curves}


def _tables(patients: int, source: str) -> dict[str, pl.DataFrame]:
    random = np.random.default_rng(7)
    ids = [f"SECRET-{i:04}" for i in range(patients)]
    iss = random.choice(["I", "II", "III", None], patients, p=[0.3, 0.3, 0.3, 0.1]).tolist()
    hazard = np.array([{"I": 1 / 4000, "II": 1 / 2600, "III": 1 / 1400, None: 1 / 2000}[stage] for stage in iss])
    death, contact = random.exponential(1 / hazard), random.uniform(300, 3900, patients)
    progression = random.exponential(0.45 / hazard)
    return {
        "patients": _patients(ids, np.minimum(death, contact), death <= contact),
        "staging": _staging(ids, iss),
        "lines": _lines(ids, random),
        "visits": _visits(ids, random),
        "time_to_event": pl.concat(
            [
                _times(ids, CURVES[0], death, contact),
                _times(ids, CURVES[1], np.maximum(death - 20, 0), contact - 20),
                _times(ids[:-2], CURVES[2], np.minimum(death, progression)[:-2], contact[:-2], source),
            ]
        ),
        "quarantine": _quarantine(),
        "source_file": pl.DataFrame(
            {
                "source_file": ["patients.csv", "labs/a.csv", "labs/b.csv"],
                "table": ["patients", "labs", "labs"],
                "rows_read": [patients + 3, 12000, 1456],
                "rows_accepted": [patients + 1, 11990, 1450],
                "rows_quarantined": [2, 10, 6],
            }
        ),
        "run": pl.DataFrame(
            {
                "criteria": ["jsh2023"],
                "version": ["0.1.0"],
                "settings": ['{"PFS.censoring": "imwg", "V.visit": {"days": 3}}'],
                "versions": ['{"python": "3.11", "polars": "2.1.0"}'],
                "number": [1],
            }
        ),
    }


def _patients(ids: list[str], followed: Any, is_dead: Any) -> pl.DataFrame:
    sites = [HOSTILE_SITE if i % 3 == 0 else f"Hospital {i % 3}" for i in range(len(ids))]
    last = [DAY_ZERO + timedelta(days=int(days)) for days in followed]
    known = pl.DataFrame(
        {
            "patient_id": ids,
            "site_id": sites,
            "sex": ["F", "M"] * (len(ids) // 2),
            "birth_date": date(1948, 3, 1),
            "diagnosis_date": DAY_ZERO,
            "diagnosis": ["MM"] * (len(ids) - 4) + ["PCL", "PCL", None, None],
            "vital_status": ["dead" if dead else "alive" for dead in is_dead],
            "death_date": [day if dead else None for day, dead in zip(last, is_dead, strict=True)],
            "last_contact_date": last,
        }
    )
    mgus = known.head(1).with_columns(patient_id=pl.lit("SECRET-MGUS"), diagnosis=pl.lit("MGUS"))
    return pl.concat([known, mgus])


def _staging(ids: list[str], iss: list[str | None]) -> pl.DataFrame:
    r_iss = {"I": "I", "II": "II", "III": None, None: None}
    because = {"III": "R-ISS: ldh, t(4;14)", None: "ISS: albumin; R-ISS: albumin, t(4;14)"}
    return pl.DataFrame(
        {
            "patient_id": ids,
            "iss": iss,
            "r_iss": [r_iss[stage] for stage in iss],
            "r2_iss": pl.Series([None] * len(ids), dtype=pl.String),
            "iss_source": ["derived" if stage else None for stage in iss],
            "r_iss_source": ["reported" if r_iss[stage] else None for stage in iss],
            "unknown_because": [because.get(stage) for stage in iss],
        }
    )


def _lines(ids: list[str], random: np.random.Generator) -> pl.DataFrame:
    best = ["sCR", "CR", "VGPR", "PR", "SD", "PD", "NE", None]
    chosen = random.choice(best, len(ids), p=[0.1, 0.2, 0.3, 0.2, 0.05, 0.05, 0.05, 0.05]).tolist()
    second = ids[: len(ids) // 2]
    progressed = [DAY_ZERO + timedelta(days=400) if i % 2 else None for i in range(len(ids))]
    first = pl.DataFrame(
        {
            "patient_id": ids,
            "line": pl.Series([1] * len(ids), dtype=pl.Int64),
            "start_date": DAY_ZERO + timedelta(days=20),
            "measurable_by": random.choice(["serum", "serum+urine", "flc", "unknown"], len(ids)).tolist(),
            "best_response": chosen,
            "progression_date": progressed,
            "progression_confirmed_by": [None if day is None else "next_line" for day in progressed],
        }
    )
    again = first.filter(pl.col("patient_id").is_in(second)).with_columns(
        line=pl.when(pl.int_range(pl.len()) % 5 == 0).then(8).otherwise(2).cast(pl.Int64), best_response=pl.lit("MR")
    )
    return pl.concat([first, again])


def _visits(ids: list[str], random: np.random.Generator) -> pl.DataFrame:
    n = len(ids) * 10
    limits = [["urine_immunofixation"], ["urine_immunofixation", "baseline_urine_m_protein"], [], []]
    return pl.DataFrame(
        {
            "patient_id": ids * 10,
            "line": 1,
            "visit_date": DAY_ZERO + timedelta(days=50),
            "response": random.choice(["VGPR", "PR", "SD", "NE"], n).tolist(),
            "limited_by": [limits[i] for i in random.integers(0, 4, n)],
            "flags": [["unconfirmed_progression"] if i % 50 == 0 else [] for i in range(n)],
        }
    )


def _times(ids: list[str], curve: Origin, event: Any, censored: Any, source: str | None = None) -> pl.DataFrame:
    endpoint, origin, line = curve
    days = np.minimum(event, censored).astype(int)
    sources = [source] * len(ids) if source != "mixed" else (["derived", "reported"] * len(ids))[: len(ids)]
    return pl.DataFrame(
        {
            "patient_id": ids,
            "line": pl.Series([line] * len(ids), dtype=pl.Int64),
            "endpoint": endpoint,
            "origin": origin,
            "start_date": DAY_ZERO,
            "end_date": [DAY_ZERO + timedelta(days=int(d)) for d in days],
            "days": days,
            "event": event <= censored,
            "reason": "made up",
            "progression_source": pl.Series(sources, dtype=pl.String),
        }
    )


def _quarantine() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "source_file": ["labs/a.csv"] * 3 + ["patients.csv"] + ["labs/b.csv"] * 12,
            "row_number": [4, 4, 9, 2, *range(20, 32)],
            "table": ["labs"] * 3 + ["patients"] + ["labs"] * 12,
            "column": ["value", "unit", "value", None] + ["ref_high"] * 12,
            "value": ["SECRET-VALUE", "stone", "-3", None] + ["SECRET-LIMIT"] * 12,
            "rule": ["unreadable_number", "unknown_unit", "impossible_value", "duplicate"] + ["unreadable_number"] * 12,
            "reason": ["not a number"] * 16,
            "row_kept": [False] * 4 + [True] * 12,
        }
    )
