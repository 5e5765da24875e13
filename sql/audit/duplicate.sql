-- Rows of $table that repeat an earlier one in every column of the contract, as read and in canonical units.
-- Grain: one row per refused row. $columns: the contract's columns. Hashes first: only rows that share one are compared.
with candidate as (
    select * from $table
    where hash($columns) in (select hash($columns) from $table group by hash($columns) having count(*) > 1)
),
numbered as (
    select
        source_file,
        row_number,
        patient_id,
        row_number() over (partition by $columns order by source_file, row_number) as nth
    from candidate
)
select source_file, row_number, patient_id, null::varchar as "column", null::varchar as value, 'duplicate' as rule
from numbered
where nth > 1
