-- ADRS: response.
-- Grain: one row per visit of a line for OVR (as seen) and COVR (confirmed); one per line for PD, RSP, BOR and CBOR.
-- Key: USUBJID, LINE, PARAMCD, ADT. ANL01FL = 'Y': counts for the line's summaries (up to its confirmed progression).
-- PD is omitted where progression is unknown, RSP where no visit of the line is evaluable; BOR and CBOR are
-- MISSING there, as in the pharmaverse. AVAL orders as there: PD 1, SD 2, MR 3, PR 4, VGPR 5, CR 6, sCR 7, NE 8.
with categories (avalc, aval) as (
    select avalc, case avalc when 'NE' then 8 else enum_code(avalc::response_category)::integer end
    from (select unnest(enum_range(null::response_category)) as avalc)
),
seen as (
    select
        v.patient_id, v.line, v.visit_date, v.response, v.confirmed_response,
        row_number() over (partition by v.patient_id, v.line order by v.visit_date) as visit,
        (l.progression_date is null or v.visit_date <= l.progression_date) as counts,
        l.progression_date is null or v.visit_date < l.progression_date as is_before
    from visits v
    join lines l using (patient_id, line)
),
best_seen as (
    select patient_id, line, response, min(visit_date) as visit_date
    from seen
    join categories on avalc = response
    where counts
    group by patient_id, line, response, aval
    -- Not evaluable is last of all, whatever its number.
    qualify row_number() over (
        partition by patient_id, line order by case when response = 'NE' then 0 else aval end desc
    ) = 1
),
responded as (
    select patient_id, line, min(visit_date) as visit_date
    from seen
    where is_before and is_at_least(confirmed_response, 'PR')
    group by patient_id, line
),
known as (
    select patient_id, line, progression_source, progression_date, best_response, best_response_date from lines
),
found as (
    select patient_id, line, 'OVR' as paramcd, response as avalc, visit_date as adt, counts, visit, 'DERIVED' as source
    from seen
    union all
    select patient_id, line, 'COVR', confirmed_response, visit_date, counts, visit, 'DERIVED' from seen
    union all
    select
        patient_id, line, 'PD', case when progression_date is null then 'N' else 'Y' end, progression_date, true, null,
        upper(progression_source)
    from known
    where progression_source is not null
    union all
    select
        patient_id, line, 'RSP', case when visit_date is null then 'N' else 'Y' end, visit_date, true, null, 'DERIVED'
    from known
    left join responded using (patient_id, line)
    where progression_source = 'derived'
    union all
    select patient_id, line, 'CBOR', coalesce(best_response, 'MISSING'), best_response_date, true, null, 'DERIVED'
    from known
    union all
    select patient_id, line, 'BOR', coalesce(response, 'MISSING'), visit_date, true, null, 'DERIVED'
    from known
    left join best_seen using (patient_id, line)
),
parameters (paramcd, param) as (
    values
    ('OVR', 'Overall Response at Time Point'),
    ('COVR', 'Confirmed Response at Time Point'),
    ('PD', 'Confirmed Disease Progression'),
    ('RSP', 'Confirmed Response (PR or Better)'),
    ('BOR', 'Best Overall Response, Unconfirmed'),
    ('CBOR', 'Best Confirmed Overall Response')
)
select
    a."STUDYID",
    a."USUBJID",
    a."SUBJID",
    a."SITEID",
    a."FASFL",
    a."TRTSDT",
    coalesce(replace(l.drugs, ';', ' + '), 'UNKNOWN') as "TRTA",
    f.line as "LINE",
    l.start_date as "LINESTDT",
    f.paramcd as "PARAMCD",
    q.param as "PARAM",
    f.source as "PARCAT1",
    upper((select criteria from run order by number desc limit 1)) as "PARCAT2",
    coalesce(c.aval, case f.avalc when 'Y' then 1 when 'N' then 0 end) as "AVAL",
    f.avalc as "AVALC",
    f.adt as "ADT",
    date_diff('day', a."TRTSDT", f.adt) + case when f.adt >= a."TRTSDT" then 1 else 0 end as "ADY",
    date_diff('day', l.start_date, f.adt) + case when f.adt >= l.start_date then 1 else 0 end as "LINEADY",
    'LINE ' || f.line || case when f.visit is not null then ' VISIT ' || f.visit else '' end as "AVISIT",
    10000 * f.line + coalesce(f.visit, 0) as "AVISITN",
    case when f.counts then 'Y' end as "ANL01FL",
    row_number() over (partition by f.patient_id order by f.line, f.paramcd, f.adt) as "ASEQ"
from found f
join parameters q using (paramcd)
join lines l using (patient_id, line)
join adsl a on a."SUBJID" = f.patient_id
left join categories c on c.avalc = f.avalc
order by "USUBJID", "ASEQ"
