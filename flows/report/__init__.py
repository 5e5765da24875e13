"""The report: one page that stands alone, made from what is stored."""

import os
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from flows.report.facts import read_facts
from flows.report.page import page
from flows.report.words import FILTERS, Words

TEMPLATES = Path(__file__).parent / "templates"


def write_report(database: Path, folder: Path, *, lang: str = "en") -> Path:
    """Write `folder/index.html` from the store's database and return its path.

    The page has counts and curves, no row of a patient; it loads nothing. The same store gives the same
    page. Raises FileNotFoundError where there is no database.
    """
    text = _templates().get_template("index.html.j2").render(page(read_facts(database), Words(lang)))
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "index.html"
    unfinished = folder / "index.html.new"
    unfinished.write_text(text, encoding="utf-8")
    os.replace(unfinished, target)  # whoever has the page open never reads half of it
    return target


def _templates() -> Environment:
    # What a registry calls its sites is text, never markup: everything is escaped.
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS)
    return environment
