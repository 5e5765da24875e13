"""The vocabulary of drugs (C.drug): every drug has a class or a purpose, and every name one meaning."""

import pytest

from rules.intake import drugs
from rules.intake.drugs import (
    UNNAMED,
    attached,
    beside,
    classes,
    folded,
    names,
    no_drug,
    parts,
    plain,
    purposes,
    regimens,
)


def test_a_drug_is_against_myeloma_or_supportive_and_not_both() -> None:
    assert not set(classes()) & set(purposes())


@pytest.mark.parametrize(
    ("name", "class_"),
    [
        ("ブーレンレップ", "anti_bcma_conjugate"),
        ("テクベイリ", "anti_bcma_bispecific"),
        ("Elrexfio", "anti_bcma_bispecific"),
        ("リンボセルタマブ", "anti_bcma_bispecific"),
        ("Talvey", "anti_gprc5d_bispecific"),
        ("cevostamab", "anti_fcrh5_bispecific"),
        ("カービクティ", "anti_bcma_car_t"),
        ("ide-cel", "anti_bcma_car_t"),
        ("arlo-cel", "other_car_t"),
        ("KPT-330", "xpo1_inhibitor"),
        ("ベネクレクスタ", "bcl2_inhibitor"),
        ("CC-220", "celmod"),
        ("メジグドミド", "celmod"),
    ],
)
def test_the_newer_drugs_are_of_a_class_by_their_target(name: str, class_: str) -> None:
    assert [classes()[drug] for drug in names()[folded(name)]] == [class_]


def test_every_name_stands_for_drugs_that_have_a_class_or_a_purpose() -> None:
    assert {drug for found in names().values() for drug in found} <= {*classes(), *purposes(), UNNAMED}


def test_a_drug_is_found_by_its_own_name() -> None:
    assert all(names()[folded(drug)] == (drug,) for drug in (*classes(), *purposes()))


def test_two_meanings_of_one_name_are_a_mistake_of_the_vocabulary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drugs, "_pairs", lambda: [("VRd", ("bortezomib",)), ("v-rd", ("carfilzomib",))])
    with pytest.raises(ValueError, match="stands for two things"):
        names.__wrapped__()


def test_a_name_is_looked_up_by_its_letters_and_digits() -> None:
    letters = {
        "Zoledronic_Acid": "zoledronicacid",
        "ＶＲｄ": "vrd",
        "ﾍﾞﾙｹｲﾄﾞ": "ベルケイド",
        "Bortézomib®": "bortezomib",
        "・": "",
    }
    assert {text: folded(text) for text in letters} == letters


def test_kana_keep_their_marks() -> None:
    assert plain("ボルテゾミブ") == "ボルテゾミブ"


def test_words_beside_a_drug_are_no_drugs_but_a_salt_that_is_one() -> None:
    assert {word for word in beside() if word in names()} == {"calcium"}
    assert no_drug() <= set(names())


def test_japanese_words_are_taken_off_the_longest_first() -> None:
    assert attached().index("点滴静注用") < attached().index("静注用") < attached().index("注")


def test_a_regimen_in_one_word_is_of_known_parts() -> None:
    short, ends = parts()
    assert {*short, *ends} <= set(names())


def test_a_regimen_of_several_known_drugs_has_one_short_name() -> None:
    assert regimens()["bortezomib", "lenalidomide", "dexamethasone"] == "VRd"
    assert {drug for drugs in regimens() for drug in drugs} <= classes().keys()
    assert min(map(len, regimens())) == 2
    assert len({frozenset(drugs) for drugs in regimens()}) == len(regimens())
