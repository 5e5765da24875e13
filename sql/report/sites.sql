-- The sites beside each other
-- Grain: one site; null is not recorded. Counts of patients of the cohort and of their visits.
-- Counts: patients, with_iss, with_r_iss, visits, not_evaluable, limited
-- Parts: with_iss of patients; with_r_iss of patients; not_evaluable of visits; limited of visits
-- Sums: patients over site; with_iss over site; with_r_iss over site
-- Sums: visits over site; not_evaluable over site; limited over site
-- Figures: visits of patients
select
    site_id as site,
    count(*) as patients,
    count(*) filter (iss is not null) as with_iss,
    count(*) filter (r_iss is not null) as with_r_iss,
    coalesce(sum(v.visits), 0)::bigint as visits,
    coalesce(sum(v.not_evaluable), 0)::bigint as not_evaluable,
    coalesce(sum(v.limited), 0)::bigint as limited
from cohort
left join staging using (patient_id)
left join (
    select
        patient_id,
        count(*) as visits,
        count(*) filter (response = 'NE') as not_evaluable,
        count(*) filter (response <> 'NE' and len(limited_by) > 0) as limited
    from visits
    group by patient_id
) as v using (patient_id)
group by site_id
order by patients desc, site nulls last
