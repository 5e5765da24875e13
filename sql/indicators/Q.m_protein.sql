-- Patients with myeloma, and whether every test that response is later compared with was done before the first line
-- Grain: one row per patient. The quantitative IgA is the serum M-protein of those whose M-protein lies in the beta region.
with test as (
    select
        labs.patient_id,
        labs.collected_on,
        case
            when analyte = 'iga' and patients.m_protein_in_beta then 'serum_m_protein'
            else analyte
        end as name
    from labs join patients using (patient_id)
    where (
        analyte in ('serum_m_protein', 'urine_m_protein', 'flc_kappa', 'flc_lambda', 'iga') and value is not null
    )
    or (analyte = 'serum_immunofixation' and result is not null)
)
select
    first_start.patient_id,
    null::bigint as line,
    null::date as dated,
    case
        when count(distinct name) filter (name <> 'iga') = 5 then true
        when may_be_unread(
            first_start.patient_id,
            'labs',
            ['serum_m_protein', 'urine_m_protein', 'serum_immunofixation', 'flc_kappa', 'flc_lambda', 'iga'],
            first_start.first_start - $window_days::integer,
            first_start.first_start
        ) then null
        when first_start.first_start is not null and exists (select 1 from test where name <> 'iga') then false
    end as passed
from first_start left join test
    on test.patient_id = first_start.patient_id
    and date_diff('day', test.collected_on, first_start.first_start) between 0 and $window_days
group by first_start.patient_id, first_start.first_start
