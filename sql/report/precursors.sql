-- What became of MGUS and smouldering myeloma (recorded or derived)
-- Grain: one precursor. Counts of patients.
-- Counts: patients, progressed, died
-- Parts: progressed of patients; died of patients
-- Rows: listed
select
    precursor,
    count(*) as patients,
    count(*) filter (event = 'progression') as progressed,
    count(*) filter (event = 'death') as died
from precursor_course
group by precursor
order by precursor
