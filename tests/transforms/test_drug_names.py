"""The drugs that a text names (C.drug): brands, abbreviations, regimens, doses, salts, and names that stay unknown."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from transforms.drugs import GIVEN_CARE, UNKNOWN_DRUG, Named, given_care, named, unknown_drugs, with_each_drug
from transforms.intake.contracts import REFUSED_ROW

VRD = {"bortezomib", "lenalidomide", "dexamethasone"}
DMPB = {"daratumumab", "melphalan", "prednisolone", "bortezomib"}
DARA_POM_DEX = {"daratumumab", "pomalidomide", "dexamethasone"}


def read(text: str) -> set[str]:
    """The drugs of a text of which everything is known."""
    found = named(text)
    assert found == Named(found.drugs), found
    return set(found.drugs)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "VRd",
            "RVD",
            "vrd",
            "BLd",
            "V/R/d",
            "VRd-lite",
            "VRd療法",
            "ＶＲｄ",
            "VRd x 4 cycles",
            "8 cycles of VRd",
            "VRd ×4",
        ),
        *("Bor-Len-Dex", "Bor_Len_Dex", "BorLenDex", "Len-Dex+Bor-Len-Dex", "bor len dex"),
        *("bortezomib;lenalidomide;dexamethasone", "BORTEZOMIB, LENALIDOMIDE, DEXAMETHASONE", "Velcade|Revlimid|Dex."),
        *(
            "bortezomib + lenalidomide/dexamethasone",
            "bortezomib, lenalidomide and dexamethasone",
            "Velcade Revlimid dexa",
        ),
        *("Bortezomib-Lenalidomide-Dexamethasone", "bortezomib & Rd", "VRd (bortezomib, lenalidomide, dexamethasone)"),
        *("ボルテゾミブ、レナリドミド、デキサメタゾン", "ベルケイド・レブラミド・レナデックス", "ﾎﾞﾙﾃｿﾞﾐﾌﾞ＋Ld"),
        "Bortezomib 1.3 mg/m2 d1,4,8,11; lenalidomide 25 mg days 1-21; Dex 40mg",
        "bortezomib 1.3mg/㎡, レナリドミドカプセル25mg, デキサメタゾン40mg×4",
    ],
)
def test_one_regimen_has_many_spellings(text: str) -> None:
    assert read(text) == VRD


@pytest.mark.parametrize("text", ["D-MPB", "DMPB", "D-VMP", "Dara-VMP", "daravmp", "D+MPB", "ダラツムマブ, MPB"])
def test_daratumumab_with_melphalan_prednisolone_bortezomib(text: str) -> None:
    assert read(text) == DMPB


@pytest.mark.parametrize(
    "text", ["DPd", "Dara-Pom-Dex", "DaraPomDex", "D-Pd", "Dara Pd", "Darzalex Faspro, Pomalyst, DEX"]
)
def test_daratumumab_with_pomalidomide_dexamethasone(text: str) -> None:
    assert read(text) == DARA_POM_DEX


@pytest.mark.parametrize(
    ("regimen", "drugs"),
    [
        ("KRd", "carfilzomib lenalidomide dexamethasone"),
        ("Tec-Dara", "teclistamab daratumumab"),
        ("TalDara", "talquetamab daratumumab"),
        ("ElraDRd", "elranatamab daratumumab lenalidomide dexamethasone"),
        ("IberDd", "iberdomide daratumumab dexamethasone"),
        ("MeziVd", "mezigdomide bortezomib dexamethasone"),
        ("BelaRd", "belantamab_mafodotin lenalidomide dexamethasone"),
        ("DRd", "daratumumab lenalidomide dexamethasone"),
        ("KPd", "carfilzomib pomalidomide dexamethasone"),
        ("PVd", "pomalidomide bortezomib dexamethasone"),
        ("DVd", "daratumumab bortezomib dexamethasone"),
        ("DKd", "daratumumab carfilzomib dexamethasone"),
        ("IRd", "ixazomib lenalidomide dexamethasone"),
        ("EPd", "elotuzumab pomalidomide dexamethasone"),
        ("ERd", "elotuzumab lenalidomide dexamethasone"),
        ("IsaPd", "isatuximab pomalidomide dexamethasone"),
        ("Isa-Kd", "isatuximab carfilzomib dexamethasone"),
        ("VCd", "bortezomib cyclophosphamide dexamethasone"),
        ("CyBorD", "bortezomib cyclophosphamide dexamethasone"),
        ("VTd", "bortezomib thalidomide dexamethasone"),
        ("D-VTd", "daratumumab bortezomib thalidomide dexamethasone"),
        ("Isa-VRd", "isatuximab bortezomib lenalidomide dexamethasone"),
        ("MP", "melphalan prednisolone"),
        ("MPT", "melphalan prednisolone thalidomide"),
        ("VMP", "melphalan prednisolone bortezomib"),
        ("DCEP", "dexamethasone cyclophosphamide etoposide cisplatin"),
        ("VAD", "vincristine doxorubicin dexamethasone"),
        ("VTD-PACE", "bortezomib thalidomide dexamethasone cisplatin doxorubicin cyclophosphamide etoposide"),
        ("BD", "bortezomib dexamethasone"),
        ("Rd", "lenalidomide dexamethasone"),
        ("LD", "lenalidomide dexamethasone"),
        ("Pd", "pomalidomide dexamethasone"),
        ("Kd", "carfilzomib dexamethasone"),
        ("Bor-Cyc-Dex", "bortezomib cyclophosphamide dexamethasone"),
        ("Sel-Vd", "selinexor bortezomib dexamethasone"),
        ("VRd, ASCT", "bortezomib lenalidomide dexamethasone autologous_transplant"),
        ("VRd→Rd", "bortezomib lenalidomide dexamethasone"),
    ],
)
def test_a_regimen_is_its_drugs(regimen: str, drugs: str) -> None:
    assert read(regimen) == set(drugs.split())


@pytest.mark.parametrize(
    ("text", "drug"),
    [
        ("bortezomib 3.5 MG injection", "bortezomib"),
        ("Velcade 1.3 mg/m2", "bortezomib"),
        ("bortezomib mannitol boronic ester", "bortezomib"),
        ("VELCADE™ 3.5mg powder for", None),
        ("bortezomib (Velcade)", "bortezomib"),
        ("ベルケイド注射用3mg", "bortezomib"),
        ("ボルテゾミブ注射用3mg「サワイ」", "bortezomib"),
        ("Bortezomib-Teva", "bortezomib"),
        ("bortezomib (sc, weekly)", "bortezomib"),
        ("NK-1234 (bortezomib)", "bortezomib"),
        ("weekly carfilzomib 70 mg/m2 d1,8,15", "carfilzomib"),
        ("venetoclax 400 mg BD", "venetoclax"),
        ("1,000 mg cyclophosphamide", "cyclophosphamide"),
        ("daratumumab and hyaluronidase-fihj", "daratumumab"),
        ("ダラキューロ配合皮下注", "daratumumab"),
        ("ダラツムマブ（遺伝子組換え）・ボルヒアルロニダーゼ アルファ", "daratumumab"),
        ("belantamab mafodotin-blmf", "belantamab_mafodotin"),
        ("cilta-cel", "ciltacabtagene_autoleucel"),
        ("idecabtagene vicleucel", "idecabtagene_vicleucel"),
        ("アベクマ", "idecabtagene_vicleucel"),
        ("CAR-T", "car_t"),
        ("melphalan 200 mg/m2", "melphalan"),
        ("lenalidomide maintenance", "lenalidomide"),
        ("大量デキサメタゾン", "dexamethasone"),
        ("zoledronic acid hydrate", "zoledronic_acid"),
        ("disodium pamidronate", "pamidronic_acid"),
        ("リクラスト点滴静注液5mg", "zoledronic_acid"),
        ("1 ML denosumab 60 MG/ML Injection", "denosumab"),
        ("valacyclovir hydrochloride 500mg", "valaciclovir"),
        ("Low-molecular-weight heparin 4000 IU", "low_molecular_heparin"),
        ("クレキサン皮下注キット2000IU", "enoxaparin"),
        ("nadroparin calcium", "nadroparin"),
        ("バイアスピリン錠100mg", "aspirin"),
        ("calcium carbonate", "calcium"),
        ("vit D3 1000 IU", "vitamin_d"),
        ("dental_check", "dental_check"),
    ],
)
def test_doses_salts_forms_brands_and_makers_do_not_hide_a_drug(text: str, drug: str | None) -> None:
    found = named(text)
    assert found == (Named((drug,)) if drug else Named(unknown=("velcade powder for",)))


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Xyzmab",
            "ori-cel",
            "dara-cel",
            "5-FU",
            "bortezomib xyz",
            "stopped lenalidomide",
            "no bortezomib",
            "Cardioaspirin",
        ),
        *("lenalidomide not given", "bortezomib - none", "CRd", "BPd", "V", "D", "K"),
    ],
)
def test_a_name_that_is_not_in_the_vocabulary_stays_unknown(text: str) -> None:
    found = named(text)
    assert found == Named(unknown=(text.lower(),))


def test_what_is_known_beside_an_unknown_name_stays_known() -> None:
    assert named("Velcade; Xyzmab 10 mg, dex") == Named(("bortezomib", "dexamethasone"), ("xyzmab",))
    # what brackets say beside a known name is a remark
    assert named("dexamethasone (no bortezomib)") == Named(("dexamethasone",))


@pytest.mark.parametrize("text", ["unknown", "不明", "clinical trial", " ", ";", "maintenance", "sc"])
def test_a_text_may_say_that_there_were_drugs_and_not_which(text: str) -> None:
    assert named(text) == Named(is_unnamed=True)
    assert named("bortezomib based") == Named(("bortezomib",), is_unnamed=True)


@pytest.mark.parametrize(
    "text", ["none", "なし", "radiotherapy", "watch and wait", "radiotherapy; surgery", "放射線照射"]
)
def test_a_text_may_say_that_no_drug_was_given(text: str) -> None:
    assert named(text) == Named()


def test_rows_stand_once_for_each_drug_and_those_without_text_for_one_that_is_not_known() -> None:
    rows = pl.LazyFrame({"n": [1, 2, 3, 4], "text": ["Vd;Xyzmab", "none", None, "unknown"]})
    found = with_each_drug(rows, "text").sort("n", "drug", nulls_last=True).collect()
    assert found.select("n", "drug", "unread").rows() == [
        (1, "bortezomib", None),
        (1, "dexamethasone", None),
        (1, None, "xyzmab"),
        (3, None, None),
        (4, None, None),
    ]


DAY = [date(2020, 1, 1) + timedelta(days) for days in range(10)]
TABLES = {
    "treatments": pl.LazyFrame(
        {
            "patient_id": ["a", "b"],
            "drugs": ["VRd; Zometa; Xyzmab", None],
            "start_date": [DAY[1], DAY[2]],
            "end_date": [DAY[9], None],
        }
    ),
    "supportive_care": pl.LazyFrame(
        {
            "patient_id": ["a", "b", "b"],
            "drug": ["Bayaspirin 100 mg", "Wonderdrug 5 mg", "dexamethasone"],
            "start_date": [DAY[1], DAY[2], DAY[3]],
            "end_date": [None, DAY[3], None],
        }
    ),
    "refused_row": pl.LazyFrame(schema=REFUSED_ROW),
}


def test_supportive_care_is_what_either_table_names_and_an_unknown_name_may_be_for_anything() -> None:
    found = given_care(TABLES).collect()
    assert found.columns == GIVEN_CARE
    assert set(found.rows()) == {
        ("a", "zoledronic_acid", "bone", DAY[1], DAY[9]),
        ("a", "aspirin", "thrombosis", DAY[1], None),
        ("b", None, None, DAY[2], DAY[3]),
    }


def test_names_that_are_not_known_are_kept_with_the_text_as_recorded() -> None:
    found = unknown_drugs(TABLES).collect()
    assert found.columns == UNKNOWN_DRUG
    assert found.rows() == [
        ("a", "treatments", "VRd; Zometa; Xyzmab", "xyzmab"),
        ("b", "supportive_care", "Wonderdrug 5 mg", "wonderdrug"),
    ]
