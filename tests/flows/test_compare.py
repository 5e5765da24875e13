"""`mspike compare`: who moved between two stores, and which clause moved them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from flows.cli import main
from flows.compare.comparison import comparison
from flows.database import connect
from flows.settings.config import Config, load_config
from tests.extracts import FILES, write_extract
from tests.once import build

CASES = Path(__file__).parents[2] / "data_samples" / "cases"

# FLC-1 is followed by light chains: from a nadir of 80 (90 - 10) dFLC rises to 110, by 37.5 %, with 120 mg/L involved.
# That is PD.flc of jsh2023; imwg2016 wants a rise of more than 100 mg/L. From 490 it is still PR.
# MARROW-1 is followed by marrow: 8 % to 12 % is up by half and over 10 %; imwg2016 wants 10 points. From 40 % it is PR.
EDITIONS_DIFFER = {
    "patients": """
        patient_id,diagnosis_date,diagnosis,light_chain,vital_status,last_contact_date
        FLC-1,2020-01-01,MM,kappa,alive,2022-01-01
        MARROW-1,2020-01-01,MM,kappa,alive,2022-01-01
        STEADY-1,2020-01-01,MM,kappa,alive,2022-01-01
    """,
    "treatments": """
        patient_id,line,drugs,start_date
        FLC-1,1,bortezomib,2020-01-10
        MARROW-1,1,bortezomib,2020-01-10
        STEADY-1,1,bortezomib,2020-01-10
    """,
    "labs": """
        patient_id,collected_on,analyte,value,unit
        FLC-1,2020-01-05,flc_kappa,500,mg/L
        FLC-1,2020-01-05,flc_lambda,10,mg/L
        FLC-1,2020-03-01,flc_kappa,90,mg/L
        FLC-1,2020-03-01,flc_lambda,10,mg/L
        FLC-1,2020-04-01,flc_kappa,90,mg/L
        FLC-1,2020-04-01,flc_lambda,10,mg/L
        FLC-1,2020-05-01,flc_kappa,120,mg/L
        FLC-1,2020-05-01,flc_lambda,10,mg/L
        FLC-1,2020-06-01,flc_kappa,120,mg/L
        FLC-1,2020-06-01,flc_lambda,10,mg/L
        MARROW-1,2020-01-05,serum_m_protein,0.3,g/dL
        STEADY-1,2020-01-05,serum_m_protein,3.0,g/dL
        STEADY-1,2020-03-01,serum_m_protein,1.2,g/dL
    """,
    "marrow": """
        patient_id,collected_on,plasma_cell_percent
        MARROW-1,2020-01-05,40
        MARROW-1,2020-03-01,8
        MARROW-1,2020-04-01,8
        MARROW-1,2020-05-01,12
    """,
}
# URINE-1: the baseline's urine was free and is not collected again, so strictly no VGPR.
# MARKERS-1: serum and urine rise at one visit and fall at the next, so strictly no progression.
READ_FOR_ROUTINE = {
    "patients": """
        patient_id,diagnosis_date,diagnosis,vital_status,last_contact_date
        URINE-1,2020-01-01,MM,alive,2022-01-01
        MARKERS-1,2020-01-01,MM,alive,2022-01-01
    """,
    "treatments": """
        patient_id,line,drugs,start_date
        URINE-1,1,bortezomib,2020-01-10
        MARKERS-1,1,bortezomib,2020-01-10
    """,
    "labs": """
        patient_id,collected_on,analyte,value,unit
        URINE-1,2020-01-05,serum_m_protein,4.0,g/dL
        URINE-1,2020-01-05,urine_m_protein,0,mg/24h
        URINE-1,2020-03-01,serum_m_protein,0.4,g/dL
        URINE-1,2020-04-01,serum_m_protein,0.4,g/dL
        MARKERS-1,2020-01-05,serum_m_protein,3.0,g/dL
        MARKERS-1,2020-01-05,urine_m_protein,300,mg/24h
        MARKERS-1,2020-03-01,serum_m_protein,1.0,g/dL
        MARKERS-1,2020-03-01,urine_m_protein,100,mg/24h
        MARKERS-1,2020-04-01,serum_m_protein,1.5,g/dL
        MARKERS-1,2020-04-01,urine_m_protein,300,mg/24h
        MARKERS-1,2020-05-01,serum_m_protein,1.0,g/dL
        MARKERS-1,2020-05-01,urine_m_protein,100,mg/24h
    """,
}


@pytest.fixture
def plain(small: Path) -> Path:
    return small / "store"


def mspike_compare(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["compare", *map(str, arguments)], catch_exceptions=False)


def moves(found: dict[str, Any], subject: str) -> dict[tuple[str, str], tuple[int, list[tuple[Any, ...]]]]:
    """(was, now) -> how many, and (clause, verdict was, verdict now, how many) of those that moved them."""
    return {
        (move["was"], move["now"]): (
            move["moved"],
            [(c["clause"], c["verdict_was"], c["verdict_now"], c["moved"]) for c in move["by"]],
        )
        for move in found["moves"]
        if move["subject"] == subject
    }


def without(start: str, text: str = FILES["labs"]) -> str:
    """A file without the rows that begin so."""
    return "".join(row for row in text.splitlines(keepends=True) if not row.strip().startswith(start))


def with_column(text: str, name: str) -> str:
    """A file with one more column, empty."""
    header, *rows = map(str.strip, text.strip().splitlines())
    return "\n".join([f"{header},{name}", *(f"{row}," for row in rows)]) + "\n"


def both(folder: Path, tables: dict[str, list[str]], other: str) -> tuple[Path, Path]:
    """Stores of an extract as jsh2023 and another read it."""
    for name, texts in tables.items():
        (folder / "extract" / name).mkdir(parents=True)
        for number, text in enumerate(texts):
            lines = map(str.strip, text.strip().splitlines())
            (folder / "extract" / name / f"{number}.csv").write_text("\n".join(lines) + "\n")
    return build(folder / "extract", folder / "a"), build(folder / "extract", folder / "b", configuration=Config(other))


@pytest.fixture(scope="module")
def editions(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """With the teaching patient whose calcium rises."""
    tables = {name: [text] for name, text in EDITIONS_DIFFER.items()}
    for name in FILES:
        tables[name].append((CASES / "calcium_attribution" / f"{name}.csv").read_text(encoding="utf-8"))
    return both(tmp_path_factory.mktemp("editions"), tables, "imwg2016")


@pytest.fixture(scope="module")
def readings(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Stores of the strict reading and of that for routine care."""
    tables = {name: [text] for name, text in READ_FOR_ROUTINE.items()}
    return both(tmp_path_factory.mktemp("readings"), tables, "jsh2023-routine")


def test_two_editions_differ_by_the_clauses_that_they_number_otherwise_or_do_not_use(
    editions: tuple[Path, Path],
) -> None:
    found = comparison(*editions, patients=True)
    by_flc, by_marrow = ("PD.flc", "true", "false", 2), ("PD.marrow", "true", "false", 1)
    by_calcium = ("PD.calcium", "true", "not used", 1)
    assert moves(found, "response") == {("PD", "PR"): (4, [by_flc, by_calcium, by_marrow])}
    assert moves(found, "confirmed response") == {("PD", "PR"): (4, [by_flc, by_calcium, by_marrow])}
    assert moves(found, "best response") == {}
    by_each = [by_calcium, ("PD.flc", "true", "false", 1), by_marrow]
    assert moves(found, "progression") == {("dated", "lost"): (3, by_each)}
    assert moves(found, "PFS") == {("progression", "censored"): (3, by_each)}
    assert {name for move in found["moves"] for name in move["patient_ids"]} == {"FLC-1", "MARROW-1", "T19"}
    assert found["clauses_stated_otherwise"] == [
        *("MGUS.2005", "MGUS.2018", "MR", "PD.calcium", "PD.cells", "PD.flc", "PD.marrow", "PD.serum"),
        *("SMM.2_20_20", "SMM.4_factor", "SMM.evolving", "V.nadir", "VGPR"),
    ]
    assert found["differs"] == [
        {"what": "criteria", "a": "jsh2023", "b": "imwg2016"},
        {"what": "setting VGPR.plasmacytoma_falls_by_more_than", "a": None, "b": 0.9},
    ]


def test_the_other_way_round_everything_moves_back(editions: tuple[Path, Path]) -> None:
    there, back = comparison(*editions), comparison(*reversed(editions))
    for subject in ("response", "confirmed response", "PFS"):
        mirrored = {
            (now, was): (moved, [(clause, after, before, n) for clause, before, after, n in by])
            for (was, now), (moved, by) in moves(there, subject).items()
        }
        assert moves(back, subject) == mirrored
    assert [*moves(back, "progression")] == [("none", "gained")]


def test_a_store_against_itself_did_not_move(editions: tuple[Path, Path]) -> None:
    result = mspike_compare(editions[0], editions[0])
    assert result.exit_code == 0
    assert result.output.splitlines()[2:] == [
        "",
        "              only in A    only in B      in both",
        "patients              0            0            4",
        "lines                 0            0            4",
        "visits                0            0           12",
        "",
        "nothing moved",
    ]


# PATIENT-A has PR, PR, PD, PD; with 1.2 for 2.0 g/dL at the end PR, PR, PD, PR, the last two unconfirmed.
# PATIENT-B died within 90 days of a rise from 2.4 to 3.4, which is not known here. It has ISS III: with LDH above its
# limit R-ISS III. PATIENT-C gets an ISS, and no R-ISS. PATIENT-D came.
OTHERWISE = {
    "patients": FILES["patients"] + "PATIENT-D,south,2020-03-01,MM,alive,,2021-06-01\n",
    "treatments": FILES["treatments"] + "PATIENT-D,1,bortezomib,2020-03-10\n",
    "labs": with_column(
        without("PATIENT-B,2020-12-05").replace("2021-02-10,serum_m_protein,2.0", "2021-02-10,serum_m_protein,1.2"),
        "ref_high",
    )
    + """
        PATIENT-B,2020-02-05,ldh,300,U/L,,200
        PATIENT-C,2020-03-02,beta2_microglobulin,6,mg/L,,
        PATIENT-D,2020-03-05,serum_m_protein,3.0,g/dL,,
        PATIENT-D,2020-05-05,serum_m_protein,1.0,g/dL,,
    """,
}


@pytest.fixture(scope="module")
def otherwise(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("otherwise")
    return build(write_extract(folder / "extract", **OTHERWISE), folder / "store")


def test_a_new_visit_moves_its_line_and_is_named_as_the_cause(plain: Path, otherwise: Path) -> None:
    found = comparison(otherwise, plain, patients=True)
    of_b = {
        (move["subject"], move["was"], move["now"]): [
            (c["clause"], c["verdict_was"], c["verdict_now"]) for c in move["by"]
        ]
        for move in found["moves"]
        if "PATIENT-B" in move["patient_ids"]
    }
    by_visit = ("PD.serum", "no visit", "true")
    assert by_visit in of_b["progression", "none", "gained"]
    assert of_b["PFS", "death", "progression"] == [by_visit]
    assert of_b.keys() == {
        ("progression", "none", "gained"),
        ("PFS", "death", "progression"),
        ("R-ISS", "III", "unknown"),
    }


def test_a_response_that_moves_moves_its_neighbour_and_a_stage_moves_by_what_it_rests_on(
    plain: Path, otherwise: Path
) -> None:
    found = comparison(plain, otherwise)
    by_serum = ("PD.serum", "true", "false", 1)
    assert moves(found, "response") == {("PD", "PR"): (1, [by_serum])}
    assert moves(found, "confirmed response") == {("PD", "SD"): (2, [by_serum, by_serum])}
    assert moves(found, "ISS") == {("unknown", "III"): (1, [])}
    assert moves(found, "R-ISS") == {("unknown", "III"): (1, [("LDH.high", "unknown", "true", 1)])}
    assert "PD.serum 1 (true -> false at another visit of the line)" in mspike_compare(plain, otherwise).output


def test_patients_and_visits_that_came_and_went_are_counted_and_do_not_move(plain: Path, otherwise: Path) -> None:
    for pair, only in (((plain, otherwise), (0, 1)), ((otherwise, plain), (1, 0))):
        found = comparison(*pair, patients=True)
        assert [list(row.values()) for row in found["content"]] == [
            ["patients", *only, 3],
            ["lines", *only, 3],
            ["visits", 1, 1, 5],
        ]
        assert {name for move in found["moves"] for name in move["patient_ids"]} == {
            f"PATIENT-{letter}" for letter in "ABC"
        }


def test_a_setting_that_moved_a_line_is_in_the_header_and_no_clause_is_blamed(plain: Path, tmp_path: Path) -> None:
    path = tmp_path / "mspike.toml"
    path.write_text('[settings."CONF.pd"]\ndeath_within_days = 30\n', encoding="utf-8")
    b = build(plain.parent / "extract", tmp_path / "b", configuration=load_config(path))
    found = comparison(plain, b)
    assert found["differs"] == [{"what": "setting CONF.pd.death_within_days", "a": 90, "b": 30}]
    assert moves(found, "progression") == {("dated", "lost"): (1, [])}
    output = mspike_compare(plain, b).output
    assert "setting CONF.pd.death_within_days: 90 -> 30\n" in output
    assert "  lost 1: no clause's verdict 1\n" in output


def test_the_table_shows_a_matrix_and_what_moved_them(editions: tuple[Path, Path]) -> None:
    shown = mspike_compare(*editions).output
    assert (
        "response of a visit: 4 of 12 moved\n"
        "  A \\ B       PR\n"
        "  PD           4\n"
        "  PD -> PR 4, 3 patients: PD.flc 2 (true -> false), PD.calcium 1 (true -> not used),"
        " PD.marrow 1 (true -> false)\n"
    ) in shown
    assert "  lost 3: PD.calcium 1 (true -> not used), PD.flc 1 (true -> false), PD.marrow 1 (true -> false)\n" in shown


def test_ids_are_listed_only_where_they_are_asked_for(editions: tuple[Path, Path]) -> None:
    for form in ("table", "json"):
        assert "FLC-1" not in mspike_compare(*editions, "--format", form).output
        asked = mspike_compare(*editions, "--format", form, "--patients").output
        assert "FLC-1" in asked
        assert "STEADY-1" not in asked
    assert "inside the house only" in mspike_compare("--help").output


def test_json_says_the_same_and_twice_the_same(editions: tuple[Path, Path]) -> None:
    outputs = [mspike_compare(*editions, "--format", "json", "--patients").output for _ in range(2)]
    assert outputs[0] == outputs[1]
    assert json.loads(outputs[0]) == comparison(*editions, patients=True)
    assert json.loads(outputs[0])["moves"][0]["patient_ids"] == ["FLC-1", "MARROW-1", "T19"]


def test_what_is_no_store_is_one_helpful_line_and_status_1(editions: tuple[Path, Path], tmp_path: Path) -> None:
    garbage, older = tmp_path / "garbage", tmp_path / "older"
    for folder in (garbage, older):
        folder.mkdir()
    (garbage / "registry.duckdb").write_text("not a database")
    with connect(older / "registry.duckdb") as connection:
        connection.execute("create table run (criteria varchar)")
    for store, says in ((tmp_path / "none", "mspike run"), (garbage, "can't be read"), (older, "run the older again")):
        for pair in ((editions[0], store), (store, editions[0])):
            result = mspike_compare(*pair)
            assert result.exit_code == 1
            assert len(result.output.splitlines()) == 1
            assert result.output.startswith("mspike: ")
            assert says in result.output


def test_stores_are_only_read(editions: tuple[Path, Path]) -> None:
    databases = [store / "registry.duckdb" for store in editions]
    before = [(database.read_bytes(), sorted(database.parent.iterdir())) for database in databases]
    comparison(*editions)
    assert [(database.read_bytes(), sorted(database.parent.iterdir())) for database in databases] == before


def test_what_each_relaxation_decided_is_counted(readings: tuple[Path, Path]) -> None:
    found = comparison(*readings)
    vgpr, free = ("VGPR", "unknown", "true", 2), ("ROUTINE.urine_known_free", "not used", "true", 2)
    assert moves(found, "response") == {("PR", "VGPR"): (2, [free, vgpr])}
    markers = ("ROUTINE.two_markers", "not used", "true", 1)
    assert moves(found, "progression") == {("none", "gained"): (1, [markers])}
    assert moves(found, "PFS") == {("censored", "progression"): (1, [markers])}
    assert found["relaxed"] == [
        {"clause": "ROUTINE.two_markers", "visits": 1, "responses": 0, "evaluable": 0, "confirmed": 1}
        | {"best_responses": 0, "progressions": 1, "pfs": 1},
        {"clause": "ROUTINE.urine_known_free", "visits": 2, "responses": 2, "evaluable": 0, "confirmed": 2}
        | {"best_responses": 1, "progressions": 0, "pfs": 0},
    ]
    assert comparison(*reversed(readings))["relaxed"] == found["relaxed"]


def test_what_each_reading_knows_stands_side_by_side(readings: tuple[Path, Path]) -> None:
    known = {row["what"]: (row["out_of"], row["a"], row["b"]) for row in comparison(*readings)["known"]}
    assert known["visits evaluable"] == (5, 5, 5)
    assert known["visits of VGPR or better"] == (5, 0, 2)
    assert known["lines with progression"] == (2, 0, 1)
    assert known["lines with PFS known"] == (2, 2, 2)
    printed = mspike_compare(*readings).output
    assert "visits of VGPR or better                5            0 (0.0 %)           2 (40.0 %)" in printed
    assert "what each relaxation decided (visits)" in printed


def test_where_neither_reading_is_relaxed_nothing_is_said_of_it(editions: tuple[Path, Path]) -> None:
    assert comparison(*editions)["relaxed"] == []
    assert "relaxation" not in mspike_compare(*editions).output
