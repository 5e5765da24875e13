-- One row an abnormality looked for by FISH; one that was not looked for has none.
select PUBLIC_ID as patient_id, D_TRI_CF_DAYPERFORMED::varchar as collected_on, abnormality, result
from (
    unpivot (
        select
            PUBLIC_ID,
            D_TRI_CF_DAYPERFORMED,
            D_TRI_CF_ABNORMALITYPR::varchar as D_TRI_CF_ABNORMALITYPR,
            D_TRI_CF_ABNORMALITYPR3::varchar as D_TRI_CF_ABNORMALITYPR3,
            D_TRI_CF_ABNORMALITYPR6::varchar as D_TRI_CF_ABNORMALITYPR6,
            D_TRI_CF_ABNORMALITYPR8::varchar as D_TRI_CF_ABNORMALITYPR8,
            D_TRI_CF_ABNORMALITYPR9::varchar as D_TRI_CF_ABNORMALITYPR9,
            D_TRI_CF_ABNORMALITYPR11::varchar as D_TRI_CF_ABNORMALITYPR11,
            D_TRI_CF_ABNORMALITYPR13::varchar as D_TRI_CF_ABNORMALITYPR13
        from PER_PATIENT_VISIT
    )
    on columns(* exclude (PUBLIC_ID, D_TRI_CF_DAYPERFORMED))
    into name abnormality value result
)
where lower(result) <> 'not done'
