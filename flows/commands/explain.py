"""`mspike explain`: one patient's course on the terminal, or as one page."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, NoReturn

import click

FAILED = 1
STYLES: dict[str, dict[str, Any]] = {"heading": {"bold": True}, "pd": {"fg": "red"}, "source": {"dim": True}}


@click.command()
@click.argument("patient")
@click.option("--store", type=click.Path(path_type=Path), required=True, help="Folder that a run wrote.")
@click.option("--html", "page", type=click.Path(path_type=Path), help="Write one page, with the curve, into this file.")
def explain(patient: str, store: Path, page: Path | None) -> None:
    """One patient's course: every visit, its response, why, and which test was missing."""
    from flows.explain.course import NoCourseError, read_course
    from flows.store import StoreError

    try:
        course = read_course(store, patient)
    except (NoCourseError, StoreError) as error:
        _stop(str(error))
    if page:
        _write(course, page)
        return
    from flows.explain.terminal import WIDEST, as_text
    from flows.privacy.escaping import printable

    # Away from a terminal click takes the styles out again.
    for line in as_text(course, shutil.get_terminal_size((WIDEST, 24)).columns):
        click.echo(click.style(printable(line.text), **STYLES.get(line.kind, {})))


def _write(course: Any, page: Path) -> None:
    from flows.explain.patient_page import write_page

    try:
        click.echo(f"page  {write_page(course, page)}")
    except OSError as error:
        _stop(f"{page}: can't be written ({error.strerror}); name a file in a folder you may write to")


def _stop(message: str) -> NoReturn:
    click.echo(f"mspike: {message}", err=True)
    raise SystemExit(FAILED)
