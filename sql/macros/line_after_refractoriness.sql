-- The first line after a patient became refractory to lenalidomide, to bortezomib, to both, or to an anti-CD38
-- Grain: one row per patient and refractory_to (lenalidomide, bortezomib: not to the other one by then; both; anti_cd38). is_certain false: the
-- patient may have been refractory by that line, as a drug is not named, or its last dose or the course of a line is not known.
create or replace temp view line_after_refractoriness as
with named as (
    select 'lenalidomide' as refractory_to
    union all
    select 'bortezomib'
    union all
    select 'anti_cd38'
),
-- since when, as far as is certain, and since when at the earliest
since as (
    select
        given.patient_id,
        refractory_to,
        min(progressed_on) filter (drug is not null and progressed) as surely_since,
        -- a line of which nothing but a refused treatment is known may have been any
        min(coalesce(
            progressed_on, next_line_start, case when lines.line is null then coalesce(given.start_date, '-infinity'::date) end
        )) filter (progressed is distinct from false) as maybe_since
    from given_drug as given
    join named on drug is null or refractory_to in (drug, class)
    left join lines on lines.patient_id = given.patient_id and lines.line = given.line
    group by all
),
of_patient as (
    select
        patient_id,
        max(surely_since) filter (refractory_to = 'lenalidomide') as surely_lenalidomide,
        max(maybe_since) filter (refractory_to = 'lenalidomide') as maybe_lenalidomide,
        max(surely_since) filter (refractory_to = 'bortezomib') as surely_bortezomib,
        max(maybe_since) filter (refractory_to = 'bortezomib') as maybe_bortezomib,
        max(surely_since) filter (refractory_to = 'anti_cd38') as surely_anti_cd38,
        max(maybe_since) filter (refractory_to = 'anti_cd38') as maybe_anti_cd38
    from since
    group by patient_id
),
dated as (
    select patient_id, 'lenalidomide' as refractory_to, surely_lenalidomide as surely, maybe_lenalidomide as maybe,
        surely_bortezomib as other_surely, maybe_bortezomib as other_maybe
    from of_patient
    union all
    select patient_id, 'bortezomib', surely_bortezomib, maybe_bortezomib, surely_lenalidomide, maybe_lenalidomide
    from of_patient
    union all
    select patient_id, 'both',
        case when surely_lenalidomide is not null then
            case when surely_bortezomib is not null then greatest(surely_lenalidomide, surely_bortezomib) end end,
        case when maybe_lenalidomide is not null then
            case when maybe_bortezomib is not null then greatest(maybe_lenalidomide, maybe_bortezomib) end end,
        null, null
    from of_patient
    union all
    select patient_id, 'anti_cd38', surely_anti_cd38, maybe_anti_cd38, null, null
    from of_patient
)
select
    dated.patient_id,
    refractory_to,
    lines.line,
    lines.start_date,
    surely is not null and coalesce(other_maybe > lines.start_date, true) as is_certain
from dated join lines
    on lines.patient_id = dated.patient_id and lines.start_date >= coalesce(surely, maybe)
qualify row_number() over (partition by dated.patient_id, refractory_to order by lines.start_date, lines.line) = 1
    and coalesce(other_surely > lines.start_date, true)
