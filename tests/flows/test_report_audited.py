"""What the page says where the audit's tables are there, where they are not, in both languages, and for one site."""

import re
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from flows.cli import main
from flows.report import write_report, write_site
from flows.report.sections.records import degree
from flows.report.site import SiteError, file_name
from flows.settings.config import ConfigError, load_config
from tests.flows.audited_store import audited_store
from tests.flows.report_page import LOADS, Page
from tests.flows.report_store import HOSTILE_SITE, SCHEMA, filled_store

NOT_STORED = "Not in this store"
SPACES = str.maketrans({"\N{NARROW NO-BREAK SPACE}": " "})


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Few of its diagnoses are contradicted, and few passed an indicator one way."""
    store = audited_store(tmp_path_factory.mktemp("audited") / "registry.duckdb")
    diagnoses = [("MM", None, "DX.myeloma")] * 18 + [("MGUS", "DX.smouldering", "DX.mgus")] * 3
    ways = ["pomalidomide"] * 41 + ["bispecific"] * 16 + ["car_t"] * 3
    with duckdb.connect(str(store)) as connection:
        connection.execute((SCHEMA / "diagnosis_disagreement.sql").read_text())
        for number, row in enumerate(diagnoses):
            connection.execute("insert into diagnosis_disagreement values (?, ?, ?, ?)", [f"P{number}", *row])
        for way in ways:
            row = ["Q.mrd_after_cr", "Hospital 1", "SECRET-0001", way]
            connection.execute("insert into quality_indicator_row values (?, ?, ?, null, null, true, ?)", row)
    return store


@pytest.fixture(scope="module")
def pages(store: Path) -> dict[str, Page]:
    folder = store.parent
    return {
        lang: Page(write_report(store, folder / lang, lang=lang, internal=True).read_text(encoding="utf-8"))
        for lang in ("en", "ja")
    }


@pytest.fixture(scope="module")
def shared(store: Path) -> str:
    """What the page that may be shared says."""
    return _said(Page(write_report(store, store.parent / "shared").read_text(encoding="utf-8")))


def _said(page: Page, *tags: str) -> str:
    return page.text(*tags).translate(SPACES)


def test_first_screen_answers_in_plain_sentences(pages: dict[str, Page]):
    said = _said(pages["en"], "p")
    assert "60 people with multiple myeloma, a cancer of plasma cells in the bone marrow, at 3 sites" in said
    assert re.search(r"Five years after diagnosis \d+ % of patients with ISS stage I, the mildest, and \d+ %", said)
    assert (
        "without detectable residual disease 81 % are free of progression five years on; of those with it, 44 %" in said
    )
    assert "1 site does less than the registry as a whole on one or more indicators (1 in all)." in said
    assert re.search(
        r"[\d,]+ visits could be a complete response \(CR or better\) if .*urine immunofixation had been", said
    )


def test_what_moved_since_the_last_run_is_shown_and_small_counts_internally_only(pages: dict[str, Page], shared: str):
    inside = _said(pages["en"])
    assert "Response of visits PR VGPR 31 19" in inside
    assert "How PFS of lines ends censored death 12 12" in inside
    assert "ISS of patients unknown II 3 3" in inside
    assert "受診ごとの効果 PR VGPR 31 19" in _said(pages["ja"])
    assert "Response of visits PR VGPR 30 20" in shared
    assert "ISS of patients unknown II" not in shared


def test_weakest_indicator_is_named_with_its_share(pages: dict[str, Page]):
    assert "Was MRD tested after a confirmed CR? Yes in 50 %." in _said(pages["en"])
    assert "「CR確認の前後にMRDを検査したか」は50%にとどまります。" in _said(pages["ja"])


def test_a_site_beyond_the_limits_is_named_and_the_others_are_not(pages: dict[str, Page]):
    said = _said(pages["en"], "span")
    assert "Hospital 2 below: 30 %" in said
    assert "Hospital 1 below" not in said


def test_indicators_have_interval_source_and_unknowns(pages: dict[str, Page]):
    text = _said(pages["en"])
    for said in ("118 of 160", "69 % to 79 %", "Tables 2 and 4", "category 1", "the numerator, of the denominator"):
        assert said in text


def test_failing_checks_come_first_and_name_their_sites(pages: dict[str, Page]):
    text = _said(pages["en"])
    assert "3 checks of codes, completeness, plausibility, timeliness and uniqueness; 1 fail" in text
    assert re.search(r"Is nothing dated after death\?.*fails Hospital 2.*known_code", text)


def test_agreement_and_changes_are_shown(pages: dict[str, Page]):
    text = _said(pages["en"])
    assert "Weighted κ 0.83 (95 % interval 0.79 to 0.87) over 188 visits: almost perfect agreement" in text
    assert "70 % 74 % +3.8 points" in text


@pytest.fixture(scope="module")
def both(pages: dict[str, Page], shared: str) -> dict[bool, str]:
    """What the page says, internally or not."""
    return {True: _said(pages["en"]), False: shared}


@pytest.mark.parametrize(("internal", "said", "hidden"), [(False, "20", "DX.mgus"), (True, "18", "no clause")])
def test_contradicted_diagnoses_are_counted_by_the_rule_of_privacy(
    both: dict[bool, str], internal: bool, said: str, hidden: str
):
    assert f"MM none holds DX.myeloma {said}" in both[internal]
    assert ("MGUS DX.smouldering DX.mgus 3" in both[internal]) is internal
    assert hidden not in both[internal]


def test_the_work_up_is_shown_test_by_test_and_what_is_never_recorded_by_name(pages: dict[str, Page]):
    said = _said(pages["en"])
    assert "This registry never records: HIV." in said
    assert "CRP 71 (71 %) 100 12" in said
    assert "HBs antigen 30 (50 %) 60 0 Hospital 1" in said
    assert "HBs antigen 50 % –" in said
    assert "HBs抗原 30 (50%) 60 0 Hospital 1" in _said(pages["ja"])


def test_counts_of_the_work_up_are_shared_by_the_rule_of_privacy(shared: str):
    assert "This registry never records: HIV." in shared
    assert "HBs antigen 30 (50 %) 60 hidden Hospital 1" in shared
    assert "CRP 70 (70 %) 100 10" in shared
    # 7 at one site were not tested, so neither site shows its share
    assert "CRP – –" in shared


@pytest.mark.parametrize("internal", [False, True])
def test_by_which_way_an_indicator_is_passed_is_counted_by_the_rule_of_privacy(both: dict[bool, str], internal: bool):
    shown = "pomalidomide 41; a bispecific 16; CAR-T 3" if internal else "pomalidomide 40"
    assert f"Q.mrd_after_cr Passed by: {shown} 50 %" in both[internal]


@pytest.mark.parametrize(
    ("kappa", "name"), [(0.81, "almost_perfect"), (0.8, "substantial"), (0.0, "poor"), (-0.1, "poor")]
)
def test_agreement_is_called_by_its_degree(kappa: float, name: str):
    assert degree(kappa) == name


def test_japanese_page_speaks_japanese_throughout(pages: dict[str, Page]):
    page = pages["ja"]
    assert page.all("html") == [{"lang": "ja"}]
    japanese = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
    spoken = [
        text for tag, text in page.texts if tag in ("h1", "h2", "h3", "h4", "caption", "summary", "p", "li", "dt")
    ]
    told = [text.strip() for text in spoken if re.search(r"[A-Za-z]{4}", text) and "Society" not in text]
    settings = r"VGPR|mspike.*|python|polars|V\.visit\.days|PFS\.censoring"
    assert [text for text in told if not japanese.search(text) and not re.fullmatch(settings, text)] == []
    for term in ("国際病期", "無増悪生存期間", "微小残存病変", "打ち切", "免疫固定法", "厳格な完全奏効"):
        assert term in page.text()


def test_both_languages_have_the_same_structure(pages: dict[str, Page]):
    english, japanese = (
        [tag for tag, _ in pages[lang].elements if tag in ("section", "h1", "h2", "h3", "h4", "table", "nav", "main")]
        for lang in ("en", "ja")
    )
    assert english == japanese


def test_page_has_one_heading_of_the_first_level_and_landmarks(pages: dict[str, Page]):
    for page in pages.values():
        assert len(page.all("h1")) == len(page.all("main")) == len(page.all("nav")) == 1
        ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
        assert len(ids) == len(set(ids))
        assert all(box.get("tabindex") == "0" and box.get("aria-label") for box in page.all("div") if box.get("role"))


def test_a_store_without_the_audit_says_so_in_a_line_for_each(tmp_path: Path):
    store = filled_store(tmp_path / "registry.duckdb")
    text = Page(write_report(store, tmp_path).read_text(encoding="utf-8")).text("p")
    assert text.count(NOT_STORED) == 8  # MRD, relapse, precursors, events, indicators, agreement, checks, changes
    assert "This store, made by an earlier version, does not record what the missing tests cost" in text


def test_empty_tables_of_the_audit_say_so_too(tmp_path: Path):
    store = audited_store(tmp_path / "registry.duckdb")
    with duckdb.connect(str(store)) as connection:
        for table in (
            "quality_indicator",
            "data_check",
            "response_agreement",
            "response_kappa",
            "quality_change",
            "landmark",
        ):
            connection.execute(f"delete from {table}")
    text = Page(write_report(store, tmp_path).read_text(encoding="utf-8")).text()
    assert NOT_STORED not in text
    for said in (
        "No indicator applies",
        "No check applies",
        "The clinic judged none of the visits",
        "No indicator differs",
        "beyond the landmark",
    ):
        assert said in text


@pytest.fixture(scope="module")
def site(store: Path) -> str:
    return write_site(store, store.parent, "Hospital 2").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def inside(store: Path) -> str:
    """What the site's internal page says."""
    return _said(Page(write_site(store, store.parent, "Hospital 2", internal=True).read_text(encoding="utf-8")))


def test_a_sites_page_sets_its_numbers_beside_the_registrys(inside: str):
    assert "Patients with myeloma 20 60" in inside
    assert "Were del(17p), t(4;14) and t(14;16) all looked for?" in inside
    assert re.search(r"30 % .*12 of 40.* 74 %", inside)


def test_things_to_fix_are_in_the_order_of_their_consequence(site: str):
    text = _said(Page(site), "th")
    order = [
        text.index(said)
        for said in ("Correct the data: Is nothing", "Enter or do next time", "Enter, if known", "Not met")
    ]
    assert order == sorted(order)


def test_a_shared_site_page_names_no_patient_and_no_day(site: str):
    assert "SECRET" not in site
    assert not re.search(r"\b\d{4}-\d\d-\d\d\b", site)


def test_an_internal_site_page_names_patients_days_and_what_to_do_of_that_site_only(inside: str):
    assert "must not leave the registry" in inside
    assert re.search(
        r"SECRET-0002 2016-02-01 Is nothing dated after death\? \(laboratory collected_on, labs/a.csv:17\)", inside
    )
    ids = {int(found) for found in re.findall(r"SECRET-(\d+)", inside)}
    assert ids
    assert {number % 3 for number in ids} == {2}  # every third patient is of Hospital 2


def test_a_site_page_loads_nothing_and_escapes_its_site(store: Path):
    written = write_site(store, store.parent, HOSTILE_SITE).read_text(encoding="utf-8")
    page = Page(written)
    assert HOSTILE_SITE not in written
    assert HOSTILE_SITE in page.text("h1")
    assert all((attributes.get(name) or "#").startswith("#") for _, attributes in page.elements for name in LOADS)


def test_no_two_sites_share_a_file():
    names = [file_name(site, internal=False) for site in ("A 1", "A-1", "A/1", "病院", "../x")]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"site-[\w-]+\.html", name) for name in names)
    assert file_name("A-1", internal=True) == "site-A-1-internal.html"


def test_an_unknown_site_is_a_line_with_the_number_of_sites(store: Path):
    with pytest.raises(SiteError, match="among the 3 of this store"):
        write_site(store, store.parent, "Hospital 9")
    result = CliRunner().invoke(main, ["report", "--store", str(store.parent), "--site", "Hospital 9"])
    assert result.exit_code == 2
    assert "Hospital 1" not in result.output
    assert len(result.output.splitlines()) == 1


def test_the_command_writes_where_and_in_the_language_asked_for(store: Path, tmp_path: Path):
    target = tmp_path / "deep" / "page.html"
    result = CliRunner().invoke(main, ["report", "--store", str(store.parent), "--lang", "ja", "--output", str(target)])
    assert (result.exit_code, str(target) in result.output) == (0, True)
    assert '<html lang="ja">' in target.read_text(encoding="utf-8")


def test_a_configuration_sets_the_language_of_the_report(tmp_path: Path):
    path = tmp_path / "config.toml"
    path.write_text('[report]\nlang = "ja"\n', encoding="utf-8")
    assert load_config(path).lang == "ja"
    for wrong in ('[report]\nlang = "de"\n', '[report]\ncolour = "red"\n', "report = 1\n"):
        path.write_text(wrong, encoding="utf-8")
        with pytest.raises(ConfigError, match="report: can only set lang, to one of en, ja"):
            load_config(path)
