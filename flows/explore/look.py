"""How the pages look: the report's style, its script and a little more, and the templates of this folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment

from flows.drawing.render import TEMPLATES as DRAWING
from flows.drawing.render import environment
from flows.drawing.words import Words
from flows.explain.patient_page import TEMPLATES as EXPLAIN
from flows.explore.asked import Asked
from flows.explore.pages import PAGES
from flows.report import TEMPLATES as REPORT
from flows.settings.languages import LANGUAGES

TEMPLATES = Path(__file__).parent / "templates"
OF_PATIENTS = ("patients", "patient")  # pages that are quickly made, and as many as there are patients: not kept


def _joined(*files: Path) -> str:
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


LOOK = {  # file -> media type, and what it holds
    "explore.css": (
        "text/css",
        _joined(
            DRAWING / "style.css",
            REPORT / "charts.css",
            REPORT / "report.css",
            EXPLAIN / "patient.css",
            TEMPLATES / "explore.css",
        ),
    ),
    "explore.js": ("text/javascript", _joined(REPORT / "report.js", TEMPLATES / "explore.js")),
}


def page_of(asked: Asked, name: str) -> str:
    """A page as its address asks for it; made once a day (it says when it was read), and kept among what else was made
    of the run.
    """

    def make() -> str:
        return whole_page(asked, name, PAGES[name].template, PAGES[name].page(asked))

    if name in OF_PATIENTS:
        return make()
    of = (repr(asked.analysis), repr(sorted(asked.parameters.items())), asked.words.lang, asked.newest, asked.today)
    made: str = asked.registry.made(("page", name, *of), make)
    return made


def whole_page(asked: Asked, name: str, template: str, content: Mapping[str, Any]) -> str:
    """A page with what is around it. Whatever a registry or an address wrote is text, never markup."""
    frame = {
        "token": asked.token,
        "title": asked.words.t(f"explore.page.{name}"),
        "navigation": [
            {"name": asked.words.t(f"explore.page.{page}"), "href": asked.link(page), "is_here": page == name}
            for page, one in PAGES.items()
            if one.is_offered
        ],
        "languages": _languages(asked.words, lambda lang: asked.here(name, lang=lang)),
        "newer": asked.here(name, run=asked.newest) if asked.newest != asked.run else None,
        "run": asked.registry.run,
    }
    return _templates(asked.words.lang).get_template(template).render({**content, **frame, "asked": asked})


def error_page(
    token: str, words: Words, default_lang: str, *, title: str, said: str, link: tuple[str, str] | None
) -> str:
    """A page that says why there is none, with links to those that there are; `link`: words, and where it leads."""
    spoken = "" if words.lang == default_lang else f"?lang={words.lang}"
    frame = {
        "token": token,
        "title": title,
        "navigation": [
            {"name": words.t(f"explore.page.{page}"), "href": f"/{token}/{page}{spoken}", "is_here": False}
            for page, one in PAGES.items()
            if one.is_offered
        ],
        "languages": [],
        "newer": None,
        "run": None,
        "said": said,
        "link": link,
    }
    return _templates(words.lang).get_template("error.html.j2").render(frame)


def _languages(words: Words, href: Callable[[str], str]) -> list[dict[str, Any]]:
    return [
        {"lang": lang, "name": Words(lang).t("explore.language"), "href": href(lang), "is_here": lang == words.lang}
        for lang in LANGUAGES
    ]


@cache
def _templates(lang: str) -> Environment:
    return environment(TEMPLATES, EXPLAIN, words=Words(lang))
