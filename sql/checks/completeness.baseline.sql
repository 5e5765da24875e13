-- Lines and the tests of their baseline, and whether a test was not done within the window up to the line's start
-- Grain: one row per patient, day that a line starts on, and test.
with started as (
    select distinct lines.patient_id, start_date, coalesce(m_protein_in_beta, false) as by_iga
    from lines join patients using (patient_id)
),
done as (
    select
        started.patient_id,
        started.start_date,
        bool_or(analyte = 'serum_m_protein' and value is not null) as electrophoresis,
        bool_or(analyte = 'iga' and value is not null) as iga,
        bool_or(analyte = 'urine_m_protein' and value is not null) as urine,
        bool_or(analyte = 'serum_immunofixation' and result is not null) as serum_immunofixation,
        bool_or(analyte = 'urine_immunofixation' and result is not null) as urine_immunofixation,
        bool_or(analyte = 'flc_kappa' and value is not null) as has_kappa,
        bool_or(analyte = 'flc_lambda' and value is not null) as has_lambda
    from started join labs
        on labs.patient_id = started.patient_id
        and labs.collected_on between started.start_date - $window_days::integer and started.start_date
    group by all
),
tests as (
    select
        patient_id,
        start_date,
        unnest([
            'serum_m_protein', 'urine_m_protein', 'serum_immunofixation', 'urine_immunofixation', 'free_light_chains'
        ]) as "column",
        unnest([
            case when by_iga then iga else electrophoresis end,
            urine,
            serum_immunofixation,
            urine_immunofixation,
            has_kappa and has_lambda
        ]) as was_done
    from started left join done using (patient_id, start_date)
)
select
    patient_id,
    'lines' as "table",
    "column",
    start_date as dated,
    coalesce(not was_done, true) as violated
from tests
