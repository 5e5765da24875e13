"""The report on precursors, relapse and fitness, of a store with known rows."""

import re
from pathlib import Path

import duckdb
import pytest

from flows.report import write_report
from tests.flows.audited_store import audited_store
from tests.flows.guideline_rows import TABLES
from tests.flows.report_page import Page


def section(page: Path, name: str) -> str:
    """The markup of one section."""
    text = page.read_text(encoding="utf-8")
    start = text.index(f'<section id="{name}"')
    return text[start : text.index("</section>", start)]


def cells(markup: str, caption: str) -> list[list[str]]:
    """The rows of the table that a caption begins, as texts."""
    [table] = [table for table in markup.split("<table>") if f"<caption><b>{caption}</b>" in table]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", table.split("</thead>")[1], re.DOTALL)
    texts = [[Page(cell).text() for cell in re.findall(r"<t[hd][^>]*>.*?</t[hd]>", row, re.DOTALL)] for row in rows]
    return [[text.replace("\u202f", " ").strip() for text in row] for row in texts]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return audited_store(tmp_path_factory.mktemp("guideline") / "registry.duckdb")


@pytest.fixture(scope="module")
def shared(store: Path) -> Path:
    return write_report(store, store.parent)


@pytest.fixture(scope="module")
def internal(store: Path) -> Path:
    return write_report(store, store.parent, internal=True, output=store.parent / "internal.html")


def test_predicted_progression_is_shown_beside_observed(internal: Path) -> None:
    found = section(internal, "precursors")
    assert cells(found, "What became of precursors") == [
        ["MGUS", "283", "49 (17 %)", "56 (20 %)", "14 (5 %)", "11 (4 %)"],
        ["Solitary plasmacytoma", "60", "20 (33 %)", "0", "0", "0"],
    ]
    # 20 in 251.3 years, as the exact limits of a Poisson count have it
    assert cells(found, "Progressions per 100 patient-years") == [
        ["Solitary plasmacytoma", "0–5", "60", "20", "8.0", "4.9 to 12.3"]
    ]
    assert cells(found, "Predicted and observed progression") == [
        ["MGUS 2005 (M-protein, isotype, κ/λ ratio)"],
        ["0", "140", "15", "25", "20", "5 %", "8 %", "4 % to 14 %"],
        ["1", "120", "30", "20", "20", "21 %", "25 %", "18 % to 33 %"],
        ["3", "23", "4", "11", "20", "58 %", "47 %", "20 % to 70 %"],
        ["Smouldering, 2/20/20"],
        ["0", "60", "12", "14", "2", "6 %", "–", "–"],
    ]


def test_each_model_with_a_patient_followed_is_drawn_and_described(internal: Path) -> None:
    [figure] = re.findall(r'<figure class="calibration">.*?</figure>', section(internal, "precursors"), re.DOTALL)
    assert "<title>MGUS 2005" in figure
    assert "group 1: predicted 21\u202f%, observed 25\u202f% (18\u202f% to 33\u202f%)" in figure
    assert figure.count("<path transform=") == 3


def test_what_rests_on_few_is_neither_shown_nor_drawn_where_it_may_be_shared(shared: Path) -> None:
    found = section(shared, "precursors")
    [group] = [row for row in cells(found, "Predicted and observed progression") if row[0] == "3"]
    assert group[2] == "hidden"
    assert group[6:] == ["–", "–"]
    assert "group 1" in found
    assert "group 3" not in found
    assert "Where a count is under 10, whatever depends on it is hidden and not drawn." in found


def test_relapse_and_fitness_are_counted_with_the_unknown(internal: Path) -> None:
    found = section(internal, "relapse")
    assert cells(found, "Progressions by kind") == [
        ["biochemical", "60", "25 (42 %)", "35 (58 %)", "0"],
        ["clinical", "60", "35 (58 %)", "25 (42 %)", "0"],
        ["aggressive", "60", "40 (67 %)", "0", "20 (33 %)"],
    ]
    assert cells(found, "Refractory to") == [
        ["lenalidomide and bortezomib", "60", "60 (100 %)", "20 (33 %)", "0"],
        ["five drugs of three classes", "60", "3 (5 %)", "0", "0"],
    ]
    assert cells(found, "Anti-BCMA CAR-T") == [["eligible", "0"], ["not eligible", "40"], ["unknown", "20"]]
    assert cells(found, "What stands against CAR-T, or is missing") == [
        ["not all three classes given (RR.car_t_classes)", "40", "0"],
        ["fewer lines than asked for (RR.car_t_lines)", "40", "0"],
        ["whether the central nervous system is involved", "20", "20"],
    ]
    assert cells(found, "Frailty") == [
        ["Simplified frailty score"],
        ["not frail", "20"],
        ["frail", "20"],
        ["unknown", "20"],
    ]
    assert cells(found, "AL amyloidosis: best response of light chains") == [["VGPR", "12"]]


def test_haematologic_progression_of_amyloidosis_is_counted(internal: Path) -> None:
    assert cells(section(internal, "relapse"), "AL amyloidosis: haematologic progression") == [["12", "11", "1", "0"]]


def test_survival_with_amyloidosis_is_shown_by_cardiac_stage(internal: Path) -> None:
    found = section(internal, "relapse")
    assert [row[:4] for row in cells(found, "AL amyloidosis: overall survival by cardiac stage")] == [
        ["All patients", "80", "20", "not reached"],
        ["Stage I", "40", "0", "not reached"],
        ["Stage IIIb", "40", "20", "11.5"],
    ]
    assert "al-os" in found
    assert "Cardiac stage (AL)" in found


def test_a_small_count_is_hidden_where_it_may_be_shared(shared: Path) -> None:
    [_, penta] = cells(section(shared, "relapse"), "Refractory to")
    assert penta[2:4] == ["hidden", "hidden"]


def test_an_empty_report_says_so(store: Path, tmp_path: Path) -> None:
    empty = tmp_path / "registry.duckdb"
    empty.write_bytes(store.read_bytes())
    with duckdb.connect(str(empty)) as connection:
        for table in TABLES:
            connection.execute(f"delete from {table}")
    page = write_report(empty, tmp_path)
    assert "No patient with a precursor, or fewer than 10." in section(page, "precursors")
    assert "<caption><b>Progressions by kind" not in section(page, "relapse")


def test_a_plot_is_explained_where_one_is_drawn_only(store: Path, internal: Path, tmp_path: Path) -> None:
    assert "on the dashed line they are equal" in section(internal, "precursors")
    undrawn = tmp_path / "registry.duckdb"
    undrawn.write_bytes(store.read_bytes())
    with duckdb.connect(str(undrawn)) as connection:
        connection.execute(
            "update precursor_calibration set observed = null, observed_low = null, observed_high = null"
        )
    page = write_report(undrawn, tmp_path, internal=True)
    assert "Predicted and observed progression" in section(page, "precursors")
    assert "on the dashed line they are equal" not in section(page, "precursors")
