-- Courses with an immunomodulatory drug, and whether aspirin or an anticoagulant was given on enough of their days
-- Grain: one row per patient and line.
select patient_id, line, dated, passed from covered_course('immunomodulatory_drug', 'thrombosis', $least_share)
