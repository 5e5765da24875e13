-- What each line began with: the drugs begun within some days of its start; the high dose before a transplant is none of them
-- Grain: one row per line. has_unnamed: a treatment of these days names no drug, or there is none but transplants.
create or replace temp macro line_regimen(within_days) as table
select
    lines.patient_id,
    lines.line,
    lines.start_date,
    coalesce(list(distinct drug order by drug) filter (drug is not null), []) as drugs,
    coalesce(list(distinct class order by class) filter (class is not null), []) as classes,
    bool_or(drug is null) as has_unnamed
from lines left join given_drug
    on given_drug.patient_id = lines.patient_id
    and given_drug.line = lines.line
    and given_drug.start_date <= lines.start_date + within_days::integer
    and coalesce(phase, '') not in ('autologous_transplant', 'allogeneic_transplant')
group by lines.patient_id, lines.line, lines.start_date
