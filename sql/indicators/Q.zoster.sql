-- Courses with a proteasome inhibitor, and whether aciclovir or valaciclovir was given on enough of their days
-- Grain: one row per patient and line.
select patient_id, line, dated, passed from covered_course('proteasome_inhibitor', 'zoster', $least_share)
