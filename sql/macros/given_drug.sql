-- Each drug of each treatment row, with its class
-- Grain: one row per treatment row and drug. drug is null where the row names none, although its phase is one of drugs;
-- class where the drug belongs to none of drug_class; last_dose_on where the row has no end.
create or replace temp view given_drug as
with named as (
    select
        patient_id, line, phase, start_date, end_date as last_dose_on,
        list_filter(
            list_transform(string_split(coalesce(drugs, ''), ';'), lambda name: lower(trim(name))),
            lambda name: name <> ''
        ) as names
    from treatments
),
-- A transplant or a CAR-T infusion that names no drug gave none of a class.
each_drug as (
    select * exclude (names), unnest(case when len(names) > 0 then names else [null::varchar] end) as drug
    from named
    where len(names) > 0
        or coalesce(phase, '') not in ('autologous_transplant', 'allogeneic_transplant', 'car_t')
)
select each_drug.*, drug_class.class
from each_drug left join drug_class using (drug)
