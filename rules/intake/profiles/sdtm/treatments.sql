-- One row a drug of the study's treatment (EX, line 1), a drug of subsequent therapy (CM, line 2), or a transplant (PR).
with given as (
    select
        USUBJID, 1 as line, EXTRT::varchar as drug, EXSTDTC::varchar as started, EXENDTC::varchar as ended
    from ex
    where coalesce(try_cast(EXDOSE as double), 1) > 0
    union all
    select USUBJID, 2, coalesce(CMDECOD::varchar, CMTRT::varchar), CMSTDTC::varchar, CMENDTC::varchar
    from cm
    where
        regexp_matches(upper(CMCAT::varchar), 'SUBSEQUENT|POST|FOLLOW')
        and regexp_matches(upper(CMCAT::varchar), 'CANCER|MYELOMA|THERAP|NEOPLAS')
)
select
    USUBJID::varchar as patient_id,
    line::varchar as line,
    null as phase,
    drug as drugs,
    min(left(started, 10)) as start_date,
    -- of exposures of which one has no end it is not known whether the drug was stopped
    case when count(ended) = count(*) then max(left(ended, 10)) end as end_date
from given
group by all
union all
select
    USUBJID::varchar,
    '1',
    case when regexp_matches(lower(words), 'allogen') then 'allogeneic_transplant' else 'autologous_transplant' end,
    null,
    left(PRSTDTC::varchar, 10),
    left(PRSTDTC::varchar, 10)
from (select pr.*, concat_ws(' ', PRDECOD::varchar, PRTRT::varchar) as words from pr)
where regexp_matches(lower(words), 'autologous|allogen|asct') and regexp_matches(lower(words), 'transplant|asct')
