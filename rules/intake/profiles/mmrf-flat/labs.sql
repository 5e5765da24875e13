-- One row a result: a column of PER_PATIENT_VISIT each. Negative figures are the study's sign for not done.
with visit as (
    unpivot (
        select
            PUBLIC_ID,
            VISITDY,
            D_LAB_serum_m_protein::varchar as D_LAB_serum_m_protein,
            D_LAB_urine_24hr_m_protein::varchar as D_LAB_urine_24hr_m_protein,
            D_LAB_serum_kappa::varchar as D_LAB_serum_kappa,
            D_LAB_serum_lambda::varchar as D_LAB_serum_lambda,
            D_LAB_serum_beta2_microglobulin::varchar as D_LAB_serum_beta2_microglobulin,
            D_LAB_chem_albumin::varchar as D_LAB_chem_albumin,
            D_LAB_chem_calcium::varchar as D_LAB_chem_calcium,
            D_LAB_chem_creatinine::varchar as D_LAB_chem_creatinine,
            D_LAB_chem_ldh::varchar as D_LAB_chem_ldh,
            D_LAB_cbc_hemoglobin::varchar as D_LAB_cbc_hemoglobin,
            D_LAB_cbc_wbc::varchar as D_LAB_cbc_wbc,
            D_LAB_serum_igg::varchar as D_LAB_serum_igg,
            D_LAB_serum_iga::varchar as D_LAB_serum_iga,
            D_LAB_serum_igm::varchar as D_LAB_serum_igm,
            D_LAB_serum_igd::varchar as D_LAB_serum_igd,
            D_LAB_serum_ige::varchar as D_LAB_serum_ige,
            D_LAB_serum_c_reactive_protein::varchar as D_LAB_serum_c_reactive_protein
        from PER_PATIENT_VISIT
    )
    on columns(* exclude (PUBLIC_ID, VISITDY))
    into name analyte value value
)
select PUBLIC_ID as patient_id, VISITDY::varchar as collected_on, analyte, value
from visit
where coalesce(try_cast(value as double), 0) >= 0
