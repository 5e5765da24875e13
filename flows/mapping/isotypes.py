"""Texts that name an isotype with its light chain (IgG kappa): what kind an M-protein is, and never which test."""

from __future__ import annotations

import re
from functools import cache

from flows.mapping.columns import Column, Columns
from flows.mapping.draft import Asked, Choice, Entry, dotted, rows, toml
from flows.mapping.header_words import code, spelled
from flows.mapping.looks import is_codelike
from transforms.intake.contracts import KNOWN_ANALYTES

_JOINED = re.compile(r"\b(ig ?[gadme]|[gadme])(?=(?:k|l|kappa|lambda|lamda)\b)")
_HEAVY = re.compile(r"\b(?:ig ?[gadme]\b|[gadme](?= (?:k|l|kappa|lambda)\b))")
# Without more words: AL is amyloidosis.
_WRITTEN_OUT = re.compile(r"\b(?:ig ?[gadme]\b|[gadme](?= (?:kappa|lambda)\b))")
_LIGHT = re.compile(r"\b(?:kappa|lambda|[kl])\b")
# Words beside them that change nothing of it.
_BESIDE = re.compile(
    r"\b(?:type|typ|typo|tipo|monoclonal|m|protein|band|light|chain|chains|bands|paraprotein|and|und|et|plus|with"
    r"|detected|present|seen|nachweisbar|vorhanden)\b"
)
_BARE = re.compile(r"(?i)^ig ?[gadme]")
_JAPANESE = re.compile(r"型|鎖|蛋白|を?認め[るた]$")


@cache
def components(text: str) -> tuple[str | None, str | None]:
    """The isotype and the light chain that a text such as "IgG kappa" names; null where it names none."""
    words = _words(text)
    whole = code("isotype", text)
    heavies, lights = _HEAVY.findall(words), _LIGHT.findall(words)
    heavy = whole or next((found for part in heavies if (found := code("isotype", part))), None)
    light = next((found for part in lights if (found := code("light_chain", part))), None)
    is_of_chains = re.search(r"free|light|chain|bjp|bence|lc|軽|leichtkett|legere|ligera|leggera", spelled(text))
    return ("light_chain" if heavy is None and light and is_of_chains else heavy), light


@cache
def is_isotype(text: str) -> bool:
    """Whether a text is a heavy chain together with a light chain, and nothing else: IgG K, IgA-λ."""
    words = _words(text)
    return bool(_WRITTEN_OUT.search(words) and _LIGHT.search(words) and not _rest(words))


def is_near_isotype(text: str) -> bool:
    """Whether a text is an isotype or a light chain with one more word: faint IgG L."""
    words = _words(text)
    return is_codelike(text) and bool(_WRITTEN_OUT.search(words) or _LIGHT.search(words)) and len(_rest(words)) <= 1


def _rest(words: str) -> list[str]:
    return _BESIDE.sub(" ", _LIGHT.sub(" ", _WRITTEN_OUT.sub(" ", words))).split()


def _words(text: str) -> str:
    words = re.sub(r"(kappa|lambda)", r" \1 ", spelled(_JAPANESE.sub(" ", text)).replace("lamda", "lambda"))
    return " ".join(_JOINED.sub(r"\1 ", words).split())


def is_of_isotypes(text: str) -> bool:
    """Whether a text is an isotype, with or without its light chain."""
    return is_isotype(text) or (code("isotype", text) is not None and bool(_BARE.match(text)))


def isotype_column(columns: Columns, value: Column) -> Column | None:
    """The column of a file of results most of whose cells are isotypes; null where there is none."""
    return next((one for one in columns.all if one is not value and has_isotypes(one)), None)


def has_isotypes(one: Column) -> bool:
    """Whether most cells are isotypes, written out: IgG, IgA kappa."""
    named = sum(n for text, n in one.look.codes if is_of_isotypes(text))
    return one.look.is_coded and named >= 0.5 * one.look.filled


def band_question(one: Column, value: Column) -> Asked:
    """What the figures beside a column of isotypes are: those of the M-protein, of immunoglobulins, or others."""
    named = [(text, n) for text, n in one.look.codes if is_of_isotypes(text)]
    first = f"columns.analyte = {toml(one.name)}\n"
    choices = [Choice(first + _as_m_protein(named), "the M-protein of serum")]
    if not any(is_isotype(text) for text, _ in named):
        totals = {text: name for text, _ in named if (name := spelled(text).replace(" ", "")) in KNOWN_ANALYTES}
        choices.append(Choice(first + dotted("codes.analyte", totals), "total immunoglobulins"))
    choices.append(Choice("", "none of these: omit this section"))
    question = (
        f"{toml(one.name)} has isotypes ({_counts(named)}), not tests. What are the figures in {toml(value.name)}?"
    )
    return Asked(question, choices)


def isotype_question(named: list[tuple[str, int]]) -> list[Entry]:
    """What isotypes among the names of tests stand for; nothing where there are none."""
    if not named:
        return []
    choices = [
        Choice(_as_m_protein(named), "of the M-protein of serum"),
        Choice("", "of none of these: they are left alone"),
    ]
    return [Asked(f"Among the tests are isotypes: {_counts(named)}. What are these results of?", choices)]


def _as_m_protein(named: list[tuple[str, int]]) -> str:
    return dotted("codes.analyte", {text: "serum_m_protein" for text, _ in named})


def _counts(named: list[tuple[str, int]]) -> str:
    return ", ".join(f"{text} ({rows(n)})" for text, n in named)
