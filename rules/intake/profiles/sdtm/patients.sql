-- One row a subject of DM. The diagnosis is the first of MH that is a plasma cell disease; without it the subject's disease is
-- that of the trial, and the study's start stands for its date. Last seen: the end of participation, or a later event of DS,
-- sample of LB or assessment of RS.
with history as (
    select
        USUBJID,
        min(left(MHSTDTC::varchar, 10)) as diagnosed_on,
        min_by(lower(concat_ws(' ', MHDECOD::varchar, MHTERM::varchar)), MHSTDTC::varchar) as words
    from mh
    where regexp_matches(lower(concat_ws(' ', MHDECOD::varchar, MHTERM::varchar)), 'plasma cell myeloma|multiple myeloma')
    group by USUBJID
),
seen as (
    select USUBJID, RFPENDTC::varchar as seen_on from dm
    union all select USUBJID, RFENDTC::varchar from dm
    union all select USUBJID, DSSTDTC::varchar from ds
    union all select USUBJID, LBDTC::varchar from lb
    union all select USUBJID, RSDTC::varchar from rs
),
last_seen as (
    select USUBJID, max(left(seen_on, 10)) as seen_on from seen where length(seen_on) >= 10 group by USUBJID
)
select
    dm.USUBJID::varchar as patient_id,
    dm.SITEID::varchar as site_id,
    dm.SEX::varchar as sex,
    left(dm.BRTHDTC::varchar, 10) as birth_date,
    coalesce(
        history.diagnosed_on,
        left(dm.RFSTDTC::varchar, 10),
        left(dm.RFICDTC::varchar, 10),
        left(dm.DMDTC::varchar, 10)
    ) as diagnosis_date,
    case
        when contains(history.words, 'smoldering') or contains(history.words, 'smouldering') then 'SMM'
        when history.words is not null then 'MM'
    end as diagnosis,
    case when dm.DTHFL::varchar = 'Y' or dm.DTHDTC is not null then 'dead' else 'alive' end as vital_status,
    left(dm.DTHDTC::varchar, 10) as death_date,
    coalesce(left(dm.DTHDTC::varchar, 10), last_seen.seen_on) as last_contact_date
from dm
left join history using (USUBJID)
left join last_seen using (USUBJID)
order by dm.USUBJID
