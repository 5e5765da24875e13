"""What is said of an outcome in sentences: for a methods section, and what a reader has to keep in mind."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flows.drawing.words import Words
from flows.explore.outcome_names import start_in_words
from flows.query.cohort_file import as_toml
from transforms.cohorts.analysis import Analysis
from transforms.cohorts.comparability import Caveat
from transforms.cohorts.outcomes import Outcome
from transforms.survival.cohort import is_seen

CENSORED = ("PFS", "DOR", "TTP")  # endpoints that a rule of censoring bears on
FILE_NAME = "analysis.toml"


def methods_text(found: Outcome, run: Mapping[str, Any], settings: Mapping[str, Any], words: Words) -> str:
    """What was done, to be copied: only what this outcome has."""
    analysis = found.analysis
    t = words.t

    def say(key: str, **values: str) -> str:
        return t(f"explore_outcome.text.{key}", **values)

    said = [say(analysis.endpoint, origin=start_in_words(analysis, words))]
    if analysis.endpoint in CENSORED:
        said.append(t(f"methods.censoring_{analysis.censoring or settings['PFS.censoring']}"))
    if analysis.landmark_months is not None:
        said.append(say("landmark", months=f"{analysis.landmark_months:g}"))
    seen = found.people.filter(is_seen())
    if seen["entry_days"].count():
        said.append(say("truncation"))
    said.append(say("incidences" if found.is_competing else "curves"))
    said += _of_comparison(found, say)
    versions = {"version": str(run["version"]), "criteria": words.edition(run["criteria"])}
    said.append(say("software", run=str(run["number"]), day=str(run["started"].date()), **versions))
    return "".join(said).strip()


def _of_comparison(found: Outcome, say: Any) -> list[str]:
    said = []
    if found.summaries["p_logrank"].count():
        said.append(say("logrank_robust" if found.models_refused == "several_rows" else "logrank"))
    if found.pairs.height:
        said.append(say("pairs"))
    if found.rmst.height:
        said.append(say("rmst", months=f"{found.rmst['to_months'][0]:.1f}"))
    if found.gray["p_gray"].count():
        said.append(say("gray"))
    if found.hazard_ratios["hazard_ratio"].count():
        is_adjusted = found.hazard_ratios["adjusted"].any()
        said.append(say("cox", adjusted=say("cox_adjusted") if is_adjusted else ""))
        said += [say("cox_cause")] if found.is_competing else []
    return [*said, say("groups")] if len(found.known_groups) > 1 else said


def warnings_in_words(warnings: Sequence[Caveat], names: Mapping[str, str], words: Words) -> list[str]:
    """The warnings as sentences; `names` of the groups."""
    return [_said(warning, names, words) for warning in warnings]


def _said(warning: Caveat, names: Mapping[str, str], words: Words) -> str:
    named = [_unlike(name, words) if warning.code == "unlike" else names[name] for name in warning.groups]
    values = {**warning.values, **({"what": words.join(named)} if named else {})}
    if "p" in values:
        values["p"] = words.p_value(values["p"])
    return words.t(f"explore_outcome.warning.{warning.code}", **values)


def _unlike(name: str, words: Words) -> str:
    return words.t(f"explore_outcome.unlike_in.{name}")


def to_be_repeated(analysis: Analysis, run: Mapping[str, Any], store: str, words: Words, today: date) -> dict[str, str]:
    """The analysis as a file (`toml`, to be saved as `file_name`), the command that asks it again, and what it was
    asked of and when (`made`).
    """
    asked = ["mspike", "query", "--cohort", FILE_NAME, "--outcome", "--store", store]
    made = words.t(
        "explore_outcome.made",
        store=store,
        run=str(run["number"]),
        day=str(run["started"].date()),
        criteria=words.edition(run["criteria"]),
        version=str(run["version"]),
        today=str(today),
    )
    command = shlex.join([*asked, "--format", "csv", "--output", "outcome.csv"])
    return {"file_name": FILE_NAME, "toml": as_toml(analysis), "command": command, "made": made}
