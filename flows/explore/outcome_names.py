"""What an outcome and its groups are called, and how the groups look."""

from __future__ import annotations

from flows.drawing.panel import Split
from flows.drawing.strata_looks import COLOURS, SERIES_DASHES, Stratum, by_name, strata_of
from flows.drawing.words import Words
from transforms.cohorts.analysis import ALL_PATIENTS, LETTERS, Analysis, Cohort
from transforms.cohorts.outcome_times import parts_of
from transforms.cohorts.outcomes import Outcome
from transforms.survival.tables import ALL


def cohort_name(cohort: Cohort, words: Words) -> str:
    """What a cohort is called: as it was named, or all patients in the reader's language."""
    return by_name("overall", words) if cohort.name == ALL_PATIENTS else cohort.name


def split_of(found: Outcome, words: Words) -> Split:
    """The groups in their order, with what they are split by, their names and looks."""
    return Split(found.split, split_name(found.analysis, words), strata(found, words))


def split_name(analysis: Analysis, words: Words) -> str:
    """What the curves are split by."""
    is_one = len(analysis.cohorts) == 1
    if analysis.by is None:
        return cohort_name(analysis.cohorts[0], words) if is_one else words.t("explore_outcome.by.cohort")
    name = by_name(analysis.by, words)
    return name if is_one else words.t("explore_outcome.by.both", by=name)


def strata(found: Outcome, words: Words) -> list[Stratum]:
    """The groups: stages in the colours they have everywhere, cohorts and others one colour after the other."""
    analysis = found.analysis
    if len(analysis.cohorts) == 1:
        if analysis.by is None:
            [alone] = strata_of("overall", [ALL], words)
            return (
                [Stratum(ALL, cohort_name(analysis.cohorts[0], words), alone.fill, alone.dash)] if found.groups else []
            )
        looks = {stratum.code: stratum for stratum in strata_of(analysis.by, found.groups, words)}
        return [looks[group] for group in found.groups]
    names = {group: group_name(group, analysis, words) for group in found.groups}
    return [
        Stratum(group, name, f"var(--series-{place % COLOURS + 1})", list(SERIES_DASHES[place % COLOURS]))
        for place, (group, name) in enumerate(names.items())
    ]


def group_name(group: str, analysis: Analysis, words: Words) -> str:
    """A group of several cohorts, or of one that is split: its cohort, or what it is split by, and its value."""
    letter, level = parts_of(group, analysis)
    cohort = cohort_name(analysis.cohorts[LETTERS.index(letter or LETTERS[0])], words)
    if analysis.by is None:
        return cohort
    [stratum] = strata_of(analysis.by, [level], words)
    return f"{cohort if letter else by_name(analysis.by, words)}: {stratum.name}"


def start_in_words(analysis: Analysis, words: Words) -> str:
    """What the time starts from, without the landmark: `the start of line 1`."""
    start = "response" if analysis.endpoint == "DOR" else "line"
    if analysis.origin == "diagnosis":
        return words.t("explore_outcome.start.diagnosis")
    if analysis.line is None:
        return words.t(f"explore_outcome.start.every_{start}")
    return words.t(f"explore_outcome.start.{start}", line=str(analysis.line))


def title_of(analysis: Analysis, words: Words) -> str:
    """The endpoint and where its time starts."""
    endpoint, origin = words.t(f"explore_outcome.of.{analysis.endpoint}"), start_in_words(analysis, words)
    if analysis.landmark_months is None:
        return words.t("explore_outcome.title", endpoint=endpoint, origin=origin)
    months = f"{analysis.landmark_months:g}"
    return words.t("explore_outcome.title_landmark", endpoint=endpoint, origin=origin, months=months)
