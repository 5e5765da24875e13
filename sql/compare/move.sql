-- Who moved between two stores, and from what to what
-- Grain: one row per subject (what moved) and visit, line or patient that is in both stores and not the same in both. visit_date is
-- null where a line moved, line too where a patient did. The same visit is the same patient and date, whatever its line.
create temp table move as
with visit as (
    select patient_id, now.line, visit_date, was, now
    from store_a.visits as was join store_b.visits as now using (patient_id, visit_date)
),
line as (
    select patient_id, line, was, now
    from store_a.lines as was join store_b.lines as now using (patient_id, line)
),
stage as (
    select patient_id, was, now
    from store_a.staging as was join store_b.staging as now using (patient_id)
),
pfs_a as (select * from store_a.time_to_event where endpoint = 'PFS'),
pfs_b as (select * from store_b.time_to_event where endpoint = 'PFS'),
pfs as (
    select
        patient_id,
        line,
        case
            when was.patient_id is null then 'none' when was.event is null then 'unknown'
            when was.event then was.reason else 'censored'
        end as was,
        case
            when now.patient_id is null then 'none' when now.event is null then 'unknown'
            when now.event then now.reason else 'censored'
        end as now
    from line left join pfs_a as was using (patient_id, line) left join pfs_b as now using (patient_id, line)
),
progression as (
    select
        patient_id,
        line,
        case when was.progression_date is null then 'none' else 'dated' end as was,
        case
            when was.progression_date is null then 'gained' when now.progression_date is null then 'lost'
            when now.progression_date < was.progression_date then 'earlier' else 'later'
        end as now
    from line
    where was.progression_date is distinct from now.progression_date
)
select 'response' as subject, patient_id, line, visit_date, was.response as was, now.response as now
from visit where was.response is distinct from now.response
union all
select 'confirmed response', patient_id, line, visit_date, was.confirmed_response, now.confirmed_response
from visit where was.confirmed_response is distinct from now.confirmed_response
union all
select
    'best response', patient_id, line, null, coalesce(was.best_response, 'none'), coalesce(now.best_response, 'none')
from line where was.best_response is distinct from now.best_response
union all
select 'progression', patient_id, line, null, was, now from progression
union all
select 'PFS', patient_id, line, null, was, now from pfs where was <> now
union all
select 'ISS', patient_id, null, null, coalesce(was.iss, 'unknown'), coalesce(now.iss, 'unknown')
from stage where was.iss is distinct from now.iss
union all
select 'R-ISS', patient_id, null, null, coalesce(was.r_iss, 'unknown'), coalesce(now.r_iss, 'unknown')
from stage where was.r_iss is distinct from now.r_iss
