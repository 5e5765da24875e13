-- Early progressions after line 1, and whether line 2 began with a key drug that line 1 did not include
-- Grain: one row per patient with a line 2. Unknown as well: whether the progression was early, or was one.
with first_line as (
    select
        lines.patient_id,
        progression_date,
        progression_source,
        end_date,
        max(greatest(given_drug.start_date, last_dose_on)) as last_known_dose_on,
        coalesce(list(distinct drug) filter (drug is not null), []) as drugs,
        bool_or(drug is null) as has_unnamed
    from lines left join given_drug on given_drug.patient_id = lines.patient_id and given_drug.line = lines.line
    where lines.line = 1
    group by all
),
both_lines as (
    select
        patient_id, second.start_date,
        case
            when progression_source is null then null
            when progression_date is null then false
            when progression_date < coalesce(end_date, last_known_dose_on) + to_months($below_months::integer) then true
            when end_date is not null then false
        end as is_early,
        exists (
            select 1
            from given_drug
            where given_drug.patient_id = second.patient_id
                and list_contains(second.drugs, drug)
                and not list_contains(first_line.drugs, drug)
                and list_contains($classes, class)
        ) as has_new,
        -- what line 1 had may have been any drug, and so may what line 2 has
        first_line.has_unnamed as may_be_old,
        second.has_unnamed as may_be_new
    from first_line join line_regimen($regimen_days) as second using (patient_id)
    semi join myeloma using (patient_id)
    where second.line = 2
)
select
    patient_id,
    2::bigint as line,
    start_date as dated,
    case
        when is_early is null then null
        when has_new then case when not may_be_old then true end
        when not may_be_new then false
    end as passed
from both_lines
where is_early is distinct from false
