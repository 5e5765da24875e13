-- One row an overall response by the IMWG's criteria, of the investigator or of no one named.
select
    USUBJID::varchar as patient_id,
    left(RSDTC::varchar, 10) as assessed_on,
    RSSTRESC::varchar as response
from rs
where
    RSTESTCD::varchar = 'OVRLRESP'
    and contains(upper(RSCAT::varchar), 'IMWG')
    and coalesce(RSSTAT::varchar, '') <> 'NOT DONE'
    and RSSTRESC is not null
    and coalesce(RSEVAL::varchar, 'INVESTIGATOR') = 'INVESTIGATOR'
