-- The same rows as the view row_read has, but sound ones counted instead of listed
-- Grain: one row per row of the files with an entry in the quarantine (broken_row), and per table and site of the patient of the others.
select patient_id, null::varchar as site_id, "table", source_file, row_number, broken, is_accepted, 1 as rows
from broken_row
union all
select
    null, coalesce(patients.site_id, 'unknown'), sound."table", null, null, []::varchar[], true, sum(sound.rows)::bigint
from (
    select accepted_row.patient_id, accepted_row."table", count(*) as rows
    from accepted_row
    anti join (from quarantine where row_kept) as aside using (source_file, row_number)
    group by accepted_row.patient_id, accepted_row."table"
) as sound
left join patients using (patient_id)
group by all
