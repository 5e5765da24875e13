"""Adverse events and causes of death: incidences with what competes, and rates by exposures that change with time."""

from __future__ import annotations

from flows.drawing.words import Words
from flows.report.sections import Facts, Section, is_stored

DEATHS = ("death_cause", "non_relapse")


def events(facts: Facts, words: Words) -> Section:
    """Incidences of first events and of deaths by cause, by analysis; pairs of rows by exposure, the exposed first."""
    if not is_stored(facts, "event_incidence", "event_exposure"):
        return {"is_stored": False}
    groups = [
        {
            "name": words.t(f"events.analysis.{analysis}.{origin}"),
            "is_of_deaths": analysis in DEATHS,
            "rows": [
                row
                | {
                    "name": words.t(f"events.cause.{row['cause']}")
                    if row["cause"] != analysis
                    else words.t("events.first")
                }
                for row in rows.to_dicts()
            ],
        }
        for (analysis, origin), rows in facts["event_incidence"].group_by("analysis", "origin", maintain_order=True)
        if not str(analysis).endswith("_progression")
    ]
    exposures = [
        {
            "name": words.t(f"events.exposure.{exposure}", event=words.t(f"events.event.{event}")),
            "rows": rows.to_dicts(),
        }
        for (event, exposure), rows in facts["event_exposure"].group_by("event", "exposure", maintain_order=True)
    ]
    return {
        "is_stored": True,
        "of_events": [group for group in groups if not group["is_of_deaths"]],
        "of_deaths": [group for group in groups if group["is_of_deaths"]],
        "exposures": exposures,
    }
