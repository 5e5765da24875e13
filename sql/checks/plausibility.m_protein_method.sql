-- Lines of patients whose M-protein two methods can measure, and whether they switch from one to the other
-- Grain: one row per line with enough days of either method. A day on which both were done decides for neither.
with of_day as (
    select
        patient_id,
        collected_on,
        bool_or(analyte = 'iga') as by_iga,
        bool_or(analyte = 'serum_m_protein') as by_electrophoresis
    from labs semi join (
        select patient_id from patients where isotype = 'IgA' or m_protein_in_beta
    ) as two_methods using (patient_id)
    where analyte in ('iga', 'serum_m_protein') and value is not null
    group by patient_id, collected_on
),
started as (
    select patient_id, start_date, max(line) as line from lines group by all
)
select
    of_day.patient_id,
    'lines' as "table",
    started.start_date as dated,
    least(
        count(*) filter (by_iga and not by_electrophoresis),
        count(*) filter (by_electrophoresis and not by_iga)
    ) * $one_day_in >= count(*) as violated
from of_day
asof join started on started.patient_id = of_day.patient_id and of_day.collected_on > started.start_date
group by of_day.patient_id, started.line, started.start_date
having count(*) >= $least_days
