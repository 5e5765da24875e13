"""The course as text for a terminal: no wider than it, and styled only where whoever prints it wants that."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from flows.explain import overview
from flows.explain.course import Course, Line
from flows.explain.measures import NBSP
from flows.explain.remarks import Remark, remarks
from flows.explain.table import Column, fitting, visit_columns, width_of
from flows.explain.why_diagnosis import diagnosis

WIDEST, NARROWEST = 100, 72
INDENT = "  "


@dataclass(frozen=True)
class Printed:
    """A line of text and what it is: plain, heading, or pd (a line about progression)."""

    text: str
    kind: str = "plain"


def as_text(course: Course, width: int = WIDEST) -> list[Printed]:
    """The course, line by line, within the width (72 to 100 columns)."""
    width = max(NARROWEST, min(WIDEST, width))
    lines = [*_head(course, width)]
    for line in course.lines:
        lines += _line(course, line, width)
    if not course.lines:
        lines += [Printed(""), *_wrapped("No line of therapy is recorded, so there is no visit to judge.", width)]
    for heading, tail in (("MRD", overview.mrd(course)), ("Recorded, but could not be read", overview.unread(course))):
        if tail:
            lines += [Printed(""), Printed(heading, "heading")]
            lines += [printed for said in tail for printed in _wrapped(said, width, INDENT, 14)]
    for name, citation in overview.sources(course, [line.text for line in lines]):
        lines += [Printed("")] if lines[-1].kind != "source" else []
        lines += [Printed(printed.text, "source") for printed in _wrapped(f"[{name}] {citation}", width, "", 2)]
    return [Printed(line.text.replace(NBSP, " ").rstrip(), line.kind) for line in lines]


def _head(course: Course, width: int) -> Iterator[Printed]:
    yield from _wrapped(f"Patient {course.patient['patient_id']}: {overview.about(course)}", width, kind="heading")
    yield from _wrapped(f"Judged by {overview.criteria(course)}", width)
    yield Printed("")
    for heading, found in (("Diagnosis by Table 1", diagnosis(course)), ("Outlook", overview.outlook(course))):
        if found:
            yield Printed(heading, "heading")
            yield from _facts(found, width)
            yield Printed("")
    yield Printed("Stage at diagnosis", "heading")
    yield from _facts(overview.stage(course), width)
    yield from _endpoints(course, None, width)


def _line(course: Course, line: Line, width: int) -> Iterator[Printed]:
    yield Printed("")
    yield from _wrapped(overview.title(line), width, kind="heading")
    yield from _facts(overview.line_facts(course, line), width)
    if line.visits:
        yield Printed("")
        yield from _table(course, line, width)
        yield Printed("")
    for remark in remarks(course, line):
        yield from _remark(remark, width)
    yield Printed("")
    yield from _endpoints(course, line.number, width)


def _facts(facts: overview.Facts, width: int) -> Iterator[Printed]:
    longest = max(len(name) for name, _ in facts)
    for name, said in facts:
        yield from _wrapped(f"{name:<{longest}}  {said}".replace("  ", NBSP * 2), width, INDENT, longest + 4)


def _endpoints(course: Course, line: int | None, width: int) -> Iterator[Printed]:
    rows = overview.endpoints(course, line)
    widths = [max((len(row[i]) for row in rows), default=0) for i in range(3)]
    for name, days, ended, why in rows:
        cells = f"{name:<{widths[0]}}  {days:>{widths[1]}}  {ended:<{widths[2]}}  ".replace(" ", NBSP)
        yield from _wrapped(f"{cells}{why}", width, INDENT, sum(widths) + 8)


def _table(course: Course, line: Line, width: int) -> Iterator[Printed]:
    columns, left_out = fitting(visit_columns(course, line), width - len(INDENT))
    for part in ("heading", "unit") if any(column.unit for column in columns) else ("heading",):
        yield Printed(INDENT + "  ".join(_cell(column, getattr(column, part)) for column in columns))
    yield Printed(INDENT + "  ".join("-" * width_of(column) for column in columns))
    for position, visit in enumerate(line.visits):
        row = INDENT + "  ".join(_cell(column, column.cells[position]) for column in columns)
        yield Printed(row, "pd" if visit["response"] == "PD" else "plain")
    if left_out:
        names = ", ".join(f"{column.heading} {column.unit}".strip() for column in left_out)
        yield from _wrapped(f"No room for: {names}; a wider window shows them.", width, INDENT)


def _cell(column: Column, text: str) -> str:
    return f"{text:<{width_of(column)}}" if column.is_text else f"{text:>{width_of(column)}}"


def _remark(remark: Remark, width: int) -> Iterator[Printed]:
    also = f" The same at {_dates(remark)}." if remark.same else ""
    said = ". ".join(sentence.rstrip(".") for sentence in remark.sentences) + "." + also
    kind = "pd" if remark.category == "PD" else "plain"
    yield from _wrapped(f"{remark.visit_date}{NBSP * 2}{said}", width, INDENT, 14, kind)


def _dates(remark: Remark) -> str:
    if len(remark.same) > 3:
        return f"the next {len(remark.same)} visits, up to {remark.same[-1]}"
    return ", ".join(map(str, remark.same))


def _wrapped(text: str, width: int, indent: str = "", hanging: int = 0, kind: str = "plain") -> Iterator[Printed]:
    wrapped = textwrap.wrap(text, width, initial_indent=indent, subsequent_indent=" " * hanging, break_on_hyphens=False)
    for line in wrapped or [""]:
        yield Printed(line, kind)
