"""How the page says things: a catalogue of words for each language, and numbers as that language writes them."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from flows.settings.languages import LANGUAGES
from rules.audit.work_up import NAMES
from rules.quantities import LABELS

CATALOGUES = Path(__file__).parent / "lang"
NOT_KNOWN = "–"

Entry = str | Mapping[str, str]  # a sentence, or its forms: one and other numbers of {n}, hidden values


class Words:
    """One language: `t` finds a sentence by its key, the rest write numbers and name codes.

    Raises KeyError for a language, a key or a value of a sentence that is not there.
    """

    def __init__(self, lang: str = "en") -> None:
        self.lang = lang
        self._entries = catalogue(lang)

    def t(self, key: str, **values: Any) -> str:
        """The sentence of that key with its values; numbers are written as the language writes them.

        Where a value is hidden, the form `hidden` is said, if there is one: it does without.
        """
        entry = self._entries[key]
        if not isinstance(entry, str):
            entry = entry[_form(entry, values)]
        return entry.format_map({name: self._written(value) for name, value in values.items()})

    def has(self, key: str) -> bool:
        """Whether the catalogue has that key."""
        return key in self._entries

    def name(self, group: str, code: str | None) -> str:
        """What a code is called (`group.code` of the catalogue); the code itself where it has no name."""
        if code is None:
            return self.t("not_recorded")
        key = f"{group}.{code}"
        return self.t(key) if self.has(key) else self.words(code)

    def words(self, code: str | None) -> str:
        """unknown_unit as unknown unit; unknown as not recorded."""
        return self.t("not_recorded") if code is None else code.replace("_", " ")

    def join(self, parts: list[str]) -> str:
        """Parts of a list, separated as the language separates them."""
        return self.t("list.comma").join(parts)

    def and_all(self, parts: list[str]) -> str:
        """a, b and c."""
        *before, last = parts
        return self.t("list.and").join([self.join(before), last]) if before else last

    def count(self, number: float | None) -> str:
        """1234567 as 1,234,567; what the rule of privacy hides is null, and said to be hidden."""
        return self.t("hidden") if number is None else f"{number:,.0f}"

    def counted(self, name: str, number: int | None) -> str:
        """MM 260; the name alone where its number is hidden."""
        return name if number is None else f"{name} {self.count(number)}"

    def decimal(self, value: float | None) -> str:
        """One decimal, with thousands separated."""
        return NOT_KNOWN if value is None else f"{value:,.1f}"

    def percent(self, part: float | None, whole: float | None) -> str:
        """A share in whole per cent; never 0 % or 100 % of what is not none or all."""
        if not whole or part is None:
            return NOT_KNOWN
        share = 100 * part / whole
        if 0 < share < 1:
            return self._per_cent("<1")
        if 99 < share < 100:
            return self._per_cent(">99")
        return self._per_cent(f"{share:.0f}")

    def share(self, value: float | None) -> str:
        """A fraction in whole per cent, as `percent` writes one."""
        return self.percent(value, 1)

    def probability(self, value: float | None) -> str:
        """A survival probability in per cent, one decimal."""
        return NOT_KNOWN if value is None else self._per_cent(f"{100 * value:.1f}")

    def months(self, value: float | None) -> str:
        """A median in months; null: the curve never comes down to one half."""
        return self.t("not_reached") if value is None else self.t("months", months=value)

    def interval(self, low: float | None, high: float | None) -> str:
        """Limits of a median in months; a limit that the data do not reach is open."""
        if low is None and high is None:
            return self.t("not_reached")
        ends = [f"{end:,.1f}" if end is not None else self.t("not_reached") for end in (low, high)]
        return self.t("interval", low=ends[0], high=ends[1])

    def limits(self, low: float | None, high: float | None) -> str:
        """Limits of a median in months, short, for a table; an open one is a dash."""
        return self.t("interval", low=self.decimal(low), high=self.decimal(high))

    def interval_of_shares(self, low: float | None, high: float | None) -> str:
        """Limits of a share in whole per cent; a dash where there are none."""
        if low is None or high is None:
            return NOT_KNOWN
        return self.t("interval", low=self.share(low), high=self.share(high))

    def coefficient(self, value: float | None) -> str:
        """Two decimals, as for κ."""
        return NOT_KNOWN if value is None else f"{value:.2f}"

    def change(self, value: float | None) -> str:
        """A change as a share in whole per cent, with its sign."""
        if value is None:
            return NOT_KNOWN
        per_cent = round(100 * value)
        sign = "+" if per_cent > 0 else "\N{MINUS SIGN}" if per_cent < 0 else ""
        return f"{sign}{self._per_cent(str(abs(per_cent)))}"

    def points(self, before: float | None, now: float | None) -> str:
        """The change of a share in percentage points, with its sign."""
        if before is None or now is None:
            return NOT_KNOWN
        change = round(100 * (now - before), 1)
        sign = "+" if change > 0 else "\N{MINUS SIGN}" if change < 0 else "±"
        return self.t("points", sign=sign, points=f"{abs(change):.1f}")

    def p_phrase(self, p: float | None) -> str:
        """log-rank p = 0.034, or that there was nothing to compare."""
        if p is None or math.isnan(p):
            return self.t("log_rank_none")
        return self.t("log_rank", p=self.p_value(p) if p < 0.001 else f"= {self.p_value(p)}")

    def site(self, site: str | None) -> str:
        """A site as the registry calls it; `unknown` is where none is recorded."""
        return self.t("no_site") if site in (None, "unknown") else str(site)

    def p_value(self, p: float | None) -> str:
        """A p-value as journals print it; a dash where there was nothing to compare."""
        if p is None or math.isnan(p):
            return NOT_KNOWN
        if p < 0.001:
            return "<0.001"
        return f"{p:.3f}" if p < 0.1 else f"{p:.2f}"

    def name_of_test(self, code: str) -> str:
        """The test behind a code of `limited_by`; `baseline_…` is the one before the line."""
        at_baseline = code.removeprefix("baseline_")
        name = self.name("test", at_baseline)
        return name if at_baseline == code else self.t("test_before_line", test=name)

    def edition(self, code: str) -> str:
        """What the edition of the criteria is called."""
        return self.t(f"edition.{code}") if self.has(f"edition.{code}") else code

    def line(self, number: int, last: int) -> str:
        """Line 3; from the last one shown on, Line 6+."""
        return self.t("line_and_later" if number == last else "line_number", line=str(number))

    def measurable(self, code: str | None) -> str:
        """What a line can be judged by."""
        return self.name("measurable", code or "unknown")

    def filters(self) -> dict[str, Callable[..., Any]]:
        """What the templates may write after a bar: `{{ n | count }}`."""
        spoken = ("count", "percent", "share", "probability", "decimal", "months", "interval", "p_value", "words")
        return {name: getattr(self, name) for name in (*spoken, "name_of_test", "edition", "measurable")}

    def _per_cent(self, number: str) -> str:
        return self.t("per_cent", number=number)

    def _written(self, value: Any) -> str:
        if isinstance(value, str):
            return value
        return self.decimal(value) if isinstance(value, float) else self.count(value)


def _form(entry: Mapping[str, str], values: Mapping[str, Any]) -> str:
    if "hidden" in entry and None in values.values():
        return "hidden"
    return "one" if values.get("n") == 1 and "one" in entry else "other"


@cache
def catalogue(lang: str) -> dict[str, Entry]:
    """All entries of a language, of `lang.toml` and `lang.*.toml`, by dotted key, and what the rules call the tests.

    Raises KeyError for a language without a catalogue, and for a key that stands twice.
    """
    if lang not in LANGUAGES:
        raise KeyError(f"no words for language {lang!r}; there are {', '.join(LANGUAGES)}")
    entries: dict[str, Entry] = {f"test.{name}": label for name, label in LABELS[lang].items()}
    entries |= {f"work_up_test.{name}": label for name, label in NAMES[lang].items()}
    for path in sorted(CATALOGUES.glob(f"{lang}*.toml")):
        found = _entries(tomllib.loads(path.read_text(encoding="utf-8")))
        if twice := sorted(entries.keys() & dict(found)):
            raise KeyError(f"{path.name}: {twice[0]} is in another file of the catalogue")
        entries |= found
    return entries


def _entries(table: Mapping[str, Any], before: str = "") -> list[tuple[str, Entry]]:
    entries: list[tuple[str, Entry]] = []
    for name, value in table.items():
        is_table = isinstance(value, dict) and "other" not in value
        entries += _entries(value, f"{before}{name}.") if is_table else [(f"{before}{name}", value)]
    return entries


# What is not the page (a patient's course, figures for publication) speaks English.
ENGLISH = Words("en")
FILTERS = ENGLISH.filters()
HIDDEN = ENGLISH.t("hidden")
WATERMARK = f"{ENGLISH.t('page.internal')} {ENGLISH.t('page.internal_note')}"
count, decimal, interval, p_value = ENGLISH.count, ENGLISH.decimal, ENGLISH.interval, ENGLISH.p_value
words, name_of_test, edition, percent = ENGLISH.words, ENGLISH.name_of_test, ENGLISH.edition, ENGLISH.percent
measurable = ENGLISH.measurable
