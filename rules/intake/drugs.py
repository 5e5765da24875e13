"""The vocabulary of drugs (C.drug): what each name stands for, and the class or purpose of each drug.

drugs.toml has the drugs and their names, regimens.toml what else a text of drugs may hold.
"""

from __future__ import annotations

import tomllib
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
# Classes that refractoriness is not defined by, and what may be conditioning for a transplant or for CAR-T.
CONVENTIONAL = ("alkylator", "anthracycline", "chemotherapy", "steroid", "other")
PROCEDURE = "procedure"
UNNAMED = "unnamed"  # stands among the drugs of a name for one that the text does not tell


def plain(text: str) -> str:
    """The text in plain letters: no width, no letter case, no accents on Latin ones; kana and kanji as they are."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return unicodedata.normalize("NFKC", "".join(sign for sign in apart if not "\u0300" <= sign <= "\u036f"))


def folded(text: str) -> str:
    """The letters and digits of a name, by which it is looked up: neither blanks nor hyphens count."""
    return "".join(sign for sign in plain(text) if sign.isalnum())


@cache
def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / name).read_text(encoding="utf-8"))


@cache
def classes() -> dict[str, str]:
    """Class of each drug against myeloma (`procedure`: a transplant named among them)."""
    return {drug: name for name, drugs in _read("drugs.toml")["classes"].items() for drug in drugs}


@cache
def purposes() -> dict[str, str]:
    """What each drug of supportive care is for."""
    return {drug: name for name, drugs in _read("drugs.toml")["purposes"].items() for drug in drugs}


@cache
def names() -> dict[str, tuple[str, ...]]:
    """The drugs that each name stands for, by its letters and digits: names of drugs, abbreviations, regimens, and
    words for none at all or for one that is not named (`unnamed`).

    Raises ValueError where one name is given two meanings.
    """
    found: dict[str, tuple[str, ...]] = {}
    for name, drugs in _pairs():
        if found.setdefault(folded(name), drugs) != drugs:
            raise ValueError(f"rules/intake: the name {name!r} stands for two things; keep one")
    return found


def _pairs() -> list[tuple[str, tuple[str, ...]]]:
    drugs = [group for kind in _read("drugs.toml").values() for group in kind.values()]
    regimens, words = _read("regimens.toml"), _read("regimens.toml")["words"]
    return [
        *((name, (drug,)) for group in drugs for drug, others in group.items() for name in (drug, *others)),
        *((name, (drug,)) for drug, short in regimens["abbreviations"].items() for name in short),
        *((name, tuple(which.split(";"))) for which, short in regimens["regimens"].items() for name in short),
        *((name, ()) for name in words["no_drug"]),
        *((name, (UNNAMED,)) for name in words["unnamed"]),
    ]


@cache
def regimens() -> dict[tuple[str, ...], str]:
    """What each regimen of several drugs is called, by its drugs."""
    called = {tuple(which.split(";")): short[0] for which, short in _read("regimens.toml")["regimens"].items()}
    return {drugs: name for drugs, name in called.items() if len(drugs) > 1}


@cache
def no_drug() -> frozenset[str]:
    """The words that say that no drug was given, by their letters and digits."""
    return frozenset(map(folded, _read("regimens.toml")["words"]["no_drug"]))


@cache
def beside() -> frozenset[str]:
    """The words beside a drug's name: forms, ways, times, salts, makers."""
    return frozenset(map(folded, _read("regimens.toml")["words"]["beside"]))


@cache
def attached() -> tuple[str, ...]:
    """Japanese words that no blank parts from a drug's name, the longest first."""
    return tuple(sorted(map(plain, _read("regimens.toml")["words"]["attached"]), key=len, reverse=True))


@cache
def parts() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a regimen written in one word is put together from (DaraPomDex, IsaVRd): short names, and regimens."""
    short = [name for names_ in _read("regimens.toml")["abbreviations"].values() for name in names_]
    ends = [name for names_ in _read("regimens.toml")["regimens"].values() for name in names_]
    return tuple(map(folded, [*short, "dex", "pred"])), tuple(map(folded, ends))
