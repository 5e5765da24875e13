-- Lines that nothing has followed: no progression, no next line, no death. A drug of theirs without an end is still given.
-- Grain: one row per line, with the patient's last contact. A line whose course is not known is not among them.
create or replace temp view ongoing_line as
select lines.patient_id, lines.line, last_contact
from lines join followed_until using (patient_id)
where next_line_start is null and progression_date is null and progression_source is not null and not is_dead
