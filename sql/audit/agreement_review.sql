-- Visits to review, in the order to review them
-- Grain: one row per visit of to_review. $categories: those of response, in their order.
select
    row_number() over (
        order by
            case
                when consequence in ('progression_added', 'progression_removed') then 1
                when consequence in ('progression_earlier', 'progression_later') then 2
                when consequence = 'response' then 3
                else 4
            end,
            abs(days) desc,
            abs(list_position($categories, recorded) - list_position($categories, derived)) desc,
            patient_id,
            line,
            visit_date
    ) as rank,
    *
from to_review
