-- What the whole extract says that decides about a patient too: whether it records something at all, and how far it reaches
-- Grain: one row. While some patients are asked it stays that of all. A night that finds another value asks all of what names it.
create or replace temp view of_extract as
select
    exists (select 1 from imaging) as has_imaging,
    exists (select 1 from marrow) as has_marrow,
    exists (select 1 from mrd) as has_mrd,
    exists (select 1 from cytogenetics) as has_cytogenetics,
    exists (select 1 from supportive_care) as has_care,
    exists (select 1 from m_protein_test where name <> 'iga') as has_m_protein_test,
    exists (
        select 1 from imaging join first_start using (patient_id) where performed_on > first_start.first_start
    ) as has_imaging_in_treatment,
    exists (
        select 1
        from imaging join precursor_watched using (patient_id)
        where precursor = 'SMM' and performed_on > diagnosis_date
    ) as has_imaging_in_smm,
    (select max(last_contact) from followed_until) as latest_contact,
    (select cutoff from run order by number desc limit 1) as extract_cutoff
