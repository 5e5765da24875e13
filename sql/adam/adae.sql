-- ADAE: adverse events.
-- Grain: one row per event. Key: USUBJID, ASEQ. Where events were never recorded it has no row: that none happened is not said.
-- AETERM is the event as described, else its kind; AECAT the kind. No term is coded (MedDRA): the registry's kinds are not its.
-- TRTEMFL = 'Y': begun on or after the first treatment. LINE and TRTA: of the line that had begun last by then.
with numbered as (
    select
        *,
        row_number() over (
            partition by patient_id
            order by onset_on, event, description nulls last, grade nulls last, resolved_on nulls last, source_file, row_number
        ) as number
    from adverse_events
),
begun as (
    select patient_id, line, start_date, drugs from lines
    qualify row_number() over (partition by patient_id, start_date order by line desc) = 1
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
    a."TRTSDT",
    case when l.line is not null then coalesce(replace(l.drugs, ';', ' + '), 'UNKNOWN') end as "TRTA",
    l.line as "LINE",
    coalesce(n.description, upper(replace(n.event, '_', ' '))) as "AETERM",
    upper(replace(n.event, '_', ' ')) as "AECAT",
    n.onset_on as "ASTDT",
    date_diff('day', a."TRTSDT", n.onset_on) + case when n.onset_on >= a."TRTSDT" then 1 else 0 end as "ASTDY",
    n.resolved_on as "AENDT",
    date_diff('day', a."TRTSDT", n.resolved_on) + case when n.resolved_on >= a."TRTSDT" then 1 else 0 end as "AENDY",
    n.grade::varchar as "ATOXGR",
    n.grade as "ATOXGRN",
    case when n.onset_on >= a."TRTSDT" then 'Y' end as "TRTEMFL",
    n.number as "ASEQ"
from numbered n
join adsl a on a."SUBJID" = n.patient_id
asof left join begun l on l.patient_id = n.patient_id and l.start_date <= n.onset_on
order by "USUBJID", "ASEQ"
