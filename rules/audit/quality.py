"""The indicators of the quality audit: what each asks, of what rows, how many of them, and where it is from.

Each is a section `["Q.name"]` of quality.toml with a group, the same in every edition; sql/indicators/Q.name.sql finds
its rows. A section without a group (Q.work_up) is a table of its own.
"""

from __future__ import annotations

from rules.criterion import Criterion, Edition

GROUPS = ("work_up", "follow_up", "treatment", "supportive_care")


def indicators(edition: Edition) -> list[Criterion]:
    """The indicators with the run's settings, in the order of the page: by group, then as written.

    `about` of each holds `group` (one of GROUPS), `rows` (what is counted: patients, lines, visits, …), `denominator`,
    `numerator`, `reference` (the table or clinical question of the source), `grade` (absent where there is none),
    `kind` (`descriptive` of a share that is neither good nor bad; else absent) and `scope` (`all` where the rows of a
    patient also depend on others; `order` where on the order of rows; else absent).
    """
    found = [clause for clause in edition.criteria.values() if clause.id.startswith("Q.") and "group" in clause.about]
    return sorted(found, key=lambda clause: GROUPS.index(clause.about["group"]))
