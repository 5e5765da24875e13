"""The page of cohorts: a plain form whose address is the cohorts, how each filter divides them, and who they are."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlencode, urlsplit

import polars as pl
import pytest

from flows.explore.address import read
from flows.explore.asked import LANG, RUN
from flows.explore.pages import PAGES
from flows.query.cohort_file import as_toml, from_toml
from tests.explore.conftest import Client
from transforms.cohorts import LETTERS, Analysis, Cohort
from transforms.cohorts.baseline import baseline
from transforms.cohorts.filters import PLACES

ASKED = (
    "origin=line_start&line=1&landmark=6&endpoint=PFS&a.name=Transplanted&a.transplant=yes&a.year=2012.."
    "&b.name=Others&b.transplant=no&b.not.iss=III&b.drug=LEN%2C+BOR&b.not.drug=melphalan"
)


class Form(HTMLParser):
    """What a browser sends of the form of a class, as it stands."""

    def __init__(self, text: str, of: str) -> None:
        super().__init__()
        self.forms: dict[str, list[tuple[str, str]]] = {}
        self.open: list[tuple[str, str]] = []
        self.select, self.is_chosen = "", False
        self.feed(text)
        self.fields = self.forms[of]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value = given.get("name"), given.get("value") or ""
        if tag == "form":
            self.open = self.forms.setdefault(given.get("class") or "", [])
        elif tag == "input" and name and (given.get("type") != "checkbox" or "checked" in given):
            self.open.append((name, value))
        elif tag == "select":
            self.select = name or ""
        elif tag == "option":
            self.is_chosen = "selected" in given

    def handle_data(self, data: str) -> None:
        if self.is_chosen:
            self.open.append((self.select, data))
            self.is_chosen = False


def analysis_of(query: str) -> Analysis:
    pairs = parse_qsl(query)
    return read([pair for pair in pairs if pair[0] not in (LANG, RUN, *PAGES["cohort"].parameters)])


def links(text: str, said: str) -> list[Analysis]:
    found = re.findall(rf'<a[^>]* href="([^"]+)"[^>]*>{re.escape(said)}</a>', text)
    return [analysis_of(urlsplit(html.unescape(href)).query) for href in found]


@pytest.mark.parametrize("edited", ["a", "b"])
@pytest.mark.parametrize("lang", ["en", "ja"])
def test_a_form_that_is_sent_unchanged_asks_for_the_same(client: Client, edited: str, lang: str) -> None:
    answer = client.page("cohort", f"{ASKED}&edit={edited}&lang={lang}")
    assert answer.status_code == 200
    fields = Form(answer.text, "filters").fields
    assert analysis_of(urlencode(fields)) == analysis_of(ASKED)
    time = Form(answer.text, "time").fields
    assert analysis_of(urlencode(time)) == analysis_of(ASKED)


def test_a_filter_that_is_ticked_is_added_to_the_cohort_that_is_edited(client: Client) -> None:
    text = client.page("cohort").text
    fields = [*Form(text, "filters").fields, ("a.iss", "II"), ("a.iss", "unknown"), ("a.year", "2015..")]
    asked = analysis_of(urlencode(fields))
    assert asked == Analysis(cohorts=(Cohort("All patients", {"iss": ("II", "unknown"), "year": ("2015..",)}),))
    answer = client.page("cohort", urlencode(fields))
    assert 'value="II" checked' in answer.text
    assert "ISS: II or unknown" in answer.text


def test_links_add_copy_remove_and_unfilter_cohorts(client: Client) -> None:
    text, asked = client.page("cohort", ASKED).text, analysis_of(ASKED)
    first, second = asked.cohorts
    [added] = links(text, "Add a cohort")
    assert added.cohorts == (first, second, Cohort("Cohort 3"))
    copied, _ = links(text, "Copy")
    assert copied.cohorts == (first, second, Cohort("Transplanted, copy", first.where))
    assert [one.cohorts for one in links(text, "Remove")] == [(second,), (first,)]
    assert links(text, "×")[0].cohorts[0].where == {"year": ("2012..",)}
    whole = client.page("cohort", "&".join(f"{letter}.name=x" for letter in LETTERS)).text
    assert links(whole, "Add a cohort") == links(whole, "Copy") == []


def test_another_start_of_time_leaves_out_what_is_not_known_then(client: Client) -> None:
    text = client.page("cohort", ASKED).text
    [diagnosis] = links(text, "Diagnosis")
    assert (diagnosis.origin, diagnosis.endpoint, diagnosis.landmark_months) == ("diagnosis", "OS", 6.0)
    assert diagnosis.cohorts[1].where == {"transplant": ("no",), "not.iss": ("III",)}
    [without] = links(text, "No landmark")
    assert without.cohorts[0].where == {"year": ("2012..",)}


def test_what_is_known_only_later_can_not_be_ticked_without_a_landmark(client: Client) -> None:
    assert 'name="a.transplant"' not in client.page("cohort").text
    assert "immortal time" in client.page("cohort").text
    answer = client.page("cohort", "a.transplant=yes")
    assert answer.status_code == 400
    assert "immortal time" in answer.text


def test_the_numbers_of_the_steps_are_those_of_the_registry_and_lead_to_their_list(client: Client) -> None:
    text = client.page("cohort", ASKED).text
    with client.explorer.runs.read(None) as (held, _):
        steps = held.registry.steps(analysis_of(ASKED))
    listed = re.findall(r'<a href="([^"]+patients[^"]+of=step[^"]+)">([\d,]+)</a>', text)
    why = re.findall(r'<a href="([^"]+of=step%3A[ab]%3Alandmark%3An_[^"]+)">[^<\d]*(\d+)[^<]*</a>', text)
    not_followed = [row[f"n_{place}"] for row in steps.to_dicts() for place in PLACES if row[f"n_{place}"]]
    assert [int(said) for _, said in why] == not_followed
    assert len(why) >= 4
    for link, said in why:
        csv = client.page("patients/figure/list.csv", html.unescape(link).partition("?")[2]).text
        assert len(csv.strip().splitlines()) - 1 == int(said), link
    counts = [row[part] for row in steps.to_dicts() for part in ("kept", "left_out", "unknown") if row[part]]
    assert [int(said.replace(",", "")) for _, said in listed] == counts
    path = html.unescape(listed[-1][0]).removeprefix(f"/{client.token}/")
    answer = client.page(*path.split("?", 1))
    assert answer.status_code == 200


def test_the_file_of_the_page_is_read_by_it_again(client: Client) -> None:
    text = client.page("cohort", ASKED).text
    [saved] = re.findall(r'<textarea id="toml"[^>]*>(.*?)</textarea>', text, re.DOTALL)
    assert from_toml(html.unescape(saved)) == analysis_of(ASKED)
    [download] = re.findall(r'href="data:application/toml;charset=utf-8,([^"]+)" download', text)
    assert dict(parse_qsl(f"x={download}"))["x"] == html.unescape(saved)
    answer = client.page("cohort", toml=as_toml(analysis_of(ASKED)))
    assert links(answer.text, "Open these cohorts") == [analysis_of(ASKED)]
    wrong = client.page("cohort", toml="origin = 3")
    assert wrong.status_code == 200
    assert "origin is a word" in wrong.text


def test_a_hostile_name_is_text(client: Client) -> None:
    name = '"><script>alert(1)</script>'
    answer = client.page("cohort", urlencode({"a.name": name, "a.site": name}))
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert html.escape(name, quote=False) in answer.text.replace("&#34;", '"')


def test_the_characteristics_of_a_cohort_are_those_of_its_members() -> None:
    members = pl.DataFrame(
        {
            "cohort": ["a", "a", "a", "b"],
            "patient_id": ["p", "q", "r", "p"],
            "age": [60, 70, None, 60],
            "iss": ["I", "III", "III", "I"],
            "abnormality": [["del17p"], [], [], ["del17p"]],
            "abnormality_open": [[], [], ["del17p"], []],
        },
        schema_overrides={"abnormality": pl.List(pl.String), "abnormality_open": pl.List(pl.String)},
    )
    figures = pl.DataFrame({"patient_id": ["p", "q"]}).with_columns(
        **{
            name: pl.Series([10.0, 12.0])
            for name in (
                *("hemoglobin", "creatinine", "calcium", "albumin", "beta2_microglobulin", "ldh"),
                *("serum_m_protein", "urine_m_protein", "marrow"),
            )
        }
    )
    found = baseline(members, figures)

    def rows(name: str) -> list[tuple[object, ...]]:
        return found.filter(characteristic=name).drop("characteristic").rows()

    assert rows("age") == [("a", None, None, 2, 65.0, 62.5, 67.5), ("b", None, None, 1, 60.0, 60.0, 60.0)]
    assert rows("iss") == [
        ("a", "I", 1, 3, None, None, None),
        ("b", "I", 1, 1, None, None, None),
        ("a", "III", 2, 3, None, None, None),
    ]
    assert rows("abnormality")[:2] == [("a", "del17p", 1, 2, None, None, None), ("b", "del17p", 1, 1, None, None, None)]
    assert [row[3] for row in rows("hemoglobin")] == [2, 1]
