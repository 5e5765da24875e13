-- ADTTE: times to event, in whole days from STARTDT to ADT (their difference: no day is added).
-- Grain: one row per endpoint of a line; OSDIAG (overall survival from diagnosis): of a patient, LINE null.
-- Key: USUBJID, LINE, PARAMCD. CNSR: 0 event, 1 censored. An unknown event has no row.
with parameters (endpoint, origin, paramcd, param) as (
    values
    ('OS', 'diagnosis', 'OSDIAG', 'Overall Survival from Diagnosis (Days)'),
    ('OS', 'line_start', 'OS', 'Overall Survival (Days)'),
    ('PFS', 'line_start', 'PFS', 'Progression-Free Survival (Days)'),
    ('PFS2', 'line_start', 'PFS2', 'Progression-Free Survival on Next-Line Therapy (Days)'),
    ('TTP', 'line_start', 'TTP', 'Time to Progression (Days)'),
    ('TTNT', 'line_start', 'TTNT', 'Time to Next Treatment or Death (Days)'),
    ('TTD', 'line_start', 'TTD', 'Time to Treatment Discontinuation or Death (Days)'),
    ('EFS', 'line_start', 'EFS', 'Event-Free Survival (Days)'),
    ('TTR', 'line_start', 'TTR', 'Time to Response (Days)'),
    ('DOR', 'response', 'DOR', 'Duration of Response (Days)')
),
words (reason, happened) as (
    values
    ('death', 'Death'),
    ('progression', 'Disease Progression'),
    ('next_line', 'Start of Next Line of Therapy'),
    ('response', 'Confirmed Response'),
    ('treatment_end', 'Treatment Discontinuation'),
    ('last_assessment', 'Last Evaluable Assessment'),
    ('last_contact', 'Last Contact'),
    ('missed_assessments', 'Missed Assessments')
),
named as (
    select
        t.*, paramcd, param,
        -- A reason that this list doesn't know is written as it is stored.
        coalesce(happened, upper(reason[1]) || replace(reason[2:], '_', ' ')) as happened
    from time_to_event t
    join parameters using (endpoint, origin)
    left join words using (reason)
    where event is not null
)
select
    a."STUDYID",
    a."USUBJID",
    a."SUBJID",
    a."SITEID",
    a."FASFL",
    a."AGE",
    a."AGEGR1",
    a."SEX",
    a."ISSGR1",
    a."RISSGR1",
    a."CYTORISK",
    a."TRTSDT",
    case when n.line is null then a."TRT01A" else coalesce(replace(l.drugs, ';', ' + '), 'UNKNOWN') end as "TRTA",
    n.line as "LINE",
    n.paramcd as "PARAMCD",
    n.param as "PARAM",
    n.days as "AVAL",
    'DAYS' as "AVALU",
    n.start_date as "STARTDT",
    n.end_date as "ADT",
    date_diff('day', a."TRTSDT", n.end_date) + case when n.end_date >= a."TRTSDT" then 1 else 0 end as "ADY",
    case when n.event then 0 else 1 end as "CNSR",
    case
        when n.event then n.happened
        when n.reason in ('last_assessment', 'last_contact') then 'Censored: No Event'
        else 'Censored: ' || n.happened
    end as "EVNTDESC",
    case
        when n.event then null
        when n.reason = 'next_line' and n.progression_source = 'derived' then 'Last Evaluable Assessment before Next Line'
        when n.reason = 'missed_assessments' then 'Last Assessment before Missed Ones'
        else n.happened
    end as "CNSDTDSC",
    upper(n.progression_source) as "PDSRC",
    row_number() over (partition by n.patient_id order by n.line nulls first, n.paramcd) as "ASEQ"
from named n
join adsl a on a."SUBJID" = n.patient_id
left join lines l on l.patient_id = n.patient_id and l.line = n.line
order by "USUBJID", "ASEQ"
