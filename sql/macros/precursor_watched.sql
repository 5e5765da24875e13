-- Patients recorded with MGUS or smouldering myeloma, and the day to which each was watched: progression, the first drug,
-- or the end of follow-up
-- Grain: one row per patient.
create or replace temp view precursor_watched as
select
    patients.patient_id,
    patients.diagnosis as precursor,
    patients.diagnosis_date,
    least(follow_up_end.followed_to, course.progressed_on, treated.begun_on) as watched_to
from patients join follow_up_end using (patient_id)
left join precursor_course as course
    on course.patient_id = patients.patient_id and course.precursor = patients.diagnosis
left join first_drug as treated on treated.patient_id = patients.patient_id
where patients.diagnosis in ('MGUS', 'SMM')
