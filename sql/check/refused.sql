-- What a run would refuse, or set aside of rows that stay ($row_kept), by what it says to do
-- Grain: one row per file, column and rule. kinds: what was found, as kinds of texts with the commonest first, never a text.
with found as (
    select
        -- a file with a test a column is named with its column
        source_file || case when ends_with(source_file, ' · ' || "column") then '' else coalesce(': ' || "column", '') end
            as place,
        source_file,
        row_number,
        rule,
        reason,
        case
            when value is null and "column" is null then 'a whole line'
            when value is null then 'nothing'
            when length(value) > 100 then 'a long text'
            when regexp_full_match(value, '[+-]?[0-9]+') then 'whole numbers'
            when regexp_full_match(value, '[+-]?[0-9]*[.][0-9]+') then 'decimal numbers'
            when regexp_full_match(value, '[<>=+-]*[0-9.,]+') then 'digits with commas or points'
            when regexp_full_match(value, '[0-9]+[-/.][0-9]+[-/.][0-9]+.*') then 'digits parted as a date'
            when regexp_full_match(value, '[a-zA-Z ]+') then 'words'
            when regexp_full_match(value, '[\x00-\x7f]+') then 'letters, digits and signs'
            else 'signs beyond ASCII'
        end as kind
    from quarantine
    where row_kept = $row_kept
),
counted as (
    select place, rule, reason, kind, count(*) as entries, count(distinct (source_file, row_number)) as rows_refused
    from found
    group by all
)
select
    place,
    rule,
    sum(rows_refused)::bigint as rows_refused,
    string_agg(kind, ', ' order by entries desc, kind) as kinds,
    reason
from counted
group by place, rule, reason
order by place, rule
