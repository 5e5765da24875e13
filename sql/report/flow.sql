-- From the patients of the extract to those whose course is known
-- Grain: one row. Counts of patients; years and months describe the cohort.
-- Counts: cohort, outside, with_site, women, men, dead, treated, seen, evaluable
-- Parts: with_site of cohort; dead of cohort; treated of cohort; seen of cohort
-- Parts: evaluable of seen
-- Figures: patients of cohort, outside; median_age, median_followed_months of cohort; percent_women of women, men
-- Labels: sites, first_year, last_year
select
    (select count(*) from patients) as patients,
    (select count(*) from cohort) as cohort,
    (select count(*) from patients anti join cohort using (patient_id)) as outside,
    (select count(*) from cohort where site_id is not null) as with_site,
    (select count(distinct site_id) from cohort) as sites,
    (select count(*) from cohort where sex = 'F') as women,
    (select count(*) from cohort where sex = 'M') as men,
    (select round(100 * avg((sex = 'F')::integer)) from cohort) as percent_women,
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
