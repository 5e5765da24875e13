-- One row a share of plasma cells of all cells in marrow (PLSTCECE), of LB or MI.
with found as (
    select USUBJID, LBTESTCD as test, LBSPEC as specimen, LBSTAT as stat, LBSTRESC as result, LBSTRESN as number, LBDTC as found_on
    from lb
    union all
    select USUBJID, MITESTCD, MISPEC, MISTAT, MISTRESC, MISTRESN, MIDTC from mi
)
select
    USUBJID::varchar as patient_id,
    left(found_on::varchar, 10) as collected_on,
    case
        when regexp_matches(result::varchar, '^\s*[<>]') then result::varchar
        else coalesce(number::varchar, result::varchar)
    end as plasma_cell_percent,
    case
        when contains(upper(specimen::varchar), 'ASPIRATE') then 'aspirate'
        when regexp_matches(upper(specimen::varchar), 'CORE|BIOPSY') then 'biopsy'
    end as specimen
from found
where
    test::varchar = 'PLSTCECE'
    and contains(upper(specimen::varchar), 'MARROW')
    and coalesce(stat::varchar, '') <> 'NOT DONE'
