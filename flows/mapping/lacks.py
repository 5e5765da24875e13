"""What is missing for which answer: of a draft, before any row is read as the contract has it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

_FISH = ("del17p", "t(4;14)", "t(14;16)")


def lacks(tables: set[str], tests: Mapping[str, bool], patients: set[str]) -> Iterator[str]:
    """One sentence for each answer that the files can't give. `tables`: those with a section or a file of their name;
    `tests`: the tests that there are, with whether an upper limit of normal stands beside them; `patients`: the
    contract's columns of patients that are there.
    """
    yield from _stages(tests, patients)
    yield from _responses(tables, tests)
    if "treatments" not in tables:
        yield "no treatments: no lines of therapy, so no response of a line and no PFS; only stage, diagnosis and OS"
    if "mrd" not in tables:
        yield "no MRD: its status is unknown, and CR is not parted by it"
    if "assessments" not in tables:
        yield "no responses recorded by the clinic: agreement with them can't be asked; PFS rests on tests alone"
    if "imaging" not in tables and "lytic_lesions" not in tests:
        yield "no imaging: bone disease and plasmacytomas are unknown"
    if "birth_date" not in patients:
        yield "no date of birth: age, and what depends on it, is unknown"
    if "death_date" not in patients:
        yield "no date of death: who died is censored or unknown in OS"


def _missing(called: Mapping[str, str], tests: Mapping[str, bool]) -> list[str]:
    return [words for test, words in called.items() if test not in tests]


def _stages(tests: Mapping[str, bool], patients: set[str]) -> Iterator[str]:
    reported = [name for name in ("reported_iss", "reported_r_iss") if name in patients]
    unless = " but where it is recorded" if reported else ""
    lacking = _missing({"beta2_microglobulin": "β2-microglobulin", "albumin": "albumin"}, tests)
    if lacking:
        yield f"no {' and no '.join(lacking)}: ISS is unknown{unless}"
    if "ldh" not in tests:
        yield f"no LDH: R-ISS is unknown where it decides{unless}"
    elif not tests["ldh"]:
        yield "no limit of normal for LDH: R-ISS is unknown where LDH decides; say it in tables.labs.default_limits.ldh"
    if "calcium" in tests and not tests["calcium"]:
        yield "no limit of normal for calcium: what the laboratory calls high is unknown; see default_limits.calcium"
    fish = [name for name in _FISH if name not in tests]
    if fish:
        yield f"no FISH of {', '.join(fish)}: R-ISS and cytogenetic risk are unknown where they decide{unless}"


def _responses(tables: set[str], tests: Mapping[str, bool]) -> Iterator[str]:
    lacking = [
        words
        for words, names in (
            ("serum M-protein", ("serum_m_protein",)),
            ("urine M-protein", ("urine_m_protein",)),
            ("free light chains", ("flc_kappa", "flc_lambda")),
        )
        if not all(name in tests for name in names)
    ]
    if len(lacking) == 3:
        yield "no M-protein and no free light chains: no response can be derived"
    elif lacking:
        yield f"no {' and no '.join(lacking)}: response is by the rest, and limited where these decide"
    fixation = _missing(
        {f"{fluid}_immunofixation": f"immunofixation of {fluid}" for fluid in ("serum", "urine")}, tests
    )
    if fixation:
        yield f"no {' and no '.join(fixation)}: CR can't be confirmed; what may be one stays VGPR"
    if "marrow" not in tables and "plasma_cell_percent" not in tests:
        yield "no plasma cells in marrow: CR and sCR can't be confirmed"
