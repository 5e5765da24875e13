-- One row a line, and one a transplant.
select
    public_id as patient_id, line::varchar as line, null as phase, trtshnm as drugs, trtstdy::varchar as start_date,
    trtendy::varchar as end_date
from STAND_ALONE_TRTRESP
union all
select distinct
    public_id,
    line::varchar,
    case when contains(lower(bmtx_type), 'allo') then 'allogeneic_transplant' else 'autologous_transplant' end,
    null,
    bmtx_day::varchar,
    bmtx_day::varchar
from STAND_ALONE_TRTRESP
where bmtx_day is not null
