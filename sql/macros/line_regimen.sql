-- Lines, and each drug that may be of their beginning; the high dose before a transplant is none of them
-- Grain: one row per line and drug given in it; one of null where there is none. infused_on: when CAR-T, of that phase, was first given.
create or replace temp view line_drug as
select
    lines.patient_id, lines.line, lines.start_date, infused_on,
    given_drug.patient_id is not null as is_given, given_drug.start_date as begun_on, drug, class
from lines
left join (
    select patient_id, line, min(start_date) as infused_on from treatments where phase = 'car_t' group by patient_id, line
) as infused on infused.patient_id = lines.patient_id and infused.line = lines.line
left join given_drug
    on given_drug.patient_id = lines.patient_id
    and given_drug.line = lines.line
    and coalesce(phase, '') not in ('autologous_transplant', 'allogeneic_transplant')
    and coalesce(class, '') <> 'procedure';
-- What each line began with: the drugs begun within some days of its start
-- Grain: one row per line. has_unnamed: a treatment of these days names no drug, or one that is not known, or was refused, or there is
-- none but transplants. has_car_t: CAR-T is among them, by name or by phase; of that phase alone no drug is missing.
create or replace temp macro line_regimen(within_days) as table
with begun as (
    select
        *,
        is_given and coalesce(begun_on <= start_date + within_days::integer, true) as is_of_start,
        coalesce(infused_on <= start_date + within_days::integer, false) as is_infused
    from line_drug
)
select
    patient_id,
    line,
    start_date,
    coalesce(list(distinct drug order by drug) filter (is_of_start and drug is not null), []) as drugs,
    coalesce(list(distinct class order by class) filter (is_of_start and class is not null), []) as classes,
    coalesce(bool_or(drug is null) filter (is_of_start), not any_value(is_infused)) as has_unnamed,
    any_value(is_infused)
    or coalesce(bool_or(class in ('anti_bcma_car_t', 'other_car_t')) filter (is_of_start), false) as has_car_t
from begun
group by patient_id, line, start_date
