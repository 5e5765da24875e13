"""Words and figures that are results: positive, negative, or nothing."""

from __future__ import annotations

from flows.mapping.coded_columns import unread_texts
from flows.mapping.columns import Column
from flows.mapping.draft import Asked, Choice, Entry, Note, key, rows, toml
from flows.mapping.header_words import code
from flows.mapping.isotypes import is_isotype, is_near_isotype
from flows.mapping.looks import may_be_shown
from transforms.intake.result_words import FLUIDS

_MOST_WORDS = 10
# A box without a mark: not found, or not looked for.
_UNMARKED = ("unchecked",)


def is_fixation(one: Column) -> bool:
    """Whether a column is an immunofixation's by its name, whatever its cells look like."""
    return one.test is not None and one.test.name in ("immunofixation", *FLUIDS)


def sign_readings(texts: list[str]) -> list[tuple[dict[str, str], str]]:
    """Both readings of figures that are results, the usual one first."""
    unmarked = [text for text in texts if text.lower() in _UNMARKED]
    if unmarked:
        meant = (("negative", "looked for and not found"), ("", "not found, or not looked for"))
        return [({unmarked[0]: sign}, f"{unmarked[0]} is {says}") for sign, says in meant]
    low, *high = sorted(texts, key=float)
    others = dict.fromkeys(high[1:], "")
    if not high:
        return [
            ({low: sign}, f"{low} is {sign}")
            for sign in (("negative", "positive") if float(low) == 0 else ("positive", "negative"))
        ]
    pairs = [("negative", "positive"), ("positive", "negative")]
    more = f"; {', '.join(others)} says nothing" if others else ""
    return [({low: a, high[0]: b, **others}, f"{low} is {a}, {high[0]} is {b}{more}") for a, b in pairs]


def sign_words(one: Column) -> tuple[dict[str, str], list[tuple[str, int]], list[tuple[str, int]]]:
    """Of a column of results: what words stand for, words that are not known, and figures, which could be either."""
    return signs_of(unread_texts("labs", "result", one.look))


def signs_of(texts: list[tuple[str, int]]) -> tuple[dict[str, str], list[tuple[str, int]], list[tuple[str, int]]]:
    """Of texts that are results: what words stand for, words that are not known, and figures, which could be either."""
    words: dict[str, str] = {}
    unknown, figures_ = [], []
    for text, n in texts:
        meant = "positive" if is_isotype(text) else code("result", text)
        if meant is not None:
            words[text] = meant
        elif text.lstrip("+-").replace(".", "", 1).isdigit() or text.lower() in _UNMARKED:
            figures_.append((text, n))
        else:
            unknown.append((text, n))
    return words, unknown, figures_


def unknown_words(called: str, prefix: str, unknown: list[tuple[str, int]]) -> list[Entry]:
    """A question for each word among results that is not known, with the lines under `prefix` that say it; a note of
    those that can't be shown.
    """
    shown = [(text, n) for text, n in unknown if may_be_shown(text, n) or is_near_isotype(text)][:_MOST_WORDS]
    entries: list[Entry] = [
        Asked(
            f"{called} has {toml(text)} in {rows(n)}: positive or negative?",
            [
                *(Choice(f"{prefix}.{key(text)} = {toml(sign)}", sign) for sign in ("positive", "negative")),
                Choice("", "neither: such results are refused, and named by check"),
            ],
        )
        for text, n in shown
    ]
    if rest := len(unknown) - len(shown):
        texts = "1 more text" if rest == 1 else f"{rest:,} more texts"
        entries.append(Note(f"{called} has {texts} whose meaning is not known; say them in {prefix}"))
    return entries


def counted(one: Column) -> str:
    """The codes of a column with how often each stands there, where it has few."""
    if one.look.is_coded and len(one.look.codes) <= 6:
        return ", ".join(f"{text} {n:,}" for text, n in one.look.codes)
    return f"{one.look.filled:,} filled"
