"""The small store of made-up results with what the audit and the landmark add to it, as the report reads them."""

import json
from pathlib import Path

import duckdb

from tests.flows.guideline_rows import add_guideline
from tests.flows.report_store import HOSTILE_SITE, SCHEMA, filled_store

AUDIT = """
    create table criterion (id varchar, states varchar, numbers varchar, source varchar, citation varchar,
                            decision varchar, about varchar);
    create table quality_indicator (id varchar, site varchar, numerator bigint, denominator bigint, unknown bigint,
                                    share double, share_low double, share_high double);
    create table quality_indicator_row (id varchar, site varchar, patient_id varchar, line bigint, dated date,
                                        passed boolean, passed_by varchar);
    create table data_check (id varchar, "table" varchar, "column" varchar, site varchar, violated bigint, "of" bigint,
                             threshold double, verdict varchar);
    create table data_check_row (id varchar, "table" varchar, "column" varchar, site varchar, patient_id varchar,
                                 source_file varchar, row_number bigint, dated date);
    create table response_agreement (line bigint, recorded varchar, derived varchar, visits bigint);
    create table response_kappa (compared varchar, site varchar, kappa double, kappa_low double,
                                 kappa_high double, visits bigint);
    create table moved (subject varchar, was varchar, now varchar, moved bigint, patients bigint);
    create table quality_change (id varchar, site varchar, share_before double, share_now double,
                                 numerator_before bigint, denominator_before bigint, numerator_now bigint,
                                 denominator_now bigint);
"""
INDICATORS = {
    "Q.fish": ("Were del(17p), t(4;14) and t(14;16) all looked for?", "work_up", "Tables 2 and 4", None),
    "Q.mrd_after_cr": ("Was MRD tested after a confirmed CR?", "follow_up", "MRD CQ1", "category 1"),
}
SITES = (HOSTILE_SITE, "Hospital 1", "Hospital 2")


def audited_store(path: Path) -> Path:
    """Two indicators (of Q.fish, Hospital 2 is far below the rest), three checks of which one fails, and agreement."""
    filled_store(path)
    with duckdb.connect(str(path)) as connection:
        connection.execute(AUDIT)
        _indicators(connection)
        _records(connection)
        _work_up(connection)
        _landmark(connection)
        add_guideline(connection)
        connection.execute("alter table visits add column possible_response varchar")
        connection.execute(
            "update visits set possible_response = case when len(limited_by) > 0 then 'CR' else response end"
        )
    return path


def _indicators(connection: duckdb.DuckDBPyConnection) -> None:
    for id_, (states, group, reference, grade) in INDICATORS.items():
        about = {"group": group, "rows": "patients", "denominator": "the denominator", "numerator": "the numerator"}
        about |= {"reference": reference} | ({"grade": grade} if grade else {})
        values = [
            id_,
            states,
            "{}",
            "jsh2023",
            "Japanese Society of Hematology. Guidelines 2023.",
            None,
            json.dumps(about),
        ]
        connection.execute("insert into criterion values (?, ?, ?, ?, ?, ?, ?)", values)
    of_fish = [(None, 118, 160, 7), (HOSTILE_SITE, 54, 60, 2), ("Hospital 1", 52, 60, 3), ("Hospital 2", 12, 40, 2)]
    of_mrd = [(None, 60, 120, 0), *((site, 20, 40, 0) for site in SITES)]
    for id_, rows in (("Q.fish", of_fish), ("Q.mrd_after_cr", of_mrd)):
        for site, k, n, unknown in rows:
            share = [k / n, k / n - 0.05, k / n + 0.05]
            connection.execute(
                "insert into quality_indicator values (?, ?, ?, ?, ?, ?, ?, ?)", [id_, site, k, n, unknown, *share]
            )
    connection.execute(
        "insert into quality_indicator_row values ('Q.fish', 'Hospital 2', 'SECRET-0002', null, null, false, null)"
    )
    connection.execute(
        "insert into moved values ('response', 'PR', 'VGPR', 31, 19), ('PFS', 'censored', 'death', 12, 12)"
    )
    connection.execute("insert into moved values ('ISS', 'unknown', 'II', 3, 3)")
    connection.execute("insert into quality_change values ('Q.fish', null, 0.70, 0.7375, 105, 150, 118, 160)")


def _work_up(connection: duckdb.DuckDBPyConnection) -> None:
    """At one site 7 were not tested for CRP; HBs antigen is never recorded by one of the sites, HIV by both."""
    connection.execute((SCHEMA / "work_up.sql").read_text(encoding="utf-8"))
    rows = {
        "crp": [(None, 71, 29, 12, 0), (HOSTILE_SITE, 40, 20, 10, 0), ("Hospital 1", 30, 7, 2, 0)],
        "hbs_antigen": [(None, 30, 30, 0, 42), (HOSTILE_SITE, 30, 30, 0, 0), ("Hospital 1", 0, 0, 0, 42)],
        "hiv": [(None, 0, 0, 0, 112), (HOSTILE_SITE, 0, 0, 0, 70), ("Hospital 1", 0, 0, 0, 42)],
    }
    for test, counts in rows.items():
        for site, done, not_done, unknown, never in counts:
            share = done / (done + not_done) if done + not_done else None
            values = [test, site, done, not_done, unknown, never, share, share, share]
            connection.execute("insert into work_up values (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)


def _records(connection: duckdb.DuckDBPyConnection) -> None:
    checks = [
        ("after_death", "labs", "collected_on", None, 14, 13456, 0.0, "fail"),
        ("after_death", "labs", "collected_on", "Hospital 2", 14, 4000, 0.0, "fail"),
        ("known_code", "labs", "analyte", None, 3, 13456, 0.01, "pass"),
        ("switch", "labs", None, None, 0, 0, 0.1, "not_applicable"),
    ]
    for row in checks:
        connection.execute("insert into data_check values (?, ?, ?, ?, ?, ?, ?, ?)", list(row))
    connection.execute(
        "insert into data_check_row values ('after_death', 'labs', 'collected_on', 'Hospital 2', 'SECRET-0002',"
        " 'labs/a.csv', 17, date '2016-02-01')"
    )
    connection.execute(
        "insert into criterion values ('after_death', 'Is nothing dated after death?', '{}', 'mspike', '', null, null)"
    )
    pairs = [("CR", "CR", 90), ("CR", "VGPR", 21), ("PR", "PR", 77)]
    for recorded, derived, visits in pairs:
        connection.execute("insert into response_agreement values (1, ?, ?, ?)", [recorded, derived, visits])
    connection.execute("insert into response_kappa values ('response', null, 0.83, 0.79, 0.87, 188)")


def _landmark(connection: duckdb.DuckDBPyConnection) -> None:
    for name in ("landmark", "landmark_curve"):
        connection.execute((SCHEMA / f"{name}.sql").read_text(encoding="utf-8"))
    for stratum, n, at_60 in (("negative", 30, 0.81), ("positive", 40, 0.44)):
        connection.execute(
            "insert into landmark by name select 'PFS' as endpoint, 'line_start' as origin, 1 as line,"
            " 12 as landmark_months, true as is_default, 'mrd' as factor, ? as stratum, ? as n, 9 as events,"
            " 0 as n_entered_late, 0 as n_never_at_risk,"
            " 0 as n_event_before, 0 as n_censored_before, 0 as n_unknown, ? as at_60, 0.002 as p_logrank",
            [stratum, n, at_60],
        )
