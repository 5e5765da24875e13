-- What became of precursors (recorded or derived)
-- Grain: one precursor. Counts of patients.
-- Counts: patients, progressed, died, treated, not_known
-- Parts: progressed of patients; died of patients; treated of patients; not_known of patients
-- Rows: listed
select
    precursor,
    count(*) as patients,
    count(*) filter (event = 'progression') as progressed,
    count(*) filter (event = 'death') as died,
    count(*) filter (event = 'treated_before_progression') as treated,
    count(*) filter (event is null) as not_known
from precursor_course
group by precursor
order by list_position(['MGUS', 'SMM', 'plasmacytoma', 'SLiM'], precursor)
