"""`mspike explain` on teaching patients: the decisive sentences, the page, and what it says when it can't."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import click
import duckdb
import pytest
from click.testing import CliRunner, Result

from flows.cli import main
from flows.explain import table
from flows.explain.axes import first_progressions, span_of, visits_of
from flows.explain.course import Course, read_course
from flows.explain.measures import URINE, figure_of, limits, number, percent, short_name
from flows.explain.patient_page import write_page
from flows.explain.strips import category_labels
from flows.explain.table import Column, fitting
from flows.explain.terminal import as_text
from flows.explain.why_diagnosis import FIGURES, NAMES
from flows.explain.why_response import missing_tests
from flows.settings.config import Config
from rules.clauses.diagnosis import DIAGNOSES
from rules.quantities import QUANTITIES
from tests.extracts import write_extract
from tests.once import build
from transforms.diagnosis import CLAUSES

CASES = Path(__file__).parents[2] / "data_samples" / "cases"
PATIENTS = {
    "relapse_from_cr": "T01",
    "unconfirmed_progression": "T02",
    "urine_missing": "T03",
    "light_chain_only": "T04",
    "iga_in_beta_region": "T05",
    "r_iss_unknown": "T08",
    "progression_confirmed_by_next_line": "T09",
    "progression_confirmed_by_death": "T10",
    "new_bone_lesion": "T11",
    "plasmacytoma_unmeasured": "T12",
    "vgpr_or_cr": "T13",
    "urine_untested": "T17",
    "calcium_attribution": "T19",
    "pd_between_vgpr": "T21",
    "reported_progression": "T22",
    "one_fluid_skipped": "T23",
    "baseline_by_immunofixation": "T30",
    "r_iss_iii_but_standard_in_2025": "T31",
}
VOID = {"meta", "br", "hr"}


@pytest.fixture(scope="module")
def imwg(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(CASES / "light_chain_only", tmp_path_factory.mktemp("imwg"), configuration=Config("imwg2016"))


HOSTILE = "<b onload=x>&drug</b>"
MADE = {
    "patients": """
        patient_id,sex,birth_date,diagnosis_date,diagnosis,isotype,vital_status,death_date,last_contact_date
        MYELOMA,M,1950-01-01,2020-01-01,MM,IgG,alive,,2022-01-01
        FEW,M,1950-01-01,2020-01-01,MM,IgG,alive,,2022-01-01
        LEUKAEMIA,M,1950-01-01,2020-01-01,MM,IgG,alive,,2022-01-01
        NOTHING,F,1950-01-01,2020-01-01,,,alive,,2022-01-01
        BELOW,F,1950-01-01,2020-01-01,MM,IgG,alive,,2022-01-01
        HOSTILE,F,1950-01-01,2020-01-01,MM,IgG,alive,,2022-01-01
        DRAWN,F,1950-01-01,2020-01-01,MM,IgG,alive,,2022-01-01
    """,
    "labs": """
        patient_id,collected_on,analyte,value,unit,ref_low,ref_high,attributed_to_myeloma
        MYELOMA,2020-01-02,hemoglobin,11.4,g/dL,13.7,,
        MYELOMA,2020-01-02,creatinine,2.5,mg/dL,,,true
        MYELOMA,2020-01-02,flc_kappa,>2000,mg/L,,,
        MYELOMA,2020-01-02,flc_lambda,5,mg/L,,,
        FEW,2020-01-02,hemoglobin,9,g/dL,,,
        LEUKAEMIA,2020-01-02,circulating_plasma_cells,3000,/µL,,,
        LEUKAEMIA,2020-01-02,wbc,9000,/µL,,,
        BELOW,2020-01-02,serum_m_protein,<0.2,g/dL,,,
        BELOW,2020-01-02,flc_kappa,>900,mg/L,,,
        BELOW,2020-01-02,flc_lambda,5,mg/L,,,
        BELOW,2020-02-10,serum_m_protein,<0.1,g/dL,,,
        BELOW,2020-02-10,flc_kappa,>800,mg/L,,,
        BELOW,2020-02-10,flc_lambda,5,mg/L,,,
        BELOW,2020-03-10,serum_m_protein,0.8,g/dL,,,
        DRAWN,2020-01-05,serum_m_protein,3.0,g/dL,,,
        DRAWN,2020-03-05,serum_m_protein,1.0,g/dL,,,
        DRAWN,2020-07-05,serum_m_protein,0.5,g/dL,,,
        DRAWN,2020-02-05,hemoglobin,9.1,g/dL,11.6,14.8,
        DRAWN,2020-07-05,hemoglobin,12.0,g/dL,11.6,14.8,
        DRAWN,2020-07-05,calcium,9.2,mg/dL,,,
    """,
    "marrow": """
        patient_id,collected_on,plasma_cell_percent
        MYELOMA,2020-01-05,42.5
        FEW,2020-01-05,8
    """,
    "imaging": "patient_id,performed_on,modality,lytic_lesions\nFEW,2020-01-05,ct,1",
    "findings": "patient_id,observed_on,finding,present,value\nMYELOMA,2020-01-01,weight_kg,,60",
    "treatments": f"""
        patient_id,line,phase,drugs,start_date,end_date
        BELOW,1,induction,bortezomib;lenalidomide,2020-01-10,
        HOSTILE,1,,{HOSTILE},2020-01-10,
        DRAWN,1,induction,bortezomib;dexamethasone,2020-01-10,2020-04-30
        DRAWN,1,autologous_transplant,melphalan,2020-05-20,2020-05-21
        DRAWN,1,maintenance,lenalidomide,2020-08-01,
    """,
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("made")
    return build(write_extract(root / "extract", **MADE), root / "store")


def said(course: Course, width: int = 100) -> str:
    """The text with its line breaks taken out, so that a sentence is found wherever it was wrapped."""
    return re.sub(r"\s+", " ", " ".join(line.text for line in as_text(course, width)))


@cache
def course_of(teaching: Path, case: str) -> Course:
    return read_course(teaching, PATIENTS[case])


def mspike_explain(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["explain", *map(str, arguments)], catch_exceptions=False)


@pytest.mark.parametrize(
    ("case", "sentences"),
    [
        (
            "relapse_from_cr",
            [
                "Woman, 62 at diagnosis on 2019-12-20, MM IgG κ",
                "baseline serum M-protein 3.2 g/dL, urine M-protein 0 mg/24 h (2020-01-06)",
                "best response CR, 2020-06-05",
                "progression 2020-11-06 by PD.serum, confirmed by PD at the next visit, 2020-11-20",
                "PD by PD.serum: serum M-protein 0.5 g/dL, up 0.5 from the nadir of 0 (2020-06-05); limit: serum"
                " M-protein up by 25 % of its nadir and by at least 0.5 g/dL, or by 1 g/dL from a baseline of 5 g/dL"
                " or more, here serum M-protein from 0.5 g/dL [JSH 2023]",
                "No PD.serum: serum M-protein 0.4 g/dL, up 0.4 from the nadir of 0 (2020-06-05)",
                "down 87.5 % from the baseline of 3.2; limit: serum M-protein down by at least 50 % of its baseline,"
                " here serum M-protein down to 1.6 g/dL [JSH 2023]; short of VGPR (serum M-protein down to 0.32 g/dL)",
                "marrow 2 % plasma cells (2020-06-05), limit: below 5 %",
                "PFS from the line 301 days 2020-11-06 event: progression",
                "[JSH 2023] Japanese Society of Hematology.",
            ],
        ),
        (
            "baseline_by_immunofixation",
            [
                "baseline urine M-protein 0 mg/24 h (2022-03-28); serum M-protein 0 by negative immunofixation"
                " (2022-06-03)",
                "PD by PD.serum: serum M-protein 0.6 g/dL, up 0.6 from the baseline of 0",
            ],
        ),
        (
            "unconfirmed_progression",
            [
                "up 0.6 (+66.7 %) from the nadir of 0.9 (2019-05-06)",
                "Unconfirmed: the next evaluable visit (2019-06-17) was PR; counts as SD in the confirmed series.",
                "progression none confirmed; PD on 2019-06-03 unconfirmed",
                "PFS from the line 154 days 2019-08-05 censored at the last evaluable assessment",
            ],
        ),
        (
            "light_chain_only",
            [
                "dFLC 120 mg/L, up 72 (+150 %) from the nadir of 48 (2021-06-07), involved λ 130 mg/L; limit:"
                " without measurable serum or urine M-protein: dFLC up by 25 % of its nadir, with involved FLC at least"
                " 100 mg/L, here dFLC from 90 mg/L [JSH 2023]",
                "No PD.flc: dFLC 88 mg/L, up 40 (+83.3 %) from the nadir of 48 (2021-06-07), involved λ 99 mg/L",
                "dFLC 84 mg/L, down 90 % from the baseline of 840, both fluids tested",
            ],
        ),
        (
            "urine_untested",
            [
                "PR, not better for want of: 24 h urine M-protein, urine immunofixation; could be CR.",
                "VGPR, not better for want of: urine immunofixation; could be CR.",
                "no sCR: clonal plasma cells in the marrow",
            ],
        ),
        ("urine_missing", ["2018-07-05 NE for want of: 24 h urine M-protein; could be PR.", "down 47.9 %"]),
        ("vgpr_or_cr", ["2020-07-06 VGPR: no M-protein on electrophoresis of serum and urine", "no CR: serum immuno"]),
        ("iga_in_beta_region", ["IgA (as serum M-protein) 1.2 g/dL, down 58.6 % from the baseline of 2.9"]),
        ("r_iss_unknown", ["R-ISS unknown (could be II or III), for want of: FISH t(14;16)", "upper limit 222"]),
        ("progression_confirmed_by_next_line", ["Confirmed by the start of line 2, 2018-01-15.", "Line 2, from 2018"]),
        ("progression_confirmed_by_death", ["Confirmed by death on 2017-03-05."]),
        ("new_bone_lesion", ["PD by PD.bone: a new bone lesion on imaging", "a finding (PD.bone) needs no second"]),
        (
            "plasmacytoma_unmeasured",
            ["SD, not better for want of: size of the plasmacytoma; could be PR.", "1.5 times its smallest size"],
        ),
        (
            "calcium_attribution",
            [
                "No PD.calcium: corrected calcium 11.7 mg/dL (limit: 11.5), but its cause is not recorded",
                "corrected calcium 11.5 mg/dL, 9.8 before, recorded as due to myeloma; limit: corrected calcium",
            ],
        ),
        ("pd_between_vgpr", ["Confirmed only as PR: beside it PR on 2018-10-01 and PD on 2018-12-03."]),
        (
            "one_fluid_skipped",
            [
                "2019-03-11 SD: serum M-protein 1.1 g/dL, down 45 %",
                "Skipped, as NE is, for want of urine M-protein (the line is measured by serum and urine): it confirms",
                "progression 2019-07-01 by PD.urine, confirmed by PD at the next visit, 2019-08-26",
                "Confirmed by PD at the visit before, 2019-07-01.",
            ],
        ),
        (
            "r_iss_iii_but_standard_in_2025",
            ["MASS 2+", "risk (IMS 2025) standard", "FISH del(17p) positive (2021-03-03, 15 % of cells)"],
        ),
        ("reported_progression", ["2019-11-04, as the clinic recorded it; no visit of this line is evaluable"]),
    ],
)
def test_the_text_has_the_decisive_sentences(teaching: Path, case: str, sentences: list[str]) -> None:
    text = said(course_of(teaching, case))
    assert [sentence for sentence in sentences if sentence not in text] == []


def test_the_same_limit_at_visits_in_a_row_is_said_once(teaching: Path) -> None:
    text = said(course_of(teaching, "relapse_from_cr"))
    assert text.count("clonality of marrow plasma cells; could be sCR") == 1
    assert "The same at 2020-08-07." in text


def test_every_visit_is_in_the_table(teaching: Path) -> None:
    rows = [line.text for line in as_text(course_of(teaching, "relapse_from_cr"))]
    assert any(re.fullmatch(r" +2020-11-06 +0\.5 +-84\.4 % +\+0\.5 +0 +\./\. +- +PD +PD", row) for row in rows)
    assert any(re.fullmatch(r" +2020-06-05 +0 +-100 % +low +0 +-/- +2 +CR +CR", row) for row in rows)


@pytest.mark.parametrize("width", [40, 80, 250])
def test_no_line_is_wider_than_asked_for_or_than_a_page(teaching: Path, width: int) -> None:
    for case in PATIENTS:
        assert max(len(line.text) for line in as_text(course_of(teaching, case), width)) <= max(72, min(100, width))


def test_numbers_of_limits_are_the_edition_s(imwg: Path) -> None:
    text = said(read_course(imwg, "T04"))
    assert "Judged by IMWG 2016" in text
    assert "dFLC up by 25 % of its nadir and by more than 100 mg/L" in text
    assert "here dFLC above 184 mg/L [Kumar 2016]" in text
    assert "involved FLC at least" not in text
    assert "[Kumar 2016] Kumar S et al." in text


def test_values_and_limits_come_from_the_store(teaching: Path, tmp_path: Path) -> None:
    database = tmp_path / "registry.duckdb"
    database.write_bytes((teaching / "registry.duckdb").read_bytes())
    with duckdb.connect(database) as connection:
        connection.execute("update visit_evidence set serum_m_g_dl = 7.25 where visit_date = date '2020-11-06'")
        connection.execute('update visit_evidence set "PD.serum_limit_g_dl" = 0.3')
    text = said(read_course(tmp_path, "T01"))
    assert "serum M-protein 7.25 g/dL, up 7.25 from the nadir of 0 (2020-06-05)" in text
    assert "here serum M-protein from 0.3 g/dL" in text


def test_a_value_below_detection_is_shown_as_reported(made: Path) -> None:
    text = said(read_course(made, "BELOW"))
    assert "baseline serum M-protein <0.2 g/dL, κ >900 mg/L, λ 5 mg/L (2020-01-02)" in text
    assert re.search(r"2020-02-10 +(\S+ +)?<0\.1 .*>800", text)
    assert ">795" in text


@pytest.mark.parametrize(
    ("clause_id", "limit", "said"),
    [
        ("PD.urine", 0.000025, "urine M-protein from 0.000025 mg/24 h"),
        ("PD.urine", 100.000001, "urine M-protein above 100 mg/24 h"),
        ("PR.urine", 20.0, "urine M-protein down to 20 mg/24 h"),
        ("PR.urine", 199.999999, "urine M-protein below 200 mg/24 h"),
        ("PR.urine", None, None),
    ],
)
def test_a_limit_that_has_to_be_passed_is_told_from_one_that_is_enough(
    teaching: Path, clause_id: str, limit: float | None, said: str | None
) -> None:
    visit = {f"{clause_id}_limit_mg_24h": limit}
    found = limits(course_of(teaching, "relapse_from_cr"), visit, clause_id, [URINE])
    assert [text.replace("\N{NO-BREAK SPACE}", " ") for text in found] == ([said] if said else [])


def test_mrd_is_shown_with_or_without_its_status(teaching: Path, tmp_path: Path) -> None:
    database = tmp_path / "registry.duckdb"
    database.write_bytes((teaching / "registry.duckdb").read_bytes())
    with duckdb.connect(database) as connection:
        connection.execute("drop table if exists mrd_status")
        connection.execute(
            "insert into mrd by name select 'T01' as patient_id, date '2020-08-07' as collected_on, 'NGF' as method,"
            " 0.00001 as sensitivity, 'negative' as result, 'mrd.csv' as source_file, 1 as row_number"
        )
    assert "2020-08-07 NGF negative at 1e-05" in said(read_course(tmp_path, "T01"))
    with duckdb.connect(database) as connection:
        connection.execute(
            "create table mrd_status as select 'T01' as patient_id, 1 as line, date '2020-08-07' as collected_on,"
            " 'negative' as mrd, 'flow' as category, true as after_cr"
        )
    course = read_course(tmp_path, "T01")
    assert "2020-08-07 NGF negative at 1e-05; flow MRD negative after CR" in said(course)
    assert "MRD (open: negative, filled: positive)" in write_page(course, tmp_path / "p.html").read_text("utf-8")


def test_a_quantity_whose_section_says_so_has_a_column(teaching: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kappa = replace(QUANTITIES["flc_kappa"], shown="kappa, shown")
    monkeypatch.setattr(table, "SHOWN", [kappa])
    assert "kappa, shown" in said(course_of(teaching, "light_chain_only"), width=200)
    visits = (
        {"kappa_mg_l": value, "kappa_mg_l_max": upper}
        for value, upper in ((3.0, float("inf")), (3.0, 3.0), (None, None))
    )
    assert [figure_of(visit, kappa) for visit in visits] == [">3", "3", "-"]


def test_a_progression_is_explained_by_kind_and_refractoriness(teaching: Path, tmp_path: Path) -> None:
    lesion = read_course(teaching, "T11")
    assert "relapse clinical; aggressive (clinical" in said(lesion)
    database = tmp_path / "registry.duckdb"
    database.write_bytes((teaching / "registry.duckdb").read_bytes())
    with duckdb.connect(database) as connection:
        connection.execute(
            "update refractoriness set refractory = true, drug = 'bortezomib',"
            " since = (select min(progression_date) from relapse where relapse.patient_id = refractoriness.patient_id)"
        )
        connection.execute(
            "update relapse set biochemical = true, clinical = null, aggressive = null, unknown_because = ['ldh']"
        )
    assert (
        "relapse biochemical, clinical not known; aggressive not known; refractory to bortezomib; missing: LDH"
        in said(read_course(tmp_path, "T11"))
    )
    with duckdb.connect(database) as connection:
        connection.execute(
            "update relapse set biochemical = false, clinical = false, aggressive = false, unknown_because = []"
        )
        connection.execute("update refractoriness set since = since + interval 1 day")
    assert "relapse neither biochemical nor clinical; not aggressive; refractory to no drug" in said(
        read_course(tmp_path, "T11")
    )
    with duckdb.connect(database) as connection:
        connection.execute("drop table relapse")
    assert "refractory to" not in said(read_course(tmp_path, "T11"))


class Page(HTMLParser):
    """A page's elements and text; every tag must be closed in turn."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += "" if self.open[-1:] == ["style"] else data


@pytest.mark.parametrize("case", ["relapse_from_cr", "light_chain_only", "new_bone_lesion", "reported_progression"])
def test_the_page_stands_alone_and_is_well_formed(teaching: Path, tmp_path: Path, case: str) -> None:
    written = write_page(course_of(teaching, case), tmp_path / "new" / "page.html").read_text(encoding="utf-8")
    page = Page(written)
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in page.elements}
    assert not re.search(r"https?:|@import|url\(|javascript:", written)
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["page.html"]


def test_a_skipped_visit_neither_ends_a_run_of_progression_nor_names_a_change(teaching: Path) -> None:
    course = course_of(teaching, "one_fluid_skipped")
    assert [visit["visit_date"].isoformat() for visit in first_progressions(visits_of(course))] == ["2019-07-01"]
    labels = category_labels(visits_of(course), span_of(course))
    assert [label["label"] for label in labels] == ["PR"]


def test_the_page_says_why_and_draws_it(teaching: Path, tmp_path: Path) -> None:
    written = write_page(course_of(teaching, "relapse_from_cr"), tmp_path / "page.html").read_text(encoding="utf-8")
    text = re.sub(r"\s+", " ", Page(written).text)
    assert "2020-11-06. PD by PD.serum: serum M-protein 0.5 g/dL, up 0.5 from the nadir of 0 (2020-06-05)" in text
    assert "Line 1: bortezomib, dexamethasone, lenalidomide" in text
    assert "PD on 2020-11-06, 2020-11-20" in text
    assert "var(--response-pd)" in written


def test_an_unconfirmed_progression_is_marked_as_such(teaching: Path, tmp_path: Path) -> None:
    course = course_of(teaching, "unconfirmed_progression")
    written = write_page(course, tmp_path / "page.html").read_text(encoding="utf-8")
    assert 'class="verdict unconfirmed"' in written
    assert "PD.serum, unconfirmed" in written


def test_what_a_registry_wrote_is_text(made: Path, tmp_path: Path) -> None:
    written = write_page(read_course(made, "HOSTILE"), tmp_path / "page.html").read_text(encoding="utf-8")
    assert HOSTILE in Page(written).text
    assert HOSTILE not in written


def test_a_patient_without_a_line_has_a_course(small: Path, tmp_path: Path) -> None:
    course = read_course(small / "store", "PATIENT-C")
    assert "No line of therapy is recorded" in said(course)
    assert "No line of therapy is recorded" in write_page(course, tmp_path / "p.html").read_text(encoding="utf-8")


def test_same_store_same_page(teaching: Path, tmp_path: Path) -> None:
    course = course_of(teaching, "light_chain_only")
    first = write_page(course, tmp_path / "a.html").read_bytes()
    assert write_page(course, tmp_path / "b.html").read_bytes() == first


def test_the_command_prints_without_colours_where_there_is_no_terminal(teaching: Path) -> None:
    result = mspike_explain("T01", "--store", teaching)
    assert result.exit_code == 0
    assert result.output.startswith("Patient T01: Woman, 62 at diagnosis")
    assert result.output == click.unstyle(result.output)


@pytest.mark.parametrize(
    ("patient", "sentences"),
    [
        (
            "MYELOMA",
            [
                "derived multiple myeloma (DX.myeloma)",
                "recorded MM, as derived",
                "its lower limit 13.7 g/dL (not recorded whether due to the tumour); asked: Haemoglobin below 10",
                # (140 - 70) x 60 / (72 x 2.5)
                "MDE.renal: creatinine 2.5 mg/dL, estimated clearance 23.3333 mL/min; asked: Creatinine clearance",
                "SLIM.flc: κ >2000 mg/L, λ 5 mg/L; asked:",
                "DX.myeloma: clonal plasma cells 42.5 %; asked: Clonal plasma cells at least 10 %",
                "not known AL amyloidosis, plasma cell leukaemia, POEMS syndrome; for want of: circulating plasma",
                "[JSH 2023] Japanese Society of Hematology.",
            ],
        ),
        (
            "FEW",
            [
                "derived none that surely holds",
                "recorded MM, which Table 1 contradicts",
                "does not hold DX.myeloma: clonal plasma cells 8 %, lytic lesions 1; asked:",
            ],
        ),
        (
            "LEUKAEMIA",
            [
                "derived plasma cell leukaemia (DX.pcl)",
                "recorded MM ",
                "DX.pcl: circulating plasma cells 3000 /µL, leucocytes 9000 /µL; asked: Circulating plasma cells above",
            ],
        ),
        ("NOTHING", ["derived none that surely holds recorded no diagnosis not known"]),
    ],
)
def test_the_diagnosis_has_its_clauses_figures_and_what_is_missing(
    made: Path, patient: str, sentences: list[str], tmp_path: Path
) -> None:
    course = read_course(made, patient)
    text = said(course)
    assert [sentence for sentence in sentences if sentence not in text] == []
    assert "Diagnosis by Table 1" in write_page(course, tmp_path / "p.html").read_text("utf-8")


def test_every_diagnosis_has_a_name_and_every_other_clause_figures() -> None:
    assert list(NAMES) == list(DIAGNOSES)
    assert set(CLAUSES) - set(FIGURES) == {"DX.al", "DX.poems"}


def test_a_store_without_the_diagnosis_is_shown_without_it(made: Path, tmp_path: Path) -> None:
    (tmp_path / "registry.duckdb").write_bytes((made / "registry.duckdb").read_bytes())
    with duckdb.connect(tmp_path / "registry.duckdb") as connection:
        connection.execute("drop table diagnosis")
    course = read_course(tmp_path, "MYELOMA")
    assert "Table 1" not in said(course)
    assert "Table 1" not in write_page(course, tmp_path / "p.html").read_text("utf-8")


def test_the_command_writes_the_page(teaching: Path, tmp_path: Path) -> None:
    page = tmp_path / "T01.html"
    result = mspike_explain("T01", "--store", teaching, "--html", page)
    assert (result.exit_code, result.output) == (0, f"page  {page}\n")
    blocked = mspike_explain("T01", "--store", teaching, "--html", page / "below")
    assert (blocked.exit_code, len(blocked.output.splitlines())) == (1, 1)


@pytest.mark.parametrize("asked", ["T99", "T0", "", "#REF!", "Ｔ９９", "T\udcff01"])
def test_an_unknown_patient_is_one_line_and_status_1(teaching: Path, asked: str) -> None:
    result = mspike_explain(asked, "--store", teaching)
    assert (result.exit_code, len(result.output.splitlines())) == (1, 1)
    assert "no such patient" in result.output
    assert "T01" not in result.output


@pytest.mark.parametrize("asked", ["Ｔ０１", " T01 ", "\u3000Ｔ01"])
def test_a_patient_is_found_by_what_an_extract_may_write(teaching: Path, asked: str) -> None:
    result = mspike_explain(asked, "--store", teaching)
    assert (result.exit_code, result.output) == (0, mspike_explain("T01", "--store", teaching).output)


def test_no_store_or_an_unusable_one_is_one_line_and_status_1(tmp_path: Path) -> None:
    absent = mspike_explain("T01", "--store", tmp_path / "nowhere")
    (tmp_path / "registry.duckdb").write_bytes(b"not a database, whatever its name says" * 50)
    broken = mspike_explain("T01", "--store", tmp_path)
    for result, says in ((absent, "mspike run"), (broken, "can't be read")):
        assert (result.exit_code, len(result.output.splitlines())) == (1, 1)
        assert says in result.output


def test_a_store_of_another_version_says_so(tmp_path: Path) -> None:
    with duckdb.connect(tmp_path / "registry.duckdb") as connection:
        connection.execute("create table patients as select 'T01' as patient_id, 1 as source_file, 1 as row_number")
    result = mspike_explain("T01", "--store", tmp_path)
    assert (result.exit_code, len(result.output.splitlines())) == (1, 1)
    assert "another version" in result.output


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (percent(0.5625, 1), "56.3 %"),
        (percent(0.8996, 1), "89.9 %"),  # must not seem to be the limit of 90 %
        (percent(0.9, 1), "90 %"),
        (percent(0.7 - 0.2, 2), "25 %"),
        (number(0.30000000000000004), "0.3"),
        (number(-0.0), "0"),
        (number(1200.0), "1200"),
        (short_name("dagostino2022", "D'Agostino M et al."), "D'Agostino 2022"),
        (short_name("jsh2023", "Japanese Society of Hematology."), "JSH 2023"),
        (short_name("mspike", "A decision."), "decision of mspike"),
        (missing_tests(["flc_kappa", "flc_lambda", "marrow"]), "free light chains, marrow plasma cells"),
        (missing_tests(["flc_lambda"]), "free light chain λ"),
    ],
)
def test_figures_and_names_in_words(text: str, expected: str) -> None:
    assert text.replace("\N{NO-BREAK SPACE}", " ") == expected


def test_columns_that_can_go_go_in_turn() -> None:
    columns = [Column(name, "", ("12345",), rank) for name, rank in (("a", 0), ("b", 1), ("c", 3), ("d", 3))]
    assert [column.heading for column in fitting(columns, 100)[0]] == ["a", "b", "c", "d"]
    assert [column.heading for column in fitting(columns, 20)[0]] == ["a", "b", "c"]
    assert [column.heading for column in fitting(columns, 1)[0]] == ["a"]


@pytest.fixture(scope="module")
def drawn(made: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    page = tmp_path_factory.mktemp("course") / "page.html"
    return write_page(read_course(made, "DRAWN"), page).read_text(encoding="utf-8")


def test_every_visit_s_mark_leads_to_its_row_and_the_row_to_its_clause(drawn: str) -> None:
    rows = set(re.findall(r'<tr id="(visit-[\d-]+)"', drawn))
    assert rows == {"visit-2020-03-05", "visit-2020-07-05"}
    by_keyboard = re.findall(r'<a href="#(visit-[\d-]+)"><title>', drawn)
    assert sorted(by_keyboard) == sorted(rows)
    named = set(re.findall(r'<a href="#((?:clause|why)-[^"]+)"', drawn))
    assert "clause-PR.serum" in named
    assert named <= set(re.findall(r' id="([^"]+)"', drawn))


def test_organ_function_and_each_phase_of_a_line_are_drawn(drawn: str) -> None:
    assert [name for name in ("calcium, mg/dL", "creatinine, mg/dL", "haemoglobin, g/dL") if f">{name}<" in drawn] == [
        "calcium, mg/dL",
        "haemoglobin, g/dL",
    ]
    assert "<title>2020-02-05: 9.1\N{NO-BREAK SPACE}g/dL</title>" in drawn
    assert "<title>induction, 2020-01-10 to 2020-04-30</title>" in drawn
    assert "<title>maintenance, from 2020-08-01, no end recorded</title>" in drawn
    assert drawn.count("<title>autologous transplant, 2020-05-20</title>") == 1
    assert "reference range, as last given" in drawn
