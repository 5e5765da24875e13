-- Courses with an immunomodulatory drug, and whether aspirin or an anticoagulant was given during them
-- Grain: one row per patient and line.
select patient_id, line, dated, passed from covered_course('immunomodulatory_drug', 'thrombosis')
