"""The indicators of relapse: the second line, the lines after refractoriness, and MRD that turns positive."""

from __future__ import annotations

import pytest

from tests.sql.indicators.judged import judged


@pytest.mark.criterion("Q.triplet_at_relapse")
def test_the_second_line_has_three_drugs_with_a_key_drug() -> None:
    treatments = """
        patient_id  | line | phase                 | drugs                                  | start_date
        triplet     | 2    | salvage               | Daratumumab; Bortezomib; Dexamethasone | 2021-01-01
        four        | 2    |                       | daratumumab;pomalidomide;melphalan;prednisolone | 2021-01-01
        last-day    | 2    | salvage               | carfilzomib;dexamethasone              | 2021-01-01
        last-day    | 2    | salvage               | isatuximab                             | 2021-03-02
        day-late    | 2    | salvage               | carfilzomib;dexamethasone              | 2021-01-01
        day-late    | 2    | salvage               | isatuximab                             | 2021-03-03
        twice       | 2    | salvage               | ixazomib;dexamethasone                 | 2021-01-01
        twice       | 2    | salvage               | ixazomib;dexamethasone                 | 2021-02-01
        no-key-drug | 2    | salvage               | daratumumab;cyclophosphamide;dexamethasone | 2021-01-01
        high-dose   | 2    | salvage               | bortezomib;dexamethasone               | 2021-01-01
        high-dose   | 2    | autologous_transplant | melphalan                              | 2021-02-15
        unnamed     | 2    | salvage               | bortezomib;dexamethasone               | 2021-01-01
        unnamed     | 2    | salvage               |                                        | 2021-01-01
        only-graft  | 2    | autologous_transplant | melphalan                              | 2021-01-01
        amyloidosis | 2    | salvage               | daratumumab;bortezomib;dexamethasone   | 2021-01-01
        first-line  | 1    | induction             | bortezomib;dexamethasone               | 2021-01-01
        third-line  | 3    | salvage               | bortezomib;dexamethasone               | 2021-01-01
    """
    cells = [row.split("|") for row in treatments.strip().splitlines()[1:]]
    lines = dict.fromkeys(f"{name.strip()} | {line} | 2021-01-01" for name, line, *_ in cells)
    names = dict.fromkeys(name.strip() for name, *_ in cells)
    patients = [f"{name} | {'AL' if name == 'amyloidosis' else ''}" for name in names]
    found = judged(
        "Q.triplet_at_relapse",
        patients="\n".join(["patient_id | diagnosis", *patients]),
        lines="\n".join(["patient_id | line | start_date", *lines]),
        treatments=treatments,
    )
    assert found == {
        **dict.fromkeys(["triplet", "four", "last-day"], "pass"),
        **dict.fromkeys(["day-late", "twice", "no-key-drug", "high-dose"], "fail"),
        **dict.fromkeys(["unnamed", "only-graft"], "unknown"),
    }


# name | line 1 | its end | progression | its source | line 2
EARLY = """
    new-class    | bortezomib   | 2020-06-01 | 2021-02-28 | derived | lenalidomide
    nine-months  | bortezomib   | 2020-06-01 | 2021-03-01 | derived | lenalidomide
    on-treatment | lenalidomide | 2020-06-01 | 2020-05-01 | derived | isatuximab
    same-class   | bortezomib   | 2020-06-01 | 2020-09-01 | derived | carfilzomib
    same-drug    | VRd          | 2020-06-01 | 2020-09-01 | derived | Velcade;dexamethasone
    both-new     | VRd          | 2020-06-01 | 2020-09-01 | derived | KPd
    not-known    | VRd          | 2020-06-01 | 2020-09-01 | derived | Xyzmib;dexamethasone
    no-class     | bortezomib   | 2020-06-01 | 2020-09-01 | derived | elotuzumab
    all-three    | bortezomib;lenalidomide;daratumumab | 2020-06-01 | 2020-09-01 | derived | pomalidomide
    all-unnamed  | bortezomib;lenalidomide;daratumumab | 2020-06-01 | 2020-09-01 | derived |
    unnamed-1    |              | 2020-06-01 | 2020-09-01 | derived | carfilzomib
    unnamed-2    | bortezomib   | 2020-06-01 | 2020-09-01 | derived |
    no-progress  | bortezomib   | 2020-06-01 |            | derived | lenalidomide
    unseen       | bortezomib   | 2020-06-01 |            |         | lenalidomide
    open-early   | bortezomib   |            | 2020-09-30 | derived | lenalidomide
    open-late    | bortezomib   |            | 2020-10-01 | derived | lenalidomide
"""


@pytest.mark.criterion("Q.key_drug_changed")
def test_a_key_drug_that_line_1_had_not_is_given_after_an_early_progression() -> None:
    tables = {
        "patients": ["patient_id"],
        "lines": [
            "patient_id | line | start_date | end_date | next_line_start | progression_date | progression_source"
        ],
        "treatments": ["patient_id | line | phase | drugs | start_date | end_date"],
    }
    for row in EARLY.strip().splitlines():
        name, first, end, progression, source, second = (cell.strip() for cell in row.split("|"))
        tables["patients"].append(name)
        tables["lines"] += [
            f"{name} | 1 | 2020-01-01 | {end} | 2021-04-01 | {progression} | {source}",
            f"{name} | 2 | 2021-04-01 | | | | derived",
        ]
        tables["treatments"] += [
            f"{name} | 1 | induction | {first} | 2020-01-01 | {end}",
            f"{name} | 2 | salvage | {second} | 2021-04-01 |",
        ]
    tables["patients"].append("untreated-2")
    tables["lines"].append("untreated-2 | 1 | 2020-01-01 | 2020-06-01 | | 2020-09-01 | derived")
    found = judged("Q.key_drug_changed", **{table: "\n".join(rows) for table, rows in tables.items()})
    assert found == {
        **dict.fromkeys(["new-class", "same-class", "both-new", "all-three", "on-treatment", "open-early"], "pass"),
        **dict.fromkeys(["same-drug", "no-class"], "fail"),
        # unnamed-1 may have had carfilzomib; the last dose of open-late may have been later
        **dict.fromkeys(["unnamed-1", "unnamed-2", "all-unnamed", "not-known", "unseen", "open-late"], "unknown"),
    }


# name | what line 1 had until 2020-12-31 | progression | line 2
AFTER_LENALIDOMIDE = """
    with-pi      | lenalidomide            | 2021-03-01 | bortezomib;daratumumab;dexamethasone
    pomalidomide | lenalidomide            | 2021-03-01 | pomalidomide;isatuximab;dexamethasone
    doublet      | lenalidomide            | 2021-03-01 | carfilzomib;dexamethasone
    neither      | lenalidomide            | 2021-03-01 | elotuzumab;lenalidomide;dexamethasone
    not-on-it    | lenalidomide            | 2021-03-02 | bortezomib;daratumumab;dexamethasone
    unnamed      | lenalidomide            | 2021-03-01 |
    maybe-before |                         | 2021-03-01 | bortezomib;daratumumab;dexamethasone
    both         | bortezomib;lenalidomide | 2021-03-01 | pomalidomide;isatuximab;dexamethasone
"""
AFTER_BORTEZOMIB = """
    with-imid    | bortezomib              | 2021-03-01 | daratumumab;lenalidomide;dexamethasone
    carfilzomib  | bortezomib              | 2021-03-01 | carfilzomib;isatuximab;dexamethasone
    doublet      | bortezomib              | 2021-03-01 | lenalidomide;dexamethasone
    neither      | bortezomib              | 2021-03-01 | daratumumab;bortezomib;dexamethasone
    not-on-it    | bortezomib              | 2021-03-02 | daratumumab;lenalidomide;dexamethasone
    unnamed      | bortezomib              | 2021-03-01 |
    maybe-before |                         | 2021-03-01 | daratumumab;lenalidomide;dexamethasone
    both         | bortezomib;lenalidomide | 2021-03-01 | pomalidomide;isatuximab;dexamethasone
"""
AFTER_ANTI_CD38 = """
    pom-dara     | daratumumab             | 2021-03-01 | daratumumab;pomalidomide;dexamethasone
    carfilzomib  | Sarclisa                | 2021-03-01 | carfilzomib;dexamethasone
    panobinostat | DRd                     | 2021-03-01 | PanVd
    pano-alone   | DRd                     | 2021-03-01 | panobinostat;dexamethasone
    bispecific   | DRd                     | 2021-03-01 | teclistamab
    gprc5d       | DRd                     | 2021-03-01 | Talvey
    conjugate    | DRd                     | 2021-03-01 | belantamab;cyclophosphamide
    named-car-t  | DRd                     | 2021-03-01 | ide-cel
    chemo        | DRd                     | 2021-03-01 | VCd
    pom-alone    | DRd                     | 2021-03-01 | pomalidomide
    kfz-alone    | DRd                     | 2021-03-01 | carfilzomib
    neither      | DRd                     | 2021-03-01 | elotuzumab;lenalidomide;dexamethasone
    another-38   | DRd                     | 2021-03-01 | isatuximab;dexamethasone
    not-known    | DRd                     | 2021-03-01 | Xyzmab
    not-on-it    | DRd                     | 2021-03-02 | pomalidomide;dexamethasone
    of-another   | VRd                     | 2021-03-01 | pomalidomide;dexamethasone
    unnamed      | DRd                     | 2021-03-01 |
    maybe-before |                         | 2021-03-01 | pomalidomide;dexamethasone
"""
AFTER_BOTH = """
    pomalidomide | bortezomib;lenalidomide | 2021-03-01 | pomalidomide;dexamethasone
    carfilzomib  | bortezomib;lenalidomide | 2021-03-01 | carfilzomib;dexamethasone
    anti-cd38    | bortezomib;lenalidomide | 2021-03-01 | isatuximab
    dcep         | VRd                     | 2021-03-01 | DCEP
    with-imid    | VRd                     | 2021-03-01 | thalidomide;cyclophosphamide;dexamethasone
    named-car-t  | VRd                     | 2021-03-01 | idecabtagene vicleucel
    conjugate    | VRd                     | 2021-03-01 | ブーレンレップ
    bispecific   | VRd                     | 2021-03-01 | elranatamab 76 mg
    pom-alone    | VRd                     | 2021-03-01 | pomalidomide
    pom-and      | VRd                     | 2021-03-01 | pomalidomide;Xyzmab
    not-known    | VRd                     | 2021-03-01 | Xyzmab
    neither      | bortezomib;lenalidomide | 2021-03-01 | elotuzumab;thalidomide;dexamethasone
    not-on-it    | bortezomib;lenalidomide | 2021-03-02 | pomalidomide;dexamethasone
    one-of-them  | lenalidomide            | 2021-03-01 | pomalidomide;dexamethasone
    unnamed      | bortezomib;lenalidomide | 2021-03-01 |
    maybe-before |                         | 2021-03-01 | pomalidomide;dexamethasone
"""


def relapsed(drawn: str) -> dict[str, str]:
    """The store's tables of patients who progressed after a last dose on 2020-12-31, 60 days before 2021-03-01."""
    tables = {
        "patients": ["patient_id"],
        "lines": ["patient_id | line | start_date | next_line_start | progression_date"],
        "treatments": ["patient_id | line | phase | drugs | start_date | end_date"],
    }
    for row in drawn.strip().splitlines():
        name, first, progression, second = (cell.strip() for cell in row.split("|"))
        tables["patients"].append(name)
        tables["lines"] += [f"{name} | 1 | 2020-01-01 | 2021-04-01 | {progression}", f"{name} | 2 | 2021-04-01 | |"]
        tables["treatments"] += [
            f"{name} | 1 | induction | {first} | 2020-01-01 | 2020-12-31",
            f"{name} | 2 | salvage | {second} | 2021-04-01 |",
        ]
    return {table: "\n".join(rows) for table, rows in tables.items()}


def verdicts(passed: str, failed: str) -> dict[str, str]:
    told = dict.fromkeys(passed.split(), "pass") | dict.fromkeys(failed.split(), "fail")
    return told | dict.fromkeys(["unnamed", "maybe-before"], "unknown")


@pytest.mark.criterion("Q.after_lenalidomide")
def test_after_lenalidomide_comes_a_triplet_with_a_proteasome_inhibitor_or_pomalidomide() -> None:
    found = judged("Q.after_lenalidomide", **relapsed(AFTER_LENALIDOMIDE))
    assert found == verdicts("with-pi pomalidomide", "doublet neither")


@pytest.mark.criterion("Q.after_bortezomib")
def test_after_bortezomib_comes_a_triplet_with_an_immunomodulatory_drug_or_carfilzomib() -> None:
    found = judged("Q.after_bortezomib", **relapsed(AFTER_BORTEZOMIB))
    assert found == verdicts("with-imid carfilzomib", "doublet neither")


@pytest.mark.criterion("Q.after_both")
def test_after_both_comes_one_of_what_may_still_work_and_which_is_shown() -> None:
    tables = relapsed(AFTER_BOTH)
    # by its phase, without a name
    more = relapsed("car-t | VRd | 2021-03-01 |")
    more["treatments"] = more["treatments"].replace("salvage", "car_t")
    for table, rows in more.items():
        tables[table] += "\n" + rows.split("\n", 1)[1]
    found = judged("Q.after_both", by="patient_id, passed_by", **tables)
    passed = {
        *("pomalidomide pomalidomide", "carfilzomib carfilzomib", "anti-cd38 anti_cd38", "dcep chemotherapy"),
        *("with-imid chemotherapy", "named-car-t car_t", "car-t car_t", "conjugate antibody_drug_conjugate"),
        "bispecific bispecific",
    }
    told = verdicts("", "neither pom-alone") | dict.fromkeys(["pom-and", "not-known"], "unknown")
    assert found == told | dict.fromkeys(passed, "pass")


@pytest.mark.criterion("Q.after_anti_cd38")
def test_after_an_anti_cd38_comes_one_of_what_may_still_work_and_which_is_shown() -> None:
    found = judged("Q.after_anti_cd38", by="patient_id, passed_by", **relapsed(AFTER_ANTI_CD38))
    passed = {
        *("pom-dara pomalidomide", "carfilzomib carfilzomib", "panobinostat panobinostat", "named-car-t car_t"),
        *("bispecific bispecific", "gprc5d bispecific", "conjugate antibody_drug_conjugate", "chemo chemotherapy"),
    }
    told = verdicts("", "pano-alone pom-alone kfz-alone neither another-38") | {"not-known": "unknown"}
    assert found == told | dict.fromkeys(passed, "pass")


@pytest.mark.criterion("Q.after_both")
@pytest.mark.parametrize(
    ("indicator", "asked"),
    [
        ("Q.after_lenalidomide", {"A 2 2021-01-01": "pass"}),
        ("Q.after_bortezomib", {}),
        ("Q.after_both", {"A 4 2023-01-01": "pass"}),
    ],
)
def test_a_patient_is_asked_about_at_the_first_line_after_each(*, indicator: str, asked: dict[str, str]) -> None:
    # refractory to lenalidomide in line 1, to bortezomib as well in line 3; line 4 begins on that day
    found = judged(
        indicator,
        by="patient_id, line, dated",
        patients="patient_id\n A",
        lines="""
            patient_id | line | start_date | next_line_start | progression_date
            A          | 1    | 2020-01-01 | 2021-01-01      | 2020-12-01
            A          | 2    | 2021-01-01 | 2022-01-01      | 2021-12-01
            A          | 3    | 2022-01-01 | 2023-01-01      | 2023-01-01
            A          | 4    | 2023-01-01 | 2024-01-01      | 2023-06-01
            A          | 5    | 2024-01-01 |                 |
        """,
        treatments="""
            patient_id | line | phase     | drugs                                | start_date | end_date
            A          | 1    | induction | lenalidomide                         | 2020-01-01 | 2020-12-01
            A          | 2    | salvage   | carfilzomib;daratumumab;dexamethasone | 2021-01-01 | 2021-12-01
            A          | 3    | salvage   | bortezomib;dexamethasone             | 2022-01-01 | 2022-12-31
            A          | 4    | salvage   | cyclophosphamide;lenalidomide;bortezomib | 2023-01-01 | 2023-06-01
            A          | 5    | salvage   | pomalidomide;dexamethasone           | 2024-01-01 |
        """,
    )
    assert found == asked


@pytest.mark.criterion("Q.after_lenalidomide")
def test_whether_lenalidomide_without_an_end_failed_is_not_known() -> None:
    tables = relapsed("open-end | lenalidomide | 2021-03-01 | bortezomib;daratumumab;dexamethasone")
    tables["treatments"] = tables["treatments"].replace("2020-12-31", "")
    assert judged("Q.after_lenalidomide", **tables) == {"open-end": "unknown"}


@pytest.mark.criterion("Q.after_lenalidomide")
def test_who_may_have_failed_both_by_the_day_the_line_begins_is_not_asked_about_for_sure() -> None:
    second = "2021-04-01 | bortezomib;daratumumab;dexamethasone"
    surely = relapsed(f"both | bortezomib;lenalidomide | {second}")
    surely["treatments"] = surely["treatments"].replace("2020-12-31", "2021-04-01")
    assert judged("Q.after_lenalidomide", **surely) == {}
    maybe = relapsed("maybe | lenalidomide | 2021-03-01 | daratumumab;carfilzomib;dexamethasone")
    maybe["treatments"] += "\nmaybe | 1 | induction | bortezomib | 2020-01-01 |"
    assert judged("Q.after_lenalidomide", **maybe) == {"maybe": "unknown"}
