-- What the exports omit because it is unknown: rows of times to event, lines without PD, without RSP.
-- Grain: one row.
select
    (select count(*) from time_to_event where event is null) as times_to_event,
    (select count(*) from lines where progression_source is null) as progressions,
    (select count(*) from lines where progression_source is distinct from 'derived') as responses
