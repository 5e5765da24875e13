-- One row a share of plasma cells in a biopsy or an aspirate.
select PUBLIC_ID as patient_id, VISITDY::varchar as collected_on, BB_PERCENTOFPLAS::varchar as plasma_cell_percent, 'biopsy' as specimen
from PER_PATIENT_VISIT
where BB_PERCENTOFPLAS is not null and coalesce(try_cast(BB_PERCENTOFPLAS as double), 0) >= 0
union all
select PUBLIC_ID, VISITDY::varchar, BONE_PERCENTOFPLAS::varchar, 'aspirate'
from PER_PATIENT_VISIT
where BONE_PERCENTOFPLAS is not null and coalesce(try_cast(BONE_PERCENTOFPLAS as double), 0) >= 0
