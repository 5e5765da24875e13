-- One row an agent, or a transplant, of the timeline of treatment.
select
    PATIENT_ID as patient_id,
    LINE as line,
    case
        when regexp_matches(lower(concat_ws(' ', TREATMENT_TYPE, SUBTYPE, AGENT)), 'allo.*transplant') then 'allogeneic_transplant'
        when regexp_matches(lower(concat_ws(' ', TREATMENT_TYPE, SUBTYPE, AGENT)), 'transplant') then 'autologous_transplant'
        else lower(PHASE)
    end as phase,
    case when not regexp_matches(lower(AGENT), 'transplant') then AGENT end as drugs,
    START_DATE as start_date,
    STOP_DATE as end_date
from data_timeline_treatment
