"""`mspike explain`: one patient's course on the terminal, or as one page."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import click

from flows.commands import options
from flows.endings import stop, unwritten
from flows.explain.course import Course, read_course
from flows.explain.terminal import WIDEST, as_text
from flows.privacy.escaping import printable

STYLES: dict[str, dict[str, Any]] = {"heading": {"bold": True}, "pd": {"fg": "red"}, "source": {"dim": True}}


@click.command()
@click.argument("patient")
@options.STORE
@click.option("--html", "page", type=options.PATH, help="Write one page, with the curve, into this file.")
def explain(patient: str, store: Path, page: Path | None) -> None:
    """One patient's course: every visit, its response, why, and which test was missing."""
    course = read_course(store, patient)
    if page:
        _write(course, page)
        return
    # Away from a terminal click takes the styles out again.
    for line in as_text(course, shutil.get_terminal_size((WIDEST, 24)).columns):
        click.echo(click.style(printable(line.text), **STYLES.get(line.kind, {})))


def _write(course: Course, page: Path) -> None:
    from flows.explain.patient_page import write_page  # what draws takes long to load

    try:
        click.echo(f"page  {write_page(course, page)}")
    except OSError as error:
        stop(f"{page}: {unwritten(error.errno)}")
