"""What sections 9 to 13 add to the small store of made-up results, as the report reads it."""

from pathlib import Path

import duckdb

SCHEMA = Path(__file__).parents[2] / "sql" / "schema"
TABLES = (
    *("precursor_course", "precursor_calibration", "refractory_level", "relapse", "car_t_eligibility", "frailty"),
    *("al_poems_visits", "refractoriness", "treatments"),
    *("event_incidence", "event_incidence_curve", "event_exposure", "precursor_rate"),
)
# Of the third group of MGUS.2005 a count is under ten; of SMM.2_20_20 no patient is followed to the horizon.
CALIBRATION = """
    insert into precursor_calibration values
        ('MGUS.2005', '0', 140, 15, 25, 20, 0.05, 0.08, 0.04, 0.14),
        ('MGUS.2005', '1', 120, 30, 20, 20, 0.21, 0.25, 0.18, 0.33),
        ('MGUS.2005', '3', 23, 4, 11, 20, 0.58, 0.47, 0.2, 0.7),
        ('SMM.2_20_20', '0', 60, 12, 14, 2, 0.06, null, null, null)
"""
ROWS = [
    CALIBRATION,
    "insert into precursor_course select 'SECRET-M' || n, 'MGUS', date '2000-01-01', null, null, date '2010-01-01',"
    " case when n < 49 then 'progression' when n < 105 then 'death' when n < 119 then 'treated_before_progression'"
    " when n < 130 then null else 'censored' end, 10, null"
    " from range(283) as r(n)",
    "insert into precursor_course select 'SECRET-P' || n, 'plasmacytoma', date '2000-01-01', null, null,"
    " date '2010-01-01',"
    " case when n < 20 then 'progression' else 'censored' end, 10, null from range(60) as r(n)",
    "insert into precursor_rate values ('plasmacytoma', 0, 5, 60, 20, 251.3, 7.96, 4.86, 12.29)",
    "insert into refractory_level select patient_id, 'double', true, rank < 20, null from ranked",
    "insert into refractory_level select patient_id, 'penta', rank < 3, false, null from ranked",
    "insert into relapse by name select patient_id, 1 as line, date '2017-01-01' as progression_date,"
    " rank < 25 as biochemical, rank >= 25 as clinical, case when rank < 40 then true end as aggressive from ranked",
    "insert into car_t_eligibility select patient_id, 1, date '2016-01-01', true, [], [] from ranked",
    "insert into car_t_eligibility select patient_id, 1, date '2017-01-01', case when rank < 40 then false end,"
    " case when rank < 40 then ['RR.car_t_lines', 'RR.car_t_classes'] else [] end,"
    " case when rank < 40 then [] else ['cns_involvement'] end from ranked",
    "insert into frailty select patient_id, 1, date '2015-03-21', 'FRAIL.simplified', null,"
    " case when rank < 20 then 'frail' when rank < 40 then 'non_frail' end, ['charlson'] from ranked",
    "insert into frailty select patient_id, 2, date '2015-03-21', 'FRAIL.simplified', 3, 'frail', [] from ranked",
    "insert into al_poems_visits select 'SECRET-AL' || n, 1, date '2016-01-01' + m::integer,"
    " case when m = 1 then 'VGPR' else 'PR' end, 30, 200, null, null, [],"
    " m = 2 and n < 11, [], [] from range(12) as r(n), range(3) as s(m)",
]


# Patients with AL amyloidosis from diagnosis: all of stage I live, of IIIb half die within a year.
OF_AMYLOIDOSIS = [
    "insert into survival by name select 'OS' as endpoint, 'al_diagnosis' as origin, {by} as stratum_by,"
    " {stratum} as stratum, {n} as n, 0 as n_unknown, {events} as events, {median} as median_months, {at} as at_12,"
    " 0.01 as p_logrank, false as delayed_entry, 0 as n_entered_late, 0 as n_never_at_risk, 0 as n_entry_unknown",
    "insert into survival_curve by name select 'OS' as endpoint, 'al_diagnosis' as origin, {by} as stratum_by,"
    " {stratum} as stratum, day, {n} as at_risk, 0 as events, 0 as censored, {at} as survival, 0 as entered"
    " from (values (0), (700)) as days(day)",
]
STAGED = [
    {"by": "'overall'", "stratum": "'all'", "n": 80, "events": 20, "median": "null", "at": 0.75},
    {"by": "'al_stage'", "stratum": "'I'", "n": 40, "events": 0, "median": "null", "at": 1},
    {"by": "'al_stage'", "stratum": "'IIIb'", "n": 40, "events": 20, "median": "11.5", "at": 0.5},
]


def add_guideline(connection: duckdb.DuckDBPyConnection) -> None:
    """A few rows in each table; the store has its patients by then."""
    for name in TABLES:
        connection.execute((SCHEMA / f"{name}.sql").read_text(encoding="utf-8"))
    connection.execute(
        "create temp table ranked as select patient_id, row_number() over (order by patient_id) - 1 as rank"
        " from patients where patient_id <> 'SECRET-MGUS'"
    )
    for row in ROWS:
        connection.execute(row)
    for statement in OF_AMYLOIDOSIS:
        for staged in STAGED:
            connection.execute(statement.format(**staged))
