-- One row a performance status (ECOG101 of QS or RS), weight in kilograms or systolic pressure in mmHg (VS); the same figure in
-- several positions of a day is one.
select USUBJID::varchar as patient_id, left(QSDTC::varchar, 10) as observed_on, 'ecog' as finding, QSSTRESN::varchar as value
from qs
where QSTESTCD::varchar = 'ECOG101' and QSSTRESN is not null
union all
select USUBJID::varchar, left(RSDTC::varchar, 10), 'ecog', coalesce(RSSTRESN::varchar, RSSTRESC::varchar)
from rs
where RSTESTCD::varchar = 'ECOG101' and coalesce(RSSTRESN::varchar, RSSTRESC::varchar) is not null
union all
select distinct
    USUBJID::varchar,
    left(VSDTC::varchar, 10),
    case VSTESTCD::varchar when 'WEIGHT' then 'weight_kg' else 'systolic_bp' end,
    VSSTRESN::varchar
from vs
where
    VSSTRESN is not null
    and ((VSTESTCD::varchar = 'WEIGHT' and lower(VSSTRESU::varchar) = 'kg') or (VSTESTCD::varchar = 'SYSBP' and VSSTRESU::varchar = 'mmHg'))
