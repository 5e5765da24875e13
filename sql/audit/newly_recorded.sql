-- Patients of the sites that began to record a test, or of whom no record of one is left, since their rows were found
-- Grain: one row per patient. Of those who are asked again in any case the rows say nothing.
with other as (
    select distinct work_up_row.site
    from work_up_row left join recorded_test using (test, site)
    where work_up_row.patient_id not in (select patient_id from $patients)
        and case
            when recorded_test.test is null then status in ('not_done', 'unknown')
            else status = 'never_recorded'
        end
)
select distinct patient_id from work_up_row semi join other using (site)
