-- Rows read of which nothing was refused and no cell set aside, counted
-- Grain: one row per table and site of the patient.
select "table", coalesce(site_id, 'unknown') as site_id, count(*) as rows
from (
    select patient_id, "table"
    from accepted_row anti join (from quarantine where row_kept) as aside using (source_file, row_number)
)
left join patients using (patient_id)
group by all
