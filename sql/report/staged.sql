-- How many have a stage
-- Grain: one staging system. Counts of patients of the cohort.
-- Counts: cohort, known
-- Parts: known of cohort
with staged as (
    select * from cohort left join staging using (patient_id)
)
select 'ISS' as system, count(*) as cohort, count(iss) as known from staged
union all
select 'R-ISS', count(*), count(r_iss) from staged
union all
select 'R2-ISS', count(*), count(r2_iss) from staged
order by system
