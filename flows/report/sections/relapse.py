"""Relapse and fitness: drugs failed, kinds of progression, who may have CAR-T, who is frail, light chains in AL."""

from flows.drawing.curve_values import of_origin
from flows.drawing.panel import km_panel
from flows.drawing.words import Words
from flows.report.sections import Facts, Section, is_stored
from transforms.survival import OF_AMYLOIDOSIS

FACTS = ("refractory_levels", "relapses", "car_t", "car_t_reasons", "frailty_groups", "al_responses", "al_progressions")


def relapse(facts: Facts, words: Words) -> Section:
    """Small tables, each of counts; survival with AL amyloidosis by cardiac stage."""
    if not is_stored(facts, *FACTS):
        return {"is_stored": False}
    reasons = [{**row, "name": _reason(row, words)} for row in facts["car_t_reasons"].to_dicts()]
    return {
        "is_stored": True,
        **{name: facts[name].to_dicts() for name in FACTS},
        "car_t_reasons": reasons,
        "amyloidosis": _amyloidosis(facts, words),
    }


def _amyloidosis(facts: Facts, words: Words) -> Section:
    """Survival from the diagnosis of AL amyloidosis, by cardiac stage: a table, and the curves."""
    summaries, curves = (of_origin(facts[name], OF_AMYLOIDOSIS) for name in ("survival", "survival_curve"))
    by_stage = summaries.filter(stratum_by="al_stage")
    title = words.t("relapse.amyloidosis_table")
    p = next((row["p_logrank"] for row in by_stage.to_dicts() if row["p_logrank"] is not None), None)
    return {
        "title": title,
        "rows": [
            {**row, "name": words.t("by.overall") if row["stratum_by"] == "overall" else _stage(row, words)}
            for row in [*summaries.filter(stratum_by="overall").to_dicts(), *by_stage.to_dicts()]
        ],
        "p": words.p_phrase(p) if p is not None else "",
        "figure": km_panel(curves, summaries, words, "al-os", title),
    }


def _stage(row: Section, words: Words) -> str:
    stage = row["stratum"]
    return words.name("stratum", stage) if stage == "unknown" else words.t("relapse.al_stage", stage=stage)


def _reason(row: Section, words: Words) -> str:
    return words.name_of_test(row["reason"]) if row["kind"] == "test" else words.name("car_t_clause", row["reason"])
