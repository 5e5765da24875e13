"""How the results came about, as text for a paper's methods section; then the settings and versions in full."""

import json
from collections.abc import Iterator
from typing import Any

from flows.drawing.words import Words
from flows.report.sections import Facts, Section, is_stored, one_row
from flows.report.sections.cohort import cohort
from transforms.disclosure import ROUNDED_TO, THRESHOLD

RULES_OF_CENSORING = ("imwg", "fda", "ema")


def methods(facts: Facts, words: Words, *, internal: bool = False) -> Section:
    """Paragraphs, references, settings and versions."""
    run = one_row(facts, "run")
    settings = dict(_flat(run.get("settings")))
    return {
        "run": run,
        "paragraphs": list(_paragraphs(facts, words, run, settings, internal)),
        "citations": facts["citations"].to_dicts(),
        "settings": list(settings.items()),
        "versions": _flat(run.get("versions")),
    }


def _paragraphs(
    facts: Facts, words: Words, run: Section, settings: dict[str, str], internal: bool
) -> Iterator[Section]:
    said = {
        "data": _data(facts, words, run),
        "cohort": _cohort(facts, words),
        "criteria": _criteria(words, run, settings),
        "response": words.t("methods.response", days=settings.get("CONF.pd.death_within_days", "–")),
        "relaxed": _relaxed(facts, words),
        "endpoints": _endpoints(facts, words, settings),
        "statistics": _statistics(facts, words),
        "quality": words.t("methods.quality") if is_stored(facts, "quality") else "",
        "privacy": _privacy(words, internal),
        "software": _software(words, run),
    }
    for name, text in said.items():
        if text:
            yield {"name": words.t(f"methods.{name}_name"), "text": text}


def _data(facts: Facts, words: Words, run: Section) -> str:
    read, rules = one_row(facts, "rows"), facts["quarantined"]
    if not read.get("rows_read"):
        return words.t("methods.no_data")
    text = words.t("methods.data", rows=read["rows_read"], files=words.count(read["files"]), kept=read["rows_accepted"])
    if rules.height:
        reasons = [words.counted(words.name("rule", row["rule"]), row["rows_quarantined"]) for row in rules.to_dicts()]
        text += words.t("methods.put_aside", rows=read["rows_quarantined"], reasons=words.join(reasons))
    return text + (words.t("methods.dates_invented") if run.get("dates_invented") else "")


def _cohort(facts: Facts, words: Words) -> str:
    flow, who = one_row(facts, "flow"), cohort(facts, words)
    if not who["included"]:
        return words.t("methods.none")
    text = words.t("methods.cohort", n=flow["cohort"], patients=flow["patients"], included=who["included"])
    if who["left_out"]:
        text += words.t("methods.left_out", diagnoses=who["left_out"])
    if flow["first_year"] is not None and not one_row(facts, "run").get("dates_invented"):
        text += words.t("methods.years", first=str(flow["first_year"]), last=str(flow["last_year"]))
    return text


def _criteria(words: Words, run: Section, settings: dict[str, str]) -> str:
    if not run:
        return words.t("methods.no_run")
    names = {
        "gap": "V.visit.max_gap_days",
        "span": "V.visit.max_span_days",
        "baseline": "V.baseline.window_days",
        "stage": "ISS.window_days",
    }
    windows = {name: settings.get(key, "–") for name, key in names.items()}
    return words.t("methods.criteria", edition=words.edition(run["criteria"]), **windows)


def _relaxed(facts: Facts, words: Words) -> str:
    """What a reading for routine care relaxes, empty for any other."""
    made = facts["relaxed"].to_dicts()
    names = [f"{words.name('relaxation', row['relaxation'])} ({row['relaxation']})" for row in made]
    return words.t("methods.relaxed", relaxations=words.t("list.semicolon").join(names)) if made else ""


def _endpoints(facts: Facts, words: Words, settings: dict[str, str]) -> str:
    rule = settings.get("PFS.censoring")
    text = words.t("methods.endpoints")
    if rule in RULES_OF_CENSORING:
        text += words.t(f"methods.censoring_{rule}")
    known = one_row(facts, "totals")
    if known.get("lines"):
        text += words.t("methods.lines", n=known["lines"], without=known["without_pfs"], undecided=known["undecided"])
    return text


def _statistics(facts: Facts, words: Words) -> str:
    text = words.t("methods.statistics")
    late = one_row(facts, "late_entry")
    if late.get("entered_late"):
        text += words.t("methods.late_entry", n=late["entered_late"], never=late["never_at_risk"])
    landmark = facts["landmark"]
    if landmark.height:
        text += words.t("methods.landmark", months=str(landmark["landmark_months"][0]))
    return text


def _privacy(words: Words, internal: bool) -> str:
    if internal:
        return words.t("methods.privacy_exact")
    return words.t("methods.privacy_shared", least=str(THRESHOLD), nearest=str(ROUNDED_TO))


def _software(words: Words, run: Section) -> str:
    if not run:
        return ""
    libraries = words.join([f"{name} {value}" for name, value in _flat(run.get("versions"))])
    return words.t("methods.software", version=run["version"], libraries=libraries)


def _flat(text: str | None) -> list[tuple[str, str]]:
    """A JSON object as pairs of name and value, `outer.inner` where one holds another."""
    found = json.loads(text) if text else {}
    return list(_pairs(found)) if isinstance(found, dict) else [("", str(found))]


def _pairs(values: dict[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _pairs(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value if isinstance(value, str) else json.dumps(value)
