"""The indicators of the quality audit: what is asked, how many do it, and which sites stand apart."""

import polars as pl

from flows.drawing.audit_words import indicator_words
from flows.drawing.funnel import funnel
from flows.drawing.interval import interval_bar
from flows.drawing.words import Words
from flows.report.sections import Facts, Section, is_stored

# A funnel of fewer sites shows nothing that the table does not.
FEWEST_SITES = 3


def quality(facts: Facts, words: Words) -> Section:
    """The indicators by group, each with its share and interval; the sites beyond a funnel's limits."""
    if not is_stored(facts, "quality"):
        return {"is_stored": False, "groups": [], "apart": []}
    found = facts["quality"]
    overall = found.filter(pl.col("site").is_null())
    apart = sites_apart(found)
    groups = [
        {
            "name": words.name("indicator_group", str(group)),
            "rows": [_row(row, found, apart, words) | {"ways": _ways(facts, row, words)} for row in rows.to_dicts()],
        }
        for (group,), rows in overall.group_by("group", maintain_order=True)
    ]
    return {"is_stored": True, "groups": groups, "apart": [row for row in _rows(groups) if row["apart"]]}


def _rows(groups: list[Section]) -> list[Section]:
    return [row for group in groups for row in group["rows"]]


def _row(row: Section, found: pl.DataFrame, apart: pl.DataFrame, words: Words) -> Section:
    of_site = found.filter(pl.col("id") == row["id"], pl.col("site").is_not_null())
    known = of_site.drop_nulls(["numerator", "denominator"]).filter(pl.col("denominator") > 0)
    question = indicator_words(row, "question", words)
    has_funnel = known.height >= FEWEST_SITES and row["share"] is not None
    return {
        **row,
        "question": question,
        "denominator_words": indicator_words(row, "denominator", words),
        "numerator_words": indicator_words(row, "numerator", words),
        "reference": indicator_words(row, "reference", words),
        "grade": words.name("grade", row["grade"]) if row["grade"] else "",
        "bar": interval_bar(row["share"], row["share_low"], row["share_high"]),
        "apart": apart.filter(id=row["id"]).to_dicts(),
        "sites": of_site.to_dicts(),
        "funnel": funnel(known.select("site", "numerator", "denominator", "outside"), row["share"], words, question)
        if has_funnel
        else "",
    }


def _ways(facts: Facts, row: Section, words: Words) -> list[Section]:
    """By which of several ways to pass, the commonest first; none of an indicator that has one only."""
    if not is_stored(facts, "ways"):
        return []
    found = facts["ways"].filter(id=row["id"]).to_dicts()
    return [{"name": words.name("way", each["passed_by"]), "n": each["n"]} for each in found]


def sites_apart(found: pl.DataFrame) -> pl.DataFrame:
    """Rows of sites whose number is improbable (99.8 % limits) if they had the registry's share: low or high."""
    return found.filter(outside="998")
