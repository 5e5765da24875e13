-- A site's numbers beside the whole registry's
-- Grain: one row each for the site and for all sites (is_site false). Counts of patients, their visits, and first lines.
-- Counts: patients, with_iss, with_r_iss, visits, not_evaluable, limited, evaluable, responded, vgpr_or_better
-- Parts: with_iss of patients; with_r_iss of patients; not_evaluable of visits; limited of visits
-- Parts: evaluable of patients; responded of evaluable; vgpr_or_better of responded
with of_patient as (
    select
        coalesce(site_id, 'unknown') as site,
        iss is not null as has_iss,
        r_iss is not null as has_r_iss,
        coalesce(visits, 0) as visits,
        coalesce(not_evaluable, 0) as not_evaluable,
        coalesce(limited, 0) as limited,
        best_response
    from cohort
    left join staging using (patient_id)
    left join (select patient_id, best_response from lines where line = 1) using (patient_id)
    left join (
        select
            patient_id,
            count(*) as visits,
            count(*) filter (response = 'NE') as not_evaluable,
            count(*) filter (response <> 'NE' and len(limited_by) > 0) as limited
        from visits
        where line is not null
        group by patient_id
    ) using (patient_id)
),
scoped as (
    select true as is_site, * from of_patient where site = $site
    union all
    select false, * from of_patient
)
select
    is_site,
    count(site) as patients,
    count(*) filter (has_iss) as with_iss,
    count(*) filter (has_r_iss) as with_r_iss,
    coalesce(sum(visits), 0)::bigint as visits,
    coalesce(sum(not_evaluable), 0)::bigint as not_evaluable,
    coalesce(sum(limited), 0)::bigint as limited,
    count(*) filter (best_response <> 'NE') as evaluable,
    count(*) filter (is_at_least(best_response, 'PR')) as responded,
    count(*) filter (is_at_least(best_response, 'VGPR')) as vgpr_or_better
from (values (true), (false)) as scope (is_site)  -- a site may have none of the cohort
left join scoped using (is_site)
group by is_site
order by is_site desc
