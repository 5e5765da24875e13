-- One row a drug of a line, or a transplant. A line is a treatment regimen of EPISODE (32531), its number episode_number; its
-- drugs are the exposures that EPISODE_EVENT names (1147094: drug_exposure.drug_exposure_id). A regimen without exposures is
-- its own name. A transplant belongs to the line that was the last to begin before it.
with known as materialized (  -- the table of concepts is large, and read once
    select concept_id::varchar as id, concept_name
    from concept
    where
        concept_id::varchar in (
            select episode_object_concept_id::varchar from episode
            union
            select drug_concept_id::varchar from drug_exposure
            union
            select procedure_concept_id::varchar from procedure_occurrence
        )
        and concept_id::varchar <> '0'
),
line as (
    select
        e.episode_id::varchar as episode_id,
        e.person_id::varchar as patient_id,
        e.episode_number::varchar as line,
        left(e.episode_start_date::varchar, 10) as start_date,
        left(e.episode_end_date::varchar, 10) as end_date,
        coalesce(regimen.concept_name, e.episode_source_value::varchar) as regimen
    from episode as e
    left join known as regimen on regimen.id = e.episode_object_concept_id::varchar
    where e.episode_concept_id::varchar = '32531'
),
given as (
    select
        line.episode_id,
        coalesce(drug.concept_name, d.drug_source_value::varchar) as drugs,
        min(left(d.drug_exposure_start_date::varchar, 10)) as start_date,
        -- of exposures of which one has no end it is not known whether the drug was stopped
        case
            when count(d.drug_exposure_end_date) = count(*) then max(left(d.drug_exposure_end_date::varchar, 10))
        end as end_date,
        max(d.stop_reason::varchar) as stop_reason
    from line
    join episode_event as event
        on event.episode_id::varchar = line.episode_id and event.episode_event_field_concept_id::varchar = '1147094'
    join drug_exposure as d on d.drug_exposure_id::varchar = event.event_id::varchar
    left join known as drug on drug.id = d.drug_concept_id::varchar
    group by all
),
transplant as (
    select
        p.person_id::varchar as patient_id,
        left(p.procedure_date::varchar, 10) as start_date,
        case
            when p.procedure_source_value::varchar = '38240' or regexp_matches(words, 'allogen') then 'allogeneic_transplant'
            else 'autologous_transplant'
        end as phase
    from (
        select p.*, lower(concat_ws(' ', c.concept_name, p.procedure_source_value::varchar)) as words
        from procedure_occurrence as p
        left join known as c on c.id = p.procedure_concept_id::varchar
    ) as p
    where
        p.procedure_source_value::varchar in ('38240', '38241')
        or (regexp_matches(words, 'autologous|allogen') and regexp_matches(words, 'transplant'))
)
select line.patient_id, line.line, null as phase, given.drugs, given.start_date, given.end_date, given.stop_reason
from given join line using (episode_id)
union all
select patient_id, line, null, regimen, start_date, end_date, null
from line anti join given using (episode_id)
union all
select t.patient_id, line.line, t.phase, null, t.start_date, t.start_date, null
from transplant as t
asof left join line on line.patient_id = t.patient_id and line.start_date <= t.start_date
