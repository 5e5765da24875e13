"""The text of a draft: lines, each with how sure it is and why, and questions with a line for each answer."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

WIDTH = 118
# Before a line of an answer: it becomes part of registry.toml when this is taken away.
ANSWER = "#: "
_BARE = re.compile(r"^[A-Za-z0-9_-]+$")


def toml(text: str) -> str:
    """A text as TOML has it between quotes."""
    return json.dumps(text, ensure_ascii=False)


def rows(n: int) -> str:
    """A count of rows in words."""
    return f"{n:,} {'row' if n == 1 else 'rows'}"


def dotted(prefix: str, words: Mapping[str, str]) -> str:
    """Lines for each word and what it stands for, under one key."""
    return "\n".join(f"{prefix}.{key(text)} = {toml(meant)}" for text, meant in words.items())


def key(name: str) -> str:
    """A name as TOML has it for a key."""
    return name if _BARE.match(name) else toml(name)


@dataclass(frozen=True)
class Said:
    """A line: key and value, how sure it is, and why."""

    key: str
    value: str
    certainty: str
    why: str


@dataclass(frozen=True)
class Choice:
    """One answer: the lines that say it ("" where nothing is to be written), and what it means."""

    line: str
    says: str


@dataclass(frozen=True)
class Asked:
    """What the files don't tell, in words, and a line for each reading of it."""

    question: str
    choices: list[Choice]


@dataclass(frozen=True)
class Note:
    """What whoever completes the draft should know."""

    text: str


Entry = Said | Asked | Note


@dataclass(frozen=True)
class Section:
    """What one table takes from one file; `is_own`: the file has the table's name, and needs no section for it."""

    table: str
    title: str
    entries: list[Entry] = field(default_factory=list)
    is_own: bool = False

    def says_nothing(self) -> bool:
        """Whether all of it is as the contract has it."""
        said = [
            entry
            for entry in self.entries
            if isinstance(entry, Asked) or (isinstance(entry, Said) and entry.key != "file")
        ]
        return self.is_own and not said


@dataclass(frozen=True)
class Draft:
    """A registry.toml: what holds of the whole extract, and its sections in the contract's order of tables."""

    title: list[str]
    whole: list[Entry]
    sections: list[Section]
    lacks: list[str]

    def questions(self) -> list[Asked]:
        """All of them, in order."""
        entries = [*self.whole, *(entry for section in self.sections for entry in section.entries)]
        return [entry for entry in entries if isinstance(entry, Asked)]

    def text(self) -> str:
        """The file."""
        numbers = {id(asked): number for number, asked in enumerate(self.questions(), start=1)}
        lines = [line for title in self.title for line in _comment(title)]
        lines += ["", "# What is missing for which answer:"] if self.lacks else []
        lines += [line for lack in self.lacks for line in _comment(lack, "- ")]
        lines += ["", *_lines(self.whole, numbers)] if self.whole else []
        tables = [section.table for section in self.sections]
        for section in self.sections:
            several = tables.count(section.table) > 1
            header = f"[[tables.{section.table}]]" if several else f"[tables.{section.table}]"
            notes = [entry for entry in section.entries if isinstance(entry, Note)]
            is_open = several or not section.says_nothing()
            entries = [header, *_lines(section.entries, numbers)] if is_open else _lines([*notes], numbers)
            as_is = "" if is_open else ": as the contract has it; nothing to say"
            lines += ["", *_comment(section.title + as_is), *entries]
        return "\n".join(lines) + "\n"


def _lines(entries: list[Entry], numbers: dict[int, int]) -> Iterator[str]:
    for entry in entries:
        if isinstance(entry, Said):
            yield from _said(entry)
        elif isinstance(entry, Note):
            yield from _comment(entry.text)
        else:
            yield from _comment(f"{numbers[id(entry)]}. {entry.question}", "? ")
            for choice in entry.choices:
                first, *rest = choice.line.split("\n")
                yield f"{ANSWER}{first}  # {choice.says}" if first else f"#  (write nothing)  {choice.says}"
                yield from (f"{ANSWER}{line}  # with the line above" for line in rest)


def _said(entry: Said) -> Iterator[str]:
    line = f"{entry.key} = {entry.value}"
    why = f"{entry.certainty}: {entry.why}" if entry.why else entry.certainty
    if len(line) + len(why) + 4 <= WIDTH:
        yield f"{line}  # {why}"
    else:
        yield from _comment(why)
        yield line


def _comment(text: str, mark: str = "") -> Iterator[str]:
    wrapped = textwrap.wrap(" ".join(text.split()), WIDTH - 2, initial_indent=mark, subsequent_indent=" " * len(mark))
    yield from (f"# {line}" for line in wrapped or [""])
