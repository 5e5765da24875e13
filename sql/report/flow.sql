-- From the patients of the extract to those whose course can be told
-- Grain: one row. Counts of patients; years and months describe the cohort.
select
    (select count(*) from patients) as patients,
    (select count(*) from cohort) as cohort,
    (select count(*) from cohort where site_id is not null) as with_site,
    (select count(distinct site_id) from cohort) as sites,
    (select count(*) from cohort where sex = 'F') as women,
    (select count(*) from cohort where sex is not null) as with_sex,
    (select median(date_diff('day', birth_date, diagnosis_date) / 365.25) from cohort) as median_age,
    (select min(year(diagnosis_date)) from cohort) as first_year,
    (select max(year(diagnosis_date)) from cohort) as last_year,
    (select count(*) from cohort where vital_status = 'dead') as dead,
    (select count(distinct patient_id) from lines semi join cohort using (patient_id)) as treated,
    (select count(distinct patient_id) from visits semi join cohort using (patient_id)) as seen,
    (
        select count(distinct patient_id) from visits semi join cohort using (patient_id)
        where response <> 'NE' and not list_contains(flags, 'one_fluid_missing')
    ) as evaluable,
    (
        select median(days) / $days_per_month from time_to_event semi join cohort using (patient_id)
        where endpoint = 'OS' and origin = 'diagnosis' and not event
    ) as median_followed_months
