-- What each drug was given until: progression on it (RR.refractory), death within some days of its last dose, now (it is still given), or stopped
-- Grain: one row per row of given_drug, with `until`. Null: unknown, as the last dose or the course of the line is not
-- known, or the record ends before the days are over.
create or replace temp macro given_until(within_days) as table
select
    given.*,
    lines.next_line_start,
    case
        when given.progressed then 'progression'
        when died_on <= greatest(given.last_dose_on, given.start_date) + within_days::integer then 'death'
        when given.last_dose_on is null and ongoing_line.line is not null then 'now'
        when given.progressed is null then null
        -- a drug without an end was over when the next line began; before a death it may have been given to the last
        when given.last_dose_on is null and lines.next_line_start is null then null
        when known_until < given.last_dose_on + within_days::integer and lines.next_line_start is null then null
        else 'stopped'
    end as until
from given_drug as given
join followed_until on followed_until.patient_id = given.patient_id
left join lines on lines.patient_id = given.patient_id and lines.line = given.line
left join ongoing_line on ongoing_line.patient_id = given.patient_id and ongoing_line.line = given.line
