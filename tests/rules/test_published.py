"""References that others have published: each says whose it is, of which years and patients."""

from __future__ import annotations

from rules.criterion import load_sources
from rules.published import FIGURES, medians_of, published


def test_every_reference_has_a_source_a_period_and_a_population_in_both_languages() -> None:
    sources = load_sources()
    for one in published():
        assert one.source in sources, one.id
        assert one.figure in FIGURES, one.id
        assert all(of[lang].strip() for of in (one.period, one.population) for lang in ("en", "ja")), one.id
        assert one.values, one.id


def test_shares_are_fractions_and_rise_with_time() -> None:
    for one in published():
        if one.figure == "progression":
            by_month = [value for _, value in sorted((int(month), value) for month, value in one.values.items())]
            assert by_month == sorted(by_month), one.id
            assert all(0 < value < 1 for value in by_month), one.id


def test_the_figures_are_those_of_the_guideline() -> None:
    found = {one.id: dict(one.values) for one in published()}
    assert found == {
        "os_by_iss": {"I": 62, "II": 44, "III": 29},
        "mgus_progression_2002": {"120": 0.12, "240": 0.25, "300": 0.30},
        "mgus_progression_2018": {"120": 0.10, "240": 0.18},
        "smm_rate": {"0-5": 10, "5-10": 3, "10-20": 1},
        "smm_progression": {"24": 0.22, "60": 0.42, "120": 0.64},
    }


def test_medians_by_iss_stand_beside_survival_from_diagnosis_alone() -> None:
    assert medians_of("os-diagnosis", "iss") == {"I": 62, "II": 44, "III": 29}
    assert medians_of("os-diagnosis", "r_iss") == medians_of("os-line-1", "iss") == {}
