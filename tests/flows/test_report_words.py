"""The catalogues say the same things in both languages, and everything that the page asks them for."""

import re
import string
from itertools import pairwise

import pytest

from flows.drawing.words import CATALOGUES, Words, catalogue
from flows.explore.look import TEMPLATES as EXPLORE
from flows.report import TEMPLATES

# English is the definition itself, in the store.
ONLY_JAPANESE = ("indicator.", "check.", "grade.")
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
# Written the same in both: codes of the guideline, names of programs, signs.
SAME = re.compile(r"[A-Za-z0-9κβ\-(),;+ /–]*")


def _forms(entry: object) -> list[str]:
    return [entry] if isinstance(entry, str) else list(entry.values())  # type: ignore[attr-defined]


def _placeholders(entry: object) -> set[str]:
    return {name for form in _forms(entry) for _, name, _, _ in string.Formatter().parse(form) if name}


def test_both_languages_have_the_same_keys():
    english, japanese = catalogue("en"), catalogue("ja")
    assert {key for key in japanese if not key.startswith(ONLY_JAPANESE)} == set(english)


def test_both_languages_ask_for_the_same_values():
    english, japanese = catalogue("en"), catalogue("ja")
    assert {key: _placeholders(english[key]) for key in english} == {
        key: _placeholders(japanese[key]) for key in english
    }


def test_japanese_is_japanese():
    for key, entry in catalogue("ja").items():
        for form in _forms(entry):
            text = re.sub(r"\{\w+\}", "", form)
            assert JAPANESE.search(text) or SAME.fullmatch(text) or key in UNCHANGED, key


UNCHANGED = {"per_cent", "interval", "points", "list.comma", "list.and", "list.semicolon", "opening.evidence_of"} | {
    "bar_in_words",
    "chart.ci",
    "chart.separator",
    "chart_title",
    "finding.quality_text",
    "methods.software",
    "mrd.landmark_table",
}


def test_every_word_that_a_template_names_is_in_the_catalogue():
    entries = catalogue("en")
    named = [
        key
        for template in [*TEMPLATES.glob("*.j2"), *EXPLORE.glob("*.j2")]
        for key in re.findall(r'\bt\("([\w.-]+)"[,)]', template.read_text(encoding="utf-8"))
    ]
    assert len(named) > 100
    assert [key for key in named if key not in entries] == []


def test_no_key_stands_in_two_files():
    for language in ("en", "ja"):
        sections = [
            section
            for path in CATALOGUES.glob(f"{language}*.toml")
            for section in re.findall(r"^\[(.+)\]$", path.read_text(encoding="utf-8"), re.MULTILINE)
        ]
        assert all(before != after for before, after in pairwise(sorted(sections)))


@pytest.mark.parametrize(
    ("language", "n", "says"),
    [("en", 1, "at 1 site"), ("en", 1200, "at 1,200 sites"), ("ja", 1, "1施設"), ("ja", 8, "8施設")],
)
def test_a_sentence_goes_by_its_number(language: str, n: int, says: str):
    assert Words(language).t("opening.sites", n=n) == says


def test_a_hidden_number_is_said_to_be_hidden():
    assert Words("en").t("stage.system_unknown", system="ISS") == "ISS unknown"
    assert Words("en").t("opening.sites", n=None) == "at hidden sites"
    assert Words("ja").count(None) == "非表示"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (Words("ja").percent(1, 3), "33%"),
        (Words("en").interval_of_shares(0.31, 0.42), "31 % to 42 %"),
        (Words("en").interval_of_shares(None, 0.42), "–"),
        (Words("en").points(0.70, 0.7375), "+3.8 points"),
        (Words("en").points(0.70, 0.65), "\N{MINUS SIGN}5.0 points"),
        (Words("en").p_phrase(0.0001), "log-rank p <0.001"),
        (Words("en").p_phrase(0.0342), "log-rank p = 0.034"),
        (Words("en").and_all(["a"]), "a"),
        (Words("en").and_all(["a", "b", "c"]), "a, b and c"),
        (Words("ja").and_all(["甲", "乙"]), "甲、乙"),
        (Words("en").months(None), "not reached"),
        (Words("en").name("test", "a_new_code"), "a new code"),
    ],
)
def test_numbers_as_each_language_writes_them(said: str, expected: str):
    assert said.replace("\N{NARROW NO-BREAK SPACE}", " ") == expected


def test_a_language_without_a_catalogue_is_refused():
    with pytest.raises(KeyError, match="en, ja"):
        Words("de")
