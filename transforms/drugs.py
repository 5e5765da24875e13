"""The drugs that a text names (C.drug), by the vocabulary of rules/intake; a name that is not in it stays unknown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache

import polars as pl

from rules.intake.drugs import UNNAMED, attached, beside, folded, names, no_drug, parts, plain, purposes
from transforms.lost import refused

TEXTS = {"treatments": "drugs", "supportive_care": "drug"}  # the columns that name drugs
UNKNOWN_DRUG = ["patient_id", "table", "recorded", "name"]
GIVEN_CARE = ["patient_id", "drug", "purpose", "start_date", "end_date"]

_UNIT = (
    r"(?:mg|ug|μg|mcg|g|ml|l|iu|units?|u|meq|mmol|mci|gy|cells?|body|m2|m\^2|kg|dose|doses|cycles?|courses?|cyc|x|weeks?|"
    r"wks?|days?|months?|hours?|h|hrs?|d|w|日|回|週|週間|コース|サイクル|錠|カプセル|瓶|本|万単位|単位)"
)
_NUMBER = r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
# 1.3 mg/m2, 25mg/day, 40 mg x 4, 10-25 mg, 1,800 mg
_DOSE = re.compile(
    rf"(?<![a-z0-9.\-])(?:{_NUMBER})(?:\s*(?:-|~|〜|to)\s*(?:{_NUMBER}))?\s*{_UNIT}(?![a-z])(?:\s*/\s*(?:\d*\s*)?{_UNIT}(?![a-z]))*"
    r"(?:\s*(?:od|bd|bid|tds|tid|qds|qid|qd|qw)(?![a-z]))?"
)
# stuck to the name: レナリドミド25mg, dex40mg
_STUCK = re.compile(
    r"(?<=[^\W\d_])(?:\d+(?:\.\d+)?)\s*(?:mg|ug|mcg|g|ml)(?![a-z])(?:\s*/\s*(?:m2|m\^2|kg|body|day|日))*"
)
_DAYS = re.compile(
    r"(?<![a-z0-9])(?:days?\s*\d+(?:\s*[-~,/&]\s*(?:d\s*)?\d+)*|d\s*\d+(?:\s*[-~,/&]\s*(?:d\s*)?\d+)+)(?![a-z0-9])"
)
_MAKER = re.compile(r"[「『“\"][^」』”\"]*[」』”\"]|[®©™℠]")
_BRACKET = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|【([^【】]*)】|〈([^〈〉]*)〉")
_BETWEEN = re.compile(
    r"[;,+|&\n\r\t、。・→⇒]|(?<!\d)/|/(?!\d)|->|=>|(?<=\s)(?:and|plus|with|then|followed by|und|et|y)(?=\s)|"
    r"及び|および|ならびに|(?<=[ァ-ヶー])と(?=[ァ-ヶ])"
)
_SUFFIX = re.compile(r"^(.{6,})-[a-z]{4}$")  # the four letters of a biological: daratumumab-xxxx
_COUNT = re.compile(r"^(?:[x×]|[dx×]?\d*[\W\d]+)$")  # of days, cycles or milligrams
_SHORT = 24  # letters of a regimen in one word


@dataclass(frozen=True)
class Named:
    """What a text names: `drugs` that the vocabulary knows, each once; `unknown`, the names that it does not;
    `is_unnamed`: there were drugs, and the text does not say which.
    """

    drugs: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    is_unnamed: bool = False

    def __or__(self, other: Named) -> Named:
        return Named(
            tuple(dict.fromkeys(self.drugs + other.drugs)),
            tuple(dict.fromkeys(self.unknown + other.unknown)),
            self.is_unnamed or other.is_unnamed,
        )

    @property
    def is_read(self) -> bool:
        """Whether it names a drug, and nothing that is not known."""
        return bool(self.drugs) and not self.unknown


@lru_cache(maxsize=100_000)
def named(text: str) -> Named:
    """The drugs that a text names. Doses, forms, salts and makers are left out; what stands in brackets explains the
    name before it.
    """
    whole = _looked_up(text)
    if whole is not None:
        return whole
    bare = _STUCK.sub(" ", _DOSE.sub(" ", _DAYS.sub(" ", plain(_MAKER.sub(" ", text)))))
    found = Named()
    for token in _tokens(bare):
        found |= _of_token(token)
    if found.drugs or found.unknown or found.is_unnamed or folded(text) in no_drug():
        return found
    says_none = any(folded(token) in no_drug() for token in _tokens(bare))
    return replace(found, is_unnamed=not says_none)


def _looked_up(text: str) -> Named | None:
    drugs = names().get(folded(text))
    if drugs is None:
        return None
    return Named(tuple(drug for drug in drugs if drug != UNNAMED), is_unnamed=UNNAMED in drugs)


def _tokens(text: str) -> list[str]:
    """The text parted where names are, with each name's brackets beside it."""
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        kept.append(next(group for group in match.groups() if group is not None))
        return f"\0{len(kept) - 1}\0"

    parted = _BETWEEN.split(_BRACKET.sub(keep, text))
    return [re.sub(r"\0(\d+)\0", lambda match: f"({kept[int(match[1])]})", part) for part in parted if part.strip()]


def _of_token(token: str) -> Named:
    outer = _BRACKET.sub(" ", token).strip()
    inner = [named(next(group for group in found.groups() if group is not None)) for found in _BRACKET.finditer(token)]
    remarks = Named()
    for remark in inner:
        remarks |= remark if remark.is_read else Named()
    # a name that is not known is explained by what its brackets name
    found = _of_words(outer)
    return remarks if found.unknown and remarks.drugs else found | remarks


def _of_words(text: str) -> Named:
    """One name, several parted by blanks or hyphens, or a name that is not known."""
    for spelled in (text, _detached(text)):
        found = _looked_up(spelled) or _without_beside(spelled)
        if found is not None:
            return found
        for pattern in (r"\s+", r"[\s_\-]+"):
            found = _of_parts([part for part in re.split(pattern, spelled) if folded(part)])
            if found is not None:
                return found
    return Named(unknown=(" ".join(text.split()),))


def _detached(text: str) -> str:
    for word in attached():
        text = text.replace(word, " ")
    return text.strip()


def _without_beside(text: str) -> Named | None:
    """The name without words beside it; nothing where there are only such."""
    words = [word for word in text.split() if folded(word) not in beside() and not _COUNT.match(word)]
    if not words:
        return Named()
    bare = " ".join(words)
    suffixed = _SUFFIX.match(bare)
    return _looked_up(bare) or (_looked_up(suffixed[1]) if suffixed else None) or _in_one_word(folded(bare))


def _of_parts(words: list[str]) -> Named | None:
    """All parts known, or none is: what is left over may say that the drug was not given."""
    found, at = Named(), 0
    while at < len(words):
        for end in range(min(len(words), at + 4), at, -1):
            part = " ".join(words[at:end])
            # no drug is said of a whole, never of a part: "no bortezomib"
            known = None if folded(part) in no_drug() else _looked_up(part)
            if known is None and end == at + 1 and folded(part) not in no_drug():
                known = _without_beside(part)
            if known is not None:
                found, at = found | known, end
                break
        else:
            return None
    return found


@cache
def _in_one_word(word: str) -> Named | None:
    """A regimen put together without hyphens: DaraPomDex, IsaVRd; None where the word is none."""
    short, ends = parts()
    if not word or len(word) > _SHORT:
        return None
    for first in short:
        rest = word.removeprefix(first)
        if rest == word or len(first) < 3:
            continue
        after = Named() if not rest else _looked_up(rest) if rest in (*short, *ends) else _in_one_word(rest)
        if after is not None:
            return (_looked_up(first) or Named()) | after
    return None


def with_each_drug(rows: pl.LazyFrame, column: str) -> pl.LazyFrame:
    """The rows once for each `drug` that the text of a column names, null for one that it does not tell (also where
    there is no text) or that the vocabulary does not know: `unread` is that name then. A text that says that nothing
    was given leaves no row.
    """
    texts = rows.select(text=pl.col(column)).drop_nulls().unique()
    each = texts.map_batches(_each, schema={"text": pl.String, "drug": pl.String, "unread": pl.String})
    named = rows.join(each, left_on=column, right_on="text", how="inner", maintain_order="left")
    none = pl.lit(None, pl.String)
    return pl.concat([named, rows.filter(pl.col(column).is_null()).with_columns(drug=none, unread=none)])


def _each(texts: pl.DataFrame) -> pl.DataFrame:
    """Texts are few, of all patients: each is read once."""
    found = [(text, named(text)) for text in texts["text"]]
    return pl.DataFrame(
        [
            (text, drug, unread)
            for text, one in found
            for drug, unread in (
                *((drug, None) for drug in one.drugs),
                *((None, name) for name in one.unknown),
                *([(None, None)] if one.is_unnamed else []),
            )
        ],
        schema={"text": pl.String, "drug": pl.String, "unread": pl.String},
        orient="row",
    )


def drug_tables(tables: Mapping[str, pl.LazyFrame]) -> dict[str, pl.DataFrame]:
    """What the texts that name drugs come to: the tables `given_care` and `unknown_drug`. `tables` are those in."""
    return {"given_care": given_care(tables).collect(), "unknown_drug": unknown_drugs(tables).collect()}


def unknown_drugs(tables: Mapping[str, pl.LazyFrame]) -> pl.LazyFrame:
    """One row per patient, table, text as recorded, and name in it that the vocabulary does not know."""
    of_table = [
        with_each_drug(tables[table].select("patient_id", recorded=column), "recorded")
        .filter(pl.col("unread").is_not_null())
        .select("patient_id", pl.lit(table).alias("table"), "recorded", name="unread")
        for table, column in TEXTS.items()
    ]
    return pl.concat(of_table).unique().sort(UNKNOWN_DRUG)


def given_care(tables: Mapping[str, pl.LazyFrame]) -> pl.LazyFrame:
    """One row per drug of supportive care and dates, with what it is for: of the table for it, and of treatments that
    name one among the drugs. Null `drug` and `purpose`: a name that is not known; it may be for anything. Null
    `start_date`: of a refused row, which may be of any.
    """
    care = "supportive_care"
    lost = refused(tables["refused_row"], care).select(
        "patient_id", start_date="dated_on", end_date=pl.lit(None, pl.Date), recorded="kind"
    )
    rows = {
        table: tables[table].select("patient_id", "start_date", "end_date", recorded=column)
        for table, column in TEXTS.items()
    }
    of_table = [
        with_each_drug(named, "recorded").filter(
            pl.col("drug").is_in(list(purposes())) | pl.col("drug").is_null() & (table == care)
        )
        for table, named in (*rows.items(), (care, lost))
    ]
    purpose = pl.col("drug").replace_strict(purposes(), default=None, return_dtype=pl.String)
    return pl.concat(of_table).with_columns(purpose=purpose).select(GIVEN_CARE).unique().sort(GIVEN_CARE)
