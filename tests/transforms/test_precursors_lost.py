"""A precursor's course where what may have ended it could not be read (C.unknown)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.one_patient import Outcome, Row, judged
from tests.reference.build import day, imaging, labs, marrow, patient, starts
from tests.transforms.test_frailty import finding

KNOWN = "2019-12-01 M 2 K 100 L 10 hemoglobin 12 calcium 9 creatinine 0.8"


def scan(on: str, **cells: Any) -> Row:
    return imaging(on, modality="ct", **cells)


def refused(table: str, on: str | None = None, **known: Any) -> Row:
    return {"table": table, "dated_on": day(on) if on else None, "patient_id": "p"} | known


UNREAD_SCAN = scan("2021-03-01", unreadable=["lytic_lesions"])
CLEAR_SCAN = scan("2022-06-01", lytic_lesions=0)
NOT_LOOKED_FOR = ["bone_imaging", "calcium", "creatinine", "hemoglobin"]
ANAEMIC = "2021-03-01 hemoglobin 9"
# of a patient with smouldering myeloma, unless told otherwise: rows, and the course's event and what is named
CASES: dict[str, tuple[dict[str, Any], str | None, list[str]]] = {
    "nothing lost": ({}, "censored", []),
    "lesions not read": ({"imaging": [UNREAD_SCAN]}, None, ["bone_imaging"]),
    "lesions not read, and none later": ({"imaging": [UNREAD_SCAN, CLEAR_SCAN]}, "censored", []),
    "lesions not read, and some later": (
        {"imaging": [UNREAD_SCAN, scan("2022-06-01", lytic_lesions=2)]},
        "progression",
        [],
    ),
    "scan refused": ({"refused_row": [refused("imaging", "2021-03-01")]}, None, ["bone_imaging", "mri"]),
    "scan refused, of any date": (
        {"refused_row": [refused("imaging")], "imaging": [CLEAR_SCAN]},
        None,
        ["bone_imaging", "mri"],
    ),
    "attribution not read": (
        {"labs": [{**labs(ANAEMIC)[0], "unreadable": ["attributed_to_myeloma"]}]},
        None,
        ["hemoglobin_attribution"],
    ),
    "clonality of MGUS not read": (
        {
            "diagnosis": "MGUS",
            "marrow": [{**marrow("2020-06-01", "15"), "unreadable": ["clonal_plasma_cells"]}],
            "labs": labs(ANAEMIC),
        },
        None,
        ["marrow"],
    ),
    "marrow of MGUS refused": (
        {"diagnosis": "MGUS", "marrow": [], "refused_row": [refused("marrow", "2020-06-01")], "labs": labs(ANAEMIC)},
        None,
        ["marrow"],
    ),
    "marrow of MGUS refused, of the day": (
        {"diagnosis": "MGUS", "marrow": [], "refused_row": [refused("marrow", "2021-03-01")], "labs": labs(ANAEMIC)},
        None,
        ["marrow"],
    ),
    "amyloidosis refused": (
        {"refused_row": [refused("findings", "2021-03-01", kind="al_amyloidosis")]},
        None,
        ["al_amyloidosis"],
    ),
    "score refused": ({"refused_row": [refused("findings", "2021-03-01", kind="ecog")]}, "censored", []),
    "assessment refused": ({"refused_row": [refused("assessments", "2021-03-01")]}, None, ["assessment"]),
    "assessment of PD refused": ({"refused_row": [refused("assessments", kind="PD")]}, None, ["assessment"]),
    "assessment of SD refused": ({"refused_row": [refused("assessments", kind="SD")]}, "censored", []),
    "assessment before diagnosis refused": ({"refused_row": [refused("assessments", "2019-11-30")]}, "censored", []),
    "only treatment refused": ({"refused_row": [refused("treatments", line=1)]}, None, ["treatment"]),
    "treatment refused on the last day": ({"refused_row": [refused("treatments", "2024-12-01")]}, "censored", []),
    "treatment refused after the end": ({"refused_row": [refused("treatments", "2025-03-01")]}, "censored", []),
    "treatment of the first line refused": (
        {"treatments": starts("2022-01-01"), "refused_row": [refused("treatments", line=1)]},
        None,
        [*NOT_LOOKED_FOR, "treatment"],
    ),
    "treatment of the second line refused": (
        {"treatments": starts("2022-01-01"), "refused_row": [refused("treatments", line=2)]},
        "treated_before_progression",
        NOT_LOOKED_FOR,
    ),
    "progressed, and treated on a day not read": (
        {"labs": labs(ANAEMIC), "refused_row": [refused("treatments", line=1)]},
        None,
        ["treatment"],
    ),
}


def course(told: dict[str, Any]) -> Outcome:
    tables = {"marrow": [marrow("2019-12-01", "15")], "treatments": []} | told
    columns = {"isotype": "IgG", "light_chain": "kappa", "last_contact_date": day("2024-12-01")}
    who = patient(diagnosis=tables.pop("diagnosis", "SMM"), **columns)
    no_amyloid = finding("2019-12-01", "al_amyloidosis", present=False)
    return judged("", **tables | {"labs": [*labs(KNOWN), *tables.get("labs", [])]}, who=who, findings=[no_amyloid])


def test_a_course_is_unknown_where_what_may_have_ended_it_could_not_be_read(
    outs: Mapping[str, Outcome] = {name: course(told) for name, (told, _, _) in CASES.items()},
) -> None:
    rows = {name: row for name, out in outs.items() for row in out["precursor_course"] if row["precursor"] == of(name)}
    said = {name: (row["event"], row["unknown_because"]) for name, row in rows.items()}
    assert said == {name: (event, missing) for name, (_, event, missing) in CASES.items()}
    assert [name for name, row in rows.items() if (row["end_date"] is None) != (row["event"] is None)] == []


def of(name: str) -> str:
    return str(CASES[name][0].get("diagnosis", "SMM"))
