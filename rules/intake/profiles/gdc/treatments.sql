-- One row an agent, or a transplant, of a line.
with one_case as (
    select unnest(
        case
            when len(json_extract(json, '$.data.hits[*]')) > 0 then json_extract(json, '$.data.hits[*]')
            else [json::json]
        end
    ) as json
    from cases
),
treatment as (
    select
        id,
        t ->> '$.treatment_type' as kind,
        t ->> '$.therapeutic_agents' as agents,
        t ->> '$.days_to_treatment_start' as started,
        t ->> '$.days_to_treatment_end' as ended,
        t ->> '$.regimen_or_line_of_therapy' as line
    from (
        select id, unnest(json_extract(d, '$.treatments[*]')) as t
        from (select json ->> '$.submitter_id' as id, unnest(json_extract(json, '$.diagnoses[*]')) as d from one_case)
    )
    union all
    select
        "cases.submitter_id",
        nullif("treatments.treatment_type", '''--'),
        nullif("treatments.therapeutic_agents", '''--'),
        nullif("treatments.days_to_treatment_start", '''--'),
        nullif("treatments.days_to_treatment_end", '''--'),
        nullif("treatments.regimen_or_line_of_therapy", '''--')
    from clinical
)
select distinct
    id as patient_id,
    coalesce(
        nullif(
            list_position(
                ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth'],
                lower(split_part(line, ' ', 1))
            ),
            0
        )::varchar,
        regexp_extract(line, '([0-9]+)', 1)
    ) as line,
    case
        when regexp_matches(lower(kind), 'allogen') and contains(lower(kind), 'transplant') then 'allogeneic_transplant'
        when contains(lower(kind), 'transplant') then 'autologous_transplant'
    end as phase,
    agents as drugs,
    started as start_date,
    ended as end_date
from treatment
where started is not null or agents is not null
