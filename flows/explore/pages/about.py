"""What answers: the store, the run, its edition and settings; and how the pages are read."""

from __future__ import annotations

from typing import Any

from flows.explore.asked import Asked


def page(asked: Asked) -> dict[str, Any]:
    """The facts of the run, in pairs of what and how much."""
    words, run = asked.words, asked.registry.run
    t = words.t
    patients = asked.frame("patients", ["patient_id"]).height
    facts = [
        (t("explore_about.store"), str(asked.store)),
        (t("explore_about.run"), str(run["number"])),
        (t("explore_about.started"), f"{run['started']:%Y-%m-%d %H:%M} UTC"),
        (t("explore_about.criteria"), words.edition(run["criteria"])),
        (t("explore_about.version"), run["version"]),
        (t("explore_about.cutoff"), str(run["cutoff"] or t("explore_about.no_cutoff"))),
        (t("explore_about.patients"), words.count(patients)),
    ]
    return {"facts": facts}
