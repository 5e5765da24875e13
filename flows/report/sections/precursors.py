"""Precursors: what became of them, how often they progress, and whether the models predicted it."""

from flows.drawing.calibration_plot import calibration_plot
from flows.drawing.words import Words
from flows.report.sections import Facts, Section, is_stored


def precursors(facts: Facts, words: Words) -> Section:
    """Courses and rates by precursor; each model's groups as predicted and as observed, in a table and drawn."""
    if not is_stored(facts, "precursors", "calibration"):
        return {"is_stored": False}
    groups = facts["calibration"]
    models = [
        {
            "name": words.name("model", str(model)),
            "rows": rows.to_dicts(),
            "figure": calibration_plot(rows, words, words.name("model", str(model))),
        }
        for (model,), rows in groups.group_by("model", maintain_order=True)
    ]
    rates = facts["precursor_rate"].to_dicts() if is_stored(facts, "precursor_rate") else []
    return {"is_stored": True, "rows": facts["precursors"].to_dicts(), "rates": rates, "models": models}
