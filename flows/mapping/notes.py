"""What a draft says of columns and files beside its lines: those that need none, and those that nothing reads."""

from __future__ import annotations

from flows.mapping.columns import CHECK_BOX, PARTS, Columns, unnamed
from flows.mapping.draft import Asked, Entry, Note, Said, key, toml
from flows.mapping.looks import names_somebody

_MOST_UNKNOWN = 40
_MOST_SHOWN = 8
_BOXES = 'a box of FISH, say, is wide.fish___1 = {abnormality = "del17p", codes = {1 = "positive", 0 = ""}}'


def once(entries: list[Entry]) -> list[Entry]:
    """Entries without questions whose answers are those of another."""
    first = {tuple(entry.choices): entry for entry in reversed(entries) if isinstance(entry, Asked)}
    return [entry for entry in entries if not isinstance(entry, Asked) or first[tuple(entry.choices)] is entry]


def own_names(table: str, columns: Columns, entries: list[Entry]) -> list[Entry]:
    """A note of the columns that need no line, in a section that has others."""
    said = {entry.value for entry in entries if isinstance(entry, Said)}
    own = [one.name for one in columns.all if one.own(table) and toml(one.name) not in said]
    return (
        [Note(f"named as in the contract, and read without a line: {', '.join(map(key, own))}")] if own and said else []
    )


def rest(columns: Columns, table: str) -> list[Entry]:
    """Notes of the columns of a file that none of its sections reads; `table`: of its last section."""
    notes: list[Entry] = []
    left = [one for one in columns.all if one.name not in columns.read and one.look.filled and one.own(table) is None]
    unread = [one.name for one in left if CHECK_BOX not in one.name and PARTS not in one.columns]
    boxes = sorted({one.name.partition(CHECK_BOX)[0] for one in left if CHECK_BOX in one.name})
    if boxes:
        notes.append(
            Note(
                f"check boxes, one column a choice: {', '.join(map(key, boxes))}. What each stands for is in "
                f"the data dictionary of the project; {_BOXES}"
            )
        )
    shown = [key(name) for name in unread[:_MOST_UNKNOWN] if not names_somebody(name)]
    more = f" and {len(unread) - len(shown):,} more" if len(unread) > len(shown) else ""
    if shown:
        notes.append(Note(f"columns that no section reads: {', '.join(shown)}{more}"))
    return [*notes, *unnamed(columns.sheet)]


def passed_over(columns: Columns) -> str:
    """What is said of a file that no section reads."""
    names = [key(one.name) for one in columns.all if not names_somebody(one.name)]
    more = f" and {len(names) - _MOST_SHOWN:,} more" if len(names) > _MOST_SHOWN else ""
    return f"no section reads {columns.sheet.label}, which has {', '.join(names[:_MOST_SHOWN]) or 'no names'}{more}"
