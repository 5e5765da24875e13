"""A shared report and shared figures, taken apart in search of small numbers, ids and dates.

Whatever the page comes to hold is looked at: every number in cells, sentences, captions, drawings and attributes. It is
taken for a count unless it is of the few kinds that NO_COUNT names, or marked as none, so that a new one is not missed.
"""

from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from click.testing import CliRunner

from flows.cli import main
from flows.drawing.words import HIDDEN, WATERMARK
from flows.figures.forest import TICKS
from flows.figures.kaplan_meier import kaplan_meier
from flows.figures.outcomes import read_outcomes, shared_outcomes
from flows.figures.write import write_figures
from flows.privacy.gate import release_of
from flows.report import write_report, write_site
from flows.report.facts import read_facts
from flows.sql_files import SQL
from tests.flows.report_store import DAY_ZERO, filled_store
from transforms.disclosure import ROUNDED_TO, THRESHOLD, CurveRelease, DisclosureError, Part, Release, Sum, Total

PATIENTS = 130
# Numbers that are no counts: shares, decimals, p-values, months, lines, stages, lists of settings, names of tests.
NO_COUNT = (
    r"[<>]?\d+(\.\d+)?\s*[%\N{NARROW NO-BREAK SPACE}]+",
    r"\d*\.\d+",
    r"[Ll]ines? \d+\+?",
    r"\bin line \d",
    r"\d+\+",
    r"\d+ (months?|days?|h|mg|mL|years?)\b",
    r"(within|of) \d+(\.\d+)? days",
    r"R2-ISS",
    r"t\(\d+;\d+\)|del\(\d+\w+\)|\+1q|1q gain|β2",
    r"[\d,.]+ \[.*?\]",  # a median with its quartiles
    r"Hospital \d",
    r"diagnosed \d{4}(–\d{4})?",
    r"(JSH|IMWG|IMWG 2006/2011, MRD) ?\d{4}(/\d{4})?|MRD 2016",
    rf"(under|that|while) {THRESHOLD}\b|lie {THRESHOLD} events|nearest {ROUNDED_TO}\b",
    r"\d+ (sites?|files?)\b|\(\d+ in all\)",  # sites and files are not patients
    r"\d+ (of \d+ )?checks\b|; \d+ fail\b|category \d\w?(, \d\w?)*",
    r"\d+(–|-)\d+",  # limits, bands of age, periods
    r"(?<=[.;] )[0-3]\+?: |reference: \d",  # strata of so many abnormalities
    r"from \d{4} to \d{4}",
    r"(\d+ to )?\d+ courses\b",  # of treatment, in an indicator's words
    r"Tables? \d+( and \d+|-\d+)?|\d{4};\d+:[e\d]+-[e\d]+|Malignancies \d{4}|(Oncol|Chem|Blood) \d{4};\d+:\S+",
    r"beta-2|M-protein of 0|\d+ weeks|1 is full agreement, 0 what",  # words of the criteria and of the catalogue
)
NUMBER = re.compile(r"(?<![\w.,])(\d{1,3}(?:,\d{3})+|\d+)(?![\w.]|,\d)")
VOID = {"meta", "link", "br", "img", "input", "hr", "col"}
# What describes a figure or a cell to those who can't see it, or to a script.
TELLING = ("aria-label", "title", "alt", "content", "value")


class Apart(HTMLParser):
    """A page's pieces of text, each with the path of tags that it stands in, and the attributes that say something."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.path: list[str] = []
        self.marked: list[bool] = [False]
        self.siblings: list[list[str]] = [[]]
        self.texts: list[tuple[tuple[str, ...], str]] = []
        self.groups: list[
            list[str]
        ] = []  # texts of a drawing that stand in one group: labels of an axis, numbers at risk
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.texts += [
            ((*self.path, f"@{name}"), value)
            for name, value in attrs
            if value and "body" in self.path and (name in TELLING or name.startswith("data-")) and tag != "input"
        ]
        if tag not in VOID:
            self.path.append(tag)
            self.marked.append(self.marked[-1] or ("class", "no-count") in attrs)
            self.siblings.append([])

    def handle_endtag(self, tag: str) -> None:
        self.marked.pop()
        if self.path.pop() == "g":
            self.groups.append(self.siblings[-1])
        self.siblings.pop()

    def handle_data(self, data: str) -> None:
        if not data.strip() or {"style", "script"} & set(self.path) or self.marked[-1]:
            return
        if self.path[-1:] == ["text"]:
            self.siblings[-2].append(data.strip())
        else:
            self.texts.append((tuple(self.path), data))


def numbers_in(text: str) -> list[int]:
    """The numbers that may be counts."""
    for kind in NO_COUNT:
        text = re.sub(kind, " ", text)
    return [int(found.replace(",", "")) for found in NUMBER.findall(text)]


def is_axis(texts: list[str]) -> bool:
    """Labels of an axis of time, from 0 up in equal steps; or of an axis of ratios."""
    try:
        values = [float(text) for text in texts]
    except ValueError:
        return False
    in_steps = len(values) > 1 and values[0] == 0 and values == [place * values[1] for place in range(len(values))]
    return in_steps or (1.0 in values and set(values) <= set(TICKS) and values == sorted(set(values)))


def are_names(texts: list[str]) -> bool:
    """What rows are called: some names are numbers alone (how many abnormalities), but not all of them are."""
    return any(not text.isdigit() and text != HIDDEN for text in texts)


def counts_of(page: str) -> list[tuple[str, int]]:
    """Whatever may be a count, with what it stands in."""
    apart = Apart(page)
    pieces = [(">".join(path[-2:]), text) for path, text in apart.texts]
    for texts in apart.groups:
        told = [text for text in texts if not text.isdigit()] if are_names(texts) else texts
        pieces += [] if is_axis(texts) else [("drawing", text) for text in told]
    return [(place, number) for place, text in pieces for number in numbers_in(text)]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three large sites and a small one, a rare diagnosis, a rare stage, few late lines and few rows put aside."""
    folder = tmp_path_factory.mktemp("store")
    database = filled_store(folder / "registry.duckdb", PATIENTS)
    with duckdb.connect(str(database)) as connection:
        connection.execute("update patients set site_id = 'Tiny' where patient_id in ('SECRET-0001', 'SECRET-0004')")
        connection.execute("update staging set iss = null, iss_source = null where patient_id in ('SECRET-0002')")
        connection.execute("update staging set r2_iss = 'IV' where patient_id = 'SECRET-0003'")
    return database


@pytest.fixture(scope="module")
def internal_page(store: Path) -> str:
    return written(store, "--internal")


@pytest.fixture(scope="module")
def shared_page(internal_page: str, store: Path) -> str:
    """The page that the command writes unless told otherwise, here in place of an internal one."""
    return written(store)


def written(store: Path, *options: str) -> str:
    result = CliRunner().invoke(main, ["report", "--store", str(store.parent), *options])
    assert result.exit_code == 0, result.output
    return (store.parent / "report" / "index.html").read_text(encoding="utf-8")


def without_markup(page: str) -> str:
    """The page's text, with tags left out."""
    return re.sub(r"<[^>]*>", "", page)


def without_settings(page: str) -> str:
    """The page but for the run's settings and versions, which are not of patients, and the courses, tested below."""
    page = re.sub(r'(?s)<dl class="pairs[^"]*">.*?</dl>', "", page)
    return re.sub(r'(?s)<div class="swimmer.*?</svg></div>', "", page)


def small_or_exact(page: str) -> list[tuple[str, int]]:
    """The counts of a page that a shared one must not have."""
    found = counts_of(without_settings(page))
    assert len(found) > 20
    return [place for place in found if place[1] < THRESHOLD or place[1] % ROUNDED_TO]


def test_a_shared_page_has_no_count_under_ten_and_none_that_is_exact(shared_page: str) -> None:
    assert len(counts_of(without_settings(shared_page))) > 100
    assert small_or_exact(shared_page) == []


def read_off(page: str) -> list[dict[str, Any]]:
    """What each panel's script is given to read off."""
    scripts = re.findall(r'(?s)<script type="application/json">(.*?)</script>', page)
    return [json.loads(script) for script in scripts]


def test_what_is_read_off_the_curves_has_no_small_number_at_risk_and_only_whole_per_cent(shared_page: str) -> None:
    steps = [step for panel in read_off(shared_page) for group in panel["groups"] for step in group]
    assert steps
    for *shares, at_risk in steps:
        assert all(n is None or (n >= THRESHOLD and n % ROUNDED_TO == 0) for n in at_risk)
        assert all(share is None or share % 10 == 0 for values in shares for share in values)


def test_an_internal_page_has_them_and_says_so(internal_page: str, shared_page: str) -> None:
    found = {number for _, number in counts_of(without_settings(internal_page))}
    assert found & set(range(THRESHOLD))
    assert any(number % ROUNDED_TO for number in found)
    assert WATERMARK in without_markup(internal_page)
    assert re.search(r'<body class="[^"]*\binternal"', internal_page)
    assert WATERMARK not in without_markup(shared_page)


@pytest.mark.parametrize("which", ["shared_page", "internal_page"])
def test_a_page_has_no_id_and_no_date_of_a_patient(which: str, request: pytest.FixtureRequest) -> None:
    page = request.getfixturevalue(which)
    assert "SECRET" not in page
    year = DAY_ZERO.year
    periods = rf"diagnosed (in {year}|from {year} to {year})\b|\b\d{{4}}-\d{{4}}\b"
    assert str(year) not in re.sub(periods, "", page)
    assert not re.search(r"\b\d{4}-\d\d(-\d\d)?\b|\b\d\d?[./]\d\d?[./]\d{4}\b", page)


def test_a_shared_page_marks_no_censored_patient_and_no_step_of_few(store: Path) -> None:
    curves = read_facts(store)["survival_curve"]
    whole = read_facts(store, internal=True)["survival_curve"]
    key = ["endpoint", "origin", "line", "stratum_by", "stratum"]
    assert curves["censored"].null_count() == curves.height > 0
    steps = curves.filter(pl.col("survival") != pl.col("survival").shift().over(key)).height
    events = whole.join(curves.select(key).unique(), on=key, how="semi", nulls_equal=True)["events"].sum()
    assert events >= THRESHOLD * curves.select(key).unique().height
    assert steps <= curves.height < whole.height / 4


def test_every_fact_says_what_it_releases() -> None:
    queries = sorted((SQL / "report").glob("*.sql"))
    assert len(queries) > 15
    assert all(isinstance(release_of(query), Release | CurveRelease) for query in queries)


@pytest.mark.parametrize(
    ("comments", "release"),
    [
        ("-- Counts: none", Release()),
        ("-- Counts: n, k\n-- Parts: k of n", Release(("n", "k"), (Part("k", "n"),))),
        (
            "-- Counts: n\n-- Sums: n over a, b within c, d of m; n over a\n-- Labels: year\n-- Labels: line",
            Release(("n",), sums=(Sum("n", ("a", "b"), ("c", "d"), "m"), Sum("n", ("a",))), labels=("year", "line")),
        ),
        ("-- Counts: n\n-- Rows: listed", Release(("n",), is_list=True)),
        ("-- Counts: n, a, b\n-- Sums: n = a + b", Release(("n", "a", "b"), totals=(Total("n", ("a", "b")),))),
        (
            "-- Counts: n, e\n-- Figures: p, q of n, e; r of n",
            Release(("n", "e"), figures={"p": ("n", "e"), "q": ("n", "e"), "r": ("n",)}),
        ),
        ("-- Curve: survival over stratum within a, b", CurveRelease("survival", "stratum", ("a", "b"))),
        ("-- Release: survival_curve", release_of(SQL / "schema" / "survival_curve.sql")),
    ],
)
def test_a_declaration_is_read(tmp_path: Path, comments: str, release: Release | CurveRelease) -> None:
    query = tmp_path / "fact.sql"
    query.write_text(f"-- Title\n-- Grain: one row.\n{comments}\nselect 1", encoding="utf-8")
    assert release_of(query) == release


@pytest.mark.parametrize(
    ("comments", "says"),
    [
        ("-- Grain: one row.", "fact.sql: declares no counts"),
        ("-- Counts: n\n-- Parts: k out of n", "fact.sql: can't read “k out of n”"),
        ("-- Counts: n\n-- Sums: n", "fact.sql: can't read “n”"),
        ("-- Counts: n\n-- Rows: all", "fact.sql: can't read “all”"),
    ],
)
def test_a_declaration_that_is_missing_or_wrong_is_refused(tmp_path: Path, comments: str, says: str) -> None:
    query = tmp_path / "fact.sql"
    query.write_text(f"{comments}\nselect 1", encoding="utf-8")
    with pytest.raises(DisclosureError, match=says):
        release_of(query)


@pytest.fixture(scope="module")
def sample(synthetic: Path) -> Path:
    return synthetic / "registry.duckdb"


def test_a_store_of_this_version_has_every_fact_of_the_page(sample: Path) -> None:
    assert [name for name, fact in read_facts(sample).items() if not fact.width] == []


@pytest.fixture(scope="module")
def folders(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[bool, Path]:
    """The figures, shared and internal, and of these few; their dots are drawn from the same text."""
    written = {internal: tmp_path_factory.mktemp("figures") for internal in (False, True)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("flows.figures.write.png", lambda drawn: drawn.encode())
        for internal, folder in written.items():
            if internal:
                patch.setattr("flows.figures.write.kaplan_meier", lambda *of: kaplan_meier(*of)[:2])
            write_figures(sample, folder, internal=internal)
    return written


@pytest.fixture(scope="module")
def sample_page(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    return write_report(sample, tmp_path_factory.mktemp("page")).read_text(encoding="utf-8")


def test_a_shared_page_of_a_real_run_has_no_small_count(sample: Path, sample_page: str) -> None:
    assert small_or_exact(sample_page) == []
    with duckdb.connect(str(sample), read_only=True) as connection:
        ids = [patient for (patient,) in connection.execute("select patient_id from patients").fetchall()]
        assert connection.execute("select count(*) from quality_indicator").fetchall() > [(100,)]
    assert not [patient for patient in ids if patient in sample_page]


def test_a_shared_page_does_not_take_diagnoses_that_are_hidden_for_none(sample_page: str) -> None:
    assert "numbers by diagnosis hidden" in sample_page
    assert "<small>no myeloma</small>" not in sample_page


def test_a_shared_page_says_of_a_stage_whose_count_is_hidden_no_share(sample: Path, sample_page: str) -> None:
    known = dict(read_facts(sample)["staged"].select("system", "known").rows())
    said = set(re.findall(r"([\w-]+) is known for [0-9]+\N{NARROW NO-BREAK SPACE}?% of the cohort", sample_page))
    assert said == {system for system in ("ISS", "R-ISS") if known[system] is not None} != {"ISS", "R-ISS"}


def test_a_shared_page_of_a_site_has_no_small_count_and_no_patient(sample: Path, tmp_path: Path) -> None:
    with duckdb.connect(str(sample), read_only=True) as connection:
        query = "select site_id, list(patient_id) from patients where site_id is not null group by all order by all"
        sites = connection.execute(query).fetchall()
    assert len(sites) > 3
    for site, ids in sites:
        page = write_site(sample, tmp_path, site).read_text(encoding="utf-8")
        assert small_or_exact(page) == [], site
        assert not [patient for patient in ids if patient in page]
        assert not re.search(r"\b\d{4}-\d\d-\d\d\b", page)


def test_shared_figures_and_tables_have_no_small_count(folders: dict[bool, Path]) -> None:
    # The courses of single patients have no count; their test is below.
    files = [file for file in sorted(folders[False].iterdir()) if file.suffix in (".svg", ".html")]
    found = {file.name: counts_of(file.read_text(encoding="utf-8")) for file in files if file.stem != "swimmer"}
    assert {"table1-iss.html", "survival.html", "km-os-diagnosis-overall.svg"} <= found.keys()
    assert sum(len(numbers) for numbers in found.values()) > 100
    small = {n: bad for n, numbers in found.items() if (bad := [x for x in numbers if x[1] < 10 or x[1] % ROUNDED_TO])}
    assert small == {}


def test_shared_csv_files_have_no_small_count(folders: dict[bool, Path]) -> None:
    rows = list(csv.DictReader(io.StringIO((folders[False] / "survival.csv").read_text(encoding="utf-8-sig"))))
    counts = [int(cell) for row in rows for name, cell in row.items() if cell and name.startswith(("n", "events"))]
    text = (folders[False] / "table1-iss.csv").read_text(encoding="utf-8-sig")
    counts += [n for row in list(csv.reader(io.StringIO(text)))[1:] for cell in row[2:] for n in numbers_in(cell)]
    assert len(counts) > 50
    assert [n for n in counts if n < THRESHOLD or n % ROUNDED_TO] == []


def test_internal_figures_have_small_counts_and_the_watermark(folders: dict[bool, Path]) -> None:
    for file in sorted(folders[True].iterdir()):
        if file.suffix != ".csv":
            assert WATERMARK in file.read_text(encoding="utf-8"), file.name
            shared = folders[False] / file.name  # a forest of which all is hidden is not drawn
            assert not shared.exists() or WATERMARK not in shared.read_text(encoding="utf-8"), file.name
    assert {file.stem for file in folders[False].iterdir()} >= {"table1-iss", "km-os-diagnosis-iss"}
    found = counts_of((folders[True] / "table1-iss.html").read_text(encoding="utf-8"))
    assert {number for _, number in found} & set(range(THRESHOLD))


@pytest.mark.parametrize("internal", [False, True])
def test_figures_have_no_id_and_no_date(folders: dict[bool, Path], internal: bool, sample: Path) -> None:
    with duckdb.connect(str(sample), read_only=True) as connection:
        ids = [patient for (patient,) in connection.execute("select patient_id from patients").fetchall()]
    text = " ".join(file.read_text(encoding="utf-8") for file in sorted(folders[internal].iterdir()))
    assert len(ids) > 100
    assert not [patient for patient in ids if patient in text]
    assert not re.search(r"\b\d{4}-\d\d(-\d\d)?\b", text)


def test_shared_courses_are_in_quarters_of_years(sample: Path) -> None:
    found = read_outcomes(sample)
    courses, whole = shared_outcomes(found)["swimmer"], found["swimmer"]
    assert courses is not None
    assert whole is not None
    assert courses["row"].n_unique() == whole["row"].n_unique()
    times = pl.concat([courses["first_month"], courses["last_month"]])
    assert (times % 3 == 0).all()
    assert not (pl.concat([whole["first_month"], whole["last_month"]]) % 3 == 0).all()
