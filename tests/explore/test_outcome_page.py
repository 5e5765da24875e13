"""The page of outcomes: its numbers are the command's, its links lead on, and all is said in both languages."""

from __future__ import annotations

import html
import io
import re
from pathlib import Path
from urllib.parse import urlencode

import polars as pl
import pytest
from click.testing import CliRunner

from flows.commands.query import query
from flows.drawing.words import Words, catalogue
from flows.explore.outcome_text import methods_text
from flows.query import outcome
from flows.settings.languages import LANGUAGES
from tests.explore.conftest import Client
from transforms.cohorts.analysis import ENDPOINTS

LINE_1 = "origin=line_start&line=1"
ANALYSES = {
    "stages": "by=iss",
    "landmark": f"{LINE_1}&endpoint=PFS&landmark=12&by=mrd",
    "incidence": f"{LINE_1}&endpoint=TTP&by=r_iss",
    "cohorts": "a.name=women&a.sex=F&b.name=men&b.sex=M&by=iss",
    "every line": "origin=line_start&endpoint=PFS&by=line",
    "nobody": "a.name=none&a.year=1900",
}


def _rows(text: str) -> pl.DataFrame:
    return pl.read_csv(io.StringIO(text), infer_schema_length=None)


def _saved(client: Client, asked: str, folder: Path) -> Path:
    """The file that the page says to save."""
    [toml] = re.findall(r"<pre[^>]*><code>(.*?)</code>", client.page("outcome", asked).text, re.DOTALL)[:1]
    file = folder / "analysis.toml"
    file.write_text(html.unescape(toml), encoding="utf-8")
    return file


@pytest.mark.parametrize("asked", ANALYSES.values(), ids=ANALYSES)
def test_the_command_of_the_page_gives_the_page_s_numbers(
    client: Client, synthetic: Path, asked: str, tmp_path: Path
) -> None:
    file = _saved(client, asked, tmp_path)
    done = CliRunner().invoke(query, ["--cohort", str(file), "--outcome", "--store", str(synthetic), "--format", "csv"])
    assert done.exit_code == 0, done.output
    taken = client.page("outcome/figure/numbers.csv", asked).text
    assert done.stdout == taken
    assert _rows(taken).height > 0
    assert outcome(file, store=synthetic).height == _rows(taken).height


def test_the_numbers_of_the_page_are_those_of_its_file(client: Client) -> None:
    page = client.page("outcome", ANALYSES["stages"]).text
    numbers = _rows(client.page("outcome/figure/numbers.csv", ANALYSES["stages"]).text)
    for row in numbers.filter(part="survival", figure="n").to_dicts():
        assert re.search(rf"{row['stratum']}</th>\s*<td>(<a [^>]*>)?{row['value']:.0f}(</a>)?</td>", page)
    for row in numbers.filter(part="cox", figure="hazard_ratio").to_dicts():
        assert f"{row['value']:.2f}<small>{row['ci_low']:.2f} to {row['ci_high']:.2f}</small>" in page
    for row in numbers.filter(part="rmst", figure="difference_months").to_dicts():
        assert f"{abs(row['value']):.1f}<small>" in page
    [p] = numbers.filter(part="comparison", figure="logrank")["p"]
    assert html.escape(Words().p_value(p)) in page


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_every_endpoint_has_its_page(client: Client, endpoint: str, lang: str) -> None:
    for landmark in ("", "6") if lang == LANGUAGES[0] else ("6",):
        answer = client.page("outcome", f"{LINE_1}&endpoint={endpoint}&landmark={landmark}&by=sex&lang={lang}")
        assert answer.status_code == 200
        assert Words(lang).t(f"explore_outcome.of.{endpoint}") in answer.text
        assert html.escape(Words(lang).t("explore_outcome.warning.not_assigned")) in answer.text


@pytest.mark.parametrize("asked", ["", f"{LINE_1}&endpoint=PFS&censoring=ema&by=regimen_class", "a.iss=III"])
def test_every_choice_leads_to_a_page(client: Client, asked: str) -> None:
    chips = re.findall(r'<div class="chips".*?</div>', client.page("outcome", asked).text, re.DOTALL)
    links = [html.unescape(link) for chip in chips for link in re.findall(r'href="([^"]+)"', chip)]
    assert len(links) >= 10
    for link in links:
        assert client.ask(link).status_code == 200


def test_what_the_cohorts_can_t_be_asked_is_no_link(client: Client) -> None:
    page = client.page("outcome", f"{LINE_1}&endpoint=OS&a.name=x&a.drug=lenalidomide").text
    assert '<span class="off" aria-disabled="true">Diagnosis</span>' in page


def test_what_is_known_only_later_is_offered_from_a_landmark_only(client: Client) -> None:
    early, late = (client.page("outcome", f"{LINE_1}&endpoint=PFS{more}").text for more in ("", "&landmark=12"))
    assert 'value="mrd"' not in early
    assert 'value="mrd"' in late
    refused = client.page("outcome", f"{LINE_1}&endpoint=PFS&by=mrd")
    assert refused.status_code == 400


def test_the_form_keeps_the_cohorts(client: Client) -> None:
    asked = urlencode({"a.name": "<b>women</b>", "a.sex": "F", "endpoint": "OS", "lang": "ja"})
    page = client.page("outcome", asked).text
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))
    assert hidden["a.sex"] == "F"
    assert hidden["lang"] == "ja"
    assert html.unescape(hidden["a.name"]) == "<b>women</b>"
    assert "<b>women</b>" not in page


def _listed(client: Client, link: str) -> int:
    """How many rows the list behind a number has."""
    found = client.ask(html.unescape(link))
    assert found.status_code == 200
    rows = client.ask(html.unescape(link).replace("/patients?", "/patients/figure/list.csv?"))
    return _rows(rows.text).height


@pytest.mark.parametrize("asked", [ANALYSES["stages"], f"{LINE_1}&endpoint=TTR", f"{LINE_1}&endpoint=PFS&by=sex"])
def test_a_number_is_the_length_of_its_list(client: Client, asked: str) -> None:
    page = client.page("outcome", asked).text
    links = re.findall(r'<a href="([^"]*of=outcome[^"]*)">\N{MINUS SIGN}?([\d,]+)</a>', page)
    assert links
    for link, number in links:
        assert _listed(client, link) == int(number.replace(",", ""))


@pytest.mark.parametrize("listing", ["outcome:IV:n", "outcome_without:b:no_time", "outcome_without:a:nothing"])
def test_a_list_that_is_not_there_is_said_not_to_be(client: Client, listing: str) -> None:
    assert client.page("patients", urlencode({"by": "iss", "of": listing})).status_code == 400


@pytest.mark.parametrize("name", ["curves", "competing"])
def test_both_figures_of_a_cumulative_incidence_can_be_taken(client: Client, name: str) -> None:
    svg = client.page(f"outcome/figure/{name}.svg", ANALYSES["incidence"])
    assert svg.status_code == 200
    assert "var(" not in svg.text
    rows = _rows(client.page(f"outcome/figure/{name}.csv", ANALYSES["incidence"]).text)
    assert rows["cause"].unique().to_list() == ["progression" if name == "curves" else "death"]


def test_a_name_in_a_figure_is_text(client: Client) -> None:
    asked = urlencode({"a.name": "<script>", "a.sex": "F", "b.name": "men & co", "b.sex": "M"})
    svg = client.page("outcome/figure/curves.svg", asked).text
    assert "<script>" not in svg
    assert "&lt;script&gt;" in svg


@pytest.mark.parametrize(("name", "form"), [("numbers", "svg"), ("numbers", "png"), ("competing", "svg")])
def test_rows_without_a_drawing_have_no_picture(client: Client, name: str, form: str) -> None:
    assert client.page(f"outcome/figure/{name}.{form}").status_code == 404


def test_more_groups_than_can_be_told_apart_are_counted_and_not_drawn(client: Client) -> None:
    asked = urlencode(
        [("by", "iss"), *((f"{letter}.age", f"{low}..") for letter, low in zip("abc", (40, 50, 60), strict=True))]
    )
    page = client.page("outcome", asked)
    assert page.status_code == 200
    assert "9 groups" in page.text
    assert "data-chart" not in page.text


def test_no_one_is_said_to_be_in_no_curve(client: Client) -> None:
    page = client.page("outcome", ANALYSES["nobody"])
    assert page.status_code == 200
    assert Words().t("explore_outcome.curves_none") in page.text


def test_the_text_for_the_methods_says_what_was_done_and_nothing_else(client: Client) -> None:
    def text(asked: str) -> str:
        page = client.page("outcome", asked).text
        [found] = re.findall(r'<div class="card methods">\s*<p>(.*?)</p>', page, re.DOTALL)
        return html.unescape(found)

    alone = text("")
    assert "log-rank" not in alone
    assert "Cox" not in alone
    landmark = text(ANALYSES["landmark"])
    assert "landmark 12 months later" in landmark
    assert "IMWG rule" in landmark
    assert "robust by patient" in text(ANALYSES["every line"])
    assert "Gray" in text(ANALYSES["incidence"])
    assert "FDA rule" in text(f"{LINE_1}&endpoint=PFS&censoring=fda")


def test_the_text_for_the_methods_is_in_the_other_language_too(client: Client) -> None:
    page = client.page("outcome", ANALYSES["stages"]).text
    with client.explorer.runs.read(None) as (held, _):
        from flows.query.asked_outcome import outcome_of
        from transforms.cohorts import Analysis

        registry = held.registry
        found = outcome_of(registry, Analysis(by="iss"))
        assert methods_text(found, registry.run, registry.settings, Words("ja")) in html.unescape(page)


def test_every_code_that_can_be_said_has_words() -> None:
    from transforms.cohorts.filters import PLACES
    from transforms.cohorts.outcomes import CAUSES

    known = catalogue("en")
    said = {f"explore_outcome.cause.{cause}" for causes in CAUSES.values() for cause in causes}
    said |= {f"explore_outcome.{kind}.{name}" for kind in ("of", "chip", "text") for name in ENDPOINTS}
    said |= {f"explore_outcome.reason.{place}" for place in PLACES}
    for source in ("comparability", "outcomes"):
        text = (Path(__file__).parents[2] / f"transforms/cohorts/{source}.py").read_text(encoding="utf-8")
        said |= {f"explore_outcome.warning.{code}" for code in re.findall(r'Caveat\("(\w+)"', text)}
        said |= {f"explore_outcome.refused.{code}" for code in re.findall(r'return "(\w+)"', text)}
    fits = [*Path(__file__).parents[2].joinpath("transforms/models").glob("*.py")]
    reasons = {code for path in fits for code in re.findall(r'Fit\(\{\}, "(\w+)"', path.read_text(encoding="utf-8"))}
    said |= {f"explore_outcome.model_reason.{code}" for code in reasons - {"never_in_state"}}  # of time-varying ones
    assert len(said) > 40
    assert sorted(said - set(known)) == []


def test_a_command_without_its_file_or_store_says_so(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text("", encoding="utf-8")
    runner = CliRunner()
    assert "--cohort" in str(runner.invoke(query, ["--outcome"]).exception)
    assert "--store" in str(runner.invoke(query, ["--cohort", str(file), "--outcome"]).exception)
