-- One row a result of LB that was done: the standardised result, else the original one, each with its own unit and limits.
-- A result with a comparator (<0.5) is in LBSTRESC. Plasma cells in marrow are of marrow.sql.
select
    USUBJID::varchar as patient_id,
    left(LBDTC::varchar, 10) as collected_on,
    LBTESTCD::varchar as analyte,
    coalesce(
        LBSPEC::varchar,
        case upper(LBCAT::varchar)
            when 'CHEMISTRY' then 'SERUM'
            when 'HEMATOLOGY' then 'BLOOD'
            when 'HAEMATOLOGY' then 'BLOOD'
            when 'URINALYSIS' then 'URINE'
        end
    ) as specimen,
    case
        when regexp_matches(LBSTRESC::varchar, '^\s*[<>]') then LBSTRESC::varchar
        else coalesce(LBSTRESN::varchar, LBSTRESC::varchar, LBORRES::varchar)
    end as value,
    case when coalesce(LBSTRESN::varchar, LBSTRESC::varchar) is null then LBORRESU::varchar else LBSTRESU::varchar end as unit,
    case when coalesce(LBSTRESN::varchar, LBSTRESC::varchar) is null then LBORNRLO::varchar else LBSTNRLO::varchar end as ref_low,
    case when coalesce(LBSTRESN::varchar, LBSTRESC::varchar) is null then LBORNRHI::varchar else LBSTNRHI::varchar end as ref_high
from lb
where
    coalesce(LBSTAT::varchar, '') <> 'NOT DONE'
    and coalesce(LBSTRESN::varchar, LBSTRESC::varchar, LBORRES::varchar) is not null
    and not (LBTESTCD::varchar = 'PLSTCECE' and contains(upper(coalesce(LBSPEC::varchar, '')), 'MARROW'))
