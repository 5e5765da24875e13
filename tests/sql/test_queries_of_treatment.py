"""Refractoriness, attrition, the way to the next line, CAR-T: answers worked out by hand."""

from __future__ import annotations

from pathlib import Path

from tests.sql.query_store import rows, write_store

# on-1 progresses on bortezomib and lenalidomide, 60 days after daratumumab and pomalidomide, 62 days after carfilzomib.
# no-end's lenalidomide has no end; still-on's ixazomib neither, but nothing followed. unseen's course is not known.
# five-1 fails two, two and one. next-1's thalidomide began on the day of progression. ended-1's lenalidomide has no
# end, but the next line began, and progression came 306 days after that.
REFRACTORY = {
    "patients": """
        patient_id | diagnosis
        on-1       | MM
        no-end     | MM
        still-on   | MM
        unnamed    | MM
        unseen     | MM
        five-1     | MM
        next-1     | MM
        ended-1    | MM
        smoulders  | SMM
    """,
    "treatments": """
        patient_id | line | phase     | drugs                           | start_date | end_date
        on-1       | 1    | induction | bortezomib;lenalidomide         | 2020-01-01 | 2020-12-31
        on-1       | 2    | salvage   | daratumumab; Pomalidomide       | 2021-01-01 | 2021-06-30
        on-1       | 3    | salvage   | carfilzomib                     | 2021-09-10 | 2021-12-01
        no-end     | 1    | induction | bortezomib                      | 2020-01-01 | 2020-05-01
        no-end     | 1    |           | lenalidomide                    | 2020-06-01 |
        still-on   | 1    | induction | ixazomib                        | 2020-01-01 |
        unnamed    | 1    | induction |                                 | 2020-01-01 | 2020-05-01
        unseen     | 1    | induction | bortezomib                      | 2020-01-01 | 2020-05-01
        five-1     | 1    | induction | bortezomib;lenalidomide         | 2020-01-01 | 2020-12-31
        five-1     | 2    | salvage   | carfilzomib;pomalidomide        | 2021-01-01 | 2021-12-31
        five-1     | 2    | salvage   | isatuximab                      | 2021-01-01 | 2021-12-31
        next-1     | 1    | induction | melphalan                       | 2020-01-01 | 2020-06-01
        next-1     | 2    | salvage   | thalidomide                     | 2020-07-01 | 2020-12-01
        ended-1    | 1    | induction | lenalidomide                    | 2020-01-01 |
        ended-1    | 2    | salvage   | dexamethasone                   | 2020-03-01 | 2020-12-31
        smoulders  | 1    | induction | lenalidomide                    | 2020-01-01 | 2020-12-31
    """,
    "lines": """
        patient_id | line | start_date | next_line_start | progression_date | progression_source
        on-1       | 1    | 2020-01-01 | 2021-01-01      | 2020-12-01       | derived
        on-1       | 2    | 2021-01-01 | 2021-09-10      | 2021-08-29       | derived
        on-1       | 3    | 2021-09-10 |                 | 2022-02-01       | derived
        no-end     | 1    | 2020-01-01 |                 | 2021-01-01       | derived
        still-on   | 1    | 2020-01-01 |                 |                  | derived
        unnamed    | 1    | 2020-01-01 |                 |                  | derived
        unseen     | 1    | 2020-01-01 |                 |                  |
        five-1     | 1    | 2020-01-01 | 2021-01-01      | 2020-12-01       | reported
        five-1     | 2    | 2021-01-01 |                 | 2021-12-01       | derived
        next-1     | 1    | 2020-01-01 | 2020-07-01      | 2020-07-01       | derived
        next-1     | 2    | 2020-07-01 |                 |                  | derived
        ended-1    | 1    | 2020-01-01 | 2020-03-01      |                  | derived
        ended-1    | 2    | 2020-03-01 |                 | 2021-01-01       | derived
        smoulders  | 1    | 2020-01-01 |                 | 2020-12-01       | derived
    """,
}


def test_refractoriness_has_three_answers_of_the_exposed(tmp_path: Path) -> None:
    store = write_store(tmp_path / "store", **REFRACTORY)
    columns = "level patients not_exposed exposure_unknown exposed refractory not_refractory unknown refractory_percent"
    assert rows("refractoriness_by_class", store, columns) == [
        ("proteasome_inhibitor", 8, 2, 1, 5, 2, 2, 1, 50.0),
        ("immunomodulatory_drug", 8, 2, 1, 5, 2, 2, 1, 50.0),
        ("anti_cd38", 8, 5, 1, 2, 2, 0, 0, 100.0),
        ("anti_bcma", 8, 7, 1, 0, 0, 0, 0, None),
        ("single", 8, 0, 1, 7, 2, 3, 2, 40.0),
        ("double", 8, 4, 1, 3, 2, 1, 0, 66.7),
        ("double_pi_imid", 8, 4, 1, 3, 2, 1, 0, 66.7),
        ("double_len_bor", 8, 4, 1, 3, 2, 1, 0, 66.7),
        ("triple_class", 8, 5, 1, 2, 2, 0, 0, 100.0),
        ("penta", 8, 5, 1, 2, 1, 1, 0, 50.0),
    ]


def test_a_conjugate_a_bispecific_and_car_t_are_against_bcma(tmp_path: Path) -> None:
    treatments = """
        patient_id | line | phase   | drugs             | start_date | end_date   | unreadable
        conjugate  | 1    | salvage | Blenrep           | 2020-01-01 | 2020-12-31 |
        bispecific | 1    | salvage | Tecvayli          | 2020-01-01 | 2020-12-31 |
        car-t      | 1    | car_t   | cilta-cel         | 2020-01-01 | 2020-01-01 |
        by-phase   | 1    | car_t   |                   | 2020-01-01 | 2020-01-01 |
        gprc5d     | 1    | salvage | talquetamab       | 2020-01-01 | 2020-12-31 |
        other      | 1    | car_t   | arlocabtagene     | 2020-01-01 | 2020-01-01 |
        unread     | 1    | car_t   |                   | 2020-01-01 | 2020-01-01 | [drugs]
    """
    names = ["conjugate", "bispecific", "car-t", "by-phase", "gprc5d", "other", "unread"]
    lines = ["patient_id | line | start_date | progression_date"]
    store = write_store(
        tmp_path / "store",
        patients="\n".join(["patient_id", *names]),
        treatments=treatments,
        lines="\n".join([*lines, *(f"{name} | 1 | 2020-01-01 | 2020-12-01" for name in names)]),
    )
    columns = "level patients not_exposed exposure_unknown exposed refractory not_refractory unknown"
    found = {level: counts for level, *counts in rows("refractoriness_by_class", store, columns)}
    # of the two with CAR-T whose name is known, one progressed on a later day than the 60th
    assert found["anti_bcma"] == [7, 2, 1, 4, 2, 1, 1]
    assert found["single"] == [7, 6, 1, 0, 0, 0, 0]


def test_attrition_accounts_for_everyone_who_began(tmp_path: Path) -> None:
    store = write_store(
        tmp_path / "store",
        patients="""
            patient_id | vital_status
            A          | alive
            B          | dead
            C          | alive
            D          | alive
            E          | alive
            F          | dead
        """,
        lines="""
            patient_id | line | start_date | next_line_start | progression_date | progression_source
            A          | 1    | 2020-01-01 | 2021-01-01      | 2020-12-01       | derived
            A          | 2    | 2021-01-01 |                 |                  | derived
            B          | 1    | 2020-01-01 |                 | 2020-12-01       | derived
            C          | 1    | 2020-01-01 |                 | 2020-12-01       | derived
            D          | 1    | 2020-01-01 |                 |                  | reported
            E          | 1    | 2020-01-01 |                 |                  |
            F          | 1    | 2020-01-01 | 2020-03-01      |                  |
        """,
    )
    columns = (
        "line started next_line died progressed on_without_progression progression_unknown next_line_percent "
        "died_percent months_median"
    )
    # 366 and 60 days: the median is 213, 7.0 months
    assert rows("attrition_between_lines", store, columns) == [
        (1, 6, 2, 1, 1, 1, 1, 33.3, 16.7, 7.0),
        (2, 1, 0, 0, 0, 1, 0, 0.0, 0.0, None),
    ]


def test_biochemical_progression_is_by_m_protein_and_light_chains_only(tmp_path: Path) -> None:
    store = write_store(
        tmp_path / "store",
        patients="""
            patient_id | vital_status | last_contact_date
            A          | alive        | 2024-01-01
            B          | alive        | 2024-01-01
            C          | dead         | 2021-01-01
            D          | alive        | 2020-07-01
            E          | alive        | 2024-01-01
            F          | alive        | 2024-01-01
        """,
        lines="""
            patient_id | line | next_line_start | progression_date | progression_source | progression_confirmed_by
            A          | 1    | 2020-06-11      | 2020-06-01       | derived            | assessment
            B          | 1    | 2020-07-01      | 2020-06-01       | derived            | next_line
            C          | 1    |                 | 2020-06-01       | derived            | assessment
            D          | 1    |                 | 2020-06-01       | derived            | assessment
            E          | 1    | 2020-06-06      | 2020-06-01       | derived            | finding
            F          | 1    | 2020-06-06      | 2020-06-01       | reported           | reported
            A          | 5    | 2020-06-06      | 2020-06-02       | derived            | assessment
            A          | 2    |                 |                  | derived            |
        """,
        # D progressed by M-protein, with a bone lesion at a visit near it
        relapse="""
            patient_id | line | progression_date | biochemical
            A          | 1    | 2020-06-01       | true
            B          | 1    | 2020-06-01       | true
            C          | 1    | 2020-06-01       | true
            D          | 1    | 2020-06-01       | false
            E          | 1    | 2020-06-01       | false
            A          | 5    | 2020-06-02       | true
            F          | 1    | 2020-06-01       |
        """,
    )
    columns = (
        "line kind progressions next_line died waiting next_line_confirmed days_q1 days_median days_q3 "
        "waiting_days_median"
    )
    assert rows("biochemical_progression_to_next_line", store, columns) == [
        (1, "biochemical", 3, 2, 1, 0, 1, 15.0, 20.0, 25.0, None),
        (1, "other", 2, 1, 0, 1, 0, 5.0, 5.0, 5.0, 30.0),
        (4, "biochemical", 1, 1, 0, 0, 0, 4.0, 4.0, 4.0, None),
    ]


LAST_LINES = """
    yes        |               |           |            | 2022-08-30       |            | MM  | alive
    relapsed   |               |           |            | 2022-08-31       |            | MM  | alive
    had-car-t  | car_t         | some_car_t|            | 2022-08-01       |            | MM  | alive
    had-allo   | allogeneic_transplant |   |            | 2022-08-01       |            | MM  | alive
    no-phase   |               | melphalan |            | 2022-08-01       |            | MM  | alive
    bortezomib |               | bortezomib|            | 2022-08-01       |            | MM  | alive
    steady     |               |           |            |                  |            | MM  | alive
    died       |               |           |            | 2022-08-01       |            | MM  | dead
    leukaemia  |               |           |            | 2022-08-01       |            | PCL | alive
    unseen     |               |           |            |                  | unseen     | MM  | alive
    going-on   |               |           | going-on   | 2022-08-01       |            | MM  | alive
    two-lines  |               |           |            | 2022-08-01       |            | MM  | alive
    no-cd38    |               |           |            | 2022-08-01       |            | MM  | alive
    no-names   |               |           |            | 2022-08-01       |            | MM  | alive
    no-look    |               |           |            | 2022-08-01       |            | MM  | alive
    in-brain   |               |           |            | 2022-08-01       |            | MM  | alive
    no-visit   |               |           |            | 2022-08-01       |            | MM  | alive
"""


def car_t_store(store: Path) -> Path:
    """Three lines with all classes, a visit on 2022-09-15, the central nervous system free; but for what is said above.

    no-look was not looked at, in-brain has the sign, no-visit has had no visit since the second line.
    """
    patients, treatments, lines = ["patient_id | diagnosis | vital_status"], [], []
    visits, findings = ["patient_id | line | visit_date"], ["patient_id | observed_on | finding | present"]
    for drawn in LAST_LINES.strip().splitlines():
        name, phase, extra, open_end, progression, unseen, diagnosis, vital = (x.strip() for x in drawn.split("|"))
        patients.append(f"{name} | {diagnosis} | {vital}")
        cd38 = {"no-cd38": "elotuzumab", "no-names": ""}.get(name, "daratumumab")
        end = "" if open_end else "2022-07-01"
        treatments += [
            f"{name} | 1 | induction | bortezomib | 2020-01-01 | 2020-06-01",
            f"{name} | 2 | salvage | lenalidomide | 2021-01-01 | 2021-06-01",
        ]
        last = 2 if name == "two-lines" else 3
        treatments.append(f"{name} | {last} | salvage | {cd38} | 2022-01-01 | {end}")
        if phase or extra:
            treatments.append(f"{name} | 1 | {phase} | {extra} | 2020-03-01 | 2020-03-02")
        source = "" if unseen else "derived"
        lines += [f"{name} | {n} | {2019 + n}-01-01 | {2019 + n}-06-01 | 2020-05-01 | derived" for n in range(1, last)]
        lines.append(f"{name} | {last} | 2022-01-01 | {end} | {progression} | {source}")
        visits.append(f"{name} | 2 | 2021-12-01")
        if name != "no-visit":
            visits.append(f"{name} | {last} | 2022-09-15")
        if name != "no-look":
            findings.append(f"{name} | 2022-09-01 | cns_involvement | {'true' if name == 'in-brain' else 'false'}")
    return write_store(
        store,
        patients="\n".join(patients),
        treatments="\n".join(["patient_id | line | phase | drugs | start_date | end_date", *treatments]),
        lines="\n".join(["patient_id | line | start_date | end_date | progression_date | progression_source", *lines]),
        visits="\n".join(visits),
        findings="\n".join(findings),
    )


def test_car_t_lists_who_is_eligible_and_who_may_be(tmp_path: Path) -> None:
    store = car_t_store(tmp_path / "store")
    unknown = {"no-look": "cns_involvement", "no-names": "drugs", "no-phase": "phase", "unseen": "progression"}
    columns = "patient_id verdict unknown_because last_line lines"
    assert rows("car_t_eligible", store, columns) == [
        # relapsed after the last dose, or the last dose not known: either way the last line progressed
        *((name, "eligible", None, 3, 3) for name in ("bortezomib", "going-on", "relapsed", "yes")),
        *((name, "unknown", why, 3, 3) for name, why in unknown.items()),
    ]


def test_car_t_lists_the_dead_when_asked(tmp_path: Path) -> None:
    store = car_t_store(tmp_path / "store")
    everybody = {name for name, _ in rows("car_t_eligible", store, "patient_id verdict", alive_only=False)}
    alive = {name for name, _ in rows("car_t_eligible", store, "patient_id verdict")}
    assert everybody - alive == {"died"}
