-- What each line began with: the drugs begun within some days of its start; the high dose before a transplant is none of them
-- Grain: one row per line. has_unnamed: a treatment of these days names no drug, or one that is not known, or was refused, or there is
-- none but transplants. has_car_t: CAR-T is among them, by name or by phase; of that phase alone no drug is missing.
create or replace temp macro line_regimen(within_days) as table
with infused as (
    select distinct treatments.patient_id, treatments.line
    from treatments join lines on lines.patient_id = treatments.patient_id and lines.line = treatments.line
    where phase = 'car_t' and treatments.start_date <= lines.start_date + within_days::integer
)
select
    lines.patient_id,
    lines.line,
    lines.start_date,
    coalesce(list(distinct drug order by drug) filter (drug is not null), []) as drugs,
    coalesce(list(distinct class order by class) filter (class is not null), []) as classes,
    bool_or(drug is null and (given_drug.patient_id is not null or infused.patient_id is null)) as has_unnamed,
    bool_or(infused.patient_id is not null or coalesce(class in ('anti_bcma_car_t', 'other_car_t'), false)) as has_car_t
from lines
left join infused on infused.patient_id = lines.patient_id and infused.line = lines.line
left join given_drug
    on given_drug.patient_id = lines.patient_id
    and given_drug.line = lines.line
    and coalesce(given_drug.start_date <= lines.start_date + within_days::integer, true)
    and coalesce(phase, '') not in ('autologous_transplant', 'allogeneic_transplant')
    and coalesce(class, '') <> 'procedure'
group by lines.patient_id, lines.line, lines.start_date
