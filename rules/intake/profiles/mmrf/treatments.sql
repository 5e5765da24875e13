-- One row an agent of a line. An agent's line is its own, else the last line that began by then; a line without agents is there
-- with its dates.
with line as (
    select
        public_id,
        line::varchar as line,
        try_cast(days_to_line_start as double) as started,
        days_to_line_start::varchar as start_day,
        days_to_line_end::varchar as end_day
    from administered_line
),
agent as (
    select
        a.public_id,
        a.line::varchar as own_line,
        a.agent,
        lower(concat_ws(' ', a.agent, a.agent_category, a.regimen_intent)) as words,
        try_cast(a.days_to_agent_start as double) as started,
        a.days_to_agent_start::varchar as start_day,
        a.days_to_agent_end::varchar as end_day
    from administered_agent as a
),
given as (
    select agent.*, coalesce(agent.own_line, line.line) as line
    from agent asof left join line on line.public_id = agent.public_id and line.started <= agent.started
)
select
    public_id as patient_id,
    line,
    case
        when regexp_matches(words, 'transplant') and contains(words, 'allo') then 'allogeneic_transplant'
        when regexp_matches(words, 'transplant|asct') then 'autologous_transplant'
        when contains(words, 'maintenance') then 'maintenance'
        when contains(words, 'consolidation') then 'consolidation'
        when contains(words, 'induction') then 'induction'
    end as phase,
    case when not regexp_matches(lower(agent), 'transplant|asct') then agent end as drugs,
    start_day as start_date,
    end_day as end_date
from given
union all
select public_id, line, null, null, start_day, end_day
from line anti join given using (public_id, line)
