-- Lines of therapy with what they came to, in the order of their start.
-- Grain: one row per line. next_line: number of the line that starts at next_line_start.
select
    * exclude (patient_id),
    lead(line) over (order by start_date, line) as next_line
from lines
where patient_id = $patient
order by start_date, line
