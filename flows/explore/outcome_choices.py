"""What else can be asked of the cohorts: links to other endpoints and origins, and what a form may choose among."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flows.explore import address
from flows.explore.asked import LANG, RUN, Asked
from flows.query.in_words import attribute_name
from transforms.cohorts.analysis import CENSORING, ENDPOINTS, Analysis, AnalysisError, checked
from transforms.cohorts.catalogue import SPLITS

Choice = dict[str, Any]
PAGE = "outcome"
LINES = (1, 2, 3, 4)
CHANGED = ("endpoint", "origin", "line", "censoring", "by")
SECOND = "PFS2"  # from line 1 alone


def choices(asked: Asked) -> dict[str, Any]:
    """The choices of each kind, each with its name, where it leads (None: nowhere, the cohorts can't be asked so) and
    whether it is the one taken; and the form's fields.
    """
    analysis, t = asked.analysis, asked.words.t
    return {
        "endpoints": [
            _choice(asked, t(f"explore_outcome.chip.{endpoint}"), _with_endpoint(analysis, endpoint))
            for endpoint in ENDPOINTS
        ],
        "origins": [_choice(asked, _origin_name(asked, other), other) for other in _origins(analysis)],
        "censorings": [
            _choice(asked, t(f"explore_outcome.censoring.{rule or 'run'}"), replace(analysis, censoring=rule))
            for rule in (None, *CENSORING)
        ]
        if analysis.endpoint == "PFS"
        else [],
        "splits": [
            {"value": name, "name": attribute_name(name, asked.words), "is_here": name == analysis.by}
            for name in SPLITS
            if name == analysis.by or _can_be_asked(replace(analysis, by=name))
        ],
        "landmark": "" if analysis.landmark_months is None else f"{analysis.landmark_months:g}",
        "kept": _kept(asked),
        "action": f"/{asked.token}/{PAGE}",
    }


def _kept(asked: Asked) -> list[tuple[str, str]]:
    """What a form that asks for a split and a landmark keeps of the address."""
    fields = [*address.written(asked.analysis), (RUN, str(asked.run))]
    if asked.words.lang != asked.default_lang:
        fields.append((LANG, asked.words.lang))
    return [(name, value) for name, value in fields if name not in ("by", "landmark")]


def _choice(asked: Asked, name: str, other: Analysis) -> Choice:
    other = _without_what_fails(other)
    changes = {name: getattr(other, name) for name in CHANGED}
    href = asked.link(PAGE, **changes) if _can_be_asked(other) else None
    return {"name": name, "href": href, "is_here": other == asked.analysis}


def _without_what_fails(other: Analysis) -> Analysis:
    """What the curves are split by is dropped where it can't be asked of another origin."""
    return other if other.by is None or _can_be_asked(other) else replace(other, by=None)


def _can_be_asked(analysis: Analysis) -> bool:
    try:
        checked(analysis)
    except AnalysisError:
        return False
    return True


def _with_endpoint(analysis: Analysis, endpoint: str) -> Analysis:
    """The same of another endpoint, from the first line where it needs one."""
    censoring = analysis.censoring if endpoint == "PFS" else None
    other = replace(analysis, endpoint=endpoint, censoring=censoring)
    if analysis.origin not in ENDPOINTS[endpoint] or endpoint == SECOND:
        return replace(other, origin="line_start", line=1)
    return other


def _origins(analysis: Analysis) -> list[Analysis]:
    starts: list[tuple[str, int | None]] = []
    if "diagnosis" in ENDPOINTS[analysis.endpoint]:
        starts.append(("diagnosis", None))
    if analysis.endpoint == SECOND:
        lines: list[int | None] = [1]
    else:
        own = (analysis.line,) if analysis.line and analysis.line not in LINES else ()
        lines = [*LINES, *own, None]
    starts += [("line_start", line) for line in lines]
    return [replace(analysis, origin=origin, line=line) for origin, line in starts]


def _origin_name(asked: Asked, analysis: Analysis) -> str:
    t = asked.words.t
    if analysis.origin == "diagnosis":
        return t("explore_outcome.from_diagnosis")
    if analysis.line is None:
        return t("explore_outcome.from_every_line")
    return t("explore_outcome.from_line", line=str(analysis.line))
