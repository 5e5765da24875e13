"""Best confirmed response of each line of therapy."""

import polars as pl

from flows.drawing.colours import RESPONSES, response_fill
from flows.drawing.stacked_bars import stacked_bars
from flows.drawing.words import Words
from flows.report.facts import LAST_LINE
from flows.report.sections import Facts, Section
from flows.report.sections.stage import HIDDEN, bars_in_words, with_rest


def response(facts: Facts, words: Words) -> Section:
    """Best confirmed response by line; NE and none are shown, and left out of the rates."""
    names = line_names(words)
    counted = facts["responses"].with_columns(pl.col("best_response").fill_null("none"))
    categories = [name for name in RESPONSES if name in counted["best_response"]]
    rows = [
        {**rates, "name": names[rates["line"]], "counts": [of_line[name] for name in categories]}
        for rates in facts["response_rates"].to_dicts()
        if (of_line := dict(counted.filter(line=rates["line"]).select("best_response", "lines").rows()))
    ]
    bars = with_rest(
        counted.join(facts["response_rates"].select("line", total="lines"), on="line", maintain_order="left").select(
            "total",
            row=pl.col("line").replace_strict(names, return_dtype=pl.String),
            category="best_response",
            n="lines",
        )
    )
    return {
        "rows": rows,
        "categories": categories,
        "figure": stacked_bars(
            bars,
            [*RESPONSES, HIDDEN],
            [response_fill(name) for name in (*RESPONSES, HIDDEN)],
            words.t("response.title"),
            bars_in_words(bars, words),
        ),
        "confirmations": facts["confirmations"].to_dicts(),
        "relaxed": facts["relaxed"].to_dicts(),
        "readings": facts["readings"].to_dicts(),
    }


def line_names(words: Words) -> dict[int, str]:
    """Line numbers, the last of which stands for all later lines, as the page calls them."""
    return {line: words.line(line, LAST_LINE) for line in range(1, LAST_LINE + 1)}
