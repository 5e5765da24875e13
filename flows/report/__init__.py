"""The report: one page that stands alone, made from what is stored."""

import os
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from flows.drawing.render import environment
from flows.drawing.words import Words
from flows.report.facts import read_facts
from flows.report.page import page
from flows.report.site import file_name, read_site, site_page
from transforms.disclosure import ROUNDED_TO, THRESHOLD

TEMPLATES = Path(__file__).parent / "templates"
# The sections by the part of the page they stand in, in the order of the page.
CONTENTS = (
    (
        "evidence",
        ("cohort", "stage", "response", "survival", "mrd", "courses", "relapse", "precursors", "events", "published"),
    ),
    ("quality", ("quality", "agreement", "unknown", "checks", "quarantine", "changes")),
    ("methods", ("methods",)),
)


def write_report(
    database: Path, folder: Path, *, internal: bool = False, lang: str = "en", output: Path | None = None
) -> Path:
    """Write `folder/index.html` (or `output`) from the store's database and return its path.

    The page has counts and curves, no row of a patient, and loads nothing. The same store gives the same page. Raises
    FileNotFoundError where there is no database.
    """
    text = report_text(database, internal=internal, lang=lang)
    return _write(text, output or folder / "index.html")


def report_text(database: Path, *, internal: bool = False, lang: str = "en") -> str:
    """The page that `write_report` writes, as text."""
    words = Words(lang)
    context = {"contents": CONTENTS, **page(read_facts(database, internal=internal), words, internal=internal)}
    return _rendered("index.html.j2", context, words, internal=internal)


def write_site(
    database: Path, folder: Path, site: str, *, internal: bool = False, lang: str = "en", output: Path | None = None
) -> Path:
    """Write a site's own page, `folder/site-….html` (or `output`), and return its path; an internal one names patients.

    Raises FileNotFoundError where there is no database, SiteError for a site that is not in it.
    """
    words = Words(lang)
    context = site_page(read_site(database, site, internal=internal), words, site)
    target = output or folder / file_name(site, internal=internal)
    return _write(_rendered("site.html.j2", context, words, internal=internal), target)


def _rendered(template: str, context: dict[str, Any], words: Words, *, internal: bool) -> str:
    return _templates(words.lang).get_template(template).render(context, internal=internal)


def _write(text: str, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.new")  # two may write the page at once
    try:
        unfinished.write_text(text, encoding="utf-8")
        os.replace(unfinished, target)  # whoever has the page open never reads half of it
    finally:
        unfinished.unlink(missing_ok=True)
    return target


@cache  # templates are compiled once: pages of a process share them
def _templates(lang: str) -> Environment:
    words = Words(lang)
    templates = environment(TEMPLATES, words=words)
    templates.filters["count"] = partial(_count, words)
    templates.globals.update(least=THRESHOLD, nearest=ROUNDED_TO)
    return templates


def _count(words: Words, number: float | None) -> str:
    """A count for a cell; that it is hidden is said softly, or a table of a small registry would say nothing else."""
    return (
        words.count(number) if number is not None else Markup('<span class="hid">{}</span>').format(words.count(None))
    )
