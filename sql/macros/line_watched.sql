-- Lines of patients with myeloma, and the day to which each was watched: the next line's start, or the end of follow-up
-- Grain: one row per patient and line.
create or replace temp view line_watched as
select
    lines.patient_id, lines.line, lines.start_date, lines.next_line_start, lines.progression_date,
    lines.progression_source, lines.best_response,
    least(follow_up_end.followed_to, lines.next_line_start) as watched_to
from lines semi join myeloma using (patient_id) join follow_up_end using (patient_id)
