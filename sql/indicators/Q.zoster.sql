-- Courses with a proteasome inhibitor, and whether aciclovir or valaciclovir was given during them
-- Grain: one row per patient and line.
select patient_id, line, dated, passed from covered_course('proteasome_inhibitor', 'zoster')
