-- Patients whose follow-up by the registry began after their diagnosis, as the curve of OS from diagnosis counts them
-- Grain: one row, or none where there is no such curve.
-- Counts: entered_late, never_at_risk
select n_entered_late as entered_late, n_never_at_risk as never_at_risk
from survival
where endpoint = 'OS' and origin = 'diagnosis' and stratum_by = 'overall'
