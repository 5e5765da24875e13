-- title: Response rates by line and class of regimen
-- question: How many respond in each line, by the classes of drugs that the line began with?
-- grain: one row per line number and class of regimen
-- access: aggregate
-- parameters:
--   begun_within_days integer = 30: a drug belongs to the regimen where it began at most so long after the line
--   lines_together_from integer = 4: lines from this one on are counted together
-- caveats:
--   The regimen is what the line began with. Consolidation and maintenance begun later are not in it: only patients who
--     are still without progression come to have them.
--   Rates are of evaluable lines; lines whose visits are all NE (ne) or without any visit (none) stand beside them.
--   Best confirmed response before progression. Later visits can still make it better where a line goes on.
--   Regimens are chosen for reasons; a difference between them is no effect.
-- columns:
--   line: line of therapy; the last one stands for it and those after it
--   regimen: PI, IMiD and anti-CD38, those that it has joined by +; other where it has none of them; not recorded
--   lines: lines begun
--   evaluable: those with a visit that is not NE; the denominator of the rates
--   ne: every visit was NE
--   none: no visit
--   scr: best confirmed response sCR
--   cr: CR
--   vgpr: VGPR
--   pr: PR
--   mr: MR
--   sd: SD
--   pd: progression at the first visit that is not NE
--   response_percent: PR or better, of evaluable
--   response_low: lower 95 % limit (Wilson)
--   response_high: upper 95 % limit
--   vgpr_percent: VGPR or better, of evaluable
--   cr_percent: CR or better, of evaluable
with begun as (
    select
        lines.patient_id, lines.line, lines.best_response,
        bool_or(drug.class = 'proteasome_inhibitor') as has_pi,
        bool_or(drug.class = 'immunomodulatory_drug') as has_imid,
        bool_or(drug.class = 'anti_cd38') as has_cd38,
        bool_or(drug.drug is not null) as has_names,
        bool_or(drug.patient_id is not null and drug.drug is null) as lacks_names
    from lines
    semi join cohort using (patient_id)
    left join given_drug as drug
        on drug.patient_id = lines.patient_id and drug.line = lines.line
        and coalesce(drug.start_date <= lines.start_date + $begun_within_days::integer, true)
    group by all
),
classed as (
    select
        least(line, $lines_together_from)::bigint as line,
        best_response,
        case
            when lacks_names or not coalesce(has_names, false) then 'not recorded'
            when coalesce(has_pi, false) or coalesce(has_imid, false) or coalesce(has_cd38, false) then
                array_to_string(list_filter([
                    case when has_pi then 'PI' end, case when has_imid then 'IMiD' end,
                    case when has_cd38 then 'anti-CD38' end
                ], lambda name: name is not null), '+')
            else 'other'
        end as regimen
    from begun
),
counted as (
    select
        line, regimen,
        count(*) as lines,
        count(*) filter (best_response <> 'NE') as evaluable,
        count(*) filter (best_response = 'NE') as ne,
        count(*) filter (best_response is null) as none,
        count(*) filter (best_response = 'sCR') as scr,
        count(*) filter (best_response = 'CR') as cr,
        count(*) filter (best_response = 'VGPR') as vgpr,
        count(*) filter (best_response = 'PR') as pr,
        count(*) filter (best_response = 'MR') as mr,
        count(*) filter (best_response = 'SD') as sd,
        count(*) filter (best_response = 'PD') as pd
    from classed
    group by line, regimen
)
select
    *,
    share(scr + cr + vgpr + pr, evaluable) as response_percent,
    share_low(scr + cr + vgpr + pr, evaluable) as response_low,
    share_high(scr + cr + vgpr + pr, evaluable) as response_high,
    share(scr + cr + vgpr, evaluable) as vgpr_percent,
    share(scr + cr, evaluable) as cr_percent
from counted
order by line, regimen
