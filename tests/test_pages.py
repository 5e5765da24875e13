"""The pages for people: links lead somewhere, and the page of the criteria has what the code cites."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from flows.cli import main
from rules.audit.quality import indicators
from rules.criterion import EXPRESSIONS, load_edition
from transforms.intake.contracts import CONTRACTS, KNOWN_ANALYTES, codes, dtypes, required

ROOT = Path(__file__).parents[1]
PAGES = (
    *("README.md", "CONTRIBUTING.md", "flows/README.md", "rules/CRITERIA.md", "data_samples/README.md"),
    *("tests/README.md", "tests/PUBLISHED.md", "tests/benchmarks/README.md"),
)
CRITERIA = (ROOT / "rules" / "CRITERIA.md").read_text(encoding="utf-8")
# The pages that the criteria's page restates, where they are at hand.
SOURCES = [ROOT.parent / "shared" / f"{name}.md" for name in ("criteria", "guideline", "quality")]
ID = r"`((?:[A-Z][A-Za-z0-9]*|sCR)(?:\.[A-Za-z0-9_]+)?)`"
# Names of the page that are no clause: conventions, and the letters of a baseline's state.
CONVENTIONS = re.compile(r"C\.\w+|F|M")
CHECK = re.compile(r"[a-z]+\.")  # the data checks have their page in rules/README.md


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def clauses_of_the_code() -> set[str]:
    edition = load_edition()
    asked = {indicator.id for indicator in indicators(edition)}
    return {clause for clause in {*edition.criteria, *EXPRESSIONS, *asked} if not CHECK.match(clause)}


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_to_a_page_and_a_heading_of_the_repository(page: str) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)", text_of(page))
    for path, anchor in links:
        target = ((ROOT / page).parent / path).resolve() if path else ROOT / page
        assert target.exists(), path
        assert not anchor or anchor in anchors(target), f"{path}#{anchor}"


def test_every_clause_and_indicator_is_on_the_page_of_the_criteria() -> None:
    assert clauses_of_the_code() - set(re.findall(ID, CRITERIA)) == set()


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_the_page_states_every_clause_of_its_source(source: Path) -> None:
    if not source.exists():
        pytest.skip(f"{source.name} is not beside the project: its ids were not compared")
    ids = {name for name in re.findall(ID, source.read_text(encoding="utf-8")) if "." in name or name.isupper()}
    assert len(ids) >= 35  # the pattern still reads the page
    assert ids - set(re.findall(ID, CRITERIA)) == set()


def test_what_the_page_states_is_derived_or_marked_as_not_yet() -> None:
    later = set(re.findall(ID + r"(?:\*\*)? †", CRITERIA))
    stated = {name for name in re.findall(ID, CRITERIA) if not CONVENTIONS.fullmatch(name)}
    assert stated - clauses_of_the_code() == later


def test_every_section_that_the_code_cites_is_on_the_page() -> None:
    sections = set(re.findall(r"^## (\d+)\. ", CRITERIA, re.MULTILINE))
    files = [file for room in ("rules", "transforms", "sql", "flows") for file in (ROOT / room).rglob("*")]
    cited = {
        number
        for file in files
        if file.suffix in {".py", ".toml", ".sql"}
        for number in re.findall(r"[Ss]ections? (\d+)", file.read_text(encoding="utf-8"))
    }
    assert len(cited) >= 10
    assert cited - sections == set()


def test_every_command_is_in_the_readme_and_the_manual() -> None:
    for page in ("README.md", "flows/README.md"):
        assert [name for name in main.commands if f"`mspike {name}" not in text_of(page)] == [], page


@pytest.mark.parametrize("table", CONTRACTS)
def test_every_column_and_code_of_the_contract_is_in_the_manual(table: str) -> None:
    section = text_of("flows/README.md").partition("\n## The tables of an extract")[2].partition("\n## ")[0]
    [about] = [part for part in section.split("\n**`")[1:] if part.startswith(f"{table}`**")]
    rows = [row.split("|")[1:3] for row in about.splitlines() if row.startswith("| `")]
    named = {name: cell for names, cell in rows for name in re.findall(r"`(\w+)`", names)}
    starred = {name for names, _ in rows for name in re.findall(r"`(\w+)`\\\*", names)}
    # what says of a number how it was reported, or of a row what could not be read, is the same in every table
    columns = [name for name in dtypes(table) if not name.endswith("_comparator") and name != "unreadable"]
    assert set(named) == set(columns)
    assert starred == set(required(table))
    for column in columns:
        assert [code for code in codes(table, column) if code not in re.split(r"[ ,:]+", named[column])] == [], column
    if table == "labs":
        assert [analyte for analyte in KNOWN_ANALYTES if f"`{analyte}`" not in about] == []
