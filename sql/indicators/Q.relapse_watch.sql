-- First progressions of a line that only M-protein or light chains showed and that were not treated at once, and whether
-- the next assessment came soon
-- Grain: one row per patient and line, dated by the visit of progression, confirmed or not; by the clinic's date where it alone
-- recorded the progression, of which it is not known what showed it.
with seen as (
    select patient_id, line, min(visit_date) as progressed_on, arg_min(progression_reasons, visit_date) as reasons
    from visits
    where response = 'PD'
    group by patient_id, line
),
progressed as (
    select
        line_watched.patient_id,
        line_watched.line,
        coalesce(seen.progressed_on, line_watched.progression_date) as progressed_on,
        next_line_start,
        watched_to,
        case when reasons is not null then coalesce(biochemical, by_m_protein(reasons)) end as is_biochemical
    from line_watched
    left join seen using (patient_id, line)
    -- of the first progression: a later one does not say what showed the first
    left join relapse as confirmed
        on confirmed.patient_id = line_watched.patient_id
        and confirmed.line = line_watched.line
        and confirmed.progression_date = seen.progressed_on
    where seen.progressed_on is not null or line_watched.progression_source = 'reported'
)
select
    progressed.patient_id,
    progressed.line,
    progressed_on as dated,
    case
        when is_biochemical is null then null
        when min(assessed_visit.visit_date) <= progressed_on + $window_days::integer then true
        when not may_be_unread(
            progressed.patient_id,
            'labs',
            m_protein_tests(),
            progressed_on + 1,
            progressed_on + $window_days::integer
        ) and watched_to >= progressed_on + $window_days::integer then false
    end as passed
from progressed
left join assessed_visit
    on assessed_visit.patient_id = progressed.patient_id
    and assessed_visit.line = progressed.line
    and assessed_visit.visit_date > progressed_on
where progressed_on is not null
    and is_biochemical is distinct from false
    and coalesce(next_line_start > progressed_on + $window_days::integer, true)
group by progressed.patient_id, progressed.line, progressed_on, watched_to, is_biochemical
