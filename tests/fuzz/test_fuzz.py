"""Bad input of every kind, some hundreds: own errors only, each with what to do, and every row accounted for."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz import good, mess
from tests.fuzz.__main__ import csv_text, messy_rows
from tests.fuzz.harness import TABLES, check_refusal, ingest_cells, ingest_lines, load, read_file
from transforms.intake.contracts import dtypes

same_folder = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_good_rows_are_accepted_as_they_are(tmp_path: Path) -> None:
    rows = [good.row("labs", number) for number in range(50)]
    assert ingest_cells(tmp_path, "labs", rows) == Counter(accepted=50)


def test_good_files_and_configurations_are_accepted(tmp_path: Path) -> None:
    assert load(tmp_path, settings=good.SETTINGS) == load(tmp_path, registry=good.REGISTRY) == "accepted"
    assert {read_file(tmp_path, table, ".csv", csv_text(table).encode()) for table in TABLES} == {"accepted"}


@pytest.mark.parametrize("message", ["wrong", "labs.csv: wrong", "labs.csv: mend it\nat the source"])
def test_a_refusal_that_does_not_say_what_to_do_is_found(message: str) -> None:
    with pytest.raises(AssertionError):
        check_refusal(message)


@settings(same_folder, max_examples=3)
@given(st.sampled_from(TABLES), st.lists(st.text() | st.sampled_from(mess.CELLS), min_size=30, max_size=30), st.data())
def test_every_row_with_a_messy_cell_is_accepted_or_refused(tmp_path, table, texts, data) -> None:
    columns = data.draw(st.lists(st.sampled_from(list(dtypes(table))), min_size=len(texts), max_size=len(texts)))
    rows = [good.row(table, number) | {columns[number]: text} for number, text in enumerate(texts)]
    for file in tmp_path.iterdir():
        file.unlink()
    assert sum(ingest_cells(tmp_path, table, _encodable(rows)).values()) == len(rows)


def _encodable(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{name: cell.encode(errors="replace").decode() for name, cell in row.items()} for row in rows]


def test_a_cell_in_another_plain_form_is_often_repaired(tmp_path: Path) -> None:
    outcome = ingest_cells(tmp_path, "labs", list(messy_rows(Random(1), "labs", 300)))
    assert sum(outcome.values()) == 300
    assert outcome["repaired"] > 30


def test_every_messy_line_is_accepted_or_refused(tmp_path: Path) -> None:
    random = Random(2)
    found = [mess.line(random, ",".join(good.row("marrow", number).values())) for number in range(100)]
    outcome = ingest_lines(tmp_path, "marrow", found)
    assert outcome["refused"] > 20


@pytest.mark.parametrize("kind", ["content", "header"])
def test_a_messy_file_is_read_or_refused_in_one_line(tmp_path: Path, kind: str) -> None:
    random, seen = Random(3), Counter[str]()
    for number in range(20):
        table = TABLES[number % len(TABLES)]
        text = csv_text(table, mess.header(random, list(dtypes(table))) if kind == "header" else None)
        made = mess.content(random, text) if kind == "content" else (".csv", text.encode(errors="replace"))
        seen[read_file(tmp_path, table, *made)] += 1
    assert seen["refused"] > 5
    assert seen.total() == 20


def test_a_messy_configuration_is_used_or_refused_in_one_line(tmp_path: Path) -> None:
    random = Random(4)
    seen = Counter(load(tmp_path, settings=mess.settings(random)) for _ in range(50))
    seen += Counter(load(tmp_path, registry=mess.registry(random)) for _ in range(50))
    assert seen["refused"] > 50
    assert seen.total() == 100
