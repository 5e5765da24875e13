-- Patients with myeloma, and whether every test that response is later compared with was done before the first line
-- Grain: one row per patient.
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
        when first_start.first_start is not null and (select has_m_protein_test from of_extract) then false
    end as passed
from first_start left join m_protein_test as test
    on test.patient_id = first_start.patient_id
    and date_diff('day', test.collected_on, first_start.first_start) between 0 and $window_days
group by first_start.patient_id, first_start.first_start
