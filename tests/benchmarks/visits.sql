-- The benchmark's verdicts as window functions; every visit has both fluids and both light chains, and kappa is involved.
with valued as (
    select v.*, l.* exclude (patient_id, line), greatest(v.kappa_mg_l - v.lambda_mg_l, 0) as dflc,
        greatest(l.kappa_baseline_mg_l - l.lambda_baseline_mg_l, 0) as dflc_base,
        l.serum_m_baseline_g_dl >= 1 - 5e-7 as by_s, l.urine_m_baseline_mg_24h >= 200 - 5e-7 as by_u,
        not by_s and not by_u and l.kappa_baseline_mg_l >= 100 - 5e-7
            and l.kappa_baseline_mg_l > 1.65 * l.lambda_baseline_mg_l + 5e-7 as by_f
    from visits as v join lines as l using (patient_id, line)
),
lowest as (
    select *,
        least(serum_m_baseline_g_dl, min(serum_m_g_dl) over before) as s_nadir,
        least(urine_m_baseline_mg_24h, min(urine_m_mg_24h) over before) as u_nadir,
        least(dflc_base, min(dflc) over before) as f_nadir
    from valued
    window before as (partition by patient_id, line order by visit_date rows between unbounded preceding and 1 preceding)
),
parts as (
    select *,
        (serum_m_g_dl - 1.25 * s_nadir >= -5e-7 and serum_m_g_dl - s_nadir >= 5e-7 and serum_m_g_dl - s_nadir - 0.5 >= -5e-7)
            or (serum_m_baseline_g_dl - 5 >= -5e-7 and serum_m_g_dl - s_nadir - 1 >= -5e-7) as pd_serum,
        urine_m_mg_24h - 1.25 * u_nadir >= -5e-7 and urine_m_mg_24h - u_nadir - 200 >= -5e-7 as pd_urine,
        not by_s and not by_u and dflc - 1.25 * f_nadir >= -5e-7 and dflc - f_nadir >= 5e-7
            and kappa_mg_l - 100 >= -5e-7 as pd_flc,
        serum_m_g_dl - 0.5 * serum_m_baseline_g_dl < 5e-7 and serum_m_baseline_g_dl >= 5e-7 as s50,
        serum_m_g_dl - 0.75 * serum_m_baseline_g_dl < 5e-7 and serum_m_baseline_g_dl >= 5e-7 as s25,
        serum_m_g_dl - (1 - 0.9) * serum_m_baseline_g_dl < 5e-7 and serum_m_baseline_g_dl >= 5e-7 as s90,
        urine_m_mg_24h - (1 - 0.9) * urine_m_baseline_mg_24h < 5e-7 and urine_m_baseline_mg_24h >= 5e-7 as u90,
        urine_m_mg_24h - 0.5 * urine_m_baseline_mg_24h < 5e-7 and urine_m_baseline_mg_24h >= 5e-7 as u50,
        urine_m_mg_24h - 200 < -5e-7 as u_under_200, urine_m_mg_24h - 100 < -5e-7 as u_under_100,
        by_f and dflc - 0.5 * dflc_base < 5e-7 and dflc_base >= 5e-7 as f50,
        by_f and dflc - (1 - 0.9) * dflc_base < 5e-7 and dflc_base >= 5e-7 as f90
    from lowest
),
levels as (
    select *,
        line >= 2 and (by_s or by_u) and (not by_s or s25) and (not by_u or u50 or u_under_200) as mr,
        ((by_s or by_u) and (not by_s or s50) and (not by_u or u90 or u_under_200)) or f50 as pr
    from parts
),
deep as (
    select *,
        pr and (((by_s or by_u) and serum_m_g_dl < 5e-7 and urine_m_mg_24h < 5e-7) or f90
            or (((by_s and s90) or (by_u and not by_s and u90 and serum_m_g_dl - (1 - 0.9) * serum_m_baseline_g_dl < 5e-7))
                and u_under_100)) as vgpr
    from levels
),
answered as (
    select *, case when pd_serum or pd_urine or pd_flc then 1 when vgpr then 5 when pr then 4 when mr then 3
        when by_s or by_u or by_f then 2 else 0 end as response
    from deep
),
beside as (
    select *, last_value(nullif(response, 0) ignore nulls) over earlier as before,
        first_value(nullif(response, 0) ignore nulls) over later as after
    from answered
    window earlier as (partition by patient_id, line order by visit_date rows between unbounded preceding and 1 preceding),
        later as (partition by patient_id, line order by visit_date rows between 1 following and unbounded following)
),
confirmed as (
    select *, coalesce(before = 1, false) or coalesce(after = 1, false) or (after is null and (next_line_start is not null
        or coalesce(death_date - visit_date between 0 and 90, false))) as holds,
        case when before > 1 then least(before, response) else 2 end as with_before,
        case when after > 1 then least(after, response) else 2 end as with_after
    from beside
)
select patient_id, line, visit_date, pd_serum, pd_urine, pd_flc, mr, pr, vgpr, response,
    case when response = 0 then 0 when response = 1 and holds then 1 when response = 1 then 2
        else greatest(with_before, with_after) end as confirmed_response
from confirmed
