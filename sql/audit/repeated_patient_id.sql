-- Rows of patients whose patient_id an earlier row has; an exact repeat of that first row is a duplicate.
-- Grain: one row per refused row. $columns: the contract's columns of patients.
with numbered as (
    select
        source_file,
        row_number,
        patient_id,
        row_number() over earlier as nth,
        struct_pack($columns) is not distinct from first_value(struct_pack($columns)) over earlier as is_repeat
    from patients
    window earlier as (partition by patient_id order by source_file, row_number)
)
select
    source_file,
    row_number,
    patient_id,
    case when not is_repeat then 'patient_id' end as "column",
    case when not is_repeat then patient_id end as value,
    case when is_repeat then 'duplicate' else 'repeated_patient_id' end as rule
from numbered
where nth > 1
