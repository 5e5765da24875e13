"""What the commands write of a registry whose every text is an attack: it is text everywhere, and its owner's alone."""

from __future__ import annotations

import csv
import json
import os
import stat
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from flows.cli import main
from flows.privacy.escaping import drawable, printable
from flows.report.site import file_name
from flows.store import building
from tests.extracts import write_extract

SCRIPT, PATH = "<script>alert(1)</script>", "../../\"><img src=x onerror='alert(2)'>"
PATIENT = "=cmd()|'/C calc'!A0 <iframe>"
DRUG = '<svg onload="alert(3)">\''


def _hostile(folder: Path) -> Path:
    """The small extract, its patients, sites, drugs and units renamed."""
    write_extract(folder)
    for name, column, told in (
        ("patients", "site_id", {"north": SCRIPT, "south": PATH}),
        ("treatments", "drugs", {"melphalan": DRUG, "bortezomib;lenalidomide": f"bortezomib;{DRUG}"}),
        ("labs", "unit", {"furlongs": SCRIPT}),
    ):
        rows = pl.read_csv(folder / f"{name}.csv", infer_schema=False)
        renamed = rows.with_columns(pl.col("patient_id").replace("PATIENT-A", PATIENT), pl.col(column).replace(told))
        renamed.write_csv(folder / f"{name}.csv")
    return folder


def _done(*arguments: object) -> str:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)
    assert result.exit_code == 0, (arguments, result.output)
    return result.stdout


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """All that every command writes, with a umask that hides nothing, and over a file that others could read."""
    folder = tmp_path_factory.mktemp("written")
    extract, out = _hostile(folder / "extract"), folder / "out"
    store = out / "store"
    before = os.umask(0)
    try:
        out.mkdir(mode=0o700)
        (out / "lines.csv").touch(mode=0o666)
        (folder / "own.sql").write_text(
            "select *, -line as minus, -0.5 as half, '＝a' as wide, ['=a'] as \"=list\" from lines"
        )
        _done("run", "--input", extract, "--output", store)
        for site in (SCRIPT, PATH):
            _done("report", "--store", store, "--site", site)
            _done("report", "--store", store, "--site", site, "--internal")
        _done("report", "--store", store, "--internal", "--lang", "ja", "--output", out / "page.html")
        _done("explain", PATIENT, "--store", store, "--html", out / "course" / "a.html")
        (out / "course" / "a.txt").touch(mode=0o600)
        (out / "course" / "a.txt").write_text(_done("explain", PATIENT, "--store", store))
        _done("export", "adam", "--store", store, "--output", out / "adam")
        _done("export", "cbioportal", "--store", store, "--output", out / "study")
        _done("compare", store, store, "--figures", out / "figures")
        _done("query", folder / "own.sql", "--store", store, "--format", "csv", "--output", out / "lines.csv")
        _done("query", "car_t_eligible", "--store", store, "--output", out / "eligible.txt")
        (out / "audit.csv").touch(mode=0o600)
        (out / "audit.csv").write_text(_done("audit", "--store", store, "--site", SCRIPT, "--format", "csv"))
        assert os.umask(0) == 0  # as it was
        yield out
    finally:
        os.umask(before)


def test_every_file_and_folder_is_the_owners_alone(written: Path) -> None:
    paths = [path for path in written.rglob("*") if not path.is_symlink()]
    names = {path.name for path in paths}
    assert {"registry.duckdb", "visits.parquet", "index.html", "run.json", "lock", "a.html", "adsl.xpt"} <= names
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths if path.is_dir()} == {0o700}
    assert not {path.name for path in paths if path.is_file() and stat.S_IMODE(path.stat().st_mode) != 0o600}


def test_a_store_of_an_older_version_is_closed_by_the_next_run(tmp_path: Path) -> None:
    (tmp_path / ".builds").mkdir(mode=0o755)
    with building(tmp_path):
        assert stat.S_IMODE((tmp_path / ".builds").stat().st_mode) == 0o700


def test_a_sample_extract_is_readable_by_all(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        _done("sample", "--patients", "3", "--output", tmp_path / "sample")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "sample" / "patients.csv").stat().st_mode) == 0o644


def _rows(path: Path) -> list[list[str]]:
    return list(csv.reader(path.read_text(encoding="utf-8").splitlines()))


class Markup(HTMLParser):
    """What a browser would run or load of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [tag] if tag in ("img", "iframe", "object") else []
        self.found += [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.lasttag == "script" and self.cdata_elem == "script" and "alert(" in data:
            self.found.append(data)


def test_no_page_has_markup_of_the_data_and_all_show_it_as_text(written: Path) -> None:
    pages = {path: Markup(path.read_text(encoding="utf-8")) for path in written.rglob("*.html")}
    assert len(pages) == 7
    assert not {path.name: page.found for path, page in pages.items() if page.found}
    shown = {text for text in (SCRIPT, PATH, PATIENT, "<svg onload=") if any(text in p.text for p in pages.values())}
    assert shown == {SCRIPT, PATH, PATIENT, "<svg onload="}


def test_no_cell_of_a_csv_is_a_formula_and_numbers_stay_numbers(written: Path) -> None:
    tables = {path.name: _rows(path) for path in written.rglob("*.csv")}
    assert set(tables) == {"lines.csv", "audit.csv"}
    cells = {cell for table in tables.values() for row in table for cell in row}
    assert {f"'{PATIENT}", "'＝a", "'=a", "'=list"} <= cells
    rows = [dict(zip(tables["lines.csv"][0], row, strict=True)) for row in tables["lines.csv"][1:]]
    assert {(row["minus"], row["half"]) for row in rows} == {("-1", "-0.5"), ("-2", "-0.5")}
    started = tuple("=+-@\t\r\n＝＋－＠")
    assert not {
        cell for row in rows for name, cell in row.items() if name not in ("minus", "half") and cell.startswith(started)
    }
    assert not {cell for row in tables["audit.csv"] for cell in row if cell.startswith(started)}


def test_a_terminal_is_given_no_command_of_the_data(written: Path) -> None:
    for name in ("course/a.txt", "eligible.txt"):
        assert "\x1b" not in (written / name).read_text(encoding="utf-8"), name
    assert printable("a\x1b]0;owned\x07\u202eb") == "a\ufffd]0;owned\ufffd\ufffdb"


def test_a_chart_is_given_no_character_that_ends_the_renderer() -> None:
    said = json.dumps(["a\x00b\x1b\x08\uffff", "\\u001b", "\\\x1b", "\n\t北"])
    assert json.loads(drawable(said)) == ["a�b���", "\\u001b", "\\�", "\n\t北"]


@pytest.mark.parametrize("site", [SCRIPT, PATH, "..", "/etc/passwd", "", "x" * 999, "北" * 300, "a\x00b"])
def test_a_sites_page_stays_in_its_folder_whatever_the_site_is_called(site: str) -> None:
    name = file_name(site, internal=True)
    assert Path(name).name == name
    assert len(name.encode()) < 255
    assert name.startswith("site-")
    assert name.isprintable()
